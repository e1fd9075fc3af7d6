"""Optuna's pruners, applied to trials that train over a table in virtual time.

The pruners see a study that offers only what they read from a real one. A real study copies
a trial at each report and walks all trials at each question, which would take most of the time.
`tests/e2e/test_bench_peers.py` compares their decisions with those in a real study.
"""

import bisect
import collections
import heapq
import math

import optuna
from optuna.pruners import _successive_halving as halving
from optuna.study import StudyDirection
from optuna.trial import TrialState

from .table import supply


class Trial:
    def __init__(self, number):
        self.number = self._trial_id = number
        self.state = TrialState.RUNNING
        self.last_step, self.intermediate_values, self.system_attrs = None, {}, {}
        self.bracket = None  # of HyperbandPruner

    def report(self, value, step):
        self.last_step = step
        self.intermediate_values[step] = value


class Study:
    """The part of a study that pruners read; it is its own storage and its own list of trials."""

    direction = StudyDirection.MINIMIZE

    def __init__(self, study_name, trials):
        self.study_name, self._storage, self.trials = study_name, self, trials
        self.completed, self.brackets = [], {}
        self.values = collections.defaultdict(list)  # values of system attributes by key, sorted

    def __iter__(self):
        return iter(self.trials)

    def ask(self):
        self.trials.append(Trial(len(self.trials)))
        return self.trials[-1]

    def tell(self, trial, state):
        trial.state = state
        if state == TrialState.COMPLETE:
            self.completed.append(trial)

    def get_trials(self, deepcopy=True, states=None):
        assert not deepcopy and states in (None, (TrialState.COMPLETE,))
        return self.completed if states else self

    def set_trial_system_attr(self, number, key, value):
        self.trials[number].system_attrs[key] = value
        bisect.insort(self.values[key], value)

    def of_bracket(self, bracket):
        if bracket not in self.brackets:
            self.brackets[bracket] = Study(self.study_name, self.trials)
        return self.brackets[bracket]


gather = halving._get_competing_values


def competing_values(trials, value, key):
    """Optuna collects these from all trials and adds that of the asking trial, which is already included here."""
    return list(trials.values[key]) if isinstance(trials, Study) else gather(trials, value, key)


halving._get_competing_values = competing_values


class HyperbandPruner(optuna.pruners.HyperbandPruner):
    """Finds each trial's bracket once, and the trials of a bracket without walking all trials."""

    def _get_bracket_id(self, study, trial):
        if trial.bracket is None:
            trial.bracket = super()._get_bracket_id(study, trial)
        return trial.bracket

    def _create_bracket_study(self, study, bracket):
        return study.of_bracket(bracket)


PRUNERS = {
    "optuna_median": lambda steps: optuna.pruners.MedianPruner(),
    "optuna_halving": lambda steps: optuna.pruners.SuccessiveHalvingPruner(),
    "optuna_hyperband": lambda steps: HyperbandPruner(max_resource=steps),
}


def train(task, workers, pruner, study, rows, end):
    """The curve of best losses, [(seconds, loss), ...]. A pruned or finished trial makes room for the next row."""
    losses, times, steps = task.losses, task.times, task.table.steps
    rows, events, best, curve = supply(rows), [], math.inf, []

    def start(now):
        row, trial = next(rows), study.ask()
        heapq.heappush(events, (now + times[row, 0], trial.number, trial, row, 0))

    for _ in range(workers):
        start(0.0)
    while events[0][0] <= end:
        now, number, trial, row, step = heapq.heappop(events)
        loss = float(losses[row, step])
        if loss < best:
            best = loss
            curve.append((now, best))
        trial.report(loss, step + 1)
        if pruner.prune(study, trial):
            study.tell(trial, TrialState.PRUNED)
        elif step + 1 == steps:
            study.tell(trial, TrialState.COMPLETE if math.isfinite(loss) else TrialState.FAIL)
        else:
            heapq.heappush(events, (now + times[row, step + 1] - times[row, step], number, trial, row, step + 1))
            continue
        start(now)
    return curve


def best_curve(task, workers, name, rows, seed, until=1.0):
    study = Study(f"seed {seed}", [])
    return train(task, workers, PRUNERS[name](task.table.steps), study, rows, until * task.seconds(workers))
