"""The search space: the possible values of each parameter.

A space is a dict that maps names to one of the distributions below, to a list (one of its values is
chosen) or to a constant. Nested dicts are groups: {"optimizer": {"lr": ...}} defines the parameter
`optimizer.lr`, and configurations are nested in the same way.
"""

from __future__ import annotations

import json
from typing import Any, Iterator, Mapping, Sequence

from ._errors import UsageError
from ._values import plain


class Domain:
    """The possible values of one parameter. Created by the functions of this module."""

    __slots__ = ("text", "condition")

    def __init__(self, text: str, condition: str = "") -> None:
        self.text = text
        self.condition = condition

    def when(self, name: str, value: Any) -> Domain:
        """The same domain, active only if the parameter `name` has this value."""
        return self.when_true(f"{_name_in_expression(name)} == {_literal(value)}")

    def when_true(self, expression: str) -> Domain:
        """The same domain, active only if the expression over other parameters is true."""
        condition = f"({self.condition}) and ({expression})" if self.condition else expression
        return Domain(self.text, condition)

    def __str__(self) -> str:
        return f"{self.text} if {self.condition}" if self.condition else self.text

    def __repr__(self) -> str:
        return f"luthier.{self.text}" + (f".when_true({self.condition!r})" if self.condition else "")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Domain) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


def _literal(value: Any) -> str:
    value = plain(value)
    return json.dumps(value, ensure_ascii=False)


def _name_in_expression(name: str) -> str:
    return name if name.replace("_", "a").replace(".", "a").isalnum() else f"`{name}`"


def _made(word: str, *arguments: Any) -> Domain:
    return Domain(f"{word}({', '.join(map(_literal, arguments))})")


def uniform(low: float, high: float) -> Domain:
    """A number in [low, high), uniformly distributed."""
    return _made("uniform", float(low), float(high))


def loguniform(low: float, high: float) -> Domain:
    """A number in [low, high), low > 0, whose logarithm is uniformly distributed; for learning rates and
    other scales."""
    return _made("loguniform", float(low), float(high))


def quniform(low: float, high: float, step: float) -> Domain:
    """One of low, low + step, ... up to and including high."""
    return _made("quniform", float(low), float(high), float(step))


def qloguniform(low: float, high: float, step: float) -> Domain:
    """A multiple of step in [low, high], low > 0, log-uniformly distributed."""
    return _made("qloguniform", float(low), float(high), float(step))


def randint(low: int, high: int) -> Domain:
    """An integer from low to high - 1."""
    return _made("randint", int(low), int(high))


def qrandint(low: int, high: int, step: int) -> Domain:
    """One of the integers low, low + step, ... up to and including high."""
    return _made("qrandint", int(low), int(high), int(step))


def lograndint(low: int, high: int) -> Domain:
    """An integer from low >= 1 to high - 1, log-uniformly distributed."""
    return _made("lograndint", int(low), int(high))


def qlograndint(low: int, high: int, step: int) -> Domain:
    """An integer multiple of step in [low, high], low >= 1, log-uniformly distributed."""
    return _made("qlograndint", int(low), int(high), int(step))


def normal(mean: float, standard_deviation: float) -> Domain:
    """A normally distributed number."""
    return _made("normal", float(mean), float(standard_deviation))


def qnormal(mean: float, standard_deviation: float, step: float) -> Domain:
    """A normally distributed multiple of step."""
    return _made("qnormal", float(mean), float(standard_deviation), float(step))


def choice(values: Sequence[Any]) -> Domain:
    """One of the values, with equal probability. Values are None, bools, numbers, text or lists of these."""
    return _made("choice", *values)


def grid(values: Sequence[Any]) -> Domain:
    """Every value once; several grids give all their combinations."""
    return _made("grid", *values)


def constant(value: Any) -> Domain:
    """A fixed value."""
    return _made("constant", value)


def expression(formula: str) -> Domain:
    """A value computed from other parameters, such as "epochs * 0.1"."""
    return Domain(f"expr({formula})")


class Space:
    """A search space as given by the user. The engine checks everything that is not specific to Python."""

    def __init__(self, space: Mapping[str, Any], constraints: Sequence[str] | str = ()) -> None:
        if not isinstance(space, Mapping):
            raise UsageError("the space must be a dict from parameter names to distributions, as in "
                             "{'lr': luthier.loguniform(1e-5, 1e-1)}")
        self.nested = any(isinstance(value, Mapping) for value in space.values())
        self.parameters = dict(_flat(space, ""))
        self.constraints = [constraints] if isinstance(constraints, str) else list(constraints)

    def json(self) -> dict[str, Any]:
        return {"parameters": {name: _parameter(name, value) for name, value in self.parameters.items()},
                "constraints": self.constraints}


def _flat(space: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in space.items():
        if not isinstance(name, str):
            raise UsageError(f"the parameter name {name!r} must be text")
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _parameter(name: str, value: Any) -> str:
    if isinstance(value, Domain):
        return str(value)
    try:
        return str(choice(value) if isinstance(value, (list, tuple)) else constant(value))
    except (TypeError, ValueError):
        raise UsageError(
            f"the parameter '{name}' is {value!r}; it must be a distribution such as "
            "luthier.uniform(0, 1), a list of values or a value: None, a bool, a number or text") from None


def nested(config: Mapping[str, Any]) -> dict[str, Any]:
    """{"a.b": 1} as {"a": {"b": 1}}."""
    out: dict[str, Any] = {}
    for name, value in config.items():
        *groups, last = name.split(".")
        place = out
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = value
    return out


def flat(config: Mapping[str, Any]) -> dict[str, Any]:
    """{"a": {"b": 1}} as {"a.b": 1}, with values as the engine knows them."""
    out: dict[str, Any] = {}
    for name, value in config.items():
        if isinstance(value, Mapping):
            out.update({f"{name}.{key}": inner for key, inner in flat(value).items()})
        else:
            out[name] = plain(value)
    return out
