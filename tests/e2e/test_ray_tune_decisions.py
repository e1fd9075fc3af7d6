"""Schedulers decide as those of Ray Tune, given the same results in the same order.

Where Luthier differs on purpose (docs/schedulers.md, "Compared with Ray Tune"), the test gives Ray's class
the consequence of Luthier's choice and continues comparing, so that nothing else can differ.
"""

import math
import types

import pytest
from decisions import FULL, Decider, Trace

from ray.tune.experiment import Trial
from ray.tune.schedulers import (
    AsyncHyperBandScheduler,
    HyperBandScheduler,
    MedianStoppingRule,
    PopulationBasedTraining,
)

TRACES = 10_000 if FULL else 300
NAMES = {"continue": "CONTINUE", "checkpoint": "CONTINUE", "pause": "PAUSE", "stop": "STOP"}


class FakeTrial:
    """What Ray's schedulers read of a trial."""

    def __init__(self, number):
        self.trial_id = f"{number:05d}"
        self.number = number
        self.experiment_tag = ""
        self.status = Trial.RUNNING
        self.is_saving = False
        self.config = {"lr": 0.1}
        self.result = None
        self.run_metadata = types.SimpleNamespace(
            checkpoint_manager=types.SimpleNamespace(checkpoint_config=types.SimpleNamespace(num_to_keep=None)))

    def is_finished(self):
        return self.status == Trial.TERMINATED


class FakeController:
    """Carries out what Ray's schedulers ask of the controller, as TuneController does."""

    search_alg = None

    def __init__(self, scheduler, trials):
        self.scheduler = scheduler
        self.trials = trials
        self.stopped = []
        for trial in trials:
            scheduler.on_trial_add(self, trial)

    def get_trials(self):
        return self.trials

    def get_live_trials(self):
        return [trial for trial in self.trials if not trial.is_finished()]

    def stop_trial(self, trial):
        if trial.is_finished():
            return
        was_paused = trial.status == Trial.PAUSED
        trial.status = Trial.TERMINATED
        if was_paused:
            self.stopped.append(trial.number)
            self.scheduler.on_trial_remove(self, trial)
        else:
            self.scheduler.on_trial_complete(self, trial, trial.result)

    def report(self, number, iteration, value):
        trial = self.trials[number]
        result = {"training_iteration": iteration, "score": value}
        decision = self.scheduler.on_trial_result(self, trial, result)
        trial.result = result
        return decision


class Race:
    """A trace of results, put to both."""

    def __init__(self, decider, trace, name, options, ray_scheduler):
        self.trace = trace
        self.decider = decider
        self.ray = FakeController(ray_scheduler, [FakeTrial(i) for i in range(trace.trials)])
        self.iterations = [0] * trace.trials
        self.running = list(range(trace.trials))
        self.decisions = 0
        decider.start(name, options, trace.mode, trace.trials, trace.rng.randint(0, 1 << 30))

    def next_report(self):
        """(trial, iteration, value), or nothing when all trials have ended."""
        while self.running:
            trial = self.trace.rng.choice(self.running)
            if self.iterations[trial] < self.trace.end:
                self.iterations[trial] += self.trace.step()
                self.decisions += 1
                return trial, self.iterations[trial], self.trace.value(trial, self.iterations[trial])
            self.complete(trial)
        return None

    def complete(self, trial):
        self.end(trial)
        self.follow(self.decider.ask(complete=trial)["choices"])

    def end(self, trial):
        """A scheduler stopped it. Ray then enters its last result into a rung it has jumped over, and averages it
        a second time; Luthier does neither."""
        self.running.remove(trial)
        self.ray.trials[trial].status = Trial.TERMINATED

    def follow(self, choices):
        assert not choices


def ray_mode(trace):
    return {"metric": "score", "mode": trace.mode, "time_attr": "training_iteration"}


def worst_instead_of_nan(trace, report):
    """Luthier ranks NaN and both infinities below every number; to Ray one infinity is the best."""
    trial, iteration, value = report
    worst = math.inf if trace.mode == "min" else -math.inf
    return trial, iteration, value if math.isfinite(value) else worst


def race_asha(decider, seed):
    trace = Trace(seed)
    options = {
        "max_t": trace.rng.choice([9, 30, 100]),
        "grace_period": trace.rng.choice([1, 1, 2, 4]),
        "reduction_factor": trace.rng.choice([2, 3, 4, 2.5]),
    }
    race = Race(decider, trace, "asha", options, AsyncHyperBandScheduler(**options, **ray_mode(trace)))
    while report := race.next_report():
        trial, iteration, value = report
        ours = decider.report(*report)
        if "NaN or infinite" in ours["reason"]:
            # Ray lets such a trial go on, and an infinity may even count as the best.
            assert ours["decision"] == "stop" and not math.isfinite(value)
            race.end(trial)
            continue
        theirs = race.ray.report(*report)
        assert NAMES[ours["decision"]] == theirs, (seed, report, ours)
        if theirs == "STOP":
            race.end(trial)
    return race.decisions


def race_median(decider, seed):
    trace = Trace(seed)
    options = {
        "grace_period": trace.rng.choice([0, 1, 3, 7.5]),
        "min_samples_required": trace.rng.choice([1, 3, 5]),
        "hard_stop": trace.rng.random() < 0.7,
    }
    race = Race(decider, trace, "median_stopping", options, MedianStoppingRule(**options, **ray_mode(trace)))
    paused_before = set()
    while report := race.next_report():
        ours = decider.report(*report)
        was_paused = report[0] in paused_before
        theirs = race.ray.report(*worst_instead_of_nan(trace, report))
        if was_paused:
            # Paused once and resumed, a trial counts for the others as before; Ray forgets what it reports.
            race.ray.scheduler._results[race.ray.trials[report[0]]].append(race.ray.trials[report[0]].result)
        if theirs == "PAUSE":
            paused_before.add(report[0])
        assert NAMES[ours["decision"]] == theirs, (seed, report, ours)
        if theirs == "STOP":
            race.end(report[0])
    return race.decisions


