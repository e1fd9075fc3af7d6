"""Tuner and run: the options of Ray Tune, as Luthier's."""

from __future__ import annotations

import dataclasses
import os
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

from ..._errors import UsageError
from ..._result import Result as OwnResult
from ..._tuner import Tuner as OwnTuner
from . import _trainables
from ._absent import TuneError, absent, no_more
from ._domains import Config, Values
from ._results import ExperimentAnalysis, ResultGrid
from .schedulers import TrialScheduler, create_scheduler
from .search import Searcher, create_searcher
from .stopper import MaximumIterationStopper, TimeoutStopper

_ANY = 1 << 60
_PLACEHOLDER = "time_total_s"  # what every trial reports, where no metric is given


@dataclasses.dataclass
class TuneConfig:
    metric: Optional[str] = None
    mode: Optional[str] = None
    search_alg: Union[Searcher, str, None] = None
    scheduler: Union[TrialScheduler, str, None] = None
    num_samples: int = 1
    max_concurrent_trials: Optional[int] = None
    time_budget_s: Any = None
    reuse_actors: bool = False
    trial_name_creator: Any = None
    trial_dirname_creator: Any = None


@dataclasses.dataclass
class FailureConfig:
    max_failures: int = 0
    fail_fast: Union[bool, str] = False


@dataclasses.dataclass
class CheckpointConfig:
    num_to_keep: Optional[int] = None
    checkpoint_score_attribute: Optional[str] = None
    checkpoint_score_order: str = "max"
    checkpoint_frequency: int = 0
    checkpoint_at_end: Optional[bool] = None


@dataclasses.dataclass
class RunConfig:
    name: Optional[str] = None
    storage_path: Optional[str] = None
    storage_filesystem: Any = None
    failure_config: Optional[FailureConfig] = None
    checkpoint_config: Optional[CheckpointConfig] = None
    sync_config: Any = None
    verbose: Optional[int] = None
    stop: Any = None
    callbacks: Any = None
    progress_reporter: Any = None
    log_to_file: Any = False
    local_dir: Optional[str] = None


class Tuner:
    def __init__(self, trainable: Any = None, *, param_space: Optional[Mapping[str, Any]] = None,
                 tune_config: Optional[TuneConfig] = None, run_config: Optional[RunConfig] = None) -> None:
        self._work = _Work(trainable, param_space or {}, tune_config or TuneConfig(), run_config or RunConfig(), None)

    def fit(self) -> ResultGrid:
        work = self._work
        return ResultGrid(work.run(), work.config, work.metric, work.mode)

    @classmethod
    def restore(cls, *_: Any, **__: Any) -> Tuner:
        absent("Tuner.restore", "make the same luthier.Tuner(..., name=NAME) and call resume()")


def run(run_or_experiment: Any, *, name: Optional[str] = None, metric: Optional[str] = None, mode: Optional[str] = None,
        stop: Any = None, time_budget_s: Any = None, config: Optional[Mapping[str, Any]] = None,
        resources_per_trial: Any = None, num_samples: int = 1, storage_path: Optional[str] = None,
        local_dir: Optional[str] = None, search_alg: Any = None, scheduler: Any = None,
        checkpoint_config: Optional[CheckpointConfig] = None, keep_checkpoints_num: Optional[int] = None,
        checkpoint_score_attr: Optional[str] = None, checkpoint_freq: int = 0, checkpoint_at_end: Optional[bool] = None,
        verbose: Optional[int] = None, progress_reporter: Any = None, log_to_file: Any = False, sync_config: Any = None,
        max_failures: int = 0, fail_fast: Union[bool, str] = False, reuse_actors: bool = False,
        raise_on_failed_trial: bool = True, callbacks: Any = None, max_concurrent_trials: Optional[int] = None,
        trial_name_creator: Any = None, trial_dirname_creator: Any = None, **options: Any) -> ExperimentAnalysis:
    no_more("tune.run", options)
    if checkpoint_config is None:
        score = (checkpoint_score_attr or "").rpartition("-")
        checkpoint_config = CheckpointConfig(keep_checkpoints_num, score[2] or None, score[0] or "max", checkpoint_freq,
                                             checkpoint_at_end)
    work = _Work(run_or_experiment, config or {}, TuneConfig(
        metric, mode, search_alg, scheduler, num_samples, max_concurrent_trials, time_budget_s, reuse_actors,
    ), RunConfig(name, storage_path or local_dir, None, FailureConfig(max_failures, fail_fast), checkpoint_config,
                 sync_config, verbose, stop, callbacks), resources_per_trial)
    analysis = ExperimentAnalysis(work.run(), work.config, work.metric, work.mode)
    failed = [trial for trial in analysis.trials if trial.error is not None]
    if failed and raise_on_failed_trial:
        raise TuneError(f"Trials did not complete: {', '.join(trial.trial_id for trial in failed)}. The first: "
                        f"{failed[0].error}")
    return analysis


