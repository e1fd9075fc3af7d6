"""Ray Tune's scheduler classes, driven with fake trials over a table in virtual time."""

import heapq

import ray.tune.schedulers as ray_schedulers
from ray.tune.experiment import Trial

COMMON = {"time_attr": "training_iteration", "metric": "loss", "mode": "min"}


def asha(steps):
    return ray_schedulers.ASHAScheduler(max_t=steps, **COMMON)


def hyperband(steps):
    return ray_schedulers.HyperBandScheduler(max_t=steps, **COMMON)


def median(steps):
    return ray_schedulers.MedianStoppingRule(grace_period=1, **COMMON)


SCHEDULERS = {"ray_asha": asha, "ray_hyperband": hyperband, "ray_median": median}


class FakeTrial:
    def __init__(self, number, row):
        self.trial_id, self.row, self.step = f"{number:06d}", row, 0
        self.status, self.is_saving, self.result = Trial.PENDING, False, None

    def is_finished(self):
        return self.status == Trial.TERMINATED


class Cluster:
    """Workers that train what a scheduler chooses; a new trial when it chooses none."""

    search_alg = None

    def __init__(self, task, scheduler, workers, rows):
        self.task, self.scheduler, self.rows = task, scheduler, iter(rows)
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


def best_curve(task, workers, name, rows, until=1.0):
    scheduler = SCHEDULERS[name](task.table.steps)
    return Cluster(task, scheduler, workers, rows).run(until * task.seconds(workers))
