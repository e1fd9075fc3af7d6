#!/usr/bin/env python3
"""What related tasks give where they are like this one and cost where they are not: trials to a target.

    ./dev bench related [--searchers tpe gp auto] [--functions 6 10 14 20] [--instances 41-43] [--seeds 5]
                        [--tasks 189906 3945 7593]

BBOB functions in 5-D. The target of a function and instance is the median over the seeds of the best loss after 60 trials
without related tasks. A related task is an earlier experiment of 60 trials with tpe. A good one is on the same function, its
optimum moved by up to a tenth of the range along each axis; a wrong one is on another function with its optimum elsewhere; a
mirrored one is on the same function with its optimum on the opposite side; mixed ones are a good one between two wrong ones.
LCBench tasks: the validation accuracy of the whole training; the earlier experiment is on another one of the tasks ("good"), or
on the same with its order reversed ("wrong"). A line of JSON for each searcher and function or task, then one for all: the median
number of trials to the target over instances and seeds (121: not within 120), and the regret after 60 trials divided by that
without related tasks (geometric mean). Constants were chosen on functions 1, 2, 8, 12 and 15, instances 31-33, and on the tasks
167168 and 189873.
"""

import argparse
import json
import math
import os
import random
import statistics
import subprocess
import tempfile
from pathlib import Path

from priors import BUDGET, DIMENSION, FLOOR, LUTHIER, TRIALS, span, trials_to

TABLE = Path(__file__).parent / "data" / "lcbench.json"
ALL_TASKS = ["167168", "189873", "189906", "3945", "7593"]
EARLIER_SEED = 500


def simulated(benchmark, searcher, trials, seed, *words):
    command = [str(LUTHIER), "simulate", *benchmark, "--searcher", searcher, "-n", str(trials), "--seed", str(seed), "--json", *words]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def bbob(function, instance):
    return ["--benchmark", f"bbob:function={function},dimension={DIMENSION},instance={instance}"]


def lcbench(task):
    return ["--benchmark", str(TABLE), "--task", task]


class Earlier:
    """Results of earlier experiments, as files for --related."""

    def __init__(self, home):
        self.home, self.files = home, 0

    def trials(self, benchmark, seed):
        name = f"earlier{self.files}"
        self.files += 1
        simulated(benchmark, "tpe", TRIALS, EARLIER_SEED + seed, "--results", str(self.home), "--name", name)
        words = [str(LUTHIER), "trials", f"{name}-{EARLIER_SEED + seed}", "--results", str(self.home), "--json"]
        lines = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        return [json.loads(line) for line in lines]

    def file(self, trials):
        path = self.home / f"related{self.files}.jsonl"
        self.files += 1
        path.write_text("".join(json.dumps(trial) + "\n" for trial in trials))
        return ["--related", str(path)]

    def moved(self, function, instance, seed, sign=1, reach=0.0):
        numbers = random.Random(f"{function} {instance} {seed}")
        shifts = [numbers.uniform(-reach, reach) for _ in range(DIMENSION)]
        trials = self.trials(bbob(function, instance), seed)
        for trial in trials:
            trial["config"] = {f"x{i}": min(4.999, max(-5.0, sign * trial["config"][f"x{i}"] + shifts[i]))
                               for i in range(DIMENSION)}
        return self.file(trials)

    def on_function(self, function, instance, seed):
        other, another = function % 24 + 1, (function + 6) % 24 + 1
        good = self.moved(function, instance, seed, reach=1.0)
        wrong = self.moved(other, instance + 400, seed)
        return {"none": [], "good": good, "wrong": wrong, "mirrored": self.moved(function, instance, seed, sign=-1),
                "mixed": [*wrong, *good, *self.moved(another, instance + 300, seed)]}

    def on_task(self, task, seed):
        other = ALL_TASKS[(ALL_TASKS.index(task) + 1) % len(ALL_TASKS)]
        worst = self.trials(lcbench(task), seed)
        for trial in worst:
            trial["best"] = -trial["best"]
        return {"none": [], "good": self.file(self.trials(lcbench(other), seed)), "wrong": self.file(worst)}


def regrets(run, mode):
    best, curve = None, {trials: best for _, trials, _, best in run["curve"] if best is not None}
    out = []
    for trial in range(1, BUDGET + 1):
        best = curve.get(trial, best)
        out.append(math.inf if best is None else max(FLOOR, (best - run["optimum"]) * mode))
    return out


def measure(searcher, places, seeds, beliefs):
    """`places`: benchmarks with the direction of their objective; `beliefs(place, seed)`: words by kind."""
    trials, ratios = {}, {}
    for place, benchmark, mode in places:
        runs = {}
        for seed in range(1, seeds + 1):
            for kind, words in beliefs(place, seed).items():
                runs.setdefault(kind, []).append(regrets(simulated(benchmark, searcher, BUDGET, seed, *words), mode))
        target = statistics.median(run[TRIALS - 1] for run in runs["none"])
        for kind, of_kind in runs.items():
            trials.setdefault(kind, []).extend(trials_to(target, run) for run in of_kind)
            if kind != "none":
                ratios.setdefault(kind, []).extend(math.log(run[TRIALS - 1] / none[TRIALS - 1])
                                                   for run, none in zip(of_kind, runs["none"]))
    return trials, ratios


def line(searcher, where, trials, ratios):
    return json.dumps({"bench": "related", "searcher": searcher, **where,
                       "trials": {kind: statistics.median(each) for kind, each in trials.items()},
                       "regret_over_none": {kind: round(math.exp(statistics.fmean(each)), 3) for kind, each in ratios.items()}})


def report(searcher, groups, seeds, beliefs):
    all_trials, all_ratios = {}, {}
    for where, places in groups:
        trials, ratios = measure(searcher, places, seeds, beliefs)
        print(line(searcher, where, trials, ratios), flush=True)
        for every, some in ((all_trials, trials), (all_ratios, ratios)):
            for kind, values in some.items():
                every.setdefault(kind, []).extend(values)
    if len(groups) > 1:
        print(line(searcher, {"all": len(groups)}, all_trials, all_ratios), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--searchers", nargs="+", default=["tpe", "gp", "auto"])
    parser.add_argument("--functions", nargs="*", type=int, default=[6, 10, 14, 20])
    parser.add_argument("--instances", type=span, default=range(41, 44), metavar="A-B")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--tasks", nargs="*", default=["189906", "3945", "7593"])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        earlier = Earlier(Path(home))
        functions = [({"function": function}, [((function, instance), bbob(function, instance), 1)
                                               for instance in arguments.instances]) for function in arguments.functions]
        tasks = [({"task": task}, [(task, lcbench(task), -1)]) for task in arguments.tasks]
        for searcher in arguments.searchers:
            if functions:
                report(searcher, functions, arguments.seeds, lambda place, seed: earlier.on_function(*place, seed))
            if tasks:
                report(searcher, tasks, arguments.seeds, earlier.on_task)


if __name__ == "__main__":
    main()
