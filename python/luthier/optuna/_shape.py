"""The space of a study that defines it by running: which parameters there are, and when.

A parameter that every completed trial has is always there. One that some have is conditional if its
presence follows from one value of another parameter: a choice (`optimizer == "sgd"`) or a bound of
an integer (`layers >= 3`). What fits no such rule, or changes its distribution, is left out and
sampled by itself. A trial that contradicts what was inferred makes it be inferred anew.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple

from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState

Distributions = Dict[str, BaseDistribution]


class Condition(NamedTuple):
    """A parameter is there if `selector` has one of the choices with these numbers, or an integer
    in the range."""

    selector: str
    numbers: Tuple[int, ...] = ()
    at_least: Optional[int] = None
    at_most: Optional[int] = None

    def holds(self, distribution: BaseDistribution, value: Any) -> bool:
        number = int(distribution.to_internal_repr(value))
        if self.at_least is not None:
            return number >= self.at_least
        if self.at_most is not None:
            return number <= self.at_most
        return number in self.numbers


class Space(NamedTuple):
    distributions: Distributions
    conditions: Dict[str, Condition]

    def active(self, params: Mapping[str, Any]) -> Set[str]:
        """The parameters that a trial with these values has."""
        return {name for name in self.distributions if self._is_active(name, params)}

    def _is_active(self, name: str, params: Mapping[str, Any]) -> bool:
        condition = self.conditions.get(name)
        if condition is None:
            return True
        selector = condition.selector
        return (selector in params and self._is_active(selector, params)
                and condition.holds(self.distributions[selector], params[selector]))

    def part(self, names: Mapping[str, BaseDistribution]) -> Space:
        """Of these parameters only, which may be others than were inferred."""
        conditions = {name: condition for name, condition in self.conditions.items()
                      if name in names and condition.selector in names
                      and all(self.distributions[each] == names[each] for each in (name, condition.selector))}
        return Space(dict(names), conditions)


class Shape:
    """The space as the trials seen so far suggest it."""

    def __init__(self, given: Optional[Distributions] = None) -> None:
        self.space = Space(dict(given or {}), {})
        self._fixed = given is not None
        self._seen: Set[int] = set()
        self._rows: List[FrozenTrial] = []
        self._irregular: Set[str] = set()

    def update(self, trials: Sequence[FrozenTrial]) -> None:
        """Takes in the trials that have completed."""
        if self._fixed:
            return
        new = [trial for trial in trials
               if trial.state is TrialState.COMPLETE and trial.number not in self._seen]
        self._seen.update(trial.number for trial in new)
        self._rows += new
        if not all(self._fits(trial) for trial in new):
            self._infer()

    def _fits(self, trial: FrozenTrial) -> bool:
        space = self.space
        expected = space.active(trial.params)
        actual = trial.distributions.keys() - self._irregular
        return actual == expected and all(trial.distributions[name] == space.distributions[name]
                                          for name in expected)

    def _infer(self) -> None:
        distributions = self._steady()
        rows = len(self._rows)
        counts = {name: sum(name in row.params for row in self._rows) for name in distributions}
        found = [name for name in sorted(distributions) if counts[name] == rows]
        conditions: Dict[str, Condition] = {}
        missing = [name for name in sorted(distributions) if counts[name] < rows]
        found_more = True
        while missing and found_more:
            found_more = False
            for name in list(missing):
                condition = self._condition(name, found, distributions)
                if condition is not None:
                    conditions[name] = condition
                    found.append(name)
                    missing.remove(name)
                    found_more = True
        self.space = Space({name: distributions[name] for name in sorted(found)}, conditions)
        self._irregular = {name for row in self._rows for name in row.params} - set(found)

    def _steady(self) -> Distributions:
        """Parameters with the same distribution in every trial that has them."""
        found: Distributions = {}
        changing: Set[str] = set()
        for row in self._rows:
            for name, distribution in row.distributions.items():
                if found.setdefault(name, distribution) != distribution:
                    changing.add(name)
        return {name: distribution for name, distribution in found.items() if name not in changing}

    def _condition(self, name: str, selectors: Sequence[str], distributions: Distributions) -> Optional[Condition]:
        choices = [each for each in selectors if isinstance(distributions[each], CategoricalDistribution)]
        integers = [each for each in selectors if isinstance(distributions[each], IntDistribution)]
        for selector in choices + integers:
            condition = self._condition_on(name, selector, distributions[selector])
            if condition is not None:
                return condition
        return None

    def _condition_on(self, name: str, selector: str, distribution: BaseDistribution) -> Optional[Condition]:
        present: Set[int] = set()
        absent: Set[int] = set()
        for row in self._rows:
            if selector in row.params:
                number = int(distribution.to_internal_repr(row.params[selector]))
                (present if name in row.params else absent).add(number)
            elif name in row.params:
                return None
        if present & absent or not present:
            return None
        if isinstance(distribution, CategoricalDistribution):
            return Condition(selector, tuple(sorted(present)))
        if not absent or min(present) > max(absent):
            return Condition(selector, at_least=min(present))
        return Condition(selector, at_most=max(present)) if max(present) < min(absent) else None
