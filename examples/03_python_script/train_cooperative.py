"""Logistic regression on the digits of ../data, with nothing but the standard library.

Settings come from the command line; each epoch prints a line.
"""

import argparse
import csv
import luthier
import math
import pathlib
import random

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "digits.csv"


def load():
    """(training, validation) examples: every third digit is for validation."""
    with DATA.open(newline="") as file:
        rows = [([int(p) / 16 for p in row[:64]] + [1.0], int(row[64])) for row in csv.reader(file)]
    rows = rows[::3]
    return [r for i, r in enumerate(rows) if i % 3], rows[::3]


def probabilities(weights, image):
    scores = [sum(map(float.__mul__, w, image)) for w in weights]
    top = max(scores)
    powers = [math.exp(s - top) for s in scores]
    total = sum(powers)
    return [p / total for p in powers]


def train_epoch(weights, examples, lr, decay):
    random.shuffle(examples)
    for image, digit in examples:
        p = probabilities(weights, image)
        p[digit] -= 1
        for k, w in enumerate(weights):
            g = lr * p[k]
            weights[k] = [a * (1 - lr * decay) - g * x for a, x in zip(w, image)]


def validation_loss(weights, examples):
    return -sum(math.log(max(probabilities(weights, i)[d], 1e-12)) for i, d in examples) / len(examples)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--decay", type=float, default=0.0)
    parser.add_argument("--epochs", type=int, default=9)
    args = parser.parse_args()

    random.seed(0)
    train, validation = load()
    weights = [[0.0] * 65 for _ in range(10)]
    for epoch in range(1, args.epochs + 1):
        train_epoch(weights, train, args.lr, args.decay)
        loss = validation_loss(weights, validation)
        print(f"epoch={epoch} val_loss={loss:.4f}", flush=True)
        if not luthier.report(val_loss=loss):
            break


if __name__ == "__main__":
    main()
