"""Hyperopt's side of the speed benchmark: one JSON line. Arguments: trials to suggest after ..."""

import json
import sys
import time

from hyperopt import JOB_STATE_DONE, STATUS_OK, Trials, hp, rand, tpe
from hyperopt.base import Domain

PARAMETERS, REPEATS = 10, 5


def loss(config):
    return sum(x * x for x in config.values())


def suggest_us(count):
    space = {f"x{i}": hp.uniform(f"x{i}", -5, 5) for i in range(PARAMETERS)}
    domain, trials = Domain(loss, space), Trials()
    documents = rand.suggest(trials.new_trial_ids(count), domain, trials, seed=1)
    for document in documents:
        values = {name: value[0] for name, value in document["misc"]["vals"].items()}
        document["state"] = JOB_STATE_DONE
        document["result"] = {"status": STATUS_OK, "loss": loss(values)}
    trials.insert_trial_docs(documents)
    trials.refresh()
    times = []
    for seed in range(REPEATS):
        start = time.perf_counter()
        tpe.suggest(trials.new_trial_ids(1), domain, trials, seed=seed)
        times.append(time.perf_counter() - start)
    return 1e6 * sorted(times)[REPEATS // 2]


counts = [int(word) for word in sys.argv[1:]]
print(json.dumps({"suggest_us": {str(count): suggest_us(count) for count in counts}}))
