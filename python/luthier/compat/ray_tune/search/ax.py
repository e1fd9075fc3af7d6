"""Where Ray Tune has it."""

from . import AxSearch

__all__ = ["AxSearch"]
