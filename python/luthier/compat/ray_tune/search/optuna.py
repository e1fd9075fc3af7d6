"""Where Ray Tune has it."""

from . import OptunaSearch

__all__ = ["OptunaSearch"]
