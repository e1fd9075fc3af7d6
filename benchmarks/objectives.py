#!/usr/bin/env python3
"""Hypervolume with several objectives: our searchers and Optuna's on the same problems, budgets and seeds.

    .venv/bin/python benchmarks/objectives.py LUTHIER [--trials 100 200] [--seeds 10] [--half chosen|held_out|both]

A line a problem, budget and searcher: the mean over the seeds of the hypervolume that is missing (that of the
whole front less that of the trials), over what random search misses; less is better. The last lines are geometric
means over the problems. Settings were chosen on the problems of the first half, and only on these.
"""

import argparse
import json
import math
import subprocess
import sys

OWN = ["random", "tpe", "gp", "nsga2"]
PEERS = ["optuna_tpe", "optuna_nsga2"]
# (name, benchmark)
CHOSEN = [("zdt1-10", "zdt:function=1,dimension=10"), ("dtlz2-3-8", "dtlz2:objectives=3,dimension=8")]
HELD_OUT = [("zdt2-10", "zdt:function=2,dimension=10"), ("zdt3-10", "zdt:function=3,dimension=10"),
            ("zdt1-30", "zdt:function=1,dimension=30"), ("dtlz2-2-12", "dtlz2:objectives=2,dimension=12")]


def options_of(benchmark):
    name, _, text = benchmark.partition(":")
    return name, {key: int(value) for key, value in (part.split("=") for part in text.split(","))}


def value_of(benchmark, x):
    """The functions of src/laboratory/simulation/benchmarks/multi_objective_functions.cc, for the peers."""
    name, options = options_of(benchmark)
    if name == "zdt":
        g = 1 + 9 * sum(x[1:]) / (len(x) - 1)
        share = x[0] / g
        second = {1: 1 - math.sqrt(share), 2: 1 - share**2,
                  3: 1 - math.sqrt(share) - share * math.sin(10 * math.pi * x[0])}[options["function"]]
        return [x[0], g * second]
    objectives = options["objectives"]
    values = [1 + sum((each - 0.5) ** 2 for each in x[objectives - 1:])] * objectives
    for i in range(objectives):
        for angle in x[:objectives - 1 - i]:
            values[i] *= math.cos(angle * math.pi / 2)
        if i > 0:
            values[i] *= math.sin(x[objectives - 1 - i] * math.pi / 2)
    return values


def reference_of(benchmark):
    name, options = options_of(benchmark)
    return [11.0, 11.0] if name == "zdt" else [2.5] * options["objectives"]


def hypervolume(points, reference):
    """By slices along the last objective, exact."""
    points = [p for p in points if all(a < b for a, b in zip(p, reference))]
    if len(reference) == 1:
        return reference[0] - min(p[0] for p in points) if points else 0.0
    points.sort(key=lambda p: p[-1])
    total = 0.0
    for i, point in enumerate(points):
        top = points[i + 1][-1] if i + 1 < len(points) else reference[-1]
        if top > point[-1]:
            total += (top - point[-1]) * hypervolume([p[:-1] for p in points[:i + 1]], reference[:-1])
    return total


def whole_front(benchmark):
    """The hypervolume of the front itself."""
    name, options = options_of(benchmark)
    reference = reference_of(benchmark)
    if name == "zdt":
        steps = 20000
        return hypervolume_of_curve([value_of(benchmark, [i / steps] + [0.0] * (options["dimension"] - 1))
                                     for i in range(steps + 1)], reference)
    objectives = options["objectives"]
    ball = math.pi ** (objectives / 2) / math.gamma(objectives / 2 + 1) / 2**objectives
    return reference[0] ** objectives - ball


def hypervolume_of_curve(points, reference):
    total, ceiling = 0.0, reference[1]
    for f1, f2 in sorted(points):
        if f2 < ceiling:
            total += (reference[0] - f1) * (ceiling - f2)
            ceiling = f2
    return total


def own(luthier, benchmark, searcher, trials, seeds):
    command = [luthier, "simulate", "--benchmark", benchmark, "--searcher", searcher, "-n", str(trials), "--seed", "1",
               "--seeds", str(seeds), "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(line)["hypervolume"] for line in done.stdout.splitlines()]


def peer(benchmark, searcher, trials, seeds):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    _, options = options_of(benchmark)
    results = []
    for seed in range(1, seeds + 1):
        sampler = {"optuna_tpe": lambda: optuna.samplers.TPESampler(seed=seed),
                   "optuna_tpe_multivariate": lambda: optuna.samplers.TPESampler(seed=seed, multivariate=True),
                   "optuna_nsga2": lambda: optuna.samplers.NSGAIISampler(seed=seed)}[searcher]()
        study = optuna.create_study(directions=["minimize"] * len(reference_of(benchmark)), sampler=sampler)
        study.optimize(lambda trial: tuple(value_of(benchmark, [
            trial.suggest_float(f"x{i}", 0, 1) for i in range(options["dimension"])])), n_trials=trials)
        results.append(hypervolume([trial.values for trial in study.best_trials], reference_of(benchmark)))
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("luthier")
    parser.add_argument("--trials", type=int, nargs="+", default=[100, 200])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--half", choices=["chosen", "held_out", "both"], default="both")
    parser.add_argument("--searchers", nargs="+", default=OWN + PEERS)
    arguments = parser.parse_args()
    problems = {"chosen": CHOSEN, "held_out": HELD_OUT, "both": CHOSEN + HELD_OUT}[arguments.half]
    for trials in arguments.trials:
        logs = {searcher: [] for searcher in arguments.searchers}
        for name, benchmark in problems:
            best = whole_front(benchmark)
            missed = {}
            for searcher in ["random", *(each for each in arguments.searchers if each != "random")]:
                values = (peer(benchmark, searcher, trials, arguments.seeds) if searcher.startswith("optuna") else
                          own(arguments.luthier, benchmark, searcher, trials, arguments.seeds))
                missed[searcher] = sum(best - value for value in values) / len(values)
                ratio = missed[searcher] / missed["random"]
                logs.setdefault(searcher, []).append(math.log(ratio))
                print(f"{name:12} {trials:4} {searcher:24} {missed[searcher]:8.3f}  {ratio:.3f}", flush=True)
        for searcher, values in logs.items():
            print(f"{'all':12} {trials:4} {searcher:24} {'':8}  {math.exp(sum(values) / len(values)):.3f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
