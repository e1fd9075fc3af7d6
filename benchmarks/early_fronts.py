#!/usr/bin/env python3
"""Early stopping with two objectives: does it reach the hypervolume of full training with at most half of the epochs?

    ./dev bench early_fronts [--tables FILE.json ...] [--seeds 10] [--trials 100] [--searcher random]

Full training trains `--trials` configurations to the end. Each scheduler trains the same configurations ("same"), and
then as many as it can with half of the epochs of full training ("half"). Only the last results of trials that were
trained to the end count. The hypervolume is that of their values scaled so that 0 is the best final value of the
table and 1, the reference point, the median final value. A line of JSON for each table, pair of objectives and
scheduler: the mean of the hypervolume over that of full training with the same seed, with a 95% interval of a bootstrap
over seeds and tasks, and the mean fraction of full training's epochs. Nothing was chosen on these numbers.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

import numpy as np

LUTHIER = pathlib.Path(os.environ.get("LUTHIER_BUILD", pathlib.Path(__file__).parents[1] / "build" / "dev")) / "bin" / "luthier"
LCBENCH = pathlib.Path(__file__).parent / "data" / "lcbench.json"
PAIRS = {"lcbench": [[("max", "val_accuracy"), ("min", "val_cross_entropy")], [("min", "val_cross_entropy"), ("min", "time_s")]],
         "taskset": [[("min", "train_loss"), ("min", "valid_loss")]]}
SCHEDULERS = ["asha:max_t={steps}", "asha:mode=promote,max_t={steps}", "median_stopping"]
DRAWS = 2000


def luthier(*words):
    done = subprocess.run([LUTHIER, *map(str, words)], check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


class Problem:
    """A task of a table with two objectives."""

    def __init__(self, index, task, pair):
        described = json.loads(index.read_text())
        self.index, self.task, self.pair = index, task, pair
        self.steps = described["steps"]["last"] - described["steps"]["first"] + 1
        shape = (len(described["tasks"]), described["configurations"], self.steps, len(described["metrics"]))
        values = np.memmap(index.with_suffix(".bin"), "<f4", "r", shape=shape)[described["tasks"].index(task), :, -1]
        final = np.array([self.losses({name: row[described["metrics"].index(name)] for _, name in pair}) for row in values])
        final = final[np.isfinite(final).all(axis=1)]
        self.best, self.reference = final.min(axis=0), np.median(final, axis=0)

    def losses(self, metrics):
        return [float(metrics[name]) * (-1 if mode == "max" else 1) for mode, name in self.pair]

    def hypervolume(self, points):
        area, ceiling = 0.0, 1.0
        for first, second in sorted(map(tuple, (np.array(points).reshape(-1, 2) - self.best) / (self.reference - self.best))):
            if first < 1 and second < ceiling:
                area += (1 - first) * (ceiling - second)
                ceiling = second
        return area

    def run(self, scheduler, searcher, trials, seed):
        """The hypervolume of the trials that were trained to the end, and the epochs of all."""
        with tempfile.TemporaryDirectory() as directory:
            [line] = luthier(
                "simulate", "--benchmark", self.index, "--task", self.task, "--scheduler", scheduler.format(steps=self.steps),
                "--searcher", searcher, "--workers", 8, "-n", trials, "--seed", seed, "--results", directory, "--name", "run",
                *(word for mode, name in self.pair for word in (f"--{mode}", name)), "--json")
            table = luthier("trials", f"run-{seed}", "--results", directory, "--json")
        whole = [self.losses(trial["metrics"]) for trial in table if trial["iterations"] == self.steps]
        whole = [losses for losses in whole if np.isfinite(losses).all()]
        return self.hypervolume(whole), line["curve"][-1][2] if "curve" in line else sum(trial["iterations"] for trial in table)

    def run_within(self, epochs, scheduler, searcher, trials, seed):
        """Of a few runs, the one with the most trials that needs at most so many epochs. `trials`: where to begin."""
        found, least, most = (0.0, 0), 0, None
        for _ in range(4):
            volume, used = self.run(scheduler, searcher, trials, seed)
            if used <= epochs:
                least, found = trials, max(found, (volume, used), key=lambda each: each[1])
            else:
                most = trials
            if 0.97 * epochs <= found[1]:
                break
            guess = int(trials * 0.99 * epochs / max(used, 1))
            trials = guess if guess > least and (most is None or guess < most) else (least + (most or 2 * least)) // 2
        return found


def bootstrap(ratios):
    draws = np.random.default_rng(1).integers(0, len(ratios), (DRAWS, len(ratios)))
    return np.quantile(np.array(ratios)[draws].mean(axis=1), [0.025, 0.975])


def measure(index, pair, arguments):
    described = json.loads(index.read_text())
    found = {}
    for task in described["tasks"]:
        problem = Problem(index, task, pair)
        for seed in range(arguments.seeds):
            full, epochs = problem.run("fifo", arguments.searcher, arguments.trials, seed)
            for scheduler in SCHEDULERS:
                same = problem.run(scheduler, arguments.searcher, arguments.trials, seed)
                begin = int(arguments.trials * 0.45 * epochs / same[1])
                half = problem.run_within(epochs / 2, scheduler, arguments.searcher, begin, seed)
                for kind, (volume, used) in {"same": same, "half": half}.items():
                    found.setdefault((scheduler, kind), []).append((volume / full, used / epochs))
    for (scheduler, kind), runs in found.items():
        ratios, shares = zip(*runs)
        low, high = bootstrap(ratios)
        print(json.dumps({"bench": "early_fronts", "table": described["name"], "objectives": [name for _, name in pair],
                          "scheduler": scheduler, "searcher": arguments.searcher, "trials": kind,
                          "hypervolume": round(float(np.mean(ratios)), 3), "low": round(float(low), 3),
                          "high": round(float(high), 3), "epochs": round(float(np.mean(shares)), 3)}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", nargs="+", type=pathlib.Path, default=[LCBENCH])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--searcher", default="random")
    arguments = parser.parse_args()
    for index in arguments.tables:
        for pair in PAIRS[json.loads(index.read_text())["name"]]:
            measure(index, pair, arguments)


if __name__ == "__main__":
    main()
