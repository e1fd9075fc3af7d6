"""Where Ray Tune has it."""

from . import HEBOSearch

__all__ = ["HEBOSearch"]
