"""Ray Tune's side of the speed benchmark: one JSON line. Arguments: directory, time the command was
started (nanoseconds of the monotonic clock), seconds for each rate."""

import json
import os
import sys
import time

import psutil
import ray
from ray import tune

directory, started_ns, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
JOBS = 8
PATIENCE_S = 60  # for the first result; it starts a process for each trial


class Count(tune.Callback):
    """The times of results and of ended trials, as the driver sees them."""

    def __init__(self):
        self.results, self.ended = [], []

    def on_trial_result(self, iteration, trials, trial, result, **info):
        self.results.append(time.monotonic_ns())

    def on_trial_complete(self, iteration, trials, trial, **info):
        self.ended.append(time.monotonic_ns())


class Enough(tune.Stopper):
    """Ends everything `seconds` after the first result."""

    def __init__(self, count):
        self.count = count

    def __call__(self, trial_id, result):
        return False

    def stop_all(self):
        times = self.count.results
        return bool(times) and time.monotonic_ns() - times[0] > 1e9 * seconds


def noop(config):
    tune.report({"loss": config["x"]})


def endless(config):
    step = 0
    while True:
        step += 1
        tune.report({"loss": 1 / step, "accuracy": 1 - 1 / step, "rate": 1.0, "epoch": step})


def run(train, name, loggers, scheduler=None):
    os.environ["TUNE_DISABLE_AUTO_CALLBACK_LOGGERS"] = "0" if loggers else "1"
    count = Count()
    config = tune.TuneConfig(
        metric="loss",
        mode="min",
        scheduler=scheduler,
        num_samples=-1,
        max_concurrent_trials=JOBS,
        time_budget_s=PATIENCE_S + seconds,
    )
    settings = tune.RunConfig(
        name=name, storage_path=directory, callbacks=[count], stop=Enough(count), verbose=0
    )
    trainable = tune.with_resources(train, {"cpu": 1})
    tune.Tuner(
        trainable, param_space={"x": tune.uniform(0, 1)}, tune_config=config, run_config=settings
    ).fit()
    return count


def asha():
    return tune.schedulers.ASHAScheduler(max_t=10000, grace_period=1000)


def rate(times):
    """Events per second, counted from the first: starting Ray is measured separately."""
    return (len(times) - 1) / ((times[-1] - times[0]) / 1e9) if len(times) > 1 else None


def memory_mb():
    """Proportional memory of this process and of every process it started."""
    me = psutil.Process()
    total = 0
    for process in [me, *me.children(recursive=True)]:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            pass
    return total / 2**20


# A separate cluster, whatever else runs on this machine.
ray.init("local", num_cpus=JOBS, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
noops = run(noop, "noop", loggers=False)
plain = run(endless, "plain", loggers=False, scheduler=asha())
logged = run(endless, "logged", loggers=True, scheduler=asha())
figures = {
    "first_result_ms": (noops.results[0] - started_ns) / 1e6 if noops.results else None,
    "noop_trials_per_s": rate(noops.ended),
    "results_per_s": rate(plain.results),
    "results_with_loggers_per_s": rate(logged.results),
    "memory_mb": memory_mb(),
}
ray.shutdown()
print(json.dumps(figures), flush=True)
