"""LuthierPruner: Luthier's schedulers for Optuna's studies."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from optuna.pruners import BasePruner
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

from .. import _spec
from .._engine import Engine
from .._errors import Error, UsageError

_VALUE, _STEP = "value", "step"
_PAUSING = ("hyperband", "bohb", "pasha", "pbt", "pb2", "pbt_replay")
_MOST_STUDIES = 4
_STATES = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL, TrialState.RUNNING)


class LuthierPruner(BasePruner):
    """A pruner for `optuna.create_study`, backed by a scheduler of Luthier.

    `scheduler` is a name, with options if you like: "asha:max_t=81", "successive_halving",
    "median_stopping", "percentile", "patient", "threshold", "wilcoxon", or `luthier.asha(max_t=81)`.
    The step that `trial.report` is given is the time that schedulers speak of: report 1, 2, 3, ...

    The scheduler sees the reports of every trial, also those of other processes. Schedulers that
    pause trials or copy them ("hyperband", "pbt") can't be a pruner: UsageError.
    """

    def __init__(self, scheduler: Any = "asha", *, seed: int = 0) -> None:
        self._scheduler = _spec.plugin(scheduler)
        self._name = (self._scheduler["name"] if isinstance(self._scheduler, dict)
                      else self._scheduler.partition(":")[0])
        if self._name in _PAUSING:
            raise _pauses(self._name)
        self._seed = int(seed)
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._studies: List[Tuple[weakref.ref[Any], int, _Reports]] = []

    def __getstate__(self) -> Dict[str, Any]:
        return {name: self.__dict__[name] for name in ("_scheduler", "_name", "_seed")}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._begin()

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        if self._process != os.getpid():
            self._begin()
        trials = study.get_trials(deepcopy=False, states=_STATES)
        with self._lock:
            try:
                decision = self._decided(study, trial, trials)
            except Error as error:
                if error.code != "unavailable":
                    raise
                self._studies = []  # the engine has died; another one hears the reports again
                decision = self._decided(study, trial, trials)
        if decision == "pause":
            raise _pauses(self._name)
        return decision == "stop"

    def _decided(self, study: Study, trial: FrozenTrial, trials: Sequence[FrozenTrial]) -> Optional[str]:
        reports = self._of(study)
        reports.take_in(trials, trial.number)
        return reports.decide(trial)

    def _of(self, study: Study) -> _Reports:
        storage, number = study._storage, study._study_id
        self._studies = [each for each in self._studies if each[0]() is not None]
        for kept, of, reports in self._studies:
            if kept() is storage and of == number:
                return reports
        for _, _, oldest in self._studies[:-_MOST_STUDIES + 1]:
            oldest.close()
        reports = _Reports(self._scheduler, self._seed, study.direction)
        self._studies = [*self._studies[-_MOST_STUDIES + 1:], (weakref.ref(storage), number, reports)]
        return reports


def _pauses(name: str) -> UsageError:
    return UsageError(f"the scheduler '{name}' pauses trials to continue them later, which Optuna can't do; "
                      "use 'asha', 'successive_halving' or 'median_stopping', or luthier.Tuner")


class _Trial(NamedTuple):
    id: int  # the engine's
    told: Set[int]  # steps
    decided: List[str]  # at each step of a trial that was asked about; the last one counts


class _Reports:
    """The reports of a study's trials, as an experiment in memory of the engine's."""

    def __init__(self, scheduler: Any, seed: int, direction: StudyDirection) -> None:
        self._engine: Any = Engine()
        self._trials: Dict[int, _Trial] = {}  # by the study's number
        self._done: Set[int] = set()
        mode = "max" if direction is StudyDirection.MAXIMIZE else "min"
        spec = {"schema": 1, "name": "study", "searcher": "random", "scheduler": scheduler, "samples": 0,
                "space": {"parameters": {"trial": "uniform(0, 1)"}, "constraints": []}, "seed": seed,
                "objectives": [{"metric": _VALUE, "mode": mode}], "time_attr": _STEP,
                "loggers": [], "max_failures": 1 << 60}
        self._engine.ask("start", experiment=spec, session={"store": "none"})

    def take_in(self, trials: Sequence[FrozenTrial], current: int) -> None:
        """Everything that was reported since the last call, but for the trial that is asked about."""
        for trial in trials:
            if trial.number == current or trial.number in self._done:
                continue
            own = self._trials.get(trial.number)
            if own is None and trial.intermediate_values:
                own = self._added(trial)
            if own is not None:
                for step in _new_steps(trial, own):
                    own.told.add(step)
                    self._engine.tell("report", trial=own.id, metrics=_metrics(trial, step))
            if trial.state.is_finished():
                self._done.add(trial.number)
                self._end(self._trials.pop(trial.number, None), trial.state)

    def decide(self, trial: FrozenTrial) -> Optional[str]:
        """The decision on the newest report of this trial. A stop is final, and so is `complete`: the
        scheduler has no more to say, and the trial may train on."""
        if not trial.intermediate_values:
            return None
        own = self._trials.get(trial.number) or self._added(trial)
        for step in _new_steps(trial, own):
            if own.decided and own.decided[-1] in ("stop", "complete"):
                break
            own.told.add(step)
            answer = self._engine.ask("report", trial=own.id, metrics=_metrics(trial, step))
            own.decided.append("complete" if answer.get("completes") else answer["decision"])
        return own.decided[-1] if own.decided else None

    def _added(self, trial: FrozenTrial) -> _Trial:
        asked, = self._engine.ask("ask", configs=[{}])["trials"]
        own = self._trials[trial.number] = _Trial(asked["trial"], set(), [])
        return own

    def _end(self, own: Optional[_Trial], state: TrialState) -> None:
        if own is None:
            return
        if state is TrialState.FAIL:
            self._engine.tell("fail", trial=own.id, message="failed")
        else:
            self._engine.tell("tell", trial=own.id, stopped=state is TrialState.PRUNED)

    def close(self) -> None:
        self._engine.close()


def _new_steps(trial: FrozenTrial, own: _Trial) -> List[int]:
    return sorted(step for step in trial.intermediate_values if step not in own.told)


def _metrics(trial: FrozenTrial, step: int) -> Dict[str, Any]:
    return {_VALUE: trial.intermediate_values[step], _STEP: step}
