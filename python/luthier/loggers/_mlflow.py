"""Runs in MLflow."""

from __future__ import annotations

import time
from typing import Dict, List, Optional, Sequence

from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient

from ._run import Run, Tracker

_MOST = 1000  # metrics that log_batch takes; parameters: a tenth


class MlflowTracker(Tracker):
    """Writes each trial as a run of an MLflow experiment, without touching MLflow's active run."""

    def __init__(self, tracking_uri: Optional[str], experiment: Optional[str]) -> None:
        self._client = MlflowClient(tracking_uri)
        self._experiment = experiment
        self._ids: Dict[str, str] = {}

    def write(self, run: Run) -> None:
        """See Tracker."""
        name = self._experiment or run.experiment
        if name not in self._ids:
            self._ids[name] = self._find(name)
        made = self._client.create_run(self._ids[name], run_name=run.name).info.run_id
        now = int(time.time() * 1000)
        self._log(made, params=[Param(key, str(value)) for key, value in run.config.items()])
        self._log(made, metrics=[Metric(key, value, now, step) for step, metrics in run.curves()
                                 for key, value in metrics.items()])
        tags = {"luthier.experiment": run.experiment, "luthier.trial": run.trial, "luthier.state": run.state,
                "luthier.reason": run.reason}
        self._client.log_batch(made, tags=[RunTag(key, str(value)) for key, value in tags.items()])
        self._client.set_terminated(made, "FAILED" if run.failed else "FINISHED")

    def _find(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        return str(found.experiment_id if found else self._client.create_experiment(name))

    def _log(self, run: str, metrics: Sequence[Metric] = (), params: Sequence[Param] = ()) -> None:
        """In the portions that MLflow accepts."""
        rows: List[Sequence[Metric]] = [metrics[at:at + _MOST] for at in range(0, len(metrics), _MOST)]
        for part in rows:
            self._client.log_batch(run, metrics=part)
        for at in range(0, len(params), _MOST // 10):
            self._client.log_batch(run, params=params[at:at + _MOST // 10])
