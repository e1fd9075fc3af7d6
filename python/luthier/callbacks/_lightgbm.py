"""The callback for LightGBM."""

from __future__ import annotations

import os
from typing import Any, Optional

from lightgbm.callback import EarlyStopException

from ._metrics import Chosen, Reporter, restored

_FILE = "model.txt"


class LightGBMCallback:
    """Reports after each boosting round."""

    order = 30  # after LightGBM's own callbacks

    def __init__(self, metrics: Chosen) -> None:
        self._report = Reporter(metrics)

    @property
    def restored(self) -> Optional[str]:
        """The saved model to continue from: `init_model` of lightgbm.train."""
        return restored(_FILE)

    def __call__(self, env: Any) -> None:
        """Called by LightGBM."""
        newest = {f"{data}-{metric}": value for data, metric, value, *_ in env.evaluation_result_list}

        def save(directory: str) -> None:
            env.model.save_model(os.path.join(directory, _FILE))

        if not self._report(newest, save if hasattr(env.model, "save_model") else None):
            raise EarlyStopException(env.iteration, env.evaluation_result_list)
