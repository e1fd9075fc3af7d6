"""Trains scikit-learn's MLPClassifier on its handwritten digits for 27 epochs and prints the loss on
held-out digits after each epoch."""

import argparse
import functools

from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

EPOCHS = 27


@functools.cache
def data():
    inputs, labels = load_digits(return_X_y=True)
    return train_test_split(inputs / 16, labels, test_size=0.25, random_state=0)


def train(settings, report):
    """`report` receives the loss after an epoch and returns whether to continue."""
    inputs, held_out, labels, held_out_labels = data()
    model = MLPClassifier((settings["hidden"],), alpha=settings["alpha"], beta_1=settings["beta_1"],
                          learning_rate_init=settings["learning_rate"], batch_size=settings["batch"], random_state=0)
    for _ in range(EPOCHS):
        model.partial_fit(inputs, labels, classes=range(10))
        if not report(float(log_loss(held_out_labels, model.predict_proba(held_out)))):
            return


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--alpha", type=float, default=1e-4)
    parser.add_argument("--learning_rate", type=float, default=1e-3)
    parser.add_argument("--beta_1", type=float, default=0.9)
    parser.add_argument("--batch", type=int, default=64)
    settings = vars(parser.parse_args())

    def report(loss):
        print(f"val_loss={loss:.6f}", flush=True)
        return True

    train(settings, report)


if __name__ == "__main__":
    main()
