"""One parameter in Optuna's words and in the engine's.

An axis has the engine's `text` of the distribution; `encode` gives the engine's value for one of
Optuna's, or ValueError where it is outside the distribution; `decode` is the way back.
"""

from __future__ import annotations

import json
import math
from typing import Any, Union

from optuna.distributions import (BaseDistribution, CategoricalDistribution, FloatDistribution,
                                  IntDistribution)

from .._errors import UsageError

_MOST_STEPS = 2**52  # beyond that a range is as good as continuous
_TOLERANCE = 1e-8  # of a value from its step, in steps, as in Optuna


class FloatAxis:
    def __init__(self, distribution: FloatDistribution) -> None:
        self._distribution = distribution

    @property
    def text(self) -> str:
        d = self._distribution
        if d.step is not None and (d.high - d.low) / d.step < _MOST_STEPS:
            return f"quniform({d.low!r}, {d.high!r}, {d.step!r})"
        return f"{'loguniform' if d.log else 'uniform'}({d.low!r}, {d.high!r})"

    def encode(self, value: Any) -> float:
        d = self._distribution
        number = float(value)
        if not d.low <= number <= d.high:
            raise ValueError(number)
        if d.step is None:
            return min(number, math.nextafter(d.high, d.low))  # the engine's ranges are half open
        steps = round((number - d.low) / d.step)
        if abs((number - d.low) / d.step - steps) > _TOLERANCE:
            raise ValueError(number)
        return d.low + steps * d.step

    def decode(self, value: Any) -> float:
        d = self._distribution
        number = float(value)
        if d.step is not None:
            number = d.low + round((number - d.low) / d.step) * d.step
        return min(max(number, d.low), d.high)


class IntAxis:
    def __init__(self, distribution: IntDistribution) -> None:
        self._distribution = distribution
        self._is_wide = max(-distribution.low, distribution.high) >= _MOST_STEPS

    @property
    def text(self) -> str:
        d = self._distribution
        if self._is_wide:
            return f"{'loguniform' if d.log else 'uniform'}({float(d.low)!r}, {float(d.high)!r})"
        return f"{'qlograndint' if d.log else 'qrandint'}({d.low}, {d.high}, {d.step})"

    def encode(self, value: Any) -> Union[int, float]:
        d = self._distribution
        number = int(value)
        if number != value or not d.low <= number <= d.high or (number - d.low) % d.step:
            raise ValueError(value)
        return min(float(number), math.nextafter(d.high, d.low)) if self._is_wide else number

    def decode(self, value: Any) -> int:
        d = self._distribution
        return min(max(d.low + (int(value) - d.low) // d.step * d.step, d.low), d.high)


class CategoricalAxis:
    """Choices may be anything, so the engine gets their numbers, or, where constraints speak of
    them, the choices."""

    def __init__(self, distribution: CategoricalDistribution, by_value: bool) -> None:
        self._choices = distribution.choices
        self._number_of = distribution.to_internal_repr
        self._by_value = by_value and _are_plain(self._choices)

    @property
    def text(self) -> str:
        values = self._choices if self._by_value else range(len(self._choices))
        return f"choice({', '.join(json.dumps(value, ensure_ascii=False) for value in values)})"

    def encode(self, value: Any) -> Any:
        number = int(self._number_of(value))
        return self._choices[number] if self._by_value else number

    def decode(self, value: Any) -> Any:
        return value if self._by_value else self._choices[int(value)]


def _are_plain(choices: Any) -> bool:
    kinds = (type(None), bool, int, str)
    return all(type(choice) in kinds for choice in choices) and len(set(choices)) == len(choices)


Axis = Union[FloatAxis, IntAxis, CategoricalAxis]


def axis(distribution: BaseDistribution, by_value: bool = False) -> Axis:
    if isinstance(distribution, FloatDistribution):
        return FloatAxis(distribution)
    if isinstance(distribution, IntDistribution):
        return IntAxis(distribution)
    if isinstance(distribution, CategoricalDistribution):
        return CategoricalAxis(distribution, by_value)
    raise UsageError(f"{distribution!r} is none of Optuna's distributions; use suggest_float, suggest_int "
                     "or suggest_categorical")
