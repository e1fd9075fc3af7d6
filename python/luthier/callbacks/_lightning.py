"""The callback for PyTorch Lightning, under either of its names."""

from __future__ import annotations

import os
from typing import Any, Optional

try:
    from lightning.pytorch import Callback
except ImportError:
    from pytorch_lightning import Callback

from ._metrics import Chosen, Reporter, restored

_FILE = "model.ckpt"


class LightningCallback(Callback):  # type: ignore[misc]
    """Reports after each training epoch, whose validation has run by then.

    With several processes the first one speaks for the trial. It then saves no checkpoint, which all of them
    would have to take part in.
    """

    def __init__(self, metrics: Chosen) -> None:
        super().__init__()
        self._report = Reporter(metrics)

    @property
    def restored(self) -> Optional[str]:
        """The checkpoint to continue from: `ckpt_path` of Trainer.fit."""
        return restored(_FILE)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Called by Lightning."""
        def save(directory: str) -> None:
            trainer.save_checkpoint(os.path.join(directory, _FILE))

        stop = False
        if trainer.is_global_zero:
            stop = not self._report(trainer.callback_metrics, save if trainer.world_size == 1 else None)
        if trainer.strategy.reduce_boolean_decision(stop, all=False):
            trainer.should_stop = True
