"""Runs the search: in this process one candidate after the other, or in several processes."""

from __future__ import annotations

import os
import pickle
import tempfile
import traceback
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from .. import _trial
from .._errors import Error
from .._experiment import Experiment
from .._result import Result, TrialResult
from .._tuner import Tuner
from ._validation import Candidates, Outcome


class Evaluated(NamedTuple):
    """The candidates that were evaluated, and the experiment that chose them."""

    trials: List[TrialResult]
    outcomes: Dict[int, Outcome]  #: by the trial's id; absent if its process died
    result: Result


def here(candidates: Candidates, space: Mapping[str, Any], options: Mapping[str, Any]) -> Evaluated:
    """In this process, so that nothing has to be sent to another one. Exceptions pass through."""
    outcomes: Dict[int, Outcome] = {}
    with Experiment(space, **options) as experiment:
        trial = experiment.ask()
        while trial is not None:
            def report(metrics: Dict[str, Any], save: Any, number: int = trial.id) -> bool:
                return experiment.report(number, metrics, save=save)

            outcomes[trial.id] = candidates.evaluate(trial.config, report, trial.checkpoint)
            experiment.tell(trial)
            trial = experiment.ask()
        result = experiment.close()
    return Evaluated(result.trials, outcomes, result)


def in_processes(candidates: Candidates, space: Mapping[str, Any], options: Mapping[str, Any],
                 jobs: int) -> Evaluated:
    """`jobs` candidates at a time. Raises what a candidate raised."""
    with tempfile.TemporaryDirectory(prefix="luthier-sklearn-") as directory:
        work = _Work(candidates, directory, max(1, (os.cpu_count() or 1) // jobs))
        result = Tuner(work, space, jobs=jobs, **options).run()
        outcomes = {}
        for trial in result.trials:
            found = _read(work.place(trial.id))
            if isinstance(found, _Raised):
                raise found.exception() from None
            if found is not None:
                outcomes[trial.id] = found
    return Evaluated(result.trials, outcomes, result)


class _Work:
    """The training function in a trial's process. It leaves the outcome in a file."""

    def __init__(self, candidates: Candidates, directory: str, threads: int) -> None:
        self._candidates = candidates
        self._directory = directory
        self._threads = threads

    def place(self, trial: int) -> str:
        return os.path.join(self._directory, f"{trial}.pickle")

    def __call__(self, config: Mapping[str, Any]) -> None:
        from threadpoolctl import threadpool_limits

        trial = _trial.current()
        try:
            with threadpool_limits(self._threads):
                outcome: Any = self._candidates.evaluate(config, trial.report, trial.checkpoint)
        except Exception as raised:
            _write(self.place(trial.id), _Raised(raised))
            raise
        _write(self.place(trial.id), outcome)


class _Raised:
    """An exception on its way to the process that waits for the search."""

    def __init__(self, raised: Exception) -> None:
        self._text = traceback.format_exc()
        try:
            self._pickled: Optional[bytes] = pickle.dumps(raised)
            pickle.loads(self._pickled)
        except Exception:
            self._pickled = None
            self._summary = f"{type(raised).__name__}: {raised}"

    def exception(self) -> Exception:
        found: Exception = Error(self._summary) if self._pickled is None else pickle.loads(self._pickled)
        if hasattr(found, "add_note"):
            found.add_note(f"raised in a trial's process:\n{self._text}")
        return found


def _write(path: str, value: Any) -> None:
    with open(path + ".new", "wb") as file:
        pickle.dump(value, file)
    os.replace(path + ".new", path)


def _read(path: str) -> Any:
    try:
        with open(path, "rb") as file:
            return pickle.load(file)
    except FileNotFoundError:
        return None
