"""Luthier: model selection and training, distributed.

Tuning a function:

    import luthier

    def train(config):
        for epoch in range(81):
            if not luthier.report(loss=...):
                return

    result = luthier.Tuner(train, {"lr": luthier.loguniform(1e-5, 1e-1)},
                           minimize="loss", samples=64, scheduler="asha").run()
    print(result.best.config)

Tuner runs trials in processes; Experiment asks you for them; open() and ls() read what is stored. In
training code, report(), checkpoint() and the like speak for the trial that runs: in a function of
Tuner, in one given to `luthier run --python`, and in any program that `luthier run` started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._trial import current as _current

if TYPE_CHECKING:
    from typing import Callable, Dict, List, Mapping, Optional

    # "as": type checkers take these for names of this module.
    from ._engine import program as program
    from ._errors import Error as Error, NotFoundError as NotFoundError, UsageError as UsageError
    from ._experiment import Experiment as Experiment, Trial as Trial
    from ._plugins import (
        Choice as Choice, Decision as Decision, Exhausted as Exhausted, Logger as Logger,
        Proposal as Proposal, Scheduler as Scheduler, Searcher as Searcher, Wait as Wait)
    from ._result import Result as Result, TrialResult as TrialResult
    from ._space import (
        Domain as Domain, choice as choice, constant as constant, expression as expression, grid as grid,
        lograndint as lograndint, loguniform as loguniform, normal as normal, qlograndint as qlograndint,
        qloguniform as qloguniform, qnormal as qnormal, qrandint as qrandint, quniform as quniform,
        randint as randint, uniform as uniform)
    from ._stored import ls as ls, open as open
    from ._tuner import Replay as Replay, Tuner as Tuner
    from ._view import Reported as Reported, TrialView as TrialView, View as View

# Where names are that load more than a trial needs.
_LAZY = {
    "_cluster": ("bundle", "shared"),  # they need Ray, which nothing else here loads
    "_engine": ("program",),
    "_errors": ("Error", "NotFoundError", "UsageError"),
    "_experiment": ("Experiment", "Trial"),
    "_plugins": ("Choice", "Decision", "Exhausted", "Logger", "Proposal", "Scheduler", "Searcher", "Wait"),
    "_result": ("Result", "TrialResult"),
    "_space": ("Domain", "choice", "constant", "expression", "grid", "lograndint", "loguniform",
               "normal", "qlograndint", "qloguniform", "qnormal", "qrandint", "quniform", "randint",
               "uniform"),
    "_stored": ("ls", "open"),
    "_tuner": ("Replay", "Tuner"),
    "_view": ("Reported", "TrialView", "View"),
}
_MODULE_OF = {name: module for module, names in _LAZY.items() for name in names}
# Searchers and schedulers: luthier.asha(max_t=81). What options they have the engine knows.
_PLUGINS = frozenset((
    "asha", "bohb", "fifo", "hyperband", "median_stopping", "pasha", "patient", "pb2", "pbt",
    "pbt_replay", "percentile", "successive_halving", "threshold", "wilcoxon",
    "auto", "cmaes", "concurrency_limit", "dehb", "gp", "halton", "latin_hypercube", "nsga2", "random", "repeat",
    "sobol", "tpe"))

__all__ = ["checkpoint", "config", "directory", "iteration", "report", "seed", "stop_requested",
           "trial_id", *(_MODULE_OF.keys() | _PLUGINS) - {"open", "random"}]


def __getattr__(name: str) -> Any:
    import importlib

    if name in _MODULE_OF:
        try:
            module = importlib.import_module("." + _MODULE_OF[name], __name__)
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{_MODULE_OF[name]}":
                raise
            raise ImportError(f"luthier.{name} needs the package luthier, and this interpreter has only what "
                              "trials report with; install it with `pip install .` in Luthier's folder") from None
        value = getattr(module, name)
    elif name in _PLUGINS:
        from ._spec import Plugin

        def value(**options: Any) -> Plugin:
            return Plugin(name, options)

        value.__name__ = value.__qualname__ = name
        value.__doc__ = f"The plugin {name} with these options (luthier plugins {name})."
    else:
        raise AttributeError(f"module 'luthier' has no attribute '{name}'")
    globals()[name] = value
    return value


def __dir__() -> List[str]:
    return sorted({*globals(), *__all__})


def config() -> Dict[str, Any]:
    """The trial's configuration: a dict."""
    return _current().config


def report(metrics: Optional[Mapping[str, Any]] = None, /, save: Optional[Callable[[str], object]] = None,
           **more: Any) -> bool:
    """Reports the metrics of one more training iteration and waits for the decision. True means
    continue, False means return now. If a checkpoint is wanted, `save(directory)` is called with
    an empty directory to write into."""
    return _current().report({**(metrics or {}), **more}, save)


def checkpoint() -> Optional[str]:
    """Directory of the checkpoint to resume from; None if the trial starts from scratch."""
    return _current().checkpoint


def iteration() -> int:
    """The last iteration reported, or that of the checkpoint; 0 at the start."""
    return _current().iteration


def seed() -> int:
    """The trial's seed, the same in every attempt."""
    return _current().seed


def trial_id() -> int:
    return _current().id


def directory() -> Optional[str]:
    """The trial's own directory; None with --store memory."""
    return _current().directory


def stop_requested() -> bool:
    """Whether the trial was asked to stop since the last report; check this in long iterations."""
    return _current().stop_requested
