"""A trial that trains on its own Ray workers: each processes a part of every batch, and the trial
averages their gradients. The workers run in the trial's extra bundles.

    luthier run --executor 'ray:bundles=2*cpu:1,strategy=PACK' --cpu 0.5 --min loss -n 4 -j 2 \\
            -p workers='constant(2)' -p lr='loguniform(0.05, 1)' --python data_parallel:train
"""

import pathlib

import numpy
import ray

import luthier

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "digits.csv"
BATCH, EPOCHS = 64, 3


def read_digits():
    rows = numpy.loadtxt(DATA, delimiter=",")
    return rows[:, :64] / 16, rows[:, 64].astype(int)


def loss_and_gradient(weights, images, labels):
    """Softmax regression: the sums over the images of cross-entropy and its gradient."""
    scores = images @ weights
    scores -= scores.max(axis=1, keepdims=True)
    shares = numpy.exp(scores)
    shares /= shares.sum(axis=1, keepdims=True)
    rows = numpy.arange(len(labels))
    loss = -numpy.log(shares[rows, labels]).sum()
    shares[rows, labels] -= 1
    return loss, images.T @ shares


@ray.remote
class Part:
    """One child worker: every `workers`-th image of a batch."""

    def __init__(self, data, rank, workers):
        self.images, self.labels = data  # read from the node's object store, not copied
        self.rank, self.workers = rank, workers

    def step(self, weights, batch):
        mine = batch[self.rank::self.workers]
        return loss_and_gradient(weights, self.images[mine], self.labels[mine])


def train(config):
    data = luthier.shared("digits", read_digits)
    parts = [Part.options(num_cpus=1, scheduling_strategy=luthier.bundle(1 + rank)).remote(data, rank, config["workers"])
             for rank in range(config["workers"])]
    size = len(ray.get(data)[1])
    order = numpy.random.default_rng(1)
    weights = numpy.zeros((64, 10))
    while luthier.iteration() < EPOCHS:
        total = 0.0
        for batch in numpy.array_split(order.permutation(size), -(-size // BATCH)):
            sums = ray.get([part.step.remote(weights, batch) for part in parts])
            total += sum(loss for loss, _ in sums)
            weights = weights - config["lr"] * sum(gradient for _, gradient in sums) / len(batch)
        if not luthier.report(loss=total / size):
            break
    for part in parts:
        ray.kill(part)
