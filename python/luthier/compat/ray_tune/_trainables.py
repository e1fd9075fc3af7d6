"""Training code as Ray Tune has it, run as Luthier's trials: what happens inside a trial."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import shutil
import tempfile
import threading
import time
from typing import Any, Callable, Dict, Iterator, Mapping, Optional

from ... import _trial
from ..._errors import UsageError
from ..._values import plain
from ._checkpoint import Checkpoint, read_dict, write_dict
from ._domains import Config

_local = threading.local()


class _Stopped(BaseException):
    """Unwinds a training function that was stopped or paused."""


class _Clock:
    def __init__(self) -> None:
        self.begin = self.last = time.monotonic()
        self.steps = 0
        self.told: Dict[str, Any] = {}  # what functions of the space gave

    def stamped(self, metrics: Mapping[str, Any]) -> Dict[str, Any]:
        """With the metrics that Ray Tune adds. What has no form as a metric is left out."""
        now = time.monotonic()
        found: Dict[str, Any] = {"time_this_iter_s": now - self.last, "time_total_s": now - self.begin, **self.told}
        self.last = now
        if "timesteps_this_iter" in metrics:
            self.steps += metrics["timesteps_this_iter"]
            found["timesteps_total"] = self.steps
        for name, value in metrics.items():
            with contextlib.suppress(TypeError, ValueError):
                found[name] = plain(value)
        found.pop("training_iteration", None)  # the engine's own count
        return found


def report(metrics: Optional[Mapping[str, Any]] = None, *, checkpoint: Optional[Checkpoint] = None, **more: Any) -> None:
    """One more result. Returns if the trial goes on; otherwise the training function is left."""
    trial = _trial.current()
    clock = getattr(_local, "clock", None) or _start_clock()
    directory = checkpoint.path if checkpoint is not None else _local.__dict__.pop("saved", None)

    def save(into: str) -> None:
        shutil.copytree(directory, into, dirs_exist_ok=True)

    if not trial.report(clock.stamped({**(metrics or {}), **more}), None if directory is None else save):
        raise _Stopped


def _start_clock() -> _Clock:
    _local.clock = _Clock()
    _local.__dict__.pop("saved", None)
    return _local.clock  # type: ignore[no-any-return]


def get_checkpoint() -> Optional[Checkpoint]:
    path = _trial.current().checkpoint
    return None if path is None else Checkpoint(path)


@contextlib.contextmanager
def checkpoint_dir(step: Optional[int] = None) -> Iterator[str]:
    """A directory to save into, which the next report takes."""
    directory = tempfile.mkdtemp(prefix="luthier-checkpoint-")
    yield directory
    _local.saved = directory


class TuneContext:
    def get_trial_id(self) -> str:
        return f"{int(_trial.current().id):05d}"

    def get_trial_name(self) -> str:
        return self.get_trial_id()

    def get_trial_dir(self) -> Optional[str]:
        found = _trial.current().directory
        return None if found is None else os.fspath(found)

    def get_experiment_name(self) -> str:
        found = self.get_trial_dir()
        return "" if found is None else os.path.basename(os.path.dirname(os.path.dirname(found)))


def get_context() -> TuneContext:
    return TuneContext()


class Trainable:
    """The base of classes that train in steps: setup, step, and perhaps save_checkpoint,
    load_checkpoint, reset_config and cleanup."""

    config: Dict[str, Any] = {}
    _iteration = 0

    def setup(self, config: Dict[str, Any]) -> None: ...
    def step(self) -> Dict[str, Any]:
        raise NotImplementedError

    def save_checkpoint(self, checkpoint_dir: str) -> Any: ...
    def load_checkpoint(self, checkpoint: Any) -> None: ...
    def reset_config(self, new_config: Dict[str, Any]) -> bool:
        return False

    def cleanup(self) -> None: ...

    @property
    def iteration(self) -> int:
        return self._iteration

    training_iteration = iteration

    @property
    def trial_id(self) -> str:
        return get_context().get_trial_id()

    trial_name = trial_id

    @property
    def logdir(self) -> Optional[str]:
        return get_context().get_trial_dir()

    def get_config(self) -> Dict[str, Any]:
        return self.config


class Given:
    """A trainable with parameters or resources given along."""

    def __init__(self, trainable: Any, parameters: Optional[Mapping[str, Any]] = None, resources: Any = None) -> None:
        inner: Optional[Given] = trainable if isinstance(trainable, Given) else None
        self.trainable: Any = inner.trainable if inner else trainable
        self.parameters: Dict[str, Any] = {**(inner.parameters if inner else {}), **(parameters or {})}
        self.resources: Any = inner.resources if inner and resources is None else resources


def with_parameters(trainable: Any, **parameters: Any) -> Given:
    return Given(trainable, parameters)


def with_resources(trainable: Any, resources: Any) -> Given:
    return Given(trainable, None, resources)


_registered: Dict[str, Any] = {}


def register_trainable(name: str, trainable: Any) -> None:
    _registered[name] = trainable


def given(trainable: Any) -> Given:
    if isinstance(trainable, str):
        if trainable not in _registered:
            raise UsageError(f"there is no trainable {trainable!r}; register it with tune.register_trainable, or pass "
                             "the function. Algorithms of RLlib are not here")
        trainable = _registered[trainable]
    return trainable if isinstance(trainable, Given) else Given(trainable)


def name_of(trainable: Any) -> str:
    while isinstance(trainable, functools.partial):
        trainable = trainable.func
    return getattr(trainable, "__name__", type(trainable).__name__)


def function(what: Given, config: Config) -> Callable[[Dict[str, Any]], None]:
    """A function for luthier.Tuner."""
    train, parameters = what.trainable, what.parameters

    def run(flat: Dict[str, Any]) -> None:
        trial = _trial.current()
        _enter_directory(trial)
        built = config.build(flat, int(trial.seed))
        _start_clock().told = config.told(built)
        options = dict(parameters)
        if "checkpoint_dir" in inspect.signature(train).parameters:
            options["checkpoint_dir"] = trial.checkpoint
        with contextlib.suppress(_Stopped):
            _report_returned(train(built, **options))

    run.__name__ = run.__qualname__ = name_of(train)
    return run


def _enter_directory(trial: Any) -> None:
    """A trial works in its own directory, unless the variable that Ray Tune reads says otherwise."""
    if trial.directory and os.environ.get("RAY_CHDIR_TO_TRIAL_DIR", "1") != "0":
        os.chdir(trial.directory)


def _report_returned(returned: Any) -> None:
    if inspect.isgenerator(returned):
        for each in returned:
            _report_returned(each)
    elif isinstance(returned, Mapping):
        report(returned)
    elif returned is not None:
        report({"_metric": returned})


class _Steps:
    """What luthier.Tuner sees of a class that trains in steps."""

    trainable: Any
    parameters: Mapping[str, Any]
    space: Config

    def setup(self, flat: Dict[str, Any]) -> None:
        trial = _trial.current()
        _enter_directory(trial)
        self.clock = _Clock()
        self.model = self.trainable()
        self._take(self.space.build(flat, int(trial.seed)), trial)
        self.model.setup(self.model.config, **self.parameters)

    def _take(self, config: Dict[str, Any], trial: Any) -> None:
        self.model.config = config
        self.model._iteration = int(trial.iteration)
        self.clock.told = self.space.told(config)

    def step(self) -> Dict[str, Any]:
        metrics = self.model.step()
        self.model._iteration += 1
        return {"done": False, **self.clock.stamped(metrics)}

    def save(self, directory: str) -> None:
        saved = self.model.save_checkpoint(directory)
        if isinstance(saved, dict):
            write_dict(directory, saved)
        elif saved is not None and os.path.abspath(saved) != os.path.abspath(directory):
            raise ValueError(f"save_checkpoint returned {saved!r}; it must save into the directory it is given, or "
                             "return a dict")

    def load(self, directory: str) -> None:
        found = read_dict(directory)
        self.model.load_checkpoint(directory if found is None else found)

    def reconfigure(self, flat: Dict[str, Any]) -> bool:
        trial = _trial.current()
        config = self.space.build(flat, int(trial.seed))
        if not self.model.reset_config(config):
            return False
        self.clock = _Clock()
        self._take(config, trial)
        return True

    def cleanup(self) -> None:
        self.model.cleanup()


def steps(what: Given, config: Config) -> type:
    """A class for luthier.Tuner."""
    return type(name_of(what.trainable), (_Steps,), {
        "trainable": what.trainable, "parameters": what.parameters, "space": config})
