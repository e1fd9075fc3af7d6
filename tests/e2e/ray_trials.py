"""Trials for the tests on a Ray cluster: they say where they run and what was acknowledged."""

import json
import os
import pathlib
import time

import luthier

HERE = pathlib.Path(__file__).parent


def note(name, **facts):
    """One line in a file beside this one; a single write, so that lines of many workers stay whole."""
    with open(HERE / name, "ab", buffering=0) as file:
        file.write(json.dumps(facts).encode() + b"\n")


def wait_for_others(workers):
    """Until so many workers have begun: none gets through its trials before others are there."""
    note("workers.jsonl", pid=os.getpid())
    end = time.monotonic() + 90
    while len({json.loads(line)["pid"] for line in (HERE / "workers.jsonl").read_text().splitlines()}) < workers:
        if time.monotonic() > end:
            raise TimeoutError(f"there are not {workers} workers")
        time.sleep(0.05)


class Slow:
    """Loses 10 % of `x` each step, slowly; that a step begins means that the last report was answered."""

    def setup(self, config):
        wait_for_others(config.get("together", 1))
        self.loss, self.steps, self.reported = 1.0 + config["x"], 0, None
        self.step_seconds = config["step_seconds"]

    def reconfigure(self, config):
        self.setup(config)
        return True

    def step(self):
        if luthier.iteration() == self.reported:
            note("acknowledged.jsonl", trial=luthier.trial_id(), iteration=luthier.iteration())
        note("steps.jsonl", trial=luthier.trial_id(), pid=os.getpid(), iteration=luthier.iteration() + 1)
        time.sleep(self.step_seconds)
        self.loss *= 0.9
        self.steps += 1
        self.reported = luthier.iteration() + 1
        return {"loss": self.loss, "pid": os.getpid()}

    def save(self, directory):
        pathlib.Path(directory, "state.json").write_text(json.dumps([self.loss, self.steps]))

    def load(self, directory):
        self.loss, self.steps = json.loads(pathlib.Path(directory, "state.json").read_text())


def once(config):
    """A trial that does nothing but report."""
    luthier.report(loss=config["x"])


def hundred(config):
    for step in range(100):
        if not luthier.report(loss=config["x"] / (step + 1)):
            return


def fails(config):
    luthier.report(loss=config["x"])
    raise ValueError(f"x is {config['x']}")


def hangs(config):
    """Does not look at anything once it has reported."""
    luthier.report(loss=config["x"])
    time.sleep(120)


def crashes(config):
    """Takes its worker down at the third step."""
    while luthier.iteration() < 5:
        if luthier.iteration() == 2:
            os.kill(os.getpid(), 9)
        luthier.report(loss=config["x"])


def prints(config):
    print("hello from the trial")
    luthier.report(loss=config["x"], gpu=os.environ.get("CUDA_VISIBLE_DEVICES", ""))
