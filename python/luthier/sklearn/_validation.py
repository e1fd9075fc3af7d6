"""The cross-validation of one candidate, in steps after each of which it may be stopped."""

from __future__ import annotations

import os
import pickle
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional

import numpy as np
from sklearn.base import clone
from sklearn.model_selection._validation import _fit_and_score

from ._distributions import SearchSpace
from ._resource import FOLDS, SAMPLES, Resource, Training, quietly

#: report(metrics, save) -> whether to continue, as luthier.report
Report = Callable[[Dict[str, Any], Callable[[str], None]], bool]
_STATE = "state.pickle"


class Data(NamedTuple):
    """What candidates are trained and scored on, the same for all."""

    estimator: Any
    X: Any
    y: Any
    splits: List[Any]  #: (train, test) of each fold
    scoring: Dict[str, Any]  #: arguments of _fit_and_score
    search_metric: Optional[str]  #: that the search maximizes, of several; None: the only or the first one


class Outcome(NamedTuple):
    """What is known of a candidate."""

    amount: int  #: of the resource that it was given
    folds: List[Optional[Dict[str, Any]]]  #: scores and times of each fold, as _fit_and_score returns them


class Candidates:
    """Evaluates candidates. Goes to other processes as a whole."""

    def __init__(self, data: Data, space: SearchSpace, resource: Resource, in_steps: bool, seed: int) -> None:
        self._data = data
        self._space = space
        self._resource = resource
        self._levels = resource.levels if in_steps else resource.levels[-1:]
        self._seed = seed

    def parameters(self, config: Mapping[str, Any], amount: Optional[int] = None) -> Dict[str, Any]:
        """Those of the estimator; `amount`: with the resource, if it is a parameter."""
        given = self._space.decode(config)
        if amount is not None and self._resource.is_parameter:
            given[self._resource.name] = amount
        return given

    def evaluate(self, config: Mapping[str, Any], report: Report, resume: Optional[str]) -> Outcome:
        """`resume`: directory of a checkpoint that `save` of a report has written, or None."""
        run = _Run(self._data, self.parameters(config), self._resource, self._seed)
        if resume is not None:
            run.load(resume)
        going = True
        while going and run.amount < self._levels[-1]:
            run.train(next(level for level in self._levels if level > run.amount))
            going = report(self._metrics(run.outcome), run.save)
        return run.outcome

    def _metrics(self, outcome: Outcome) -> Dict[str, Any]:
        known = {number: self._score(fold) for number, fold in enumerate(outcome.folds) if fold is not None}
        newest = known[max(known)]
        return {"mean_test_score": float(np.mean(list(known.values()))), "fold_test_score": newest,
                "n_resources": outcome.amount,
                **{f"split{number}_test_score": score for number, score in known.items()}}

    def _score(self, fold: Dict[str, Any]) -> float:
        scores = fold["test_scores"]
        if not isinstance(scores, dict):
            return float(scores)
        metric = self._data.search_metric
        return float(scores[metric] if metric in scores else next(iter(scores.values())))


class _Run:
    """One candidate on its way through the levels."""

    def __init__(self, data: Data, parameters: Dict[str, Any], resource: Resource, seed: int) -> None:
        self._data = data
        self._given = parameters
        self._resource = resource
        self._seed = seed
        self._estimators: List[Any] = [None] * len(data.splits)
        self._folds: List[Optional[Dict[str, Any]]] = [None] * len(data.splits)
        self.amount = 0

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.amount, list(self._folds))

    def train(self, amount: int) -> None:
        """Until it has had this much of the resource."""
        numbers = range(self.amount, amount) if self._resource.name == FOLDS else range(len(self._folds))
        for number in numbers:
            if self._resource.is_parameter:
                self._folds[number] = self._train_further(number, amount)
            else:
                train, test = self._data.splits[number]
                if self._resource.name == SAMPLES:
                    train = self._some(train, amount / self._resource.levels[-1])
                self._folds[number] = self._fit(clone(self._data.estimator), self._given, number, train, test)
        self.amount = amount

    def save(self, directory: str) -> None:
        with open(os.path.join(directory, _STATE), "wb") as file:
            pickle.dump((self.amount, self._folds, self._estimators), file)

    def load(self, directory: str) -> None:
        with open(os.path.join(directory, _STATE), "rb") as file:
            self.amount, self._folds, self._estimators = pickle.load(file)

    def _some(self, train: Any, share: float) -> Any:
        """A share of the samples; a larger share contains a smaller one."""
        if share >= 1:
            return train
        order = np.random.RandomState(self._seed).permutation(len(train))
        return np.asarray(train)[np.sort(order[:max(1, round(share * len(train)))])]

    def _train_further(self, number: int, amount: int) -> Dict[str, Any]:
        estimator = self._estimators[number]
        if estimator is None:
            estimator = clone(self._data.estimator).set_params(**clone(self._given, safe=False))
            self._estimators[number] = estimator
        training = Training(self._resource, estimator, self._data.y)
        parameters = training.parameters(estimator, self.amount, amount)
        before = self._folds[number]
        after: Dict[str, Any] = quietly(lambda: self._fit(estimator, parameters, number, *self._data.splits[number]))
        if before is not None:
            for time in ("fit_time", "score_time"):
                after[time] += before[time]
        return after

    def _fit(self, estimator: Any, parameters: Dict[str, Any], number: int, train: Any, test: Any) -> Dict[str, Any]:
        data = self._data
        result: Dict[str, Any] = _fit_and_score(
            estimator, data.X, data.y, train=train, test=test, parameters=parameters,
            split_progress=(number, len(data.splits)), **data.scoring)
        return result
