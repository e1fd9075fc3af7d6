"""scikit-learn's own tests of search estimators, with LuthierSearchCV in the place of RandomizedSearchCV and
GridSearchCV (drop_in.py)."""

import os
import pathlib
import re
import subprocess
import sys

import sklearn.model_selection

HERE = pathlib.Path(__file__).resolve().parent
TESTS = pathlib.Path(sklearn.model_selection.__file__).parent / "tests" / "test_search.py"
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


def test_scikit_learns_tests_of_search_estimators():
    left_out = " and ".join(f"not {name}" for name in NOT_APPLICABLE)
    path = os.pathsep.join([str(HERE), os.environ["PYTHONPATH"]])
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "drop_in", "-p", "no:cacheprovider", "-W", "ignore", "-k", left_out,
         "--tb=short", str(TESTS)], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert int(re.search(r"(\d+) passed", ran.stdout)[1]) > 100


def test_each_test_that_is_left_out_exists():
    assert all(f"def {name}(" in TESTS.read_text() for name in NOT_APPLICABLE)
