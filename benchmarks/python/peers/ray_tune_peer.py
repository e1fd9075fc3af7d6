"""Ray Tune; prints one JSON line: rates. Arguments: trials, results of each of four trials."""

import json
import os
import sys
import tempfile
import time

os.environ["TUNE_DISABLE_AUTO_CALLBACK_LOGGERS"] = "1"
os.environ["RAY_DISABLE_USAGE_STATS"] = "1"

import ray  # noqa: E402
from ray import tune  # noqa: E402

trials, results = int(sys.argv[1]), int(sys.argv[2])
at = []


class Watch(tune.Callback):
    def on_trial_result(self, iteration, trials, trial, result, **info):
        at.append((time.monotonic(), trial.trial_id))


def train(config):
    for _ in range(config["results"]):
        tune.report({"loss": config["x"]})


def run(samples, each, cpu):
    at.clear()
    with tempfile.TemporaryDirectory() as storage:
        tune.Tuner(tune.with_resources(train, {"cpu": cpu}), param_space={"x": tune.uniform(0, 1), "results": each},
                   tune_config=tune.TuneConfig(metric="loss", mode="min", num_samples=samples),
                   run_config=tune.RunConfig(storage_path=storage, callbacks=[Watch()], verbose=0)).fit()


def steady():
    """Results per second while all trials report."""
    first, last = {}, {}
    for when, trial in at:
        first.setdefault(trial, when)
        last[trial] = when
    begun, end = max(first.values()), min(last.values())
    return sum(begun < when <= end for when, _ in at) / (end - begun)


begun = time.time()
ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
run(trials, 1, 1)
noop = (len(at) - 1) / (at[-1][0] - at[0][0])
first_s = time.time() - begun - (time.monotonic() - at[0][0])
run(4, results, 0.5)
print(json.dumps({"trials": noop, "results": steady(), "first_result_s": first_s}))
