"""The time of one decision by Ray Tune's ASHA after many trials have reported: one JSON line.
Arguments: trials."""

import json
import random
import sys
import time
from types import SimpleNamespace

from ray.tune.schedulers import ASHAScheduler

count = int(sys.argv[1])
scheduler = ASHAScheduler(metric="loss", mode="min", max_t=9, grace_period=1, reduction_factor=3)


class Trial(SimpleNamespace):
    __hash__ = object.__hash__


trials = [Trial(trial_id=str(i), config={}, stopping_criterion={}) for i in range(count)]
for trial in trials:
    scheduler.on_trial_add(None, trial)
random.seed(1)
times = []
for trial in trials:
    result = {"training_iteration": 1, "loss": random.random()}
    start = time.perf_counter()
    scheduler.on_trial_result(None, trial, result)
    times.append(time.perf_counter() - start)
last = sorted(times[-count // 10 :])
print(json.dumps({"decision_us": 1e6 * last[len(last) // 2]}))
