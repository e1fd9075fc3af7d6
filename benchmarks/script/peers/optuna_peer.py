"""One Optuna process. Arguments: task, seed, journal file, seconds. Trials are pruned by
successive halving."""

import logging
import os
import sys
import time

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import tasks  # noqa: E402

task, seed, journal, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
began = time.monotonic()
optuna.logging.set_verbosity(logging.ERROR)
train = tasks.training_function(task)


def suggest(trial, name, kind, low, high):
    if kind == "randint":
        return trial.suggest_int(name, low, high)
    return trial.suggest_float(name, low, high, log=kind == "loguniform")


def objective(trial):
    settings = {parameter[0]: suggest(trial, *parameter) for parameter in tasks.SPACES[task]}
    losses = []

    def report(loss):
        losses.append(loss)
        trial.report(loss, len(losses))
        return time.monotonic() - began < seconds and not trial.should_prune()

    train(settings, report)
    return min(losses)


study = optuna.create_study(
    study_name="bench", storage=JournalStorage(JournalFileBackend(journal)), load_if_exists=True,
    sampler=optuna.samplers.RandomSampler(seed=seed),
    pruner=optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3))
study.optimize(objective, timeout=max(seconds - (time.monotonic() - began), 0.1))
