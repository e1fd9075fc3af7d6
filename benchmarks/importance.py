#!/usr/bin/env python3
"""`luthier importance` compared with Optuna's importance evaluators on the same trials.

    ./dev bench importance [--trials 1000] [--seeds 3] [--only spread valley]

Prints one JSON line per function and method. Times are processor seconds: `luthier` and `peers` of the shares alone, of
trials in memory (`evaluate` of the peer); `command` of the whole of `luthier importance`, which also starts, reads the
stored experiment, and computes intervals. `difference` is the largest
difference between the shares of a parameter, and `spread` twice the largest standard deviation of the peer's own shares:
over the seeds of the forest for fANOVA, over other random trials for PED-ANOVA, which has no seed.
`difference_of_ranges` leaves out the choice, which PED-ANOVA smooths in another way here (docs/importance.md).

Both see 12 parameters. Optuna gets the logarithm of those with a logarithmic range, because its fANOVA averages such a
range linearly.
"""

import argparse
import json
import math
import os
import pathlib
import random
import statistics
import subprocess
import tempfile
import time
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator

LUTHIER = str(pathlib.Path(os.environ.get("LUTHIER_BUILD", "build/dev")) / "bin" / "luthier")
KINDS = ["a", "b", "c", "d"]


class Parameter:
    def __init__(self, name, text, draw, distribution, shown=lambda value: value):
        self.name, self.text, self.draw, self.distribution, self.shown = name, text, draw, distribution, shown


def real(name):
    return Parameter(name, "uniform(0, 1)", lambda rng: rng.random(), FloatDistribution(0, 1))


def rate(name):
    return Parameter(name, "loguniform(1e-5, 1e-1)", lambda rng: 10 ** rng.uniform(-5, -1),
                     FloatDistribution(-5, -1), math.log10)


def whole(name):
    return Parameter(name, "randint(1, 17)", lambda rng: rng.randint(1, 16), IntDistribution(1, 16))


def kind(name):
    return Parameter(name, "choice('a', 'b', 'c', 'd')", lambda rng: rng.choice(KINDS), CategoricalDistribution(KINDS))


PARAMETERS = [*(real(f"x{i}") for i in range(6)), *(rate(f"r{i}") for i in range(3)),
              *(whole(f"n{i}") for i in range(2)), kind("k")]


def spread(config):
    """Falling weights on every kind of range."""
    scaled = [config["x0"], (math.log10(config["r0"]) + 5) / 4, (config["n0"] - 1) / 15, KINDS.index(config["k"]) / 3]
    return sum(weight * part for weight, part in zip((4, 3, 2, 1), scaled)) + 0.5 * config["x1"]


def valley(config):
    """A valley in a logarithm, an interaction and weak rest."""
    return ((math.log10(config["r0"]) + 3) ** 2 + 4 * (config["x0"] - 0.5) * (config["x1"] - 0.5)
            + 0.05 * config["n0"] + 0.3 * (config["k"] == "c"))


FUNCTIONS = {"spread": spread, "valley": valley}


def draw_trials(function, count, seed):
    rng = random.Random(seed)
    configs = [{each.name: each.draw(rng) for each in PARAMETERS} for _ in range(count)]
    return [(config, function(config)) for config in configs]


def study_of(trials):
    study = optuna.create_study()
    distributions = {each.name: each.distribution for each in PARAMETERS}
    study.add_trials([optuna.trial.create_trial(
        params={each.name: each.shown(config[each.name]) for each in PARAMETERS}, distributions=distributions, value=value)
        for config, value in trials])
    return study


def store(trials, results):
    """An experiment whose trials are known results, and one that ran."""
    known = results / "known.jsonl"
    known.write_text("".join(json.dumps({"config": config, "metrics": {"loss": value}}) + "\n" for config, value in trials))
    words = [LUTHIER, "run", "-q", "--results", results, "--name", "known", "--min", "loss", "-n", "1", "--searcher", "random",
             "--known", known]
    for each in PARAMETERS:
        words += ["-p", f"{each.name}={each.text}"]
    subprocess.run([*map(str, words), "--", "sh", "-c", "echo loss=1"], check=True, capture_output=True)


