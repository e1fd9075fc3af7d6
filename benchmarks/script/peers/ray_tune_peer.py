"""Ray Tune's side; prints one JSON line. Arguments: task, seed, directory, seconds, jobs, reuse (0 or 1)."""

import json
import os
import random
import sys

os.environ["TUNE_DISABLE_AUTO_CALLBACK_LOGGERS"] = "1"
here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, here)
os.environ["PYTHONPATH"] = here

import ray  # noqa: E402
import tasks  # noqa: E402
from ray import tune  # noqa: E402
from ray.tune.schedulers import ASHAScheduler  # noqa: E402

task, seed, directory = sys.argv[1], int(sys.argv[2]), sys.argv[3]
seconds, jobs, reuse = float(sys.argv[4]), int(sys.argv[5]), sys.argv[6] == "1"


def domain(kind, low, high):
    if kind == "randint":
        return tune.randint(low, high + 1)
    return tune.loguniform(low, high) if kind == "loguniform" else tune.uniform(low, high)


def train(settings):
    def report(loss):
        tune.report({"val_loss": loss})
        return True

    tasks.training_function(task)(settings, report)


class Count(tune.Callback):
    trials, epochs, best = 0, 0, float("inf")

    def on_trial_result(self, iteration, trials, trial, result, **info):
        self.epochs += 1
        self.best = min(self.best, result["val_loss"])

    def on_trial_start(self, iteration, trials, trial, **info):
        self.trials += 1


ray.init(num_cpus=jobs, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
random.seed(seed)
count = Count()
tuner = tune.Tuner(
    train,
    param_space={name: domain(*rest) for name, *rest in tasks.SPACES[task]},
    tune_config=tune.TuneConfig(
        metric="val_loss", mode="min", num_samples=-1, time_budget_s=seconds, max_concurrent_trials=jobs,
        reuse_actors=reuse,
        scheduler=ASHAScheduler(max_t=tasks.EPOCHS, grace_period=1, reduction_factor=3)),
    run_config=tune.RunConfig(storage_path=directory, callbacks=[count], verbose=0))
tuner.fit()
print(json.dumps({"trials": count.trials, "epochs": count.epochs, "best": count.best}))
