"""Where Ray Tune has it."""

from . import BasicVariantGenerator

__all__ = ["BasicVariantGenerator"]