class HyperbandRace(Race):
    def follow(self, choices):
        """Luthier's choices after a report: those Ray has stopped or marked to go on."""
        stopped = sorted(each["trial"] for each in choices if each["kind"] == "stop")
        resumed = sorted(each["trial"] for each in choices if each["kind"] == "run")
        paused = [t for t in self.ray.trials if t.status == Trial.PAUSED]
        brackets = [b for band in self.ray.scheduler._hyperbands for b in band if b is not None]
        unpaused = sorted(t.number for t in paused for b in brackets if t in b.trials_to_unpause)
        theirs = [t for t in self.ray.stopped if t not in self.at_last_milestone]
        assert (stopped, resumed) == (sorted(theirs), unpaused), (self.trace.rng, choices)
        self.ray.stopped = []
        for trial in resumed:
            self.ray.trials[trial].status = Trial.RUNNING
            self.running.append(trial)


def race_hyperband(decider, seed):
    trace = Trace(seed, longest=120, with_nan=False)
    trace.jump = 1
    trace.end = 1 << 20
    options = {"max_t": trace.rng.choice([3, 9, 10, 27, 32, 81]), "reduction_factor": trace.rng.choice([2, 3, 4])}
    race = HyperbandRace(decider, trace, "hyperband", options, HyperBandScheduler(**options, **ray_mode(trace)))
    race.at_last_milestone = set()
    while report := race.next_report():
        trial = report[0]
        ours = decider.report(*report)
        theirs = race.ray.report(*report)
        if theirs == "STOP":
            race.ray.stop_trial(race.ray.trials[trial])
        if ours["decision"] == "stop" and "max_t" in ours["numbers"]:
            # Ray lets it wait for its bracket and stops all of them together.
            assert theirs in ("PAUSE", "STOP"), (seed, report, ours)
            race.at_last_milestone.add(trial)
            if theirs == "PAUSE":
                race.ray.trials[trial].status = Trial.PAUSED
            race.running.remove(trial)
        else:
            assert NAMES[ours["decision"]] == theirs, (seed, report, ours)
            if theirs != "CONTINUE":
                race.running.remove(trial)
            if theirs == "PAUSE":
                race.ray.trials[trial].status = Trial.PAUSED
        race.follow(ours["choices"])
    assert all(t.is_finished() for t in race.ray.trials)
    return race.decisions


class QuantilesOfRay(PopulationBasedTraining):
    """Ray's rule without its checkpoints: remembers where the reporting trial was placed."""

    place = None

    def _checkpoint_or_exploit(self, trial, tune_controller, upper_quantile, lower_quantile):
        self.place = "upper" if trial in upper_quantile else "lower" if trial in lower_quantile else "middle"

    def copy_times(self, trial, donor):
        mine, other = self._trial_state[trial], self._trial_state[donor]
        mine.last_perturbation_time = other.last_perturbation_time
        mine.last_train_time = other.last_train_time


def race_pbt(decider, seed):
    trace = Trace(seed, longest=40)
    options = {
        "perturbation_interval": trace.rng.choice([1, 2, 5]),
        "quantile_fraction": trace.rng.choice([0, 0.1, 0.25, 0.5]),
    }
    burn_in = trace.rng.choice([0, 0, 7])
    ray = QuantilesOfRay(
        **options, **ray_mode(trace), burn_in_period=burn_in, hyperparam_mutations={"lr": [0.1, 0.2]})
    race = Race(decider, trace, "pbt", {**options, "burn_in": burn_in}, ray)
    reports = 0
    saved = set()  # Ray: those with a last_checkpoint
    while (report := race.next_report()) and (reports := reports + 1) < 400:
        trial = report[0]
        ours = decider.report(*report)
        ray.place = None
        assert race.ray.report(*worst_instead_of_nan(trace, report)) == "CONTINUE"
        place = None
        if "rank" in ours["numbers"]:
            rank, n, k = (ours["numbers"][name] for name in ("rank", "n", "quantile"))
            place = "lower" if rank > n - k else "upper" if rank <= k else "middle"
        assert place == ray.place, (seed, report, ours)
        assert (ours["decision"] == "checkpoint") == (place == "upper"), (seed, report, ours)
        assert ours["decision"] != "pause" or place == "lower", (seed, report, ours)
        if place == "lower":
            donors = [t for t in ray._quantiles()[1] if t.number in saved and math.isfinite(ray._trial_state[t].last_score)]
            assert (ours["decision"] == "pause") == bool(donors), (seed, report, ours)
        if place is not None:
            (saved.add if place == "upper" else saved.discard)(trial)
        for choice in ours["choices"]:  # the copy of a donor
            assert choice["trial"] == trial and ours["decision"] == "pause"
            donor = race.ray.trials[int(choice["donor"])]
            assert donor in donors
            ray.copy_times(race.ray.trials[trial], donor)
            race.iterations[trial] = choice["iteration"]
    return race.decisions


RACES = {"asha": race_asha, "hyperband": race_hyperband, "median_stopping": race_median, "pbt": race_pbt}


@pytest.mark.parametrize("name", RACES)
def test_decides_as_ray_tune(name):
    with Decider() as decider:
        decisions = sum(RACES[name](decider, seed) for seed in range(TRACES))
    print(f"{name}: {decisions} decisions of {TRACES} traces agree")
    assert decisions > 20 * TRACES
