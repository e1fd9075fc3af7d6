"""Callbacks that report to Luthier from other frameworks' training loops (docs/callbacks.md).

    import luthier.callbacks

    def train(config):
        luthier_callback = luthier.callbacks.xgboost()
        xgboost.train(config, data, evals=[(held_out, "val")], callbacks=[luthier_callback])

    luthier.Tuner(train, space, minimize="val-logloss", scheduler="asha").run()

Each reports the framework's metrics after every iteration or epoch, saves a checkpoint when the scheduler asks
for one, and ends the training when the trial is stopped. `restored` is the path of the checkpoint to start from,
or None. `metrics` selects what is reported: None for everything, a list of the framework's names, or a dict from
your names to the framework's, as in {"loss": "val-logloss"}.

A framework is imported when its callback is created.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._metrics import Chosen

if TYPE_CHECKING:
    from ._keras import KerasCallback
    from ._lightgbm import LightGBMCallback
    from ._lightning import LightningCallback
    from ._transformers import TransformersCallback
    from ._xgboost import XGBoostCallback

__all__ = ["keras", "lightgbm", "lightning", "transformers", "xgboost"]


def xgboost(metrics: Chosen = None) -> XGBoostCallback:
    """For xgboost.train, xgboost.cv and the scikit-learn estimators. A metric is named DATA-METRIC, such as
    "validation_0-rmse". Checkpoints are models: pass `xgb_model=callback.restored`."""
    from ._xgboost import XGBoostCallback
    return XGBoostCallback(metrics)


def lightgbm(metrics: Chosen = None) -> LightGBMCallback:
    """For lightgbm.train, lightgbm.cv and the scikit-learn estimators. A metric is named DATA-METRIC, such as
    "valid_0-l2". Checkpoints are models: pass `init_model=callback.restored`."""
    from ._lightgbm import LightGBMCallback
    return LightGBMCallback(metrics)


def keras(metrics: Chosen = None) -> KerasCallback:
    """For the `fit` of Keras 3. Checkpoints are whole models: keras.saving.load_model(callback.restored), and
    pass `initial_epoch=luthier.iteration()`."""
    from ._keras import KerasCallback
    return KerasCallback(metrics)


def lightning(metrics: Chosen = None) -> LightningCallback:
    """For the Trainer of PyTorch Lightning. It reports what modules have logged, after each training epoch.
    Checkpoints are Lightning's: pass `ckpt_path=callback.restored` to Trainer.fit."""
    from ._lightning import LightningCallback
    return LightningCallback(metrics)


def transformers(metrics: Chosen = None) -> TransformersCallback:
    """For the Trainer of Hugging Face Transformers. It reports after each evaluation, with the names of the
    Trainer, such as "eval_loss". The checkpoints are the Trainer's own, if it saves one at each evaluation
    (the same `save_strategy` as `eval_strategy`): pass `resume_from_checkpoint=callback.restored`."""
    from ._transformers import TransformersCallback
    return TransformersCallback(metrics)

