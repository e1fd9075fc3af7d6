"""Programs written for Ray Tune, run by Luthier on this machine.

    from luthier.compat import ray_tune as tune

Spaces, functions, classes, tune.run and Tuner keep their names and meanings (docs/from_ray_tune.md).
What is not here raises a sentence that names what to write instead.
"""

from typing import Any

from . import air, schedulers, search, session, stopper, train
from ._absent import TuneError, missing
from ._checkpoint import Checkpoint
from ._domains import (choice, grid_search, lograndint, loguniform, qlograndint, qloguniform, qrandint, qrandn, quniform,
                       randint, randn, sample_from, uniform)
from ._results import ExperimentAnalysis, Result, ResultGrid
from ._run import CheckpointConfig, FailureConfig, RunConfig, TuneConfig, Tuner, run
from ._trainables import (Trainable, TuneContext, checkpoint_dir, get_checkpoint, get_context, register_trainable, report,
                          with_parameters, with_resources)
from .schedulers import create_scheduler
from .search import create_searcher
from .session import get_trial_dir, get_trial_id, get_trial_name

suggest = search  # its name in older programs

__all__ = [
    "CLIReporter", "Checkpoint", "CheckpointConfig", "ExperimentAnalysis", "FailureConfig", "JupyterNotebookReporter",
    "Result", "ResultGrid", "RunConfig", "SyncConfig", "Trainable", "TuneConfig", "TuneContext", "TuneError", "Tuner",
    "air", "checkpoint_dir", "choice", "create_scheduler", "create_searcher", "get_checkpoint", "get_context",
    "get_trial_dir", "get_trial_id", "get_trial_name", "grid_search", "lograndint", "loguniform", "qlograndint",
    "qloguniform", "qrandint", "qrandn", "quniform", "randint", "randn", "register_trainable", "report", "run",
    "sample_from", "schedulers", "search", "session", "stopper", "suggest", "train", "uniform", "with_parameters",
    "with_resources",
]


class CLIReporter:
    """Accepted and not used: progress is shown by Luthier's own table."""

    def __init__(self, *_: Any, **__: Any) -> None: ...


class JupyterNotebookReporter(CLIReporter): ...


class SyncConfig:
    """Accepted and not used: results are where they are written."""

    def __init__(self, **_: Any) -> None: ...


Callback = missing("Callback", "report what you need as metrics")
Experiment = missing("Experiment", "use tune.run or Tuner")
PlacementGroupFactory = missing("PlacementGroupFactory", "use luthier.Tuner with the executor ray (docs/ray.md)")
run_experiments = missing("run_experiments", "call tune.run for each")
register_env = missing("register_env", "algorithms of RLlib are not here")
Stopper = stopper.Stopper
