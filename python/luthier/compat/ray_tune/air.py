"""`ray.air`, for older programs."""

from __future__ import annotations

from . import session
from ._checkpoint import Checkpoint
from ._run import CheckpointConfig, FailureConfig, RunConfig

__all__ = ["Checkpoint", "CheckpointConfig", "FailureConfig", "RunConfig", "session"]
