"""Where Ray Tune has it."""

from . import ZOOptSearch

__all__ = ["ZOOptSearch"]
