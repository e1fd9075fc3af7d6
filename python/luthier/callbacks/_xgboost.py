"""The callback for XGBoost."""

from __future__ import annotations

import os
from typing import Any, Dict, Optional

from xgboost.callback import TrainingCallback

from ._metrics import Chosen, Reporter, restored

_FILE = "model.ubj"


class XGBoostCallback(TrainingCallback):
    """Reports after each boosting round."""

    def __init__(self, metrics: Chosen) -> None:
        super().__init__()
        self._report = Reporter(metrics)

    @property
    def restored(self) -> Optional[str]:
        """The saved model to continue from: `xgb_model` of xgboost.train."""
        return restored(_FILE)

    def after_iteration(self, model: Any, epoch: int, evals_log: Dict[str, Dict[str, Any]]) -> bool:
        """Called by XGBoost; True ends the training."""
        newest = {f"{data}-{metric}": _value(values[-1])
                  for data, metrics in evals_log.items() for metric, values in metrics.items()}

        def save(directory: str) -> None:
            model.save_model(os.path.join(directory, _FILE))

        return not self._report(newest, save if hasattr(model, "save_model") else None)


def _value(value: Any) -> Any:
    """In cross-validation values are (mean, standard deviation)."""
    return value[0] if isinstance(value, tuple) else value
