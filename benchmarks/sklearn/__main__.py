#!/usr/bin/env python3
"""LuthierSearchCV against scikit-learn's RandomizedSearchCV and HalvingRandomSearchCV, in one run.

    ./dev bench sklearn [--seeds N] [--jobs N] [--json] [--quick]

All search the same distributions on the same folds. Shown are the means over the seeds of the wall time with the
refit, of the best score in cross-validation, and of the score on a quarter of the data that no search sees. The
time includes the start of the worker processes of each search. LuthierSearchCV's experiments are stored: their logs
tell after how many seconds a candidate that was evaluated completely had RandomizedSearchCV's best score, less
one thousandth.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
os.environ.setdefault("LUTHIER_PROGRAM", str(pathlib.Path(
    os.environ.get("LUTHIER_BUILD", ROOT / "build" / "dev")) / "bin" / "luthier"))

from joblib.externals.loky import get_reusable_executor  # noqa: E402
from scipy.stats import loguniform, randint, uniform  # noqa: E402
from sklearn.datasets import load_breast_cancer, load_digits  # noqa: E402
from sklearn.ensemble import GradientBoostingClassifier  # noqa: E402
from sklearn.experimental import enable_halving_search_cv  # noqa: E402, F401
from sklearn.model_selection import (  # noqa: E402
    HalvingRandomSearchCV, RandomizedSearchCV, StratifiedKFold, train_test_split)
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.svm import SVC  # noqa: E402

from luthier.sklearn import LuthierSearchCV  # noqa: E402

TREES = 200
TOLERANCE = 0.001
TASKS = {
    "digits, support vectors": {
        "data": load_digits, "estimator": make_pipeline(StandardScaler(), SVC()), "resource": "folds", "most": None,
        "space": {"svc__C": loguniform(1e-3, 1e4), "svc__gamma": loguniform(1e-6, 1), "svc__tol": loguniform(1e-4, 1e-2)}},
    "breast cancer, boosted trees": {
        "data": load_breast_cancer, "estimator": GradientBoostingClassifier(n_estimators=TREES, random_state=0),
        "resource": "n_estimators", "most": TREES,
        "space": {"learning_rate": loguniform(1e-3, 1), "max_depth": randint(1, 9), "subsample": uniform(0.4, 0.6),
                  "min_samples_leaf": randint(1, 40)}},
}


def randomized(task, common, candidates):
    return RandomizedSearchCV(task["estimator"], task["space"], n_iter=candidates, **common)


def halving(task, common, candidates):
    by_trees = task["most"] is not None
    return HalvingRandomSearchCV(
        task["estimator"], task["space"], n_candidates=candidates, min_resources=TREES // 27 if by_trees else "smallest",
        resource=task["resource"] if by_trees else "n_samples", max_resources=task["most"] if by_trees else "auto",
        **common)


def luthier(task, common, candidates):
    return LuthierSearchCV(task["estimator"], task["space"], n_iter=candidates, scheduler="asha",
                           resource=task["resource"], **common)


CONTENDERS = {"RandomizedSearchCV": randomized, "HalvingRandomSearchCV": halving, "LuthierSearchCV": luthier}


def reached(search, wall, score):
    """Seconds from `wall`, a time of day, to the first complete candidate with this score; None if there is none."""
    path = pathlib.Path(search.result_.directory)
    words = [os.environ["LUTHIER_PROGRAM"], "export", path.name, "--results", str(path.parent), "--format", "jsonl"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    for event in map(json.loads, said.splitlines()):
        if event["event"] == "result_reported" and event["metrics"]["n_resources"] == search.n_resources_[-1] \
                and event["metrics"]["mean_test_score"] >= score - TOLERANCE:
            return event["time"] / 1e6 - wall
    return None


def measured(make, task, seed, options, score):
    """`score`: RandomizedSearchCV's, for this seed; None for itself."""
    X, y = task["data"](return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=seed)
    common = {"cv": StratifiedKFold(5, shuffle=True, random_state=seed), "n_jobs": options.jobs, "random_state": seed}
    search = make(task, common, options.candidates)
    begin, wall = time.monotonic(), time.time()
    with tempfile.TemporaryDirectory() as directory:
        if isinstance(search, LuthierSearchCV):
            search.set_params(results=directory)
        search.fit(X, y)
        seconds = time.monotonic() - begin
        first = reached(search, wall, score) if isinstance(search, LuthierSearchCV) else None
    get_reusable_executor().shutdown()  # joblib would keep its processes for the next search
    return {"seconds": seconds, "cv": float(search.best_score_), "test": float(search.score(X_test, y_test)),
            "reached": first}


def table(task, rows):
    base = statistics.mean(run["seconds"] for run in rows["RandomizedSearchCV"])
    print(f"\n{task}\n{'':24}{'seconds':>9}{'share':>7}{'cv score':>10}{'test score':>12}")
    for name, runs in rows.items():
        seconds, cv, test = (statistics.mean(run[key] for run in runs) for key in ("seconds", "cv", "test"))
        print(f"{name:24}{seconds:9.1f}{seconds / base:7.2f}{cv:10.4f}{test:12.4f}")
    runs = rows["LuthierSearchCV"]
    times = [run["reached"] for run in runs if run["reached"] is not None]
    print(f"LuthierSearchCV had RandomizedSearchCV's score in {len(times)} of {len(runs)} seeds" + (
        f", after {statistics.mean(times):.1f} s ({statistics.mean(times) / base:.2f} of its time)" if times else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--candidates", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="one seed, a few candidates")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.candidates = 1, 8
    found = {}
    for name, task in TASKS.items():
        rows = found[name] = {contender: [] for contender in CONTENDERS}
        for seed in range(options.seeds):
            for contender, make in CONTENDERS.items():
                target = rows["RandomizedSearchCV"][seed]["cv"] if rows["RandomizedSearchCV"][seed:] else None
                rows[contender].append(measured(make, task, seed, options, target))
                print(f"{name}, seed {seed}: {contender} {rows[contender][-1]}", file=sys.stderr, flush=True)
        if not options.json:
            table(name, rows)
    if options.json:
        print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
