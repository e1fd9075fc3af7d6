"""Ray Tune's scheduler classes, driven with fake trials over a table in virtual time.

Two of them walk every trial at each question, which takes minutes per run; the classes derived here
cache the result of these walks. `tests/e2e/test_bench_peers.py` compares the decisions of both.
"""

import collections
import heapq

import numpy as np
import ray.tune.schedulers as ray_schedulers
from ray.tune.experiment import Trial

from .table import supply

COMMON = {"time_attr": "training_iteration", "metric": "loss", "mode": "min"}


def asha(steps):
    return ray_schedulers.ASHAScheduler(max_t=steps, **COMMON)


class HyperBandScheduler(ray_schedulers.HyperBandScheduler):
    """Looks for a trial to run only in bands that still have one."""

    def __init__(self, **options):
        super().__init__(**options)
        self.opened, self.lively = 0, []

    def choose_trial_to_run(self, controller):
        every, newest = self._hyperbands, self._hyperbands[self._state["band_idx"]]
        self.lively += every[self.opened :]
        self.opened = len(every)
        self.lively = [band for band in self.lively if band is newest or any(each and each._live_trials for each in band)]
        self._hyperbands = self.lively
        try:
            return super().choose_trial_to_run(controller)
        finally:
            self._hyperbands = every


def hyperband(steps):
    return HyperBandScheduler(max_t=steps, **COMMON)


class Means:
    """The trials' running means at one time, in a growing array."""

    def __init__(self):
        self.places, self.values = {}, np.empty(16)

    def set(self, trial, mean):
        place = self.places.setdefault(trial, len(self.places))
        if place == len(self.values):
            self.values = np.resize(self.values, 2 * place)
        self.values[place] = mean

    def finite_without(self, trial):
        values = np.delete(self.values[: len(self.places)], self.places[trial])
        return values[np.isfinite(values)]


class MedianStoppingRule(ray_schedulers.MedianStoppingRule):
    """Keeps every trial's running mean at every time. Requires trials that report each time once, starting
    at the grace period, and stop for good."""

    def __init__(self, **options):
        super().__init__(**options)
        self.means, self.best = collections.defaultdict(Means), {}

    def _file(self, trial, result):
        self._results[trial].append(result)
        time = result[self._time_attr]
        self.means[time].set(trial, self._running_mean(trial, time))
        return time

    def on_trial_result(self, controller, trial, result):
        time = self._file(trial, result)
        loss = result[self._metric]
        best = self.best[trial] = self._compare_op(self.best.get(trial, loss), loss)
        others = self.means[time].finite_without(trial)
        if len(others) < self._min_samples_required:
            return self._on_insufficient_samples(controller, trial, time)
        return "STOP" if self._compare_op(np.median(others), best) != best else "CONTINUE"

    def on_trial_complete(self, controller, trial, result):
        self._file(trial, result)


def median(steps):
    return MedianStoppingRule(grace_period=1, **COMMON)


SCHEDULERS = {"ray_asha": asha, "ray_hyperband": hyperband, "ray_median": median}


class FakeTrial:
    def __init__(self, number, row):
        self.trial_id, self.row, self.step = f"{number:06d}", row, 0
        self.status, self.is_saving, self.result = Trial.PENDING, False, None

    def is_finished(self):
        return self.status == Trial.TERMINATED


class Cluster:
    """Workers that train the trials a scheduler chooses, or a new trial if it chooses none."""

    search_alg = None

    def __init__(self, task, scheduler, workers, rows):
        self.task, self.scheduler, self.rows = task, scheduler, supply(rows)
        self.trials, self.events, self.free, self.now = [], [], workers, 0.0
        self.waiting = set()  # pending or paused

    def get_live_trials(self):
        return [*self.waiting, *(event[2] for event in self.events)]

    def set_status(self, trial, status):
        trial.status = status
        (self.waiting.add if status in (Trial.PENDING, Trial.PAUSED) else self.waiting.discard)(trial)

    def stop_trial(self, trial):
        was_waiting = trial.status in (Trial.PENDING, Trial.PAUSED)
        self.set_status(trial, Trial.TERMINATED)
        if was_waiting:
            self.scheduler.on_trial_remove(self, trial)
        else:
            self.scheduler.on_trial_complete(self, trial, trial.result)

    def choose(self):
        # FIFOScheduler walks the list of all trials; this gives its answer without the walk.
        if type(self.scheduler).choose_trial_to_run is not ray_schedulers.FIFOScheduler.choose_trial_to_run:
            return self.scheduler.choose_trial_to_run(self)
        return next(iter(self.waiting), None)

    def fill(self):
        while self.free > 0:
            trial = self.choose()
            if trial is None:
                trial = FakeTrial(len(self.trials), next(self.rows))
                self.trials.append(trial)
                self.set_status(trial, Trial.PENDING)
                self.scheduler.on_trial_add(self, trial)
                trial = self.choose()
            self.free -= 1
            self.set_status(trial, Trial.RUNNING)
            self.train(trial)

    def train(self, trial):
        times = self.task.times[trial.row]
        before = times[trial.step - 1] if trial.step > 0 else 0.0
        heapq.heappush(self.events, (self.now + times[trial.step] - before, int(trial.trial_id), trial))

    def decide(self, trial, loss):
        result = {"training_iteration": trial.step, "loss": loss, "trial_id": trial.trial_id}
        decision = self.scheduler.on_trial_result(self, trial, result)
        trial.result = result
        if decision == "CONTINUE" and trial.step == len(self.task.times[trial.row]):
            decision = "STOP"
        if decision == "CONTINUE":
            self.train(trial)
            return
        self.free += 1
        if decision == "PAUSE":
            self.set_status(trial, Trial.PAUSED)
        else:
            self.stop_trial(trial)

    def run(self, seconds):
        """The curve of best losses, [(seconds, loss), ...]."""
        best, curve = float("inf"), []
        self.fill()
        while self.events and self.events[0][0] <= seconds:
            self.now, _, trial = heapq.heappop(self.events)
            loss = float(self.task.losses[trial.row, trial.step])
            trial.step += 1
            if loss < best:
                best = loss
                curve.append((self.now, best))
            self.decide(trial, loss)
            self.fill()
        return curve


def best_curve(task, workers, name, rows, seed, until=1.0):
    np.random.seed(seed)  # ASHA draws brackets
    scheduler = SCHEDULERS[name](task.table.steps)
    return Cluster(task, scheduler, workers, rows).run(until * task.seconds(workers))
