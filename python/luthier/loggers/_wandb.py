"""Runs in Weights & Biases."""

from __future__ import annotations

from typing import Any, Dict, Optional

import wandb

from ._run import Run, Tracker


class WandbTracker(Tracker):
    """Writes each trial as a run of a project; the experiment is the group."""

    def __init__(self, project: Optional[str], options: Dict[str, Any]) -> None:
        self._project = project
        self._options = {"reinit": "create_new", **options}

    def write(self, run: Run) -> None:
        """See Tracker."""
        made = wandb.init(project=self._project or run.experiment, group=run.experiment, name=run.name,
                          config=run.config, tags=[run.state], notes=run.reason, **self._options)
        for step, metrics in run.curves():
            made.log(metrics, step=step)
        made.finish(exit_code=int(run.failed))
