"""Ask and tell: the training loop is yours; searchers, schedulers and the log are the engine's."""

from __future__ import annotations

import os
import threading
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Union, overload

from . import _spec
from ._answers import Brought
from ._engine import Engine
from ._errors import UsageError
from ._plugins import Logger
from ._result import Result, TrialResult, read_trials
from ._space import Space, nested
from ._values import record


class Trial(NamedTuple):
    """A trial to be trained by the caller."""

    id: int
    config: Dict[str, Any]
    seed: int  #: the same each time the trial is handed out
    iteration: int  #: results reported before; greater than 0 if the trial resumes
    checkpoint: Optional[str] = None  #: directory of the checkpoint to resume from

    def __getitem__(self, name: Any) -> Any:
        """trial["lr"] is trial.config["lr"]."""
        return self.config[name] if isinstance(name, str) else tuple.__getitem__(self, name)


class Experiment:
    """An experiment whose trials you train yourself.

        e = luthier.Experiment({"lr": luthier.loguniform(1e-5, 1e-1)}, minimize="loss")
        for _ in range(100):
            t = e.ask()
            e.tell(t, loss=f(t.config["lr"]))
        print(e.best.config)

    With `path`, a directory, the experiment is stored there; an experiment that was interrupted there
    resumes, and trials that had not ended are handed out again. Without it, everything is in memory.
    `samples` limits the number of trials (default: no limit). The other options are those of Tuner.
    Searchers, schedulers, stop functions and loggers of yours are called from within these methods.
    Methods can be called from any thread. Raises UsageError for invalid options.
    """

    def __init__(self, space: Mapping[str, Any], *, minimize: Union[str, Sequence[str], None] = None,
                 maximize: Union[str, Sequence[str], None] = None, searcher: Any = None,
                 scheduler: Any = None, samples: Optional[int] = None, seed: int = 0,
                 points: Sequence[Mapping[str, Any]] = (), constraints: Union[str, Sequence[str]] = (),
                 related: Union[str, os.PathLike[str], Sequence[Union[str, os.PathLike[str]]]] = (),
                 stop: Any = (), path: Union[str, os.PathLike[str], None] = None,
                 loggers: Sequence[Logger] = (), **options: Any) -> None:
        shape = Space(space, constraints)
        self._nested = shape.nested
        self.path = None if path is None else os.path.abspath(os.fspath(path))
        name = "experiment" if self.path is None else os.path.basename(self.path)
        options = {"log": () if self.path is None else None, "samples": samples or 0, **options}
        brought = Brought(searcher, scheduler, stop, loggers)
        spec = _spec.experiment(name, shape, _spec.objectives(minimize, maximize), {
            "searcher": brought.searcher, "scheduler": brought.scheduler, "seed": seed, "points": points,
            "stop": brought.stop, **options})
        session = {"store": "none"} if self.path is None else {"results": os.path.dirname(self.path)}
        answers = brought.answers(self._nested)
        self._engine = Engine()
        self._engine.on_question = answers
        self._asking = threading.Lock()
        self._finished = False
        self._result: Optional[Result] = None
        try:
            self._engine.ask("start", experiment=spec, session={**session, "related": _spec.paths(related), **brought.session()})
        except BaseException:
            self._engine.close()
            raise

    @overload
    def ask(self) -> Optional[Trial]: ...
    @overload
    def ask(self, count: int) -> List[Trial]: ...

    def ask(self, count: Optional[int] = None) -> Union[Trial, List[Trial], None]:
        """The next trial to train, or a list of at most `count` trials.

        None (or an empty list) means that no trial can start now: the experiment has ended (`finished`),
        or it needs results of trials that are being trained, or the delay before a retry to pass.
        """
        answer = self._engine.ask("ask", count=1 if count is None else count)
        self._finished = answer["finished"]
        trials = [self._trial(each) for each in answer["trials"]]
        if count is not None:
            return trials
        return trials[0] if trials else None

    def _trial(self, asked: Mapping[str, Any]) -> Trial:
        config = nested(asked["config"]) if self._nested else asked["config"]
        return Trial(asked["trial"], config, int(asked["seed"]), asked["iteration"],
                     asked.get("checkpoint"))

    def report(self, trial: Union[Trial, int], metrics: Optional[Mapping[str, Any]] = None, *,
               save: Optional[Callable[[str], object]] = None, **more: Any) -> bool:
        """Reports one more training iteration. Returns True to continue; False means that the trial was
        stopped or paused: call tell(trial).

        If a checkpoint is wanted, `save(directory)` is called with an empty directory to write into.
        """
        number = _number(trial)
        answer = self._engine.ask("report", trial=number, metrics=_metrics(metrics, more))
        if save is not None and answer["decision"] in ("checkpoint", "pause"):
            self.save(number, save)
        return answer["decision"] in ("continue", "checkpoint")

    def save(self, trial: Union[Trial, int], save: Callable[[str], object]) -> None:
        """Saves a checkpoint of the last reported iteration: `save(directory)` writes into an empty directory."""
        number = _number(trial)
        save(self._engine.ask("checkpoint", trial=number)["directory"])
        self._engine.ask("checkpoint", trial=number, complete=True)

    def tell(self, trial: Union[Trial, int], metrics: Optional[Mapping[str, Any]] = None,
             **more: Any) -> None:
        """Ends the trial. `metrics`, if given, are reported first, as its last result.

        For an experiment in memory it returns without waiting; errors are raised by a later call.
        """
        arguments: Dict[str, Any] = {"trial": _number(trial)}
        if metrics is not None or more:
            arguments["metrics"] = _metrics(metrics, more)
        if self.path is None:
            self._engine.tell("tell", **arguments)
        else:
            self._engine.ask("tell", **arguments)

    def fail(self, trial: Union[Trial, int], message: str = "") -> None:
        """Marks the trial as failed; it is handed out again if it has retries left."""
        arguments = {"message": message} if message else {}
        self._engine.ask("fail", trial=_number(trial), **arguments)

    def stop(self) -> None:
        """Stops the experiment: no further trial is handed out."""
        self._engine.ask("stop")

    @property
    def finished(self) -> bool:
        """Whether the experiment has ended, as of the last ask()."""
        return self._finished

    @property
    def trials(self) -> List[TrialResult]:
        """All trials, ordered by id."""
        if self._result is not None:
            return self._result.trials
        return read_trials(self._engine, self._nested)

    @property
    def result(self) -> Result:
        """The results so far."""
        if self._result is not None:
            return self._result
        return Result(self._engine.ask("read", what="summary"), self.trials)

    @property
    def best(self) -> Optional[TrialResult]:
        """The best trial by the first objective; None if no trial has reported a finite value."""
        if self._result is not None:
            return self._result.best
        best = self._engine.ask("read", what="summary")["best"]
        return read_trials(self._engine, self._nested, best[0], 1)[0] if best else None

    def close(self) -> Result:
        """Ends the session. An unfinished experiment with a path can be opened again."""
        if self._result is None:
            try:
                summary = self._engine.ask("close")
                self._finished = summary["finished"]
                self._result = Result(summary, read_trials(self._engine, self._nested))
            finally:
                self._engine.close()
        return self._result

    def __enter__(self) -> Experiment:
        return self

    def __exit__(self, *_: Any) -> None:
        if not self._engine.closed:
            self.close()

    def __reduce__(self) -> Any:
        if self.path is None:
            raise TypeError("an experiment in memory can't be pickled; give it a path")
        from ._stored import open

        return open, (self.path,)


def _number(trial: Any) -> int:
    return trial.id if isinstance(trial, (Trial, TrialResult)) else int(trial)


def _metrics(metrics: Optional[Mapping[str, Any]], more: Mapping[str, Any]) -> Dict[str, Any]:
    found = record({**(metrics or {}), **more})
    if not found:
        raise UsageError("report at least one metric, as in report(trial, loss=0.25)")
    return found
