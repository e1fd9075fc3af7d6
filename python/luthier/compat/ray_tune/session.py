"""`ray.air.session`, for older programs."""

from __future__ import annotations

from typing import Optional

from ._trainables import get_checkpoint, get_context, report

__all__ = ["get_checkpoint", "get_experiment_name", "get_trial_dir", "get_trial_id", "get_trial_name", "report"]


def get_trial_id() -> str:
    return get_context().get_trial_id()


def get_trial_name() -> str:
    return get_context().get_trial_name()


def get_trial_dir() -> Optional[str]:
    return get_context().get_trial_dir()


def get_experiment_name() -> str:
    return get_context().get_experiment_name()
