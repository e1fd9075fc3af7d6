"""Where Ray Tune has it."""

from . import TuneBOHB

__all__ = ["TuneBOHB"]
