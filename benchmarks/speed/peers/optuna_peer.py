"""Optuna's side of the speed benchmark: one JSON line. Arguments: directory, seconds for each
rate, trials to suggest after ..."""

import json
import logging
import sys
import threading
import time

import optuna
from optuna.distributions import FloatDistribution
from optuna.storages import InMemoryStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState, create_trial

directory, seconds, counts = sys.argv[1], float(sys.argv[2]), [int(n) for n in sys.argv[3:]]
JOBS, PARAMETERS, REPEATS = 8, 10, 11
optuna.logging.set_verbosity(logging.ERROR)


def storages():
    return {
        "memory": InMemoryStorage(),
        "journal": JournalStorage(JournalFileBackend(f"{directory}/{time.monotonic_ns()}.log")),
    }


def noop_rate(storage):
    study = optuna.create_study(storage=storage, sampler=optuna.samplers.RandomSampler(seed=1))
    start = time.monotonic()
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), timeout=seconds)
    return len(study.get_trials(deepcopy=False)) / (time.monotonic() - start)


def result_rate(storage):
    """Trials in threads that report one value and ask whether to continue, in Optuna's way."""
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1000, reduction_factor=4)
    sampler = optuna.samplers.RandomSampler(seed=1)
    study = optuna.create_study(storage=storage, sampler=sampler, pruner=pruner)
    counted = [0] * JOBS
    deadline = time.monotonic() + seconds

    def train(index):
        step, trial = 0, study.ask()
        while time.monotonic() < deadline:
            step += 1
            trial.report(1 / step, step)
            counted[index] += 1
            if trial.should_prune() or step == 10000:
                study.tell(trial, 1 / step)
                step, trial = 0, study.ask()

    threads = [threading.Thread(target=train, args=(i,)) for i in range(JOBS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counted) / seconds


def suggest_us(count):
    distributions = {f"x{i}": FloatDistribution(-5, 5) for i in range(PARAMETERS)}
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
    random = optuna.samplers.RandomSampler(seed=2)
    values = [
        {name: random._rng.rng.uniform(-5, 5) for name in distributions} for _ in range(count)
    ]
    study.add_trials(
        [
            create_trial(params=v, distributions=distributions, value=sum(x * x for x in v.values()))
            for v in values
        ]
    )
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        trial = study.ask(distributions)
        times.append(time.process_time() - start)
        study.tell(trial, sum(x * x for x in trial.params.values()))
    return 1e6 * sorted(times)[REPEATS // 2]


def decision_us(count):
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    study = optuna.create_study(pruner=pruner)
    trials = [
        create_trial(
            state=TrialState.PRUNED,
            value=float(i),
            intermediate_values={1: float(i)},
            system_attrs={"completed_rung_0": float(i)},
        )
        for i in range(count)
    ]
    study.add_trials(trials)
    times = []
    for _ in range(REPEATS):
        trial = study.ask()
        trial.report(0.5, 1)
        start = time.perf_counter()
        trial.should_prune()
        times.append(time.perf_counter() - start)
    return 1e6 * sorted(times)[REPEATS // 2]


print(
    json.dumps(
        {
            "noop_trials_per_s": {name: noop_rate(s) for name, s in storages().items()},
            "results_per_s": {name: result_rate(s) for name, s in storages().items()},
            "suggest_us": {str(count): suggest_us(count) for count in counts},
            "decision_us": decision_us(max(counts)),
        }
    )
)
