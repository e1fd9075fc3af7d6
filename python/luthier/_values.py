"""Values as the engine knows them: None, bool, int, float, str and lists of these."""

from __future__ import annotations

from typing import Any, Dict, Mapping


def plain(value: Any) -> Any:
    """A metric or parameter without its library: NumPy's, PyTorch's and JAX's scalars become Python's,
    arrays lists."""
    if value is None or isinstance(value, (bool, int, float, str)):
        kind = type(value)
        return value if kind in _PLAIN else _base(value)
    if isinstance(value, dict):
        return record(value)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if getattr(value, "shape", None):  # more than one number, or an array of one
        return plain(value.tolist()) if hasattr(value, "tolist") else float(value)
    return plain(value.item()) if hasattr(value, "item") else float(value)


def record(values: Mapping[Any, Any]) -> Dict[str, Any]:
    return {str(name): plain(value) for name, value in values.items()}


_PLAIN = frozenset((type(None), bool, int, float, str))


def _base(value: Any) -> Any:
    """numpy.float64 and enumerations are subclasses of Python's types."""
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def numbers(values: Mapping[str, Any]) -> Dict[str, Any]:
    """Metrics from the engine, whose numbers that JSON has no word for come as text."""
    return {name: _SPECIAL.get(value, value) if isinstance(value, str) else value
            for name, value in values.items()}


_SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
