"""The callback for Keras."""

from __future__ import annotations

import os
from typing import Any, Mapping, Optional

from keras.callbacks import Callback

from ._metrics import Chosen, Reporter, restored

_FILE = "model.keras"


class KerasCallback(Callback):  # type: ignore[misc]
    """Reports after each epoch."""

    def __init__(self, metrics: Chosen) -> None:
        super().__init__()
        self._report = Reporter(metrics)

    @property
    def restored(self) -> Optional[str]:
        """The saved model to continue from, for keras.saving.load_model."""
        return restored(_FILE)

    def on_epoch_end(self, epoch: int, logs: Optional[Mapping[str, Any]] = None) -> None:
        """Called by Keras."""
        def save(directory: str) -> None:
            self.model.save(os.path.join(directory, _FILE))

        if not self._report(logs or {}, save):
            self.model.stop_training = True
