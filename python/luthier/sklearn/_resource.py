"""What a candidate is given more of while it does well: folds, samples, or iterations of the estimator."""

from __future__ import annotations

import functools
import warnings
from typing import Any, Dict, List, Optional, Union

import numpy as np
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning

from .. import _spec
from .._errors import UsageError

FOLDS, SAMPLES = "folds", "n_samples"
_LEVELS = 4  # of a resource whose least amount is not given
_MEANINGLESS = ("pbt", "pb2", "pbt_replay")
# Names in the schedulers' options for the greatest and least amount, and for the ratio of two levels.
_OPTIONS = {
    "asha": ("max_t", "grace_period", "reduction_factor"),
    "pasha": ("max_t", "grace_period", "reduction_factor"),
    "hyperband": ("max_t", "reduction_factor"),
    "bohb": ("max_t", "reduction_factor"),
    "successive_halving": ("min_resource", "reduction_factor"),
}
_MEANING = {"max_t": "most", "grace_period": "least", "min_resource": "least", "reduction_factor": "factor"}


class Resource:
    """The resource and the amounts after which a candidate is judged, in ascending order."""

    def __init__(self, name: str, levels: List[int], factor: float) -> None:
        self.name = name
        self.levels = levels
        self.factor = factor

    @property
    def is_parameter(self) -> bool:
        """Whether it is a parameter of the estimator."""
        return self.name not in (FOLDS, SAMPLES)


def levels(least: int, most: int, factor: float) -> List[int]:
    """least, least * factor, least * factor^2, ... and most."""
    found: List[int] = []
    amount = float(least)
    while round(amount) < most:
        if round(amount) not in found[-1:]:
            found.append(round(amount))
        amount *= factor
    return [*found, most]


def of_folds(splits: int, factor: float) -> Resource:
    return Resource(FOLDS, list(range(1, splits + 1)), factor)


def of_amounts(name: str, least: Union[int, str], most: int, factor: float, smallest: int = 1) -> Resource:
    """`smallest`: that an automatic choice of the least amount must not go below."""
    if isinstance(least, str):
        least = min(most, max(smallest, int(most // factor ** (_LEVELS - 1))))
    if not 1 <= least <= most:
        raise UsageError(f"min_resources is {least}; it must be between 1 and max_resources, which is {most}")
    return Resource(name, levels(least, most, factor), factor)


def scheduler(given: Any, resource: Resource) -> Any:
    """The scheduler, its options completed with the amounts of the resource."""
    name, options = _parts(given)
    if name in _MEANINGLESS:
        raise UsageError(f"the scheduler {name} changes configurations while they train; LuthierSearchCV compares "
                         "fixed ones: use asha, hyperband or median_stopping")
    amounts = {"most": resource.levels[-1], "least": resource.levels[0], "factor": resource.factor}
    for option in _OPTIONS.get(name, ()):
        options.setdefault(option, amounts[_MEANING[option]])
    if name != "fifo":
        options.setdefault("time_attr", "n_resources")
    return name, options


def _parts(given: Any) -> Any:
    made = _spec.plugin(given)
    if isinstance(made, str):
        name, _, rest = made.partition(":")
        return name, dict(_option(made, each) for each in rest.split(",") if each)
    return made["name"], dict(made["options"])


def _option(whole: str, text: str) -> Any:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"the scheduler is {whole!r}; options are written as in 'asha:brackets=3'")
    return name.strip(), _typed(value.strip())


def _typed(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return {"true": True, "false": False}.get(text, text)


class Training:
    """Fits an estimator in several calls of fit(), each with more of a parameter such as n_estimators.

    By partial_fit, an epoch a call, if the parameter is max_iter; else by warm_start; an estimator that has
    neither is fitted anew.
    """

    def __init__(self, resource: Resource, estimator: Any, y: Any) -> None:
        self._name = resource.name
        self._prefix, _, own = resource.name.rpartition("__")
        self._epochs = own == "max_iter" and not self._prefix and hasattr(estimator, "partial_fit")
        self._classes = np.unique(y) if self._epochs and is_classifier(estimator) else None

    def parameters(self, estimator: Any, done: int, amount: int) -> Dict[str, Any]:
        """What is set before the next fit(): from `done` to `amount`."""
        if self._epochs:
            estimator.fit = functools.partial(_train_epochs, estimator, amount - done, self._classes)
            return {}
        warm = f"{self._prefix}__warm_start" if self._prefix else "warm_start"
        if warm not in estimator.get_params():
            return {self._name: amount}
        inner = estimator.get_params()[self._prefix] if self._prefix else estimator
        return {warm: True, self._name: amount if self._counts_all(inner) else amount - done}

    def _counts_all(self, estimator: Any) -> bool:
        """Whether the parameter counts from the first fit() on: trees do, iterations of a solver do not."""
        if not self._name.endswith("max_iter"):
            return True
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        return isinstance(estimator, (HistGradientBoostingClassifier, HistGradientBoostingRegressor))


def _train_epochs(estimator: Any, epochs: int, classes: Optional[Any], X: Any, y: Any = None, **params: Any) -> Any:
    """The fit() of an estimator that is trained by partial_fit()."""
    if classes is not None:
        params["classes"] = classes
    for _ in range(epochs):
        estimator.partial_fit(X, y, **params)
    return estimator


def quietly(call: Any) -> Any:
    """Fewer iterations than it takes to converge are meant."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return call()
