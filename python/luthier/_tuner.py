"""Tuner: the engine runs the trials, in processes on this machine."""

from __future__ import annotations

import os
import shlex
import sys
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Union

from . import _live, _payload, _spec
from ._answers import Brought
from ._engine import Engine
from ._errors import UsageError
from ._plugins import Logger
from ._result import Result, read_trials
from ._space import Space


class Replay(NamedTuple):
    """The result of recomputing an experiment's decisions from its log."""

    decisions: int
    choices: int
    suggestions: int
    differences: int  #: 0 if all are equal to those in the log
    first_difference: str  #: a sentence; empty if there is none


class Tuner:
    """Tunes a training function, class or program.

        def train(config):
            for epoch in range(81):
                if not luthier.report(loss=...):
                    return

        result = luthier.Tuner(train, {"lr": luthier.loguniform(1e-5, 1e-1)}, minimize="loss",
                               samples=64, scheduler="asha", jobs=4).run()

    train: a function of the configuration (a dict), which calls luthier.report() or returns its metrics
      or the value of a single objective; a class with setup(config), step() -> metrics or None,
      and optionally save(directory), load(directory), reconfigure(config), cleanup(); or a list of words: the command
      of any program (docs/worker_protocol.md), with placeholders such as "{lr}".
    space: a dict that maps names to distributions, lists or constants (docs/python.md).
    minimize, maximize: the name of a metric, or a list of names.
    samples: trials per cell of the grid (default: 1; no limit if `time` is given).
    time: time budget of the experiment in seconds, over all its sessions.
    jobs: how many trials run at the same time (default: the number of processors).
    searcher, scheduler: a name, "asha:max_t=81", luthier.asha(max_t=81), or an object (or class) of your own:
      luthier.Searcher, luthier.Scheduler.
    stop: rules such as "loss < 0.1" that complete a trial, functions of a trial and its result that return
      True to complete it, or a list of these.
    require: conditions over metrics and parameters, such as "latency_ms < 200"; a trial that does not
      meet them ranks after all that do.
    prior: where good values are believed to lie, such as "lr ~ 1e-3", "lr ~ 1e-3 x2" (within a factor),
      "momentum ~ 0.9 +- 0.05" or "optimizer ~ adam, sgd".
    related: earlier experiments, by name or path, whose tasks resemble this one: the search looks where the best
      of them was, as long as that pays. Their spaces may differ.
    constraints: expressions that every configuration must satisfy, such as "a < b".
    points: configurations to try first.
    resources: what a trial needs, such as {"cpu": 2, "gpu": 0.5, "memory": "4GB"}.
    retries: how often a failed trial is tried again.
    results: the directory of the experiments; None keeps the experiment in memory.
    name: the name of the experiment (default: the name of the function and the time).
    start: "fork" (each trial is a fork of a process that has imported the function) or "spawn" (each
      trial imports it in a new process, for code that can't be forked).
    reuse: processes run several trials, one after another, and keep what these leave in memory. An
      object of a class with reconfigure(config) -> bool is reused if that returns True.
    loggers: objects of your own: luthier.Logger.
    log: names of built-in loggers (default: console, csv, json, tensorboard).
    verbosity: 0 (failures only), 1, or 2 (also the end of each trial). In a notebook, 1 and 2 show a table
      that follows the run.
    notify: a command, as text or a list of words, that is started when something happens (docs/notifications.md).
    notify_on: what it is started for: "done", "failed", "improved", "stalled", "low_disk" (default: all but
      "improved"). notify_stalled: after how many seconds without a result. notify_low_disk: below how many free bytes.
    Other options by keyword: iterations, max_failures, retry_delay, trial_timeout, grace,
    checkpoint_every, checkpoint_at_end, keep_checkpoints, keep_by, deterministic, time_attr, score,
    tags; and executor_options of a program.
    """

    def __init__(self, train: Union[Callable[[Any], Any], type, Sequence[str]], space: Mapping[str, Any], *,
                 minimize: Union[str, Sequence[str], None] = None,
                 maximize: Union[str, Sequence[str], None] = None, samples: Optional[int] = None,
                 time: Optional[float] = None, jobs: Optional[int] = None, searcher: Any = None,
                 scheduler: Any = None, stop: Any = (), loggers: Sequence[Logger] = (),
                 constraints: Union[str, Sequence[str]] = (),
                 points: Sequence[Mapping[str, Any]] = (),
                 related: Union[str, os.PathLike[str], Sequence[Union[str, os.PathLike[str]]]] = (),
                 resources: Optional[Mapping[str, Any]] = None, retries: int = 0,
                 results: Union[str, os.PathLike[str], None] = "luthier-results", name: Optional[str] = None,
                 seed: int = 0, start: str = "fork", reuse: bool = False,
                 log: Optional[Sequence[str]] = ("console", "csv", "json", "tensorboard"),
                 verbosity: int = 1, durability: Optional[str] = None,
                 notify: Union[str, Sequence[str], None] = None, notify_on: Optional[Sequence[str]] = None,
                 notify_stalled: Optional[float] = None, notify_low_disk: Optional[int] = None,
                 executor_options: Optional[Mapping[str, str]] = None, **options: Any) -> None:
        self._train = train
        self._space = Space(space, constraints)
        self._goals = _spec.objectives(minimize, maximize)
        self._command = _words(train)
        if start not in ("fork", "spawn"):
            raise UsageError(f"start is {start!r}; it must be 'fork' or 'spawn'")
        self._start = "reuse" if reuse else start
        self._results = None if results is None else os.path.abspath(os.fspath(results))
        self._given_name = name
        self._related = _spec.paths(related)
        if samples is None:
            samples = 1 if time is None else 0
        self._brought = Brought(searcher, scheduler, stop, loggers)
        self._spec = _spec.experiment(name or "", self._space, self._goals, {
            "samples": samples, "time": time, "searcher": self._brought.searcher,
            "scheduler": self._brought.scheduler, "stop": self._brought.stop, "points": points, "resources": resources, "retries": retries, "seed": seed, "log": log,
            **options})
        self._spec.update(
            {"executor": "workers"} if self._command is None else
            {"executor": "process", "command": self._command, "executor_options": dict(executor_options or {})})
        self._session: Dict[str, Any] = {"verbosity": verbosity}
        if jobs is not None:
            self._session["jobs"] = jobs
        if durability is not None:
            self._session["durability"] = durability
        if notify is not None:
            self._session["notify"] = _notify(notify, notify_on, notify_stalled, notify_low_disk)
        elif (notify_on, notify_stalled, notify_low_disk) != (None, None, None):
            raise UsageError("notify_on, notify_stalled and notify_low_disk need a command: notify")
        self._session.update({"store": "memory"} if self._results is None else {"results": self._results})

    def run(self) -> Result:
        """Runs a new experiment to its end.

        Ctrl-C interrupts the run so that it can be resumed, and KeyboardInterrupt is raised; a second
        Ctrl-C ends the run at once. Raises UsageError, before anything is created, for invalid options.
        """
        return self._run()

    async def run_async(self) -> Result:
        """run() for asyncio: other tasks continue during the run. Cancelling it interrupts the run so
        that it can be resumed."""
        import asyncio

        engines: List[Engine] = []
        running = asyncio.get_running_loop().run_in_executor(None, self._run, engines.append)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            while not engines and not running.done():
                await asyncio.sleep(0.01)
            for engine in engines:
                engine.interrupt()
            await asyncio.wait([running])
            raise

    def _run(self, on_start: Optional[Callable[[Engine], None]] = None) -> Result:
        name = self._given_name or _spec.new_name(_stem(self._train, self._command))
        return self._drive("run", on_start, experiment={**self._spec, "name": name},
                           session={**self._session, "may_rename": self._given_name is None,
                                    "related": self._related})

    def resume(self, more_samples: int = 0) -> Result:
        """Resumes the interrupted experiment of this name with the options in its log. `more_samples` per
        cell of the grid extend it, also if it has ended."""
        return self._drive("resume", None, name=self._name(), session=self._session, more_samples=more_samples)

    def replay(self) -> Replay:
        """Recomputes all decisions, choices and suggestions of the experiment of this name."""
        answers = self._brought.answers(self._space.nested)
        engine = Engine()
        engine.on_question = answers
        try:
            return Replay(**engine.ask("replay", name=self._name(),
                                       session={**self._session, **self._brought.session()}))
        finally:
            engine.close()

    def _name(self) -> str:
        if self._given_name is None or self._results is None:
            raise UsageError("which experiment? give Tuner its name and the results directory it is in")
        return self._given_name

    def _drive(self, word: str, on_start: Optional[Callable[[Engine], None]], *, session: Mapping[str, Any],
               **arguments: Any) -> Result:
        """`on_start`: called with the engine before it is asked."""
        brought = self._brought
        display = _live.notebook() if self._session["verbosity"] > 0 else None
        if display is not None:
            brought = brought.watched_by(_live.LiveTable(display))
            session = {**session, "verbosity": 0}
        session = {**session, **brought.session()}
        payload = None
        engine = None
        try:
            if self._command is None:
                objective = self._goals[0]["metric"]
                payload = _payload.pack(self._train, objective, self._space.nested)
                session = {**session, "workers": _worker_command(payload), "worker_start": self._start}
            answers = brought.answers(self._space.nested)
            engine = Engine()
            engine.on_question = answers
            if on_start is not None:
                on_start(engine)
            summary = engine.run(word, session=session, **arguments)
            return Result(summary, read_trials(engine, self._space.nested))
        finally:
            if engine is not None:
                engine.close()
            if payload is not None:
                os.close(payload)


