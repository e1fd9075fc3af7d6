"""Parameter distributions as scikit-learn's users write them, and the search space they become."""

from __future__ import annotations

import math
import re
from typing import Any, Callable, Dict, List, Mapping, Sequence, Set, Tuple, Union

import numpy as np
from sklearn.model_selection import ParameterGrid, ParameterSampler

from .. import _space
from .._errors import UsageError
from .._values import plain

#: From the engine's value of a parameter to the estimator's.
Decode = Callable[[Any], Any]
Distributions = Union[Mapping[str, Any], Sequence[Mapping[str, Any]]]

_WHICH = "distributions"  # the parameter that chooses one of several dicts
_SEEDS = 2 ** 31 - 1
_SMALLEST_QUANTILE = 1e-12  # quantile 0 of an unbounded distribution is infinite


class SearchSpace:
    """The search space of `param_distributions`: a dict, or a list of dicts one of which is chosen.

    Values are lists, scipy.stats distributions, luthier distributions, or objects with a method
    `rvs(random_state=...)`. Raises what ParameterSampler raises for anything else.
    """

    def __init__(self, given: Distributions) -> None:
        dicts = [given] if isinstance(given, Mapping) else given
        _check(given)
        self.space: Dict[str, Any] = {}
        self.size = 0.0  #: number of different candidates; infinite if not all values are lists
        self._decoders: List[Dict[str, Tuple[str, Decode]]] = []
        self._lists: List[Dict[str, List[Any]]] = []  # the engine's values of the estimator's parameters
        if len(dicts) > 1:
            self.space[_WHICH] = _space.choice(list(range(len(dicts))))
        for number, each in enumerate(dicts):
            self._add(each, number if len(dicts) > 1 else None)

    def _add(self, distributions: Mapping[str, Any], number: Any) -> None:
        decoders: Dict[str, Tuple[str, Decode]] = {}
        lists: Dict[str, List[Any]] = {}
        for name, given in distributions.items():
            if _draws(given):
                domain, decode = _drawn(name, given)
            else:
                lists[name], decode = _listed(name, list(given))
                domain = _space.choice(lists[name])
            inside = self._new_name(name, number)
            self.space[inside] = domain if number is None else _under(domain, number, name)
            decoders[inside] = (name, decode)
        self._decoders.append(decoders)
        self._lists.append(lists)
        self.size += math.prod(map(len, lists.values())) if len(lists) == len(decoders) else math.inf

    def _new_name(self, name: str, number: Any) -> str:
        """The engine's name of a parameter: unique, of the characters that it allows."""
        stem = re.sub(r"[^A-Za-z0-9_.-]", "_", name if number is None else f"{name}.{number}")
        while stem in self.space:
            stem += "_"
        return stem

    def combinations(self) -> List[Dict[str, Any]]:
        """All configurations of a finite space, in the order of ParameterGrid."""
        found = []
        for number, (decoders, lists) in enumerate(zip(self._decoders, self._lists)):
            which = {_WHICH: number} if len(self._decoders) > 1 else {}
            for values in ParameterGrid(lists):
                found.append({**which, **{inside: values[name] for inside, (name, _) in decoders.items()}})
        return found

    @property
    def names(self) -> Set[str]:
        """Of the estimator's parameters that are searched."""
        return {name for decoders in self._decoders for name, _ in decoders.values()}

    def decode(self, config: Mapping[str, Any]) -> Dict[str, Any]:
        """The estimator's parameters of the engine's configuration."""
        decoders = self._decoders[config.get(_WHICH, 0)]
        return {name: decode(config[inside]) for inside, (name, decode) in decoders.items() if inside in config}


def _check(given: Distributions) -> None:
    """ParameterSampler knows what can be a distribution, all but ours."""
    def known(distributions: Any) -> Any:
        if not isinstance(distributions, Mapping):
            return distributions
        return {name: [None] if isinstance(value, _space.Domain) else value for name, value in distributions.items()}

    ParameterSampler(known(given) if isinstance(given, Mapping) else
                     [known(each) for each in given] if isinstance(given, (list, tuple)) else given, 1)


def _draws(given: Any) -> bool:
    return isinstance(given, _space.Domain) or hasattr(given, "rvs")


