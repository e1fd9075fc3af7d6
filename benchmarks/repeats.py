#!/usr/bin/env python3
"""Whether it pays to repeat configurations where losses are noisy: the same number of trials with and without `repeat`.

    ./dev bench repeats [--levels 0.1 0.3] [--functions 1 8 15 20] [--instance 401] [--seeds 10] [--trials 90]

BBOB functions in 5 dimensions with normal noise, a fraction of the function's range. The configuration that is found is
the one with the best mean over all its repeats. A line of JSON for each level and searcher: the mean over the seeds
of its true regret, a fraction of the range, for each function.
"""

import argparse
import collections
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

LUTHIER = Path(os.environ.get("LUTHIER_BUILD", Path(__file__).parents[1] / "build" / "dev")) / "bin" / "luthier"
SEARCHERS = {"tpe": 1, "repeat:times=3,searcher=tpe": 3, "gp": 1, "repeat:times=3,searcher=gp": 3}


def luthier(*words):
    return subprocess.run([LUTHIER, *map(str, words)], check=True, stdout=subprocess.PIPE, text=True).stdout


def found(trials, times):
    """The true value of the configuration with the best mean."""
    repeats = collections.defaultdict(list)
    for trial in trials:
        repeats[json.dumps(trial["config"])].append(trial["metrics"])
    whole = [metrics for metrics in repeats.values() if len(metrics) >= times]
    return min(whole, key=lambda metrics: statistics.mean(each["value"] for each in metrics))[0]["true_value"]


def regret(function, level, searcher, arguments):
    benchmark = f"noise:function={function},level={level},dimension=5,instance={arguments.instance}"
    with tempfile.TemporaryDirectory() as directory:
        luthier("simulate", "--benchmark", benchmark, "--searcher", searcher, "-n", arguments.trials, "--seeds", arguments.seeds,
                "--workers", 4, "--results", directory, "--name", "run")
        return statistics.mean(
            found(map(json.loads, luthier("trials", f"run-{seed}", "--results", directory, "--json").splitlines()), SEARCHERS[searcher])
            for seed in range(arguments.seeds))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--levels", type=float, nargs="+", default=[0.1, 0.3])
    parser.add_argument("--functions", type=int, nargs="+", default=[1, 8, 15, 20])
    parser.add_argument("--instance", type=int, default=401)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--trials", type=int, default=90)
    arguments = parser.parse_args()
    for level in arguments.levels:
        for searcher in SEARCHERS:
            regrets = [round(regret(function, level, searcher, arguments), 3) for function in arguments.functions]
            print(json.dumps({"bench": "repeats", "level": level, "searcher": searcher, "regrets": regrets}), flush=True)


if __name__ == "__main__":
    main()
