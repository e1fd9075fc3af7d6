"""Where Ray Tune has it."""

from . import BayesOptSearch

__all__ = ["BayesOptSearch"]
