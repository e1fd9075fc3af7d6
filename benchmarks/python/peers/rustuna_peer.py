"""Rustuna in memory; prints one JSON line: rates. Argument: trials."""

import json
import sys
import time

import rustuna

count = int(sys.argv[1])


def rate(work):
    begun = time.monotonic()
    work(rustuna.create_study(storage=rustuna.storages.InMemoryStorage(), sampler=rustuna.samplers.RandomSampler(seed=1)))
    return count / (time.monotonic() - begun)


def optimize(study):
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=count)


def ask_and_tell(study):
    for _ in range(count):
        trial = study.ask()
        study.tell(trial.number, trial.suggest_float("x", 0, 1))


print(json.dumps({"trials": rate(optimize), "ask_and_tell": rate(ask_and_tell)}))
