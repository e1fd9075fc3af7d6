"""Runs in trackio."""

from __future__ import annotations

from typing import Any, Dict, Optional

import trackio

from ._run import Run, Tracker


class TrackioTracker(Tracker):
    """Writes each trial as a run of a project; the experiment is the group."""

    def __init__(self, project: Optional[str], options: Dict[str, Any]) -> None:
        self._project = project
        self._options = {"embed": False, "auto_log_gpu": False, "auto_log_cpu": False, **options}

    def write(self, run: Run) -> None:
        """See Tracker."""
        trackio.init(self._project or run.experiment, name=f"{run.experiment} {run.name}", group=run.experiment,
                     config={**run.config, "luthier_state": run.state}, **self._options)
        for step, metrics in run.curves():
            trackio.log(metrics, step=step)
        trackio.finish()
