#!/usr/bin/env python3
"""What priors give where they are right and cost where they are wrong: trials to a target, on BBOB functions.

    ./dev bench priors [--searchers tpe gp auto] [--functions 6 10 14 20] [--instances 41-45] [--seeds 10]

The target of a function and instance is the median over the seeds of the best loss after 60 trials without priors. A
right prior names a point within a tenth of the range of the optimum along each axis; a wrong one names the corner
that is farthest from it. A line of JSON for each searcher and function, then one for all functions of a searcher:
the median number of trials to the target over instances and seeds (121: not within 120), and the regret after 60 trials
divided by that without priors (geometric mean). Constants were chosen on functions 1, 2, 8, 12 and 15, instances 31-33.
"""

import argparse
import json
import math
import os
import random
import statistics
import subprocess
from pathlib import Path

import ioh

LUTHIER = Path(os.environ.get("LUTHIER_BUILD", Path(__file__).parents[1] / "build" / "dev")) / "bin" / "luthier"
DIMENSION, TRIALS, BUDGET = 5, 60, 120
FLOOR = 1e-9  # of a regret


def beliefs(function, instance, kind):
    optimum = ioh.get_problem(function, instance, DIMENSION, ioh.ProblemClass.BBOB).optimum.x
    numbers = random.Random(f"{function} {instance}")
    near = [min(5, max(-5, x + numbers.uniform(-1, 1))) for x in optimum]
    far = [-5 if x > 0 else 5 for x in optimum]
    values = {"none": [], "right": near, "wrong": far}[kind]
    return [word for i, x in enumerate(values) for word in ("--prior", f"x{i} ~ {x:.6f}")]


def regrets(searcher, function, instance, kind, seeds):
    """For each seed, the regret of the best of the first 1, 2, ... trials."""
    words = [str(LUTHIER), "simulate", "--benchmark", f"bbob:function={function},dimension={DIMENSION},instance={instance}",
             "--searcher", searcher, "-n", str(BUDGET), "--seed", "1", "--seeds", str(seeds), "--json",
             *beliefs(function, instance, kind)]
    runs = []
    for line in subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
        run = json.loads(line)
        best, curve = math.inf, {trials: best for _, trials, _, best in run["curve"] if best is not None}
        runs.append([best := min(best, curve.get(trial, math.inf)) for trial in range(1, BUDGET + 1)])
        runs[-1] = [max(FLOOR, value - run["optimum"]) for value in runs[-1]]
    return runs


def trials_to(target, run):
    return next((trial for trial, regret in enumerate(run, 1) if regret <= target), BUDGET + 1)


def measure(searcher, function, instances, seeds):
    trials, ratios = {"none": [], "right": [], "wrong": []}, {"right": [], "wrong": []}
    for instance in instances:
        runs = {kind: regrets(searcher, function, instance, kind, seeds) for kind in trials}
        target = statistics.median(run[TRIALS - 1] for run in runs["none"])
        for kind, of_kind in runs.items():
            trials[kind] += [trials_to(target, run) for run in of_kind]
            if kind != "none":
                ratios[kind] += [math.log(run[TRIALS - 1] / none[TRIALS - 1]) for run, none in zip(of_kind, runs["none"])]
    return trials, ratios


def line(searcher, functions, trials, ratios):
    return json.dumps({"bench": "priors", "searcher": searcher, "functions": functions,
                       "trials": {kind: statistics.median(each) for kind, each in trials.items()},
                       "regret_over_none": {kind: round(math.exp(statistics.fmean(each)), 3)
                                            for kind, each in ratios.items()}})


def span(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--searchers", nargs="+", default=["tpe", "gp", "auto"])
    parser.add_argument("--functions", nargs="+", type=int, default=[6, 10, 14, 20])
    parser.add_argument("--instances", type=span, default=range(41, 46), metavar="A-B")
    parser.add_argument("--seeds", type=int, default=10)
    arguments = parser.parse_args()
    for searcher in arguments.searchers:
        all_trials, all_ratios = {}, {}
        for function in arguments.functions:
            trials, ratios = measure(searcher, function, arguments.instances, arguments.seeds)
            print(line(searcher, [function], trials, ratios), flush=True)
            for every, some in ((all_trials, trials), (all_ratios, ratios)):
                for kind, values in some.items():
                    every.setdefault(kind, []).extend(values)
        print(line(searcher, arguments.functions, all_trials, all_ratios), flush=True)


if __name__ == "__main__":
    main()
