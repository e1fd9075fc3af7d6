"""Where Ray Tune has it."""

from . import HyperOptSearch

__all__ = ["HyperOptSearch"]
