"""The callback for the Trainer of Hugging Face Transformers."""

from __future__ import annotations

import os
import shutil
from typing import Any, Dict, Mapping, Optional

from transformers import TrainerCallback
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from ._metrics import Chosen, Reporter, restored

_FOLDER = "trainer"


class TransformersCallback(TrainerCallback):  # type: ignore[misc]
    """Reports after each evaluation or, if the Trainer then saves a checkpoint, after that."""

    def __init__(self, metrics: Chosen) -> None:
        self._report = Reporter(metrics)
        self._evaluated: Optional[Dict[str, Any]] = None  # and not yet reported

    @property
    def restored(self) -> Optional[str]:
        """The checkpoint to continue from: `resume_from_checkpoint` of Trainer.train."""
        return restored(_FOLDER)

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Optional[Mapping[str, Any]] = None,
                    **_: Any) -> None:
        """Called by the Trainer."""
        if not state.is_world_process_zero:
            return
        self._evaluated = dict(metrics or {})
        if not control.should_save:
            self._tell(control, None)

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Called by the Trainer."""
        if self._evaluated is not None:
            self._tell(control, os.path.join(args.output_dir, f"{PREFIX_CHECKPOINT_DIR}-{state.global_step}"))

    def _tell(self, control: Any, saved: Optional[str]) -> None:
        def save(directory: str) -> None:
            if saved is not None:
                shutil.copytree(saved, os.path.join(directory, _FOLDER))

        evaluated, self._evaluated = self._evaluated or {}, None
        if not self._report(evaluated, None if saved is None else save):
            control.should_training_stop = True
