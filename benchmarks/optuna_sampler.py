"""Optuna's studies with Luthier's sampler and with Optuna's own: time for a suggestion, and regret.

    ./dev bench optuna_sampler [--trials 100,1000] [--seeds 5] [--only luthier_tpe optuna_tpe]

Prints one JSON line per measurement. `latency`: milliseconds of wall time for all suggestions of a trial with
five parameters, the median of the 20 trials after a history of so many; `cpu` is the same in seconds of both
processes, which other load on the machine disturbs less. `regret`: the best value after so many trials, less the
optimum, of each function and seed.
"""

import argparse
import json
import math
import os
import pathlib
import random
import resource
import statistics
import sys
import time
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
os.environ.setdefault("LUTHIER_PROGRAM", os.path.join(os.environ.get("LUTHIER_BUILD", "build/dev"), "bin", "luthier"))

import optuna  # noqa: E402

from luthier.optuna import LuthierSampler  # noqa: E402

SAMPLERS = {
    "luthier_tpe": lambda seed: LuthierSampler("tpe", seed=seed),
    "luthier_gp": lambda seed: LuthierSampler("gp", seed=seed),
    "luthier_cmaes": lambda seed: LuthierSampler("cmaes", seed=seed),
    "optuna_tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "optuna_tpe_multivariate": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True),
    "optuna_random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
}


def sphere(trial):
    return sum((trial.suggest_float(f"x{i}", -5, 5) - i / 2) ** 2 for i in range(5))


def rosenbrock(trial):
    x = [trial.suggest_float(f"x{i}", -2, 2) for i in range(4)]
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def mixed(trial):
    """Like a training: scales, integers and a choice; 0 at 10^-3, 10^-4, 5, "b"."""
    rate = math.log10(trial.suggest_float("rate", 1e-6, 1, log=True)) + 3
    decay = math.log10(trial.suggest_float("decay", 1e-8, 1e-1, log=True)) + 4
    layers = trial.suggest_int("layers", 1, 12) - 5
    kind = {"a": 1.0, "b": 0.0, "c": 0.5, "d": 2.0}[trial.suggest_categorical("kind", ["a", "b", "c", "d"])]
    return rate ** 2 + 0.3 * (decay - rate) ** 2 + 0.1 * layers ** 2 + kind


def conditional(trial):
    """Three branches with parameters of their own; 0 in the second."""
    kind = trial.suggest_categorical("kind", ["linear", "forest", "net"])
    if kind == "linear":
        return 0.8 + (trial.suggest_float("penalty", 0, 1) - 0.2) ** 2
    if kind == "forest":
        depth = trial.suggest_int("depth", 1, 30) - 17
        return (depth / 10) ** 2 + (trial.suggest_float("share", 0, 1) - 0.7) ** 2
    layers = trial.suggest_int("layers", 1, 4)
    units = [math.log2(trial.suggest_int(f"units{i}", 8, 512, log=True)) - 6 for i in range(layers)]
    return 0.2 + sum(each ** 2 for each in units) / 10 + abs(layers - 2) / 5


FUNCTIONS = {"sphere": sphere, "rosenbrock": rosenbrock, "mixed": mixed, "conditional": conditional}


def study_of(sampler, seed):
    return optuna.create_study(sampler=SAMPLERS[sampler](seed))


def cpu():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    children = pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    ticks = sum(sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
                for pid in children)
    return sum(each.ru_utime + each.ru_stime for each in used) + ticks / os.sysconf("SC_CLK_TCK")


def latency(sampler, history, measured=20):
    study = study_of(sampler, 1)
    draws = random.Random(1)
    distributions = {f"x{i}": optuna.distributions.FloatDistribution(-5, 5) for i in range(5)}
    for _ in range(history):
        params = {name: draws.uniform(-5, 5) for name in distributions}
        study.add_trial(optuna.create_trial(params=params, distributions=distributions,
                                            value=sum(value ** 2 for value in params.values())))
    study.tell(study.ask(distributions), 1.0)  # takes the history in
    times = []
    before = cpu()
    for _ in range(measured):
        begin = time.perf_counter()
        trial = study.ask(distributions)
        times.append(time.perf_counter() - begin)
        study.tell(trial, sum(value ** 2 for value in trial.params.values()))
    return {"measure": "latency", "sampler": sampler, "trials": history, "ms": statistics.median(times) * 1e3,
            "cpu_ms": (cpu() - before) / measured * 1e3}


def regret(sampler, function, seed, trials):
    study = study_of(sampler, seed)
    study.optimize(FUNCTIONS[function], n_trials=trials)
    return {"measure": "regret", "sampler": sampler, "function": function, "seed": seed, "trials": trials,
            "regret": study.best_value}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--trials", default="100,1000", help="histories of which the latency is measured")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--budget", type=int, default=100, help="trials of each run whose regret is measured")
    parser.add_argument("--only", nargs="+", choices=SAMPLERS, default=list(SAMPLERS))
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    for sampler in arguments.only:
        for history in map(int, filter(None, arguments.trials.split(","))):
            print(json.dumps(latency(sampler, history)), flush=True)
    for function in FUNCTIONS:
        for sampler in arguments.only:
            rows = [regret(sampler, function, seed, arguments.budget) for seed in range(arguments.seeds)]
            for row in rows:
                print(json.dumps(row), flush=True)
            print(f"{function:12} {sampler:24} median regret {statistics.median(row['regret'] for row in rows):.4g}",
                  file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