def _drawn(name: str, given: Any) -> Tuple[_space.Domain, Decode]:
    if isinstance(given, _space.Domain):
        if given.text.startswith("grid("):
            raise UsageError(f"the parameter '{name}' is a grid, which is not possible here; write a list of its values")
        return given, _same
    frozen = getattr(getattr(given, "dist", None), "name", None)
    domain = _KNOWN[frozen](given) if frozen in _KNOWN else None
    if domain is not None:
        return domain, _same
    if hasattr(given, "ppf"):
        return _space.uniform(0, 1), Quantile(given)
    return _space.randint(0, _SEEDS), Seed(given)


def _under(domain: _space.Domain, number: int, name: str) -> _space.Domain:
    """The domain in the dict of this number, of several."""
    if domain.condition:
        raise UsageError(f"the parameter '{name}' has a condition, which is not possible in a list of dicts; write "
                         "the condition as another dict of the list")
    return domain.when(_WHICH, number)


def _same(value: Any) -> Any:
    return value


def _listed(name: str, values: List[Any]) -> Tuple[List[Any], Decode]:
    """The engine's values: the given ones if it has such values, else their numbers in the list."""
    if not values:
        raise ValueError(f"the list of values of the parameter '{name}' is empty")
    keys = [_key(value) for value in values]
    if None in keys or len(set(keys)) < len(keys):  # 1, 1.0 and True are the same key
        return list(range(len(values))), Member(values)
    return [key[0] for key in keys if key is not None], Value(keys, values)


def _key(value: Any) -> Any:
    """(the engine's value,) or None if it has none."""
    if isinstance(value, np.ndarray) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if value is None or isinstance(value, (bool, int, float, str, np.generic)):
        found = plain(value)
        return (found,) if found is None or isinstance(found, (bool, int, float, str)) else None
    return None


class Member:
    """Decodes the number of a value in a list."""

    def __init__(self, values: List[Any]) -> None:
        self.values = values

    def __call__(self, number: Any) -> Any:
        return self.values[int(number)]


class Value:
    """Decodes the engine's form of a value in a list."""

    def __init__(self, keys: Sequence[Any], values: Sequence[Any]) -> None:
        self.values = {key[0]: value for key, value in zip(keys, values)}

    def __call__(self, value: Any) -> Any:
        return self.values[value]


class Quantile:
    """Decodes a probability by the inverse of a distribution function."""

    def __init__(self, distribution: Any) -> None:
        self.distribution = distribution

    def __call__(self, probability: float) -> Any:
        inside = min(max(probability, _SMALLEST_QUANTILE), 1 - _SMALLEST_QUANTILE)
        value = self.distribution.ppf(inside)
        discrete = hasattr(getattr(self.distribution, "dist", None), "pmf")
        return int(value) if discrete else float(value)


class Seed:
    """Decodes the seed of a draw, for distributions that can do nothing else."""

    def __init__(self, distribution: Any) -> None:
        self.distribution = distribution

    def __call__(self, seed: int) -> Any:
        return self.distribution.rvs(random_state=int(seed))


def _location(frozen: Any) -> Tuple[Tuple[Any, ...], Any, Any]:
    shapes, location, scale = frozen.dist._parse_args(*frozen.args, **frozen.kwds)
    return shapes, location, scale


def _uniform(frozen: Any) -> Any:
    _, low, width = _location(frozen)
    return _space.uniform(low, low + width) if width > 0 else None


def _loguniform(frozen: Any) -> Any:
    (low, high), location, scale = _location(frozen)
    return _space.loguniform(low * scale, high * scale) if location == 0 else None


def _randint(frozen: Any) -> Any:
    (low, high), location, _ = _location(frozen)
    return _space.randint(low + location, high + location)


def _normal(frozen: Any) -> Any:
    _, mean, deviation = _location(frozen)
    return _space.normal(mean, deviation)


# scipy.stats distributions that the engine has too; searchers and logs then see the values themselves.
_KNOWN: Dict[str, Callable[[Any], Any]] = {
    "uniform": _uniform, "loguniform": _loguniform, "reciprocal": _loguniform, "randint": _randint, "norm": _normal}
