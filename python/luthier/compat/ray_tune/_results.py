"""Results as Ray Tune shows them."""

from __future__ import annotations

import glob
import importlib
import math
import os
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

from ..._errors import UsageError
from ..._result import Result as OwnResult
from ..._result import TrialResult
from ._absent import TuneError, absent
from ._checkpoint import Checkpoint
from ._domains import Config


class Result:
    """One trial: the metrics of its last result, its config and its newest checkpoint."""

    def __init__(self, trial: TrialResult, config: Config, directory: Optional[str]) -> None:
        self._trial = trial
        self.config: Dict[str, Any] = config.build(trial.config, None, trial.last_metrics)
        self.metrics: Dict[str, Any] = self._filled(trial.last_metrics)
        self.path = None if directory is None else os.path.join(directory, "trials", f"{trial.id:05d}")
        self.error = TuneError(trial.reason) if trial.state == "failed" else None
        self.trial_id = f"{trial.id:05d}"

    def _filled(self, metrics: Mapping[str, Any]) -> Dict[str, Any]:
        done = self._trial.state in ("completed", "stopped", "failed")
        return {**metrics, "training_iteration": self._trial.iterations, "trial_id": f"{self._trial.id:05d}",
                "done": done, "config": self.config} if metrics else {}

    @property
    def last_result(self) -> Dict[str, Any]:
        return self.metrics

    @property
    def status(self) -> str:
        return {"completed": "TERMINATED", "stopped": "TERMINATED", "failed": "ERROR"}.get(
            self._trial.state, self._trial.state.upper())

    @property
    def checkpoint(self) -> Optional[Checkpoint]:
        found = sorted(glob.glob(os.path.join(self.path, "checkpoints", "*"))) if self.path else []
        return Checkpoint(max(found, key=os.path.getmtime)) if found else None

    @property
    def metrics_dataframe(self) -> Any:
        """All results, one a row; needs pandas."""
        if self.path is None:
            return None
        pandas: Any = importlib.import_module("pandas")
        return pandas.read_csv(os.path.join(self.path, "progress.csv"))

    def value(self, metric: str, mode: str, scope: str) -> float:
        """NaN where there is none."""
        if scope == "last":
            found = [self.metrics.get(metric)]
        elif scope == "all":
            frame = self.metrics_dataframe
            found = [] if frame is None or metric not in frame else list(frame[metric].dropna())
        else:
            absent(f"scope={scope!r}", "use 'last' or 'all'")
        numbers = [float(each) for each in found if isinstance(each, (int, float)) and math.isfinite(each)]
        return (min if mode == "min" else max)(numbers) if numbers else math.nan

    def __repr__(self) -> str:
        return f"Result(metrics={self.metrics!r}, path={self.path!r})"


class _Trials:
    def __init__(self, result: OwnResult, config: Config, metric: Optional[str], mode: Optional[str]) -> None:
        self.trials = [Result(trial, config, result.directory) for trial in result.trials]
        self.experiment_path = result.directory
        self._metric, self._mode = metric, mode

    def _goal(self, metric: Optional[str], mode: Optional[str]) -> Tuple[str, str]:
        metric, mode = metric or self._metric, mode or self._mode
        if metric is None or mode is None:
            raise UsageError("which is the best? give metric= and mode= here, or to the run")
        if mode not in ("min", "max"):
            raise UsageError(f"mode is {mode!r}; it must be 'min' or 'max'")
        return metric, mode

    def _best(self, metric: Optional[str], mode: Optional[str], scope: str) -> Optional[Result]:
        metric, mode = self._goal(metric, mode)
        rated = [(trial.value(metric, mode, scope), trial) for trial in self.trials]
        rated = [each for each in rated if not math.isnan(each[0])]
        if not rated:
            return None
        return (min if mode == "min" else max)(rated, key=lambda each: each[0])[1]

    def _frame(self, metric: Optional[str], mode: Optional[str]) -> Any:
        pandas: Any = importlib.import_module("pandas")
        rows = []
        for trial in self.trials:
            metrics = dict(trial.metrics)
            frame = trial.metrics_dataframe if metric else None
            if frame is not None and metric in frame and frame[metric].notna().any():
                row = frame[metric].idxmin() if mode == "min" else frame[metric].idxmax()
                metrics.update(frame.loc[row].to_dict())
            metrics.pop("config", None)
            metrics.update({f"config/{name}": value for name, value in _flat(trial.config)})
            rows.append({**metrics, "logdir": trial.path})
        return pandas.DataFrame(rows)


