"""`ray.train`, as far as tuning programs use it."""

from __future__ import annotations

from ._checkpoint import Checkpoint
from ._run import CheckpointConfig, FailureConfig, RunConfig
from ._trainables import get_checkpoint, get_context, report

__all__ = ["Checkpoint", "CheckpointConfig", "FailureConfig", "RunConfig", "get_checkpoint", "get_context", "report"]
