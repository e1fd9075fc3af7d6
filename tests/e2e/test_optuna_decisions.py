"""Schedulers decide as Optuna's pruners do, given the same curves.

Luthier treats infinities as NaN (docs/schedulers.md, "Compared with Optuna"), so curves hold no infinity.
"""

import math
import warnings

import optuna
import pytest
from decisions import FULL, Decider, Trace

TRACES = 3_000 if FULL else 150
optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")


def successive_halving(rng):
    theirs = {
        "min_resource": rng.choice([1, 2, 4, "auto"]),
        "reduction_factor": rng.choice([2, 3, 4]),
        "min_early_stopping_rate": rng.choice([0, 0, 1, 2]),
    }
    if theirs["min_resource"] != "auto":
        theirs["bootstrap_count"] = rng.choice([0, 0, 3])
    ours = {name: value for name, value in theirs.items() if value != "auto"}
    return ours, optuna.pruners.SuccessiveHalvingPruner(**theirs)


def check_times(rng):
    return rng.choice([0, 3, 7]), rng.choice([1, 2, 5])


def percentile(rng):
    warmup, interval = check_times(rng)
    share, startup, enough = rng.choice([10.0, 25.0, 50.0, 80.0]), rng.choice([0, 1, 5]), rng.choice([1, 4])
    ours = {"percentile": share, "startup_trials": startup, "warmup": warmup, "interval": interval, "min_trials": enough}
    return ours, optuna.pruners.PercentilePruner(share, startup, warmup, interval, n_min_trials=enough)


def threshold(rng):
    warmup, interval = check_times(rng)
    bounds = rng.choice([{"lower": 0.2}, {"upper": 0.8}, {"lower": 0.1, "upper": 0.7}])
    pruner = optuna.pruners.ThresholdPruner(**bounds, n_warmup_steps=warmup, interval_steps=interval)
    return {**bounds, "warmup": warmup, "interval": interval}, pruner


def patient(rng):
    options = {"patience": rng.choice([0, 1, 5]), "min_delta": rng.choice([0.0, 0.05])}
    return options, optuna.pruners.PatientPruner(None, **options)


def wilcoxon(rng):
    share, startup = rng.choice([0.05, 0.1, 0.25, 0.5]), rng.choice([0, 2, 6])
    ours = {"p_threshold": share, "startup_instances": startup}
    return ours, optuna.pruners.WilcoxonPruner(p_threshold=share, n_startup_steps=startup)


RULES = {each.__name__: each for each in (successive_halving, percentile, threshold, patient, wilcoxon)}


def race(decider, name, seed):
    trace = Trace(seed, with_nan=False)
    if name not in ("patient", "wilcoxon"):  # NaN is worse than every number there; to Optuna it says nothing
        trace.nan = trace.rng.choice([0, 0, 0.1])
    trace.trials = min(trace.trials, 13)
    options, pruner = RULES[name](trace.rng)
    study = optuna.create_study(direction="maximize" if trace.mode == "max" else "minimize", pruner=pruner)
    trials = [study.ask() for _ in range(trace.trials)]
    decider.start(name, options, trace.mode, trace.trials, seed)
    running, last, decisions = list(range(trace.trials)), [0] * trace.trials, 0
    reported = [[] for _ in range(trace.trials)]
    while running:
        trial = trace.rng.choice(running)
        if last[trial] >= trace.end:
            running.remove(trial)
            study.tell(trials[trial], values=sum(reported[trial]) / len(reported[trial]) if name == "wilcoxon" else 0.0)
            decider.ask(complete=trial)
            continue
        last[trial] += trace.step()
        value = trace.value(trial, last[trial])
        value = math.nan if not math.isfinite(value) else value
        ours = decider.report(trial, last[trial], value)
        trials[trial].report(value, last[trial])
        reported[trial].append(value)
        prunes = trials[trial].should_prune()
        decisions += 1
        assert (ours["decision"] == "stop") == prunes, (seed, trial, last[trial], value, ours)
        if prunes:
            running.remove(trial)
            study.tell(trials[trial], state=optuna.trial.TrialState.PRUNED)
    return decisions


@pytest.mark.parametrize("name", RULES)
def test_decides_as_optuna(name):
    with Decider() as decider:
        decisions = sum(race(decider, name, seed) for seed in range(TRACES))
    print(f"{name}: {decisions} decisions of {TRACES} traces agree")
    assert decisions > 5 * TRACES
