"""Rustuna's side of the speed benchmark: one JSON line. Rustuna has no schedulers, so only
trials and suggestions are measured. Arguments: directory, seconds for each rate, trials to suggest after ..."""

import json
import random
import sys
import time

import rustuna
from rustuna.distributions import Distribution

directory, seconds, counts = sys.argv[1], float(sys.argv[2]), [int(n) for n in sys.argv[3:]]
PARAMETERS, REPEATS = 10, 31


def storages():
    return {
        "memory": rustuna.storages.InMemoryStorage(),
        "journal": rustuna.storages.JournalFileStorage(f"{directory}/rustuna.log"),
    }


def noop_rate(storage):
    study = rustuna.create_study(storage=storage, sampler=rustuna.samplers.RandomSampler(seed=1))
    done, start = 0, time.monotonic()
    while time.monotonic() - start < seconds:
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=200)
        done += 200
    return done / (time.monotonic() - start)


def suggest_us(count):
    names = [f"x{i}" for i in range(PARAMETERS)]
    study = rustuna.create_study(sampler=rustuna.samplers.TPESampler(seed=1))
    distributions = {name: Distribution.float(-5, 5) for name in names}
    source = random.Random(2)
    for _ in range(count):
        params = {name: source.uniform(-5, 5) for name in names}
        value = sum(x * x for x in params.values())
        study.add_trial(
            rustuna.create_trial(params=params, distributions=distributions, value=value)
        )
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        trial = study.ask()
        values = [trial.suggest_float(name, -5, 5) for name in names]
        times.append(time.process_time() - start)
        study.tell(trial.number, sum(x * x for x in values))
    return 1e6 * sorted(times)[REPEATS // 2]


print(
    json.dumps(
        {
            "noop_trials_per_s": {name: noop_rate(s) for name, s in storages().items()},
            "suggest_us": {str(count): suggest_us(count) for count in counts},
        }
    )
)
