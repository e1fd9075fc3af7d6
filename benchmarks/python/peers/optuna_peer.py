"""Optuna in memory; prints one JSON line: rates. Argument: trials."""

import json
import sys
import threading
import time

import optuna

count = int(sys.argv[1])
optuna.logging.set_verbosity(optuna.logging.ERROR)


def study(**options):
    return optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1), **options)


def rate(work, done):
    begun = time.monotonic()
    work()
    return done / (time.monotonic() - begun)


def optimize():
    study().optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=count, n_jobs=2)  # threads


def ask_and_tell():
    asked = study()
    for _ in range(count):
        trial = asked.ask()
        asked.tell(trial, trial.suggest_float("x", 0, 1))


def report():
    """Four trials in threads that report and ask whether to continue."""
    reporting = study(pruner=optuna.pruners.NopPruner())

    def train():
        trial = reporting.ask()
        for step in range(count // 4):
            trial.report(0.5, step)
            trial.should_prune()
        reporting.tell(trial, 0.5)

    threads = [threading.Thread(target=train) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


print(json.dumps({"trials": rate(optimize, count), "ask_and_tell": rate(ask_and_tell, count),
                  "results": rate(report, count // 4 * 4)}))