class _Work:
    """What luthier.Tuner is given. Every check is made before anything runs."""

    def __init__(self, trainable: Any, space: Mapping[str, Any], tune: TuneConfig, run: RunConfig, resources: Any) -> None:
        if run.callbacks:
            absent("callbacks", "report what you need as metrics; loggers are an option of luthier.Tuner (log=)")
        self._given = _trainables.given(trainable)
        self._tune, self._run = tune, run
        self._scheduler = create_scheduler(tune.scheduler) if isinstance(tune.scheduler, str) else tune.scheduler
        self._searcher = create_searcher(tune.search_alg) if isinstance(tune.search_alg, str) else tune.search_alg
        self._check_plugins()
        self.metric, self.mode = self._goal()
        if self._searcher is not None and self._searcher.space:
            space = {**space, **self._searcher.space}
        space = {**space, **self._mutations(space)}
        self.config = Config(space, repeat=tune.num_samples != 1 or tune.time_budget_s is not None)
        self._options = self._all_options(resources)

    def _check_plugins(self) -> None:
        if self._scheduler is not None and not isinstance(self._scheduler, TrialScheduler):
            absent(f"the scheduler {self._scheduler!r}", "use one of luthier.compat.ray_tune.schedulers, or write it for "
                                                         "Luthier (docs/plugins.md)")
        if self._searcher is not None and not isinstance(self._searcher, Searcher):
            absent(f"the search algorithm {self._searcher!r}", "use one of luthier.compat.ray_tune.search, or ask and "
                                                               "tell with luthier.Experiment")

    def _goal(self) -> Tuple[Optional[str], Optional[str]]:
        found: Dict[str, str] = {}
        for where, giver in (("the run", self._tune), ("the scheduler", self._scheduler), ("the search algorithm", self._searcher)):
            for word in ("metric", "mode"):
                value = getattr(giver, word, None)
                if value is None:
                    continue
                if word == "mode" and value not in ("min", "max"):
                    raise UsageError(f"mode is {value!r}; it must be 'min' or 'max'")
                if isinstance(value, (list, tuple)):
                    absent("a list of metrics", "use luthier.Tuner(minimize=[...])")
                if word in found and (found[word] != value or where == "the scheduler"):
                    raise UsageError(f"the {word} is given twice; give it to the run only")
                found[word] = value
        metric, mode = found.get("metric"), found.get("mode")
        if mode is not None and metric is None:
            metric = "_metric"
        if metric is not None and mode is None:
            raise UsageError(f"is {metric!r} to be minimized or maximized? give mode='min' or mode='max'")
        if metric is None and (self._scheduler or self._searcher and self._searcher.name != "random"):
            if not (self._scheduler and self._scheduler.plugin.name == "fifo"):
                raise UsageError("the scheduler and the search algorithm need a metric: give metric= and mode=")
        return metric, mode

    def _mutations(self, space: Mapping[str, Any]) -> Dict[str, Any]:
        """What a population varies is a parameter, also where the config has one value to begin with."""
        mutations = self._scheduler.mutations if self._scheduler else {}
        return {name: domain for name, domain in mutations.items()
                if not isinstance(space.get(name), type(domain)) or isinstance(domain, Values)}

    def _all_options(self, resources: Any) -> Dict[str, Any]:
        tune, run = self._tune, self._run
        mode = self.mode or "min"
        options: Dict[str, Any] = {
            "minimize" if mode == "min" else "maximize": self.metric or _PLACEHOLDER,
            "samples": 0 if tune.num_samples == -1 else tune.num_samples, "score": "last",
            "searcher": self._searcher.name if self._searcher else "random", "scheduler": self._plugin(),
            "jobs": self._jobs(), "reuse": tune.reuse_actors, "name": run.name,
            "verbosity": 1 if run.verbose is None else min(run.verbose, 1),
            "resources": _resources(resources if resources is not None else self._given.resources)}
        if run.storage_path or run.local_dir:
            options["results"] = os.path.expanduser(run.storage_path or run.local_dir or "")
        if tune.time_budget_s is not None:
            options["time"] = _seconds(tune.time_budget_s)
        if self._searcher is not None:
            options["points"] = self._searcher.points
            if self._searcher.seed is not None:
                options["seed"] = self._searcher.seed
        options.update(_failures(run.failure_config or FailureConfig()))
        options.update(_checkpoints(run.checkpoint_config or CheckpointConfig(), self._is_class()))
        options.update(_stop(run.stop))
        if self._is_class():  # so that a trial which says so is asked for its last checkpoint
            options["stop"] = [*options.get("stop", ()), "done == true"]
        return options

    def _is_class(self) -> bool:
        return isinstance(self._given.trainable, type)

    def _plugin(self) -> Any:
        if self._scheduler is None:
            return None
        names = list(self._scheduler.mutations)
        return (self._scheduler.plugin.name,
                {**self._scheduler.plugin.options, **({"parameters": ",".join(names)} if names else {})})

    def _jobs(self) -> Optional[int]:
        return self._tune.max_concurrent_trials or (self._searcher and self._searcher.max_concurrent) or None

    def run(self) -> OwnResult:
        make = _trainables.steps if self._is_class() else _trainables.function
        train: Any = make(self._given, self.config)
        return OwnTuner(train, self.config.space, **self._options).run()


