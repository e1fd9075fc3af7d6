"""Puts random results to a scheduler of Luthier, for tests that compare it with another's."""

import json
import math
import os
import pathlib
import random
import subprocess

FULL = os.environ.get("LUTHIER_TEST_FULL") == "1"


class Decider:
    """The program decide_results: one scheduler at a time, all of its trials running."""

    def __init__(self):
        program = pathlib.Path(os.environ["LUTHIER_BUILD"]) / "bin" / "decide_results"
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        assert self.process.wait(timeout=10) == 0

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        return json.loads(self.process.stdout.readline())

    def start(self, scheduler, options, mode, trials, seed):
        return self.ask(scheduler=scheduler, options=options, mode=mode, trials=trials, seed=seed)

    def report(self, trial, iteration, value):
        return self.ask(report=[trial, iteration, value if math.isfinite(value) else str(value)])


class Trace:
    """Results of some trials in a random order: curves, ties and numbers that are none, by seed."""

    def __init__(self, seed, longest=60, with_nan=True):
        self.rng = random.Random(seed)
        self.mode = self.rng.choice(["min", "max"])
        self.trials = self.rng.choice([1, 2, 3, 5, 8, 13, 30])
        self.end = self.rng.randint(3, longest)
        self.jump = self.rng.choice([1, 1, 1, 3, 7])
        self.levels = self.rng.choice([None, None, 4, 1])  # few levels: many ties
        self.nan = self.rng.choice([0, 0, 0.02, 0.3]) if with_nan else 0
        self.curves = [(self.rng.random(), self.rng.uniform(-1, 1)) for _ in range(self.trials)]

    def step(self):
        return self.rng.randint(1, self.jump)

    def value(self, trial, iteration):
        if self.rng.random() < self.nan:
            return self.rng.choice([math.nan, math.inf, -math.inf])
        level, slope = self.curves[trial]
        value = level + slope / (1 + iteration) + self.rng.gauss(0, 0.05)
        return value if self.levels is None else round(value * self.levels) / self.levels
