#!/usr/bin/env python3
"""Hypervolume with several objectives: our searchers, Optuna's and pymoo's on the same problems, budgets and seeds.

    ./dev bench objectives [--trials 100 200] [--seeds 10] [--half chosen|held_out|both] [--searchers tpe gp ...]

A line a problem, budget and searcher: the mean over the seeds 1, 2, ... of the hypervolume of the trials, of what is
missing to that of the whole front, and of the latter over what random search misses; less is better. The last lines
are geometric means over the problems. Settings were chosen on the problems of the first half, and only on these.
Optuna's GP needs torch; a peer that is not installed is left out, and the first lines say so. pymoo's NSGA-II has a
population of 20, as ours has: with the default of 100 the first 100 trials would be random. Peers' runs are kept in
build/objectives.jsonl and not repeated.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import math
import os
import subprocess
import sys
from pathlib import Path

from report.kept_runs import KeptRuns

BUILD = Path(os.environ.get("LUTHIER_BUILD", Path(__file__).parents[1] / "build" / "dev"))
OWN = ["random", "auto", "tpe", "gp", "nsga2"]
# What a peer cannot do without; the first is the peer itself.
PEERS = {"optuna_tpe": ["optuna"], "optuna_gp": ["optuna", "torch"], "optuna_nsga2": ["optuna"],
         "pymoo_nsga2": ["pymoo", "moocore"]}
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


def own(benchmark, searcher, trials, seeds):
    command = [BUILD / "bin" / "luthier", "simulate", "--benchmark", benchmark, "--searcher", searcher,
               "-n", str(trials), "--seed", "1", "--seeds", str(seeds), "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(line)["hypervolume"] for line in done.stdout.splitlines()]


def with_optuna(benchmark, searcher, trials, seed):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    _, options = options_of(benchmark)
    sampler = {"optuna_tpe": lambda: optuna.samplers.TPESampler(seed=seed),
               "optuna_gp": lambda: optuna.samplers.GPSampler(seed=seed),
               "optuna_nsga2": lambda: optuna.samplers.NSGAIISampler(seed=seed)}[searcher]()
    study = optuna.create_study(directions=["minimize"] * len(reference_of(benchmark)), sampler=sampler)
    study.optimize(lambda trial: tuple(value_of(benchmark, [
        trial.suggest_float(f"x{i}", 0, 1) for i in range(options["dimension"])])), n_trials=trials)
    return [trial.values for trial in study.best_trials]


def with_pymoo(benchmark, trials, seed):
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import ElementwiseProblem
    from pymoo.optimize import minimize

    _, options = options_of(benchmark)
    found = []

    class Problem(ElementwiseProblem):
        def __init__(self):
            super().__init__(n_var=options["dimension"], n_obj=len(reference_of(benchmark)), xl=0.0, xu=1.0)

        def _evaluate(self, x, out, *args, **kwargs):
            found.append(value_of(benchmark, [float(each) for each in x]))
            out["F"] = found[-1]

    minimize(Problem(), NSGA2(pop_size=20), ("n_eval", trials), seed=seed)
    return found[:trials]


def peer(kept, benchmark, searcher, trials, seeds):
    library = PEERS[searcher][0]
    version = importlib.metadata.version(library)
    values = []
    for seed in range(1, seeds + 1):
        run = kept.find((benchmark, searcher, version, trials, seed))
        if run is None:
            points = (with_optuna(benchmark, searcher, trials, seed) if library == "optuna" else
                      with_pymoo(benchmark, trials, seed))
            run = {"benchmark": benchmark, "searcher": searcher, "version": version, "trials": trials, "seed": seed,
                   "hypervolume": hypervolume(points, reference_of(benchmark))}
            kept.add(run)
        values.append(run["hypervolume"])
    return values


def available(searchers):
    """Those that are installed; says which are not."""
    found = []
    for searcher in searchers:
        missing = [name for name in PEERS.get(searcher, []) if importlib.util.find_spec(name) is None]
        if missing:
            print(f"{searcher} is left out: {missing[0]} is not installed", flush=True)
        else:
            found.append(searcher)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, nargs="+", default=[100, 200])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--half", choices=["chosen", "held_out", "both"], default="both")
    parser.add_argument("--searchers", nargs="+", default=[*OWN, *PEERS])
    arguments = parser.parse_args()
    searchers = available(arguments.searchers)
    problems = {"chosen": CHOSEN, "held_out": HELD_OUT, "both": CHOSEN + HELD_OUT}[arguments.half]
    path = BUILD.parent / "objectives.jsonl"
    path.parent.mkdir(exist_ok=True)
    kept = KeptRuns(path, lambda run: tuple(
        run[key] for key in ("benchmark", "searcher", "version", "trials", "seed")))
    print(f"seeds 1 to {arguments.seeds}\n{'problem':12} {'n':>4} {'searcher':16} {'volume':>9} {'missing':>9} ratio")
    for trials in arguments.trials:
        logs = {}
        for name, benchmark in problems:
            best = whole_front(benchmark)
            of_random = None
            for searcher in ["random", *(each for each in searchers if each != "random")]:
                values = (peer(kept, benchmark, searcher, trials, arguments.seeds) if searcher in PEERS else
                          own(benchmark, searcher, trials, arguments.seeds))
                mean = sum(values) / len(values)
                of_random = best - mean if searcher == "random" else of_random
                ratio = (best - mean) / of_random
                logs.setdefault(searcher, []).append(math.log(ratio))
                print(f"{name:12} {trials:4} {searcher:16} {mean:9.3f} {best - mean:9.3f} {ratio:.3f}", flush=True)
        for searcher, values in logs.items():
            print(f"{'all':12} {trials:4} {searcher:16} {'':9} {'':9} {math.exp(sum(values) / len(values)):.3f}",
                  flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