def _words(train: Any) -> Optional[List[str]]:
    if callable(train):
        return None
    if isinstance(train, str):
        raise UsageError(f"train is {train!r}; a program is given as a list of words, as in "
                         "['python', 'train.py']")
    if isinstance(train, (list, tuple)) and train and all(isinstance(word, (str, os.PathLike)) for word in train):
        return [os.fspath(word) for word in train]
    raise UsageError(f"train is {train!r}; it must be a function, a class with setup and step, or a list "
                     "of words")


def _notify(command: Union[str, Sequence[str]], on: Optional[Sequence[str]], stalled: Optional[float],
            low_disk: Optional[int]) -> Dict[str, Any]:
    text = command if isinstance(command, str) else shlex.join(command)
    options = {"on": None if on is None else list(on), "stalled_s": stalled, "low_disk_bytes": low_disk}
    return {"command": text, **{name: value for name, value in options.items() if value is not None}}


def _stem(train: Any, command: Optional[List[str]]) -> str:
    text = os.path.basename(command[-1]) if command else getattr(train, "__name__", type(train).__name__)
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "_.+-") else "-" for c in text).strip("-._+")
    return kept[:60] or "experiment"


def _worker_command(payload: int) -> List[str]:
    """An interpreter as this one, which finds this package wherever it is."""
    import subprocess

    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    start = f"import sys; sys.path.insert(0, {package!r}); from luthier._pool import main; main()"
    return [sys.executable, *subprocess._args_from_interpreter_flags(), "-c", start,  # type: ignore[attr-defined]
            f"/proc/{os.getpid()}/fd/{payload}"]
