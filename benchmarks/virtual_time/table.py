"""A table of learning curves (layout: docs/simulation.md), as numbers."""

import csv
import functools
import json
import pathlib

import numpy as np

MARKS = (0.01, 0.1, 1.0)  # fractions of the time that random search takes to train TRIALS configurations fully
TRIALS = 200


def supply(rows):
    """Gives new trials one row after the other."""
    yield from rows
    raise RuntimeError(f"{len(rows)} rows are too few for the trials that start in the time")


class Table:
    def __init__(self, index):
        self.index = pathlib.Path(index)
        about = json.loads(self.index.read_text())
        self.name, self.tasks, self.parameters = about["name"], about["tasks"], about["parameters"]
        self.objective, self.is_max = about["objective"]["metric"], about["objective"]["mode"] == "max"
        self.metrics = about["metrics"]
        steps = about["steps"]["last"] - about["steps"]["first"] + 1
        values = np.fromfile(self.index.with_suffix(".bin"), dtype="<f4")
        values = values.reshape(len(self.tasks), about["configurations"], steps, len(self.metrics)).astype(float)
        self.steps = steps
        values_of_objective = values[..., self.metrics.index(self.objective)]
        self.losses = -values_of_objective if self.is_max else values_of_objective  # task, row, step
        time = about["time"]
        if "metric" in time:
            column = values[..., self.metrics.index(time["metric"])]
            self.times = column if time.get("cumulative") else np.cumsum(column, axis=2)
        else:
            self.times = np.broadcast_to(time["seconds_per_step"] * np.arange(1, steps + 1.0), self.losses.shape)
        with open(self.index.with_name(self.index.stem + "_parameters.csv"), newline="") as file:
            rows = list(csv.DictReader(file))
        self.rows = np.array([[self.coordinate(p, row[p["name"]]) for p in self.parameters] for row in rows])

    @staticmethod
    def coordinate(parameter, value):
        """A number in the unit interval, warped as the table specifies, or the index of a category."""
        if parameter["type"] == "categorical":
            return parameter["choices"].index(value)
        low, high, value = float(parameter["low"]), float(parameter["high"]), float(value)
        warp = {
            "linear": lambda x: x,
            "log": np.log,
            "log_one_minus": lambda x: np.log(1 - x),
        }[parameter.get("warp", "linear")]
        return (warp(value) - warp(low)) / (warp(high) - warp(low))

    def nearest_row(self, config):
        point = np.array([self.coordinate(p, config[p["name"]]) for p in self.parameters])
        apart = self.rows - point
        for i, parameter in enumerate(self.parameters):
            if parameter["type"] == "categorical":
                apart[:, i] = apart[:, i] != 0
        return int(np.argmin((apart**2).sum(axis=1)))

    def task(self, name):
        return Task(self, self.tasks.index(name))


class Task:
    """One task: losses (lower is better; NaN and infinity: diverged) and cumulative seconds."""

    def __init__(self, table, number):
        self.table, self.name, self.number = table, table.tasks[number], number
        self.losses, self.times = table.losses[number], table.times[number]
        finite = self.losses[np.isfinite(self.losses)]
        self.optimum = float(finite.min())
        # Before the first result, the first report of a median configuration counts.
        self.start = float(np.median(self.losses[:, 0][np.isfinite(self.losses[:, 0])]))

    def seconds(self, workers):
        """The time random search takes to train TRIALS configurations to the end."""
        return float(np.mean(self.times[:, -1])) * TRIALS / workers

    def regrets(self, curve, workers):
        """Regret at each mark of a curve [(seconds, loss), ...] of best values."""
        total, regrets = self.seconds(workers), []
        for mark in MARKS:
            seen = [loss for time, loss in curve if time <= mark * total * (1 + 1e-9)]
            regrets.append((seen[-1] if seen else self.start) - self.optimum)
        return regrets

    @functools.cached_property
    def scale(self):
        """The regret of the median configuration after full training, which serves as the unit."""
        last = np.where(np.isfinite(self.losses), self.losses, np.inf).min(axis=1)
        return float(np.median(last)) - self.optimum
