"""Training functions for the callbacks of XGBoost and LightGBM; other processes import them."""

import lightgbm
import numpy
import xgboost

import luthier
import luthier.callbacks

ROUNDS = 9


def table():
    rng = numpy.random.default_rng(0)
    x = rng.normal(size=(300, 4))
    return x, x[:, 0] * 2 + numpy.sin(x[:, 1] * 3)


def with_xgboost(config, metrics=None):
    x, y = table()
    held_out = xgboost.DMatrix(x[200:], y[200:])
    callback = luthier.callbacks.xgboost(metrics)
    model = xgboost.train({"eta": config["eta"], "nthread": 1}, xgboost.DMatrix(x[:200], y[:200]),
                          num_boost_round=ROUNDS - luthier.iteration(), evals=[(held_out, "val")],
                          xgb_model=callback.restored, callbacks=[callback], verbose_eval=False)
    assert model.num_boosted_rounds() == luthier.iteration()
    print("rounds", model.num_boosted_rounds(), "resumed", callback.restored is not None)


def with_xgboost_renamed(config):
    with_xgboost(config, {"loss": "val-rmse"})


def with_xgboost_misnamed(config):
    with_xgboost(config, ["val-auc"])


def with_xgboost_estimator(config):
    x, y = table()
    model = xgboost.XGBRegressor(n_estimators=ROUNDS, learning_rate=config["eta"], n_jobs=1, eval_metric="mae",
                                 callbacks=[luthier.callbacks.xgboost()])
    model.fit(x[:200], y[:200], eval_set=[(x[200:], y[200:])], verbose=False)


def with_xgboost_cv(config):
    x, y = table()
    xgboost.cv({"eta": config["eta"], "nthread": 1}, xgboost.DMatrix(x, y), num_boost_round=ROUNDS, nfold=3,
               callbacks=[luthier.callbacks.xgboost({"rmse": "test-rmse"})])


def with_lightgbm(config):
    x, y = table()
    train = lightgbm.Dataset(x[:200], y[:200])
    callback = luthier.callbacks.lightgbm()
    model = lightgbm.train({"learning_rate": config["eta"], "num_threads": 1, "verbose": -1, "objective": "l2"}, train,
                           num_boost_round=ROUNDS - luthier.iteration(),
                           valid_sets=[lightgbm.Dataset(x[200:], y[200:], reference=train)], valid_names=["val"],
                           init_model=callback.restored, callbacks=[callback])
    assert model.current_iteration() == luthier.iteration()
    print("rounds", model.current_iteration(), "resumed", callback.restored is not None)


def with_lightgbm_estimator(config):
    x, y = table()
    model = lightgbm.LGBMRegressor(n_estimators=ROUNDS, learning_rate=config["eta"], n_jobs=1, verbose=-1)
    model.fit(x[:200], y[:200], eval_set=[(x[200:], y[200:])], callbacks=[luthier.callbacks.lightgbm(["valid_0-l2"])])


def with_lightgbm_cv(config):
    x, y = table()
    lightgbm.cv({"learning_rate": config["eta"], "num_threads": 1, "verbose": -1, "objective": "l2"},
                lightgbm.Dataset(x, y), num_boost_round=ROUNDS, nfold=3, stratified=False,
                callbacks=[luthier.callbacks.lightgbm()])