def ask_luthier(results, method, seed):
    """The shares, and the processor seconds of the command."""
    words = [LUTHIER, "importance", "known", "--results", results, "--method", method, "--seed", seed, "--json", "--where",
             'proposed_by == "known"']
    before = os.times()
    done = subprocess.run(list(map(str, words)), check=True, capture_output=True, text=True)
    after = os.times()
    report = json.loads(done.stdout)
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    return {each["parameter"]: each["share"] for each in report["parameters"]}, seconds


def time_luthier(results, method):
    """Processor seconds of the shares alone."""
    words = [pathlib.Path(LUTHIER).parent / "bench_importance", results / "known", method]
    done = subprocess.run(list(map(str, words)), check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["seconds"]


def ask_optuna(study, method, seed):
    evaluator = FanovaImportanceEvaluator(n_trees=64, seed=seed) if method == "fanova" else PedAnovaImportanceEvaluator()
    before = time.process_time()
    shares = evaluator.evaluate(study)
    seconds = time.process_time() - before
    whole_share = 1 if method == "fanova" else sum(shares.values())
    return {name: share / whole_share for name, share in shares.items()}, seconds


def largest(numbers):
    return round(max(numbers), 4)


def compare(name, method, options):
    function = FUNCTIONS[name]
    trials = draw_trials(function, options.trials, 0)
    study = study_of(trials)
    ours, peers = [], []
    with tempfile.TemporaryDirectory() as results:
        store(trials, pathlib.Path(results))
        luthier_s = time_luthier(pathlib.Path(results), method)
        for seed in range(options.seeds):
            ours.append(ask_luthier(results, method, seed))
            same = method == "fanova" or seed == 0
            peers.append(ask_optuna(study if same else study_of(draw_trials(function, options.trials, seed)), method, seed))
    names = [each.name for each in PARAMETERS]
    # PED-ANOVA has no seed: only the first study holds the same trials.
    middle = {each: statistics.mean(shares[each] for shares, _ in (peers if method == "fanova" else peers[:1])) for each in names}
    command_s = statistics.median(seconds for _, seconds in ours)
    peer_s = statistics.median(seconds for _, seconds in peers)
    mean_share = {each: statistics.mean(shares[each] for shares, _ in ours) for each in names}
    print(json.dumps({
        "bench": f"importance {name} {method}", "unit": "s", "trials": options.trials, "parameters": len(names),
        "luthier": round(luthier_s, 5), "peers": {"optuna": round(peer_s, 4)}, "ratios": {"optuna": round(peer_s / luthier_s, 1)},
        "command": round(command_s, 4),
        "difference": largest(abs(mean_share[each] - middle[each]) for each in names),
        "spread": largest(2 * statistics.stdev(shares[each] for shares, _ in peers) for each in names),
        "difference_of_ranges": difference_of_ranges(mean_share, middle),
        "same_order": ranked(mean_share) == ranked(middle),
        "shares": {each: [round(mean_share[each], 4), round(middle[each], 4)] for each in ranked(mean_share)}}), flush=True)


def difference_of_ranges(ours, peers):
    """The same between the parts that parameters have of all but the choices, which both smooth in their own way."""
    names = [each.name for each in PARAMETERS if not isinstance(each.distribution, CategoricalDistribution)]
    parts = [{each: shares[each] / sum(shares[name] for name in names) for each in names} for shares in (ours, peers)]
    return largest(abs(parts[0][each] - parts[1][each]) for each in names)


def ranked(shares, least=0.02):
    """Names of shares that are more than noise, the largest first."""
    return sorted((name for name, share in shares.items() if share > least), key=lambda name: -shares[name])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=3, help="at least 2")
    parser.add_argument("--only", nargs="+", choices=FUNCTIONS, default=list(FUNCTIONS))
    parser.add_argument("--methods", nargs="+", choices=["fanova", "ped_anova"], default=["fanova", "ped_anova"])
    parser.add_argument("--json", action="store_true", help="for symmetry; the output is always JSON")
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    for name in options.only:
        for method in options.methods:
            compare(name, method, options)


if __name__ == "__main__":
    main()
