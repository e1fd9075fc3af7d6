"""MLflow, Weights & Biases (offline) and trackio, with the real packages (requirements-frameworks.txt)."""

import json
import pathlib
import sqlite3

import pytest

import luthier
import luthier.loggers


@pytest.fixture
def stored():
    e = luthier.Experiment({"x": luthier.grid([1, 2]), "kind": "a b"}, minimize="loss", path="luthier-results/two")
    while (trial := e.ask()) is not None:
        for step in (1, 2, 3):
            e.report(trial, {"val/loss": trial["x"] / step, "loss": trial["x"] * step, "note": "text"})
        e.tell(trial) if trial["x"] == 1 else e.fail(trial, "it broke")
    e.close()
    return "luthier-results/two"


def test_mlflow(stored, monkeypatch):
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")  # a database needs more than mlflow-skinny
    uri = pathlib.Path("mlruns").absolute().as_uri()
    assert luthier.loggers.export(stored, luthier.loggers.mlflow(uri)) == 2
    from mlflow.tracking import MlflowClient
    client = MlflowClient(uri)
    runs = client.search_runs([client.get_experiment_by_name("two").experiment_id], order_by=["attributes.start_time"])
    assert sorted(run.data.params["x"] for run in runs) == ["1", "2"]
    for run in runs:
        x = int(run.data.params["x"])
        curve = [(each.step, each.value) for each in client.get_metric_history(run.info.run_id, "val/loss")]
        assert sorted(curve) == [(step, x / step) for step in (1, 2, 3)]
        assert run.info.status == ("FINISHED" if x == 1 else "FAILED") and "note" not in run.data.metrics
        assert run.data.tags["luthier.experiment"] == "two"


def test_mlflow_takes_long_curves_in_portions(monkeypatch):
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    uri = pathlib.Path("mlruns").absolute().as_uri()
    results = [(step, {"loss": step}) for step in range(1, 1501)]
    config = {f"p{number}": number for number in range(150)}
    luthier.loggers.mlflow(uri, "long").write(luthier.loggers.Run("e", 7, "stopped", config, results, "why"))
    from mlflow.tracking import MlflowClient
    client = MlflowClient(uri)
    run, = client.search_runs([client.get_experiment_by_name("long").experiment_id])
    assert len(run.data.params) == 150 and len(client.get_metric_history(run.info.run_id, "loss")) == 1500


def test_wandb_offline(stored):
    assert luthier.loggers.export(stored, luthier.loggers.wandb(mode="offline", dir=".")) == 2
    runs = sorted(pathlib.Path("wandb").glob("offline-run-*"))
    assert len(runs) == 2
    for run in runs:
        file, = run.glob("run-*.wandb")
        data = file.read_bytes()
        assert b"val/loss" in data and b"two" in data and b"trial 0000" in data


def test_trackio(stored, monkeypatch):
    monkeypatch.setenv("TRACKIO_DIR", str(pathlib.Path("trackio").absolute()))
    assert luthier.loggers.export(stored, luthier.loggers.trackio("mine")) == 2
    import trackio
    runs = trackio.Api().runs("mine")
    assert sorted((run.config["x"], run.config["luthier_state"]) for run in runs) == [(1, "completed"), (2, "failed")]
    rows = sqlite3.connect("trackio/mine.db").execute("SELECT step, metrics FROM metrics ORDER BY step").fetchall()
    assert [step for step, _ in rows] == [1, 1, 2, 2, 3, 3]
    assert sorted(json.loads(metrics)["loss"] for _, metrics in rows) == [1, 2, 2, 3, 4, 6]
