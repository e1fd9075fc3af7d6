"""cv_results_ of candidates of which some were stopped early."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

import numpy as np

from ._validation import Outcome


def filled(outcome: Outcome) -> List[Dict[str, Any]]:
    """The candidate's folds; one that was not evaluated has the mean of the others."""
    known = [fold for fold in outcome.folds if fold is not None]
    return [_mean(known) if fold is None else fold for fold in outcome.folds]


def _mean(folds: Sequence[Dict[str, Any]]) -> Dict[str, Any]:
    mean: Dict[str, Any] = {"fit_error": None}
    for key in folds[0]:
        values = [fold[key] for fold in folds]
        if isinstance(values[0], dict):
            mean[key] = {name: float(np.mean([value[name] for value in values])) for name in values[0]}
        elif key not in ("fit_error", "n_test_samples"):
            mean[key] = float(np.mean(values))
        elif key == "n_test_samples":
            mean[key] = values[0]
    return mean


def mark_stopped(results: Dict[str, Any], outcomes: Sequence[Outcome]) -> None:
    """Adds n_resources, takes out the scores of folds that were not evaluated, and ranks a candidate that
    was given more before one that was stopped earlier."""
    amounts = np.array([outcome.amount for outcome in outcomes])
    results["n_resources"] = amounts
    missing = np.array([[fold is None for fold in outcome.folds] for outcome in outcomes])
    for name in [name[len("mean_"):] for name in results if name.startswith("mean_")]:
        columns = [f"split{number}_{name}" for number in range(missing.shape[1])]
        if columns[0] in results:
            for number, column in enumerate(columns):
                results[column][missing[:, number]] = np.nan
            if missing.any():
                results[f"std_{name}"] = _deviations(np.array([results[column] for column in columns]).T, missing)
        if f"rank_{name}" in results:
            results[f"rank_{name}"] = _ranks(amounts, results[f"mean_{name}"])


def _deviations(scores: Any, missing: Any) -> Any:
    return np.array([np.std(row[~absent]) for row, absent in zip(scores, missing)])


def _ranks(amounts: Any, scores: Any) -> Any:
    """1 for the best; equal candidates have the same rank."""
    keys = [(-amount, np.inf if np.isnan(score) else -score) for amount, score in zip(amounts, scores)]
    first = {key: number for number, key in reversed(list(enumerate(sorted(keys), 1)))}
    return np.array([first[key] for key in keys], dtype=np.int32)
