"""The search space of Ray Tune: a config whose leaves may be domains."""

from __future__ import annotations

import math
import random
import re
import sys
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Set, Tuple

from ... import _space
from ..._errors import UsageError
from ..._values import plain
from ._absent import absent

Path = Tuple[Any, ...]  # of a leaf of the config
_NAME = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


class Domain:
    """Where a value is drawn from. Made by uniform() and its like."""


class Range(Domain):
    def __init__(self, domain: _space.Domain) -> None:
        self.domain = domain


class Values(Domain):
    """One of them, or each in turn."""

    def __init__(self, values: Sequence[Any], each: bool) -> None:
        self.values = list(values)
        self.each = each
        if not self.values:
            raise UsageError("a choice or a grid search needs at least one value")


class Function(Domain):
    """A value computed in the trial, with the trial's seed."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def value(self, config: Any) -> Any:
        import inspect

        takes = inspect.signature(self.function).parameters
        return self.function(_Spec(config)) if takes else self.function()


class _Attributes(dict):
    __getattr__ = dict.__getitem__


class _Spec:
    def __init__(self, config: Any) -> None:
        self.config = _attributes(config)


def _attributes(value: Any) -> Any:
    return _Attributes((key, _attributes(each)) for key, each in value.items()) if isinstance(value, dict) else value


def uniform(lower: float, upper: float) -> Range:
    return Range(_space.uniform(lower, upper))


def quniform(lower: float, upper: float, q: float) -> Range:
    return Range(_space.quniform(*_on_steps(lower, upper, q), q))


def loguniform(lower: float, upper: float, base: float = 10) -> Range:
    return Range(_space.loguniform(lower, upper))


def qloguniform(lower: float, upper: float, q: float, base: float = 10) -> Range:
    return Range(_space.qloguniform(*_on_steps(lower, upper, q), q))


def randn(mean: float = 0.0, sd: float = 1.0) -> Range:
    return Range(_space.normal(mean, sd))


def qrandn(mean: float, sd: float, q: float) -> Range:
    return Range(_space.qnormal(mean, sd, q))


def randint(lower: int, upper: int) -> Range:
    return Range(_integers(_space.randint, lower, upper))


def qrandint(lower: int, upper: int, q: int = 1) -> Range:
    if q == 1:
        return randint(lower, upper)
    first, last = -(-lower // q) * q, upper // q * q
    if first > last:
        raise UsageError(f"qrandint({lower}, {upper}, {q}): there is no multiple of {q} in that range")
    return Range(_space.constant(first) if first == last else _space.qrandint(first, last, q))


def lograndint(lower: int, upper: int, base: float = 10) -> Range:
    return Range(_integers(_space.lograndint, lower, upper))


def qlograndint(lower: int, upper: int, q: int, base: float = 10) -> Range:
    return Range(_space.qlograndint(-(-lower // q) * q, upper // q * q, q))


def choice(categories: Sequence[Any]) -> Values:
    return Values(categories, each=False)


def grid_search(values: Sequence[Any]) -> Dict[str, List[Any]]:
    return {"grid_search": list(values)}


def sample_from(func: Callable[..., Any]) -> Function:
    return Function(func)


def _integers(make: Callable[[int, int], _space.Domain], lower: int, upper: int) -> _space.Domain:
    return _space.constant(lower) if upper - lower == 1 else make(lower, upper)


def _on_steps(lower: float, upper: float, q: float) -> Tuple[float, float]:
    for bound in (lower, upper):
        if not math.isclose(bound / q, round(bound / q)):
            raise UsageError(f"the bound {bound} is not a multiple of the step {q}")
    return lower, upper


class Place:
    """A leaf of the config whose value the engine chooses."""

    def __init__(self, name: str, values: Optional[List[Any]] = None, by_number: bool = False) -> None:
        self.name, self.values, self.by_number = name, values, by_number

    def value(self, found: Any) -> Any:
        if self.values is None:
            return found
        return self.values[found] if self.by_number else next(each for each in self.values if plain(each) == found)


class Config:
    """A config, as `space` for the engine and as what a trial gets."""

    def __init__(self, given: Mapping[str, Any], repeat: bool) -> None:
        self.space: Dict[str, Any] = {}
        self.functions: Dict[str, str] = {}  # the metrics that tell what those gave
        self._used: Set[str] = set()
        self._continuous = False
        self._tree = self._convert(given, ())
        if not self.space or (repeat and not self._continuous):
            # Luthier trains no configuration twice, Ray Tune does.
            self.space[self._name(("draw",))] = _space.uniform(0, 1)

    def _name(self, path: Path) -> str:
        parts = [str(part) for part in path]
        name = ".".join(parts)
        if not all(map(_NAME.fullmatch, parts)) or name.upper() in self._used:
            name = next(found for number in range(len(self._used) + 1)
                        if (found := f"parameter{number}").upper() not in self._used)
        self._used.add(name.upper())
        return name

    def _convert(self, value: Any, path: Path) -> Any:
        if isinstance(value, Mapping):
            if value.keys() == {"grid_search"}:
                return self._values(Values(value["grid_search"], each=True), path)
            if value.keys() == {"eval"}:
                absent(f"the text {value['eval']!r} as a domain", "write sample_from(lambda spec: ...)")
            return {key: self._convert(each, (*path, key)) for key, each in value.items()}
        if isinstance(value, Range):
            self._continuous = self._continuous or value.domain.text.startswith(("uniform", "loguniform", "normal"))
            return self._place(value.domain, path)
        if isinstance(value, Values):
            return self._values(value, path)
        if isinstance(value, (list, tuple)) and any(map(_holds_domain, value)):
            return [self._convert(each, (*path, number)) for number, each in enumerate(value)]
        if isinstance(value, Function):
            self.functions["/".join(map(str, path))] = "config/" + "/".join(map(str, path))
        elif path and isinstance(value, (bool, int, float, str, type(None))) and value == value:
            self.space[self._name(path)] = _space.constant(value)
        return value

    def _values(self, given: Values, path: Path) -> Place:
        if any(map(_holds_domain, given.values)):
            absent("a domain inside a choice or a grid search",
                   "make it a parameter of its own with luthier's .when(name, value)")
        kind = _space.grid if given.each else _space.choice
        values = given.values
        by_number = not _are_plain(values)
        return self._place(kind(range(len(values)) if by_number else values), path, values, by_number)

    def _place(self, domain: Any, path: Path, values: Any = None, by_number: bool = False) -> Place:
        name = self._name(path)
        self.space[name] = domain
        return Place(name, values, by_number)

    def build(self, flat: Mapping[str, Any], seed: Optional[int] = None,
              told: Optional[Mapping[str, Any]] = None) -> Any:
        """The config of a trial. With a seed, functions are called; else what trials `told` is taken."""
        found = _filled(self._tree, flat)
        if seed is not None and self.functions:
            random.seed(seed)
            if "numpy" in sys.modules:
                sys.modules["numpy"].random.seed(seed % 2**32)
        return self._with_functions(found, found, (), seed is not None, told or {})

    def _with_functions(self, value: Any, whole: Any, path: Path, call: bool, told: Mapping[str, Any]) -> Any:
        if isinstance(value, Function):
            name = "/".join(map(str, path))
            return value.value(whole) if call else told.get(self.functions[name])
        if isinstance(value, dict):
            for key, each in value.items():
                value[key] = self._with_functions(each, whole, (*path, key), call, told)
        return value

    def told(self, config: Mapping[str, Any]) -> Dict[str, Any]:
        """What functions gave, as metrics."""
        found = {}
        for path, metric in self.functions.items():
            value: Any = config
            for part in path.split("/"):
                value = value[part]
            found[metric] = value
        return found


def _filled(tree: Any, flat: Mapping[str, Any]) -> Any:
    if isinstance(tree, Place):
        return tree.value(flat[tree.name])
    if isinstance(tree, dict):
        return {key: _filled(each, flat) for key, each in tree.items()}
    if isinstance(tree, list) and any(isinstance(each, (Place, dict, list)) for each in tree):
        return [_filled(each, flat) for each in tree]
    return tree


def _holds_domain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return "grid_search" in value or any(map(_holds_domain, value.values()))
    return isinstance(value, Domain) or (isinstance(value, (list, tuple)) and any(map(_holds_domain, value)))


def _are_plain(values: List[Any]) -> bool:
    try:
        found = [plain(each) for each in values]
        return all(isinstance(each, (bool, int, float, str, type(None))) and each == each for each in found) \
            and len(set(found)) == len(found)
    except (TypeError, ValueError):
        return False
