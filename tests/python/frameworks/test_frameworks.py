"""Callbacks of Keras, PyTorch Lightning and Hugging Face Transformers, with the real packages. They are
large: `./dev test --full` installs requirements-frameworks.txt and runs this."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import with_keras  # noqa: E402
import with_lightning  # noqa: E402
import with_transformers  # noqa: E402

import luthier  # noqa: E402

RATES = [0.2, 0.1, 0.0001, 0.00001]  # the last two are hopeless
EPOCHS = 6
ALL = [(with_keras.train, "val_loss"), (with_lightning.train, "loss"), (with_transformers.train, "eval_loss")]


def tune(train, metric, scheduler):
    return luthier.Tuner(train, {"lr": luthier.grid(RATES)}, minimize=metric, scheduler=scheduler, jobs=1,
                         verbosity=0).run()


def output(result, trial):
    return pathlib.Path(result.directory, "trials", f"{trial:05}", "stdout.log").read_text()


@pytest.mark.parametrize("train, metric", [*ALL, (with_transformers.train_saving_nothing, "eval_loss")])
def test_each_epoch_is_reported_and_a_stopped_trial_ends(train, metric):
    result = tune(train, metric, luthier.asha(max_t=EPOCHS, grace_period=2, reduction_factor=2))
    assert {trial.state for trial in result} == {"completed", "stopped"}, result.trials
    assert result.trials[0].iterations == EPOCHS and result.trials[3].iterations == 2
    assert "epochs 2 resumed False" in output(result, 3)


@pytest.mark.parametrize("train, metric", ALL)
def test_a_paused_trial_continues_its_training(train, metric):
    result = tune(train, metric, luthier.asha(max_t=EPOCHS, grace_period=2, reduction_factor=2, mode="promote"))
    finished = [trial for trial in result if trial.iterations == EPOCHS]
    assert finished and all(trial.state != "failed" for trial in result), result.trials
    assert any(f"epochs {EPOCHS} resumed True" in output(result, trial.id) for trial in finished)
