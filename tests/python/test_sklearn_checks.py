"""scikit-learn's own checks: those of every estimator, and its tests of search estimators with LuthierSearchCV
in the place of RandomizedSearchCV and GridSearchCV (drop_in.py)."""

import os
import pathlib
import re
import subprocess
import sys

import pytest
import sklearn.model_selection
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from luthier.sklearn import LuthierSearchCV

HERE = pathlib.Path(__file__).resolve().parent
# What RandomizedSearchCV fails too, as scikit-learn itself lists it.
EXPECTED = {"check_supervised_y_2d": "DataConversionWarning not caught", "check_requires_y_none": "fails otherwise"}
SEARCHES = [LuthierSearchCV(estimator, space, cv=2, error_score="raise", random_state=0, scheduler=scheduler)
            for scheduler in (None, "asha") for estimator, space in (
                (Ridge(), {"alpha": [0.1, 1.0]}), (LogisticRegression(), {"C": [0.1, 1.0]}),
                (make_pipeline(PCA(), Ridge()), {"ridge__alpha": [0.1, 1.0]}),
                (make_pipeline(PCA(), LogisticRegression()), {"logisticregression__C": [0.1, 1.0]}))]

NOT_APPLICABLE = {
    "test_grid_search_bad_param_grid": "the wording of GridSearchCV about its param_grid",
    "test_custom_run_search": "subclasses BaseSearchCV",
    "test_search_with_2d_array": "which candidates RandomizedSearchCV draws",
    "test_search_callbacks_no_propagation": "callbacks on the search, which LuthierSearchCV refuses",
    "test_search_callbacks_propagation": "the same",
    "test_search_callbacks_receive_sample_weight": "the same",
    "test_search_callbacks_receive_search_instance": "the same",
    "test_search_callbacks_with_partial_fit_failures": "the same",
}


@parametrize_with_checks(SEARCHES, expected_failed_checks=lambda _: EXPECTED)
def test_every_estimators_checks(estimator, check):
    check(estimator)


def test_scikit_learns_tests_of_search_estimators():
    tests = pathlib.Path(sklearn.model_selection.__file__).parent / "tests" / "test_search.py"
    left_out = " and ".join(f"not {name}" for name in NOT_APPLICABLE)
    path = os.pathsep.join([str(HERE), os.environ["PYTHONPATH"]])
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "drop_in", "-p", "no:cacheprovider", "-W", "ignore", "-k", left_out,
         "--tb=short", str(tests)], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert int(re.search(r"(\d+) passed", ran.stdout)[1]) > 100


def test_each_test_that_is_left_out_exists():
    tests = pathlib.Path(sklearn.model_selection.__file__).parent / "tests" / "test_search.py"
    assert all(f"def {name}(" in tests.read_text() for name in NOT_APPLICABLE)
