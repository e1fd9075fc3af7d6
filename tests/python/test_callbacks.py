"""Callbacks of XGBoost and LightGBM, with the real packages."""

import pathlib
import subprocess
import sys

import pytest

import boosting
import luthier
import luthier.callbacks

RATES = [0.5, 0.4, 0.02, 0.01]  # the last two are hopeless


def tune(train, metric, scheduler=None, **options):
    return luthier.Tuner(train, {"eta": luthier.grid(RATES)}, minimize=metric, scheduler=scheduler, jobs=1,
                         verbosity=0, **options).run()


def output(result, trial):
    return pathlib.Path(result.directory, "trials", f"{trial:05}", "stdout.log").read_text()


@pytest.mark.parametrize("train, metric", [
    (boosting.with_xgboost, "val-rmse"), (boosting.with_xgboost_renamed, "loss"),
    (boosting.with_xgboost_estimator, "validation_0-mae"), (boosting.with_xgboost_cv, "rmse"),
    (boosting.with_lightgbm, "val-l2"), (boosting.with_lightgbm_estimator, "valid_0-l2"),
    (boosting.with_lightgbm_cv, "valid-l2")])
def test_each_round_is_reported_and_a_stopped_trial_ends(train, metric):
    result = tune(train, metric, luthier.asha(max_t=boosting.ROUNDS, grace_period=3, reduction_factor=2))
    assert {trial.state for trial in result} == {"completed", "stopped"}, result.trials
    assert result.trials[0].iterations == boosting.ROUNDS and result.trials[3].iterations == 3
    assert result.best.config["eta"] in (0.5, 0.4)


@pytest.mark.parametrize("train, metric", [(boosting.with_xgboost, "val-rmse"), (boosting.with_lightgbm, "val-l2")])
def test_a_paused_trial_continues_its_model(train, metric):
    result = tune(train, metric, luthier.asha(max_t=boosting.ROUNDS, grace_period=3, reduction_factor=2, mode="promote"))
    finished = [trial for trial in result if trial.iterations == boosting.ROUNDS]
    assert finished and all(trial.state != "failed" for trial in result), result.trials
    assert any(f"rounds {boosting.ROUNDS} resumed True" in output(result, trial.id) for trial in finished)


def test_a_metric_that_is_absent_is_named():
    result = tune(boosting.with_xgboost_misnamed, "val-auc", max_failures=4)
    assert {trial.state for trial in result} == {"failed"}
    assert "no metric 'val-auc' to report; there are: val-rmse" in result.trials[0].reason


def test_only_the_framework_that_is_used_is_imported():
    said = subprocess.run([sys.executable, "-c", "import sys, luthier.callbacks; luthier.callbacks.xgboost(); print(*sys.modules)"],
                          capture_output=True, text=True, check=True).stdout.split()
    assert "xgboost" in said and not {"lightgbm", "keras", "lightning", "torch", "transformers"} & set(said)