def _flat(config: Mapping[str, Any], before: str = "") -> Iterator[Tuple[str, Any]]:
    for name, value in config.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}/")
        else:
            yield f"{before}{name}", value


class ResultGrid(_Trials):
    def get_best_result(self, metric: Optional[str] = None, mode: Optional[str] = None, scope: str = "last",
                        filter_nan_and_inf: bool = True) -> Result:
        if len(self.trials) == 1:
            return self.trials[0]
        best = self._best(metric, mode, scope)
        if best is None:
            raise RuntimeError(f"no trial reported a finite value of {metric or self._metric!r}")
        return best

    def get_dataframe(self, filter_metric: Optional[str] = None, filter_mode: Optional[str] = None) -> Any:
        """A row for each trial: its last result, or the best one by a metric; needs pandas."""
        return self._frame(filter_metric, filter_mode or self._mode)

    @property
    def errors(self) -> List[TuneError]:
        return [trial.error for trial in self.trials if trial.error is not None]

    @property
    def num_errors(self) -> int:
        return len(self.errors)

    @property
    def num_terminated(self) -> int:
        return sum(trial.status == "TERMINATED" for trial in self.trials)

    def __len__(self) -> int:
        return len(self.trials)

    def __getitem__(self, number: int) -> Result:
        return self.trials[number]

    def __iter__(self) -> Iterator[Result]:
        return iter(self.trials)


class ExperimentAnalysis(_Trials):
    def get_best_trial(self, metric: Optional[str] = None, mode: Optional[str] = None, scope: str = "last",
                       filter_nan_and_inf: bool = True) -> Optional[Result]:
        return self._best(metric, mode, scope)

    def get_best_config(self, metric: Optional[str] = None, mode: Optional[str] = None,
                        scope: str = "last") -> Optional[Dict[str, Any]]:
        best = self._best(metric, mode, scope)
        return None if best is None else best.config

    def get_best_checkpoint(self, trial: Result, metric: Optional[str] = None, mode: Optional[str] = None,
                            return_path: bool = False) -> Any:
        found = trial.checkpoint
        return found.path if found is not None and return_path else found

    get_last_checkpoint = get_best_checkpoint

    def get_best_logdir(self, metric: Optional[str] = None, mode: Optional[str] = None,
                        scope: str = "last") -> Optional[str]:
        best = self._best(metric, mode, scope)
        return None if best is None else best.path

    @property
    def best_trial(self) -> Optional[Result]:
        return self._best(None, None, "last")

    @property
    def best_config(self) -> Optional[Dict[str, Any]]:
        return self.get_best_config()

    @property
    def best_result(self) -> Optional[Dict[str, Any]]:
        best = self.best_trial
        return None if best is None else best.metrics

    @property
    def best_checkpoint(self) -> Optional[Checkpoint]:
        best = self.best_trial
        return None if best is None else best.checkpoint

    @property
    def best_logdir(self) -> Optional[str]:
        return self.get_best_logdir()

    @property
    def best_dataframe(self) -> Any:
        best = self.best_trial
        return None if best is None else best.metrics_dataframe

    @property
    def results(self) -> Dict[str, Dict[str, Any]]:
        return {trial.trial_id: trial.metrics for trial in self.trials}

    @property
    def results_df(self) -> Any:
        return self._frame(None, None).set_index("trial_id", drop=False)

    @property
    def trial_dataframes(self) -> Dict[Optional[str], Any]:
        return {trial.path: trial.metrics_dataframe for trial in self.trials}

    def get_all_configs(self) -> Dict[Optional[str], Dict[str, Any]]:
        return {trial.path: trial.config for trial in self.trials}

    def dataframe(self, metric: Optional[str] = None, mode: Optional[str] = None) -> Any:
        return self._frame(metric, mode or self._mode)
