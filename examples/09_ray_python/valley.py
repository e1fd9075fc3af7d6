"""Gradient descent in Rosenbrock's valley, as a function and as a class. Both run on Ray's nodes:

    luthier run --executor ray --python valley:descend ...
    luthier run --executor ray --python valley:Descent ...
"""

import json
import pathlib

import luthier


def gradient(x, y):
    valley = y - x * x
    return -2 * (1 - x) - 400 * x * valley, 200 * valley


def loss(x, y):
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


class Descent:
    """Direct control: luthier decides when to step, save, load and change the configuration."""

    def setup(self, config):
        self.x, self.y = -1.0, 1.0
        self.reconfigure(config)

    def reconfigure(self, config):
        """Changes the configuration in place, so the object and its process are reused between trials."""
        self.x, self.y = -1.0, 1.0
        self.rate = config["rate"]
        return True

    def step(self):
        for _ in range(20):
            down_x, down_y = gradient(self.x, self.y)
            self.x -= self.rate * down_x
            self.y -= self.rate * down_y
        return {"loss": loss(self.x, self.y)}

    def save(self, directory):
        pathlib.Path(directory, "state.json").write_text(json.dumps([self.x, self.y]))

    def load(self, directory):
        self.x, self.y = json.loads(pathlib.Path(directory, "state.json").read_text())


def descend(config):
    """Cooperative control: the function reports results and returns when report() says so."""
    model = Descent()
    model.setup(config)
    if start := luthier.checkpoint():
        model.load(start)
    while luthier.iteration() < 9:
        if not luthier.report(model.step(), save=model.save):
            return
