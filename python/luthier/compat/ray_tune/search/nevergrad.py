"""Where Ray Tune has it."""

from . import NevergradSearch

__all__ = ["NevergradSearch"]
