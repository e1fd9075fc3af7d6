"""LuthierSearchCV: a search estimator of scikit-learn, whose candidates Luthier chooses and stops early."""

from __future__ import annotations

import numbers
import os
import time as clock
import warnings
from typing import Any, Dict, List, Mapping, Optional, Union

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import clone, is_classifier
from sklearn.model_selection import check_cv
from sklearn.model_selection._search import BaseSearchCV
from sklearn.model_selection._validation import (
    _insert_error_scores, _warn_or_raise_about_fit_failures)
from sklearn.utils import check_random_state, indexable
from sklearn.utils.validation import _check_method_params, _num_samples

from .._errors import Error, UsageError
from .._result import TrialResult
from . import _resource, _running, _table
from ._distributions import SearchSpace
from ._validation import Candidates, Data, Outcome


class LuthierSearchCV(BaseSearchCV):  # type: ignore[misc]
    """Searches the parameters of an estimator by cross-validation.

    A replacement for RandomizedSearchCV, with the same parameters, attributes and methods, that can choose
    candidates by what it has learned (`searcher`) and stop poor ones early (`scheduler`):

        search = LuthierSearchCV(SVC(), {"C": loguniform(1e-3, 1e3)}, n_iter=50, scheduler="asha", n_jobs=4)
        search.fit(X, y)

    estimator: an estimator, or a pipeline with parameters such as "svc__C".
    param_distributions: a dict from parameter names to lists, scipy.stats distributions or luthier distributions;
      or a list of such dicts. A luthier distribution can have a condition: .when("kernel", "rbf").
    n_iter: number of candidates. If the lists have no more combinations, each is evaluated once, in the order
      of ParameterGrid.
    scoring, refit, cv, verbose, random_state, error_score, return_train_score: as in RandomizedSearchCV. If
      `scoring` has several metrics, the search maximizes the one that `refit` names, otherwise the first one.
      With n_jobs greater than 1 and a searcher or scheduler that learns, the order in which candidates end
      influences which follow, also with a fixed random_state.
    n_jobs: candidates evaluated at a time, each in a process of its own; None means 1 unless joblib's
      parallel_config says otherwise, -1 all processors. 1 evaluates them in this process.
    pre_dispatch: accepted for compatibility; a candidate is chosen when a process is free.
    searcher: "tpe", "random", "gp", ... or luthier.tpe(...); see docs/searchers.md.
    scheduler: None evaluates every candidate completely. "asha", "hyperband", "median_stopping", ... or
      luthier.asha(...) stop poor candidates early; see docs/schedulers.md. "asha" if a resource is given.
    resource: what candidates get more of while they do well. "folds" (the default): each fold's score is a
      result. "n_samples": all folds, with growing training sets. The name of an estimator's integer parameter,
      such as "n_estimators", "max_iter" or "model__max_iter": all folds, trained further by partial_fit or
      warm_start where the estimator has it, otherwise anew.
    min_resources: the least amount of the resource; "auto": 1 fold, or about max_resources / factor^3.
    max_resources: the greatest amount; "auto": all folds, all samples, or the estimator's own value.
    factor: ratio of two amounts; asha and hyperband continue about one candidate in `factor`.
    time: seconds after which no further candidate starts.
    results, name: store the experiment in this directory, under this name (by default one with the time), for
      `luthier explain` and the other commands.

    Attributes are those of RandomizedSearchCV. With a scheduler, cv_results_ also has n_resources: the amount
    that the candidate was given; scores of folds it was not evaluated on are NaN, and its mean is that of the
    others. Candidates that were given more rank before those that were stopped earlier. `result_` is the
    luthier.Result of the experiment. `n_resources_` are the amounts after which candidates are judged.

    Sources: Bergstra et al. 2011 (tpe); Li et al. 2018 (asha, hyperband).
    """

    def __init__(self, estimator: Any, param_distributions: Any, *, n_iter: int = 10, scoring: Any = None,
                 n_jobs: Optional[int] = None, refit: Any = True, cv: Any = None, verbose: int = 0,
                 pre_dispatch: Union[int, str] = "2*n_jobs", random_state: Any = None, error_score: Any = np.nan,
                 return_train_score: bool = False, searcher: Any = "tpe", scheduler: Any = None,
                 resource: Optional[str] = None, min_resources: Union[int, str] = "auto",
                 max_resources: Union[int, str] = "auto", factor: float = 3, time: Optional[float] = None,
                 results: Union[str, os.PathLike[str], None] = None, name: Optional[str] = None) -> None:
        super().__init__(estimator=estimator, scoring=scoring, n_jobs=n_jobs, refit=refit, cv=cv, verbose=verbose,
                         pre_dispatch=pre_dispatch, error_score=error_score, return_train_score=return_train_score)
        self.param_distributions = param_distributions
        self.n_iter = n_iter
        self.random_state = random_state
        self.searcher = searcher
        self.scheduler = scheduler
        self.resource = resource
        self.min_resources = min_resources
        self.max_resources = max_resources
        self.factor = factor
        self.time = time
        self.results = results
        self.name = name

    def fit(self, X: Any, y: Any = None, **params: Any) -> LuthierSearchCV:
        """Evaluates the candidates and, if `refit`, fits the best one to all the data.

        params: for the fit of the estimator, the scorer and the splitter, such as sample_weight and groups.
        Raises ValueError if no candidate could be fitted, and with error_score="raise" what a candidate raised.
        """
        self._validate_params()
        self._check_own()
        scorers, refit_metric = self._get_scorers()
        X, y = indexable(X, y)
        params = _check_method_params(X, params=params)
        routed = self._get_routed_params_for_fit(params)
        splits = self._split(X, y, routed.splitter.split)
        scoring = {
            "scorer": scorers, "fit_params": routed.estimator.fit,
            "score_params": routed.scorer.score, "return_train_score": self.return_train_score,
            "return_n_test_samples": True, "return_times": True, "error_score": self.error_score,
            "verbose": self.verbose}
        search_metric = self.refit if isinstance(self.refit, str) else None
        base = clone(self.estimator)
        results = self._search(Data(base, X, y, splits, scoring, search_metric))
        self._choose(results, refit_metric)
        if self.refit:
            self._refit(base, X, y, routed.estimator.fit)
        self.scorer_ = getattr(scorers, "_scorers", scorers)
        self.cv_results_ = results
        return self

    def _run_search(self, evaluate_candidates: Any) -> None:
        raise NotImplementedError("LuthierSearchCV evaluates candidates one by one; override fit instead")

    def _check_own(self) -> None:
        if not isinstance(self.n_iter, numbers.Integral) or self.n_iter < 1:
            raise UsageError(f"n_iter is {self.n_iter!r}; it must be a positive integer")
        if not self.factor > 1:
            raise UsageError(f"factor is {self.factor!r}; it must be greater than 1")
        if getattr(self, "_skl_callbacks", None):
            raise UsageError("LuthierSearchCV calls no callbacks of scikit-learn; set them on the estimator")

    def _split(self, X: Any, y: Any, params: Mapping[str, Any]) -> List[Any]:
        self._checked_cv_orig = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        self.n_splits_ = self._checked_cv_orig.get_n_splits(X, y, **params)
        splits = list(self._checked_cv_orig.split(X, y, **params))
        if len(splits) != self.n_splits_:
            raise ValueError(f"cv.split and cv.get_n_splits return inconsistent results. Expected {self.n_splits_} "
                             f"splits, got {len(splits)}")
        if not splits:
            raise ValueError("No fits were performed. Was the CV iterator empty? "
                             "Were there no candidates?")
        return splits

    def _search(self, data: Data) -> Dict[str, Any]:
        """Evaluates the candidates; returns cv_results_."""
        space = SearchSpace(self.param_distributions)
        resource = self._plan(data)
        scheduler = self.scheduler or ("asha" if self.resource is not None else None)
        if resource.is_parameter and resource.name in space.names:
            raise ValueError(f"the resource {resource.name!r} can't be a parameter that is searched too")
        seed = int(check_random_state(self.random_state).randint(2 ** 31 - 1))
        candidates = Candidates(data, space, resource, scheduler is not None, seed)
        self.n_resources_ = list(resource.levels) if scheduler is not None else resource.levels[-1:]
        self._announce(space, len(data.splits))
        evaluated = self._run(candidates, space, self._options(space, scheduler, resource, seed))
        self.result_ = evaluated.result
        return self._tabulate(candidates, evaluated, data, scheduler is not None)

    def _plan(self, data: Data) -> _resource.Resource:
        name = self.resource or _resource.FOLDS
        if name == _resource.FOLDS:
            return _resource.of_folds(len(data.splits), self.factor)
        if name == _resource.SAMPLES:
            classes = len(np.unique(data.y)) if is_classifier(self.estimator) else 1
            return _resource.of_amounts(name, self.min_resources, self._most(_num_samples(data.X)), self.factor,
                                        2 * len(data.splits) * classes)
        own = data.estimator.get_params()
        if name not in own:
            raise ValueError(f"the resource is {name!r}; it must be 'folds', 'n_samples' or a parameter of "
                             f"{type(data.estimator).__name__}, such as 'n_estimators' or 'max_iter'")
        return _resource.of_amounts(name, self.min_resources, self._most(own[name]), self.factor)

    def _most(self, otherwise: Any) -> int:
        most = otherwise if self.max_resources == "auto" else self.max_resources
        if not isinstance(most, numbers.Integral) or most < 1:
            raise ValueError(f"max_resources is {most!r}; it must be a positive integer")
        return int(most)

    def _announce(self, space: SearchSpace, splits: int) -> None:
        candidates = int(min(self.n_iter, space.size))
        if candidates < self.n_iter:
            warnings.warn(f"The total space of parameters {candidates} is smaller than n_iter={self.n_iter}. Running "
                          f"{candidates} iterations.", UserWarning, stacklevel=4)
        if self.verbose > 0:
            print(f"Fitting {splits} folds for each of {candidates} candidates, totalling {candidates * splits} fits")

    def _options(self, space: SearchSpace, scheduler: Any, resource: _resource.Resource,
                 seed: int) -> Dict[str, Any]:
        options: Dict[str, Any] = {
            "maximize": "mean_test_score", "samples": self.n_iter, "searcher": self.searcher, "seed": seed,
            "score": "last", "time": self.time}
        if space.size <= self.n_iter:
            options["points"] = space.combinations()
        if scheduler is None:
            return options
        options["scheduler"] = _resource.scheduler(scheduler, resource)
        if options["scheduler"][0] == "wilcoxon":  # it compares fold by fold
            options.update(maximize="fold_test_score", score=f"mean:{len(resource.levels)}")
        return options

    def _run(self, candidates: Candidates, space: SearchSpace, options: Dict[str, Any]) -> _running.Evaluated:
        jobs = effective_n_jobs(self.n_jobs)
        if jobs == 1 and self.results is None:
            return _running.here(candidates, space.space, options)
        if self.results is None:
            options["log"] = ("console",)
        options.update(results=self.results, name=self.name, verbosity=min(max(self.verbose - 1, 0), 2),
                       max_failures=0 if self.error_score == "raise" else self.n_iter)
        return _running.in_processes(candidates, space.space, options, jobs)

    def _tabulate(self, candidates: Candidates, evaluated: _running.Evaluated, data: Data,
                  early: bool) -> Dict[str, Any]:
        rows = []
        for trial in evaluated.trials:
            outcome = evaluated.outcomes.get(trial.id)
            if outcome is None and trial.state == "failed":
                outcome = self._died(trial, len(data.splits))
            if outcome is not None:
                rows.append((candidates.parameters(trial.config, outcome.amount), outcome))
        folds = [fold for _, outcome in rows for fold in outcome.folds if fold is not None]
        if not folds:
            raise ValueError(f"No fits were performed: {evaluated.result.reason}")
        _warn_or_raise_about_fit_failures(folds, self.error_score)
        if callable(self.scoring):
            _insert_error_scores(folds, self.error_score)
        self.multimetric_ = isinstance(folds[0]["test_scores"], dict)
        parameters, outcomes = [each for each, _ in rows], [each for _, each in rows]
        out = [fold for outcome in outcomes for fold in _table.filled(outcome)]
        results: Dict[str, Any] = self._format_results(parameters, len(data.splits), out)
        if early:
            _table.mark_stopped(results, outcomes)
        return results

    def _died(self, trial: TrialResult, splits: int) -> Outcome:
        """The outcome of a candidate whose process crashed."""
        if self.error_score == "raise":
            raise Error(f"the process of candidate {trial.id} failed: {trial.reason}")
        fold = {"fit_error": trial.reason, "test_scores": self.error_score, "fit_time": 0.0, "score_time": 0.0,
                "n_test_samples": 0}
        if self.return_train_score:
            fold["train_scores"] = self.error_score
        return Outcome(0, [dict(fold) for _ in range(splits)])

    def _choose(self, results: Mapping[str, Any], refit_metric: Any) -> None:
        if callable(self.scoring) and self.multimetric_:
            self._check_refit_for_multimetric([name[len("mean_test_"):] for name in results
                                               if name.startswith("mean_test_")])
            refit_metric = self.refit
        if self.refit or not self.multimetric_:
            self.best_index_ = self._select_best_index(self.refit, refit_metric, results)
            if not callable(self.refit):
                self.best_score_ = results[f"mean_test_{refit_metric}"][self.best_index_]
            self.best_params_ = results["params"][self.best_index_]

    def _refit(self, base: Any, X: Any, y: Any, params: Mapping[str, Any]) -> None:
        self.best_estimator_ = clone(base).set_params(**clone(self.best_params_, safe=False))
        begin = clock.time()
        self.best_estimator_.fit(*([X] if y is None else [X, y]), **params)
        self.refit_time_ = clock.time() - begin
        if hasattr(self.best_estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.best_estimator_.feature_names_in_