def _seconds(given: Any) -> float:
    return float(given.total_seconds() if hasattr(given, "total_seconds") else given)


def _resources(given: Any) -> Optional[Dict[str, Any]]:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        absent("resources by a placement group or a function",
               "use a dict such as {'cpu': 2, 'gpu': 1}, or luthier.Tuner with the executor ray (docs/ray.md)")
    found: Dict[str, Any] = {}
    for name, amount in given.items():
        if name in ("custom_resources", "resources"):
            found.update(amount)
        else:
            found[name.lower() if name in ("CPU", "GPU") else name] = amount
    return found


def _failures(given: FailureConfig) -> Dict[str, Any]:
    if given.fail_fast and given.max_failures:
        raise UsageError("fail_fast and max_failures exclude each other; give one of them")
    if given.fail_fast == "raise":
        absent("fail_fast='raise'", "use fail_fast=True")
    return {"retries": _ANY if given.max_failures < 0 else given.max_failures, "retry_delay": 0,
            "max_failures": 0 if given.fail_fast else _ANY}


def _checkpoints(given: CheckpointConfig, is_class: bool) -> Dict[str, Any]:
    if given.checkpoint_score_attribute:
        absent("checkpoint_score_attribute", "checkpoints are kept by the run's metric: keep_by='best' of luthier.Tuner")
    if is_class:
        at_end = given.checkpoint_at_end is not False
        return {"keep_checkpoints": given.num_to_keep, "checkpoint_every": given.checkpoint_frequency,
                "checkpoint_at_end": at_end}
    return {"keep_checkpoints": given.num_to_keep, "checkpoint_every": 1}  # whatever the function reports


def _stop(given: Any) -> Dict[str, Any]:
    if given is None:
        return {}
    if isinstance(given, Mapping):
        found: Dict[str, Any] = {}
        rules: List[str] = []
        for name, limit in given.items():
            if name == "training_iteration":
                found["iterations"] = limit
            else:
                rules.append(f"`{name}` >= {limit!r}")
        return {**found, "stop": rules}
    if isinstance(given, MaximumIterationStopper):
        return {"iterations": given.max_iter}
    if isinstance(given, TimeoutStopper):
        return {"time": _seconds(given.timeout)}
    absent(f"stop={given!r}", "give a dict such as {'accuracy': 0.9}, or return from the training function")
