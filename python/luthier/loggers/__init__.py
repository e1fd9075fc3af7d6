"""Experiments in MLflow, Weights & Biases and trackio: one run per trial (docs/trackers.md).

    import luthier.loggers

    luthier.loggers.export("luthier-results/NAME", luthier.loggers.mlflow())

A tracker's package is imported when its logger is created.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ._export import export
from ._run import Run, Tracker

if TYPE_CHECKING:
    from ._mlflow import MlflowTracker
    from ._trackio import TrackioTracker
    from ._wandb import WandbTracker

__all__ = ["Run", "Tracker", "export", "mlflow", "trackio", "wandb"]


def mlflow(tracking_uri: Optional[str] = None, experiment: Optional[str] = None) -> MlflowTracker:
    """Writes to MLflow. tracking_uri: as in mlflow.set_tracking_uri; None for MLflow's own default.
    experiment: the name of the MLflow experiment; None for that of the Luthier experiment."""
    from ._mlflow import MlflowTracker
    return MlflowTracker(tracking_uri, experiment)


def wandb(project: Optional[str] = None, **options: Any) -> WandbTracker:
    """Writes to Weights & Biases. project: None for the name of the experiment, which is the runs' group too.
    options: for wandb.init, such as mode="offline", entity or dir."""
    from ._wandb import WandbTracker
    return WandbTracker(project, options)


def trackio(project: Optional[str] = None, **options: Any) -> TrackioTracker:
    """Writes to trackio. project: None for the name of the experiment. options: for trackio.init."""
    from ._trackio import TrackioTracker
    return TrackioTracker(project, options)
