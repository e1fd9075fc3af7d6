"""LuthierSearchCV."""

import os
import pickle
import warnings

import numpy as np
import pytest
import scipy.stats
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GroupKFold, ParameterGrid, RandomizedSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import luthier
from estimators import Epochs, Noted, Trees
from luthier.sklearn import LuthierSearchCV
from luthier.sklearn._distributions import SearchSpace
from luthier.sklearn._resource import Training, levels, of_amounts

X, y = load_iris(return_X_y=True)
QUALITIES = [0.9, 0.8, 0.7, 0.6, 0.1, 0.2, 0.3, 0.4, 0.5]


def search(estimator=None, space=None, **options):
    options = {"n_iter": 5, "random_state": 0, **options}
    return LuthierSearchCV(estimator or DecisionTreeClassifier(random_state=0),
                           space or {"max_depth": scipy.stats.randint(1, 9)}, **options)


def noted(estimator=None, **options):
    """Over all QUALITIES, the best first."""
    return search(estimator or Noted(), {"quality": QUALITIES}, n_iter=len(QUALITIES), **options).fit(X, y)


# ---- the drop-in


@pytest.mark.parametrize("scoring, refit", [(None, True), ("accuracy", True), (["accuracy", "f1_macro"], "f1_macro"),
                                            ({"a b/c": "accuracy", "d": "f1_macro"}, False)])
@pytest.mark.parametrize("space", [
    {"C": scipy.stats.loguniform(1e-2, 1e2), "kernel": ["rbf", "linear"]},
    [{"kernel": ["rbf"], "C": [1, 10]}, {"kernel": ["poly"], "degree": [2, 3]}]])
def test_its_table_has_the_shape_of_randomized_search(scoring, refit, space):
    options = dict(scoring=scoring, refit=refit, cv=3, n_iter=4, random_state=0, return_train_score=True)
    theirs = RandomizedSearchCV(SVC(), space, **options).fit(X, y)
    ours = LuthierSearchCV(SVC(), space, **options).fit(X, y)
    assert list(ours.cv_results_) == list(theirs.cv_results_)
    for name, column in theirs.cv_results_.items():
        assert type(ours.cv_results_[name]) is type(column) and len(ours.cv_results_[name]) == len(column)
        assert getattr(ours.cv_results_[name], "dtype", None) == getattr(column, "dtype", None), name
    assert {name for name in vars(theirs) if name.endswith("_")} <= {name for name in vars(ours) if name.endswith("_")}


def test_each_candidate_is_scored_as_scikit_learn_would():
    found = search(n_iter=3, cv=4).fit(X, y)
    for number, params in enumerate(found.cv_results_["params"]):
        theirs = RandomizedSearchCV(found.estimator, {name: [value] for name, value in params.items()}, n_iter=1,
                                    cv=4).fit(X, y)
        for fold in range(4):
            assert found.cv_results_[f"split{fold}_test_score"][number] == theirs.cv_results_[f"split{fold}_test_score"][0]
    assert found.best_score_ == max(found.cv_results_["mean_test_score"])
    assert found.score(X, y) == found.best_estimator_.score(X, y)


def test_the_same_random_state_gives_the_same_search():
    first, again, other = (search(random_state=state).fit(X, y).cv_results_["params"] for state in (1, 1, 2))
    assert first == again != other


def test_lists_are_gone_through_completely_and_in_order():
    space = [{"kernel": ["poly"], "degree": [2, 3]}, {"kernel": ["rbf"], "C": [3, 1, 2]}]
    with pytest.warns(UserWarning, match="total space of parameters 5 is smaller than n_iter=9"):
        found = search(SVC(), space, n_iter=9, cv=2).fit(X, y)
    assert found.cv_results_["params"] == list(ParameterGrid(space))


def test_pipelines_with_steps_to_choose():
    pipeline = Pipeline([("my scaler", StandardScaler()), ("model", SVC())])
    scalers = [StandardScaler(), MinMaxScaler(), "passthrough"]
    found = search(pipeline, {"my scaler": scalers, "model__C": scipy.stats.expon(scale=10)}, n_iter=8, cv=2).fit(X, y)
    assert {id(params["my scaler"]) for params in found.cv_results_["params"]} <= set(map(id, scalers))
    assert not hasattr(scalers[0], "mean_")


def test_groups_and_weights_reach_their_place():
    groups, weight = np.arange(len(X)) % 3, np.ones(len(X))
    found = search(Noted(), {"quality": QUALITIES}, cv=GroupKFold(3)).fit(X, y, groups=groups, sample_weight=weight)
    assert found.n_splits_ == 3 and found.best_estimator_.weight_ == len(X)


def test_it_is_cloned_set_and_pickled():
    given = search(scheduler=luthier.asha(brackets=2), space={"max_depth": luthier.randint(1, 9)})
    assert clone(given).get_params().keys() == given.get_params().keys()
    given.set_params(estimator__criterion="entropy", n_iter=3).fit(X, y)
    again = pickle.loads(pickle.dumps(given))
    assert again.best_params_ == given.best_params_ and len(again.cv_results_["params"]) == 3
    assert (again.predict(X) == given.predict(X)).all()


# ---- distributions


class OnlyDraws:
    def rvs(self, random_state=None):
        return f"drawn {np.random.RandomState(random_state).randint(5)}"


@pytest.mark.parametrize("given, holds", [
    (scipy.stats.uniform(2, 3), lambda v: 2 <= v <= 5), (scipy.stats.uniform(loc=-1, scale=1), lambda v: -1 <= v <= 0),
    (scipy.stats.loguniform(1e-4, 1e-2), lambda v: 1e-4 <= v <= 1e-2),
    (scipy.stats.loguniform(1e-4, 1e-2, loc=1), lambda v: 1 < v <= 1.01),
    (scipy.stats.randint(3, 6), lambda v: v in (3, 4, 5) and isinstance(v, int)),
    (scipy.stats.randint(0, 2, loc=7), lambda v: v in (7, 8)), (scipy.stats.norm(100, 0.1), lambda v: 95 < v < 105),
    (scipy.stats.expon(scale=2), lambda v: 0 <= v < 1000), (scipy.stats.poisson(4), lambda v: v >= 0 and isinstance(v, int)),
    (OnlyDraws(), lambda v: v in {f"drawn {i}" for i in range(5)}), (luthier.quniform(0, 1, 0.25), lambda v: v * 4 % 1 == 0),
    ([1, True, 1.0, None, "1"], lambda v: v in (1, None, "1")), ([float("nan"), 2.0], lambda v: v == 2 or v != v),
    (np.array([0.5, 1.5]), lambda v: v in (0.5, 1.5) and isinstance(v, np.float64)), (range(3), lambda v: v in range(3)),
    ([(1, 2), [3], {"a": 1}], lambda v: v in ((1, 2), [3], {"a": 1}))])
def test_values_are_those_of_the_distribution(given, holds):
    space = SearchSpace({"p": given})
    with luthier.Experiment(space.space, minimize="loss", searcher="random", samples=40) as experiment:
        values = [space.decode(trial.config)["p"] for trial in experiment.ask(40)]
    assert all(map(holds, values)) and len(set(map(repr, values))) > 1
    if isinstance(given, (list, np.ndarray)):
        assert {(type(value), repr(value)) for value in values} == {(type(value), repr(value)) for value in given}


def test_a_condition_leaves_a_parameter_at_its_default():
    space = {"kernel": ["rbf", "linear"], "gamma": luthier.uniform(0.1, 1).when("kernel", "rbf")}
    found = search(SVC(), space, n_iter=12, searcher="random", cv=2).fit(X, y)
    params = found.cv_results_["params"]
    assert {each["kernel"] for each in params} == {"rbf", "linear"}
    assert all(("gamma" in each) == (each["kernel"] == "rbf") for each in params)
    assert [bool(masked) for masked in found.cv_results_["param_gamma"].mask] == ["gamma" not in each for each in params]


# ---- early stopping


@pytest.mark.parametrize("scheduler", ["asha", "median_stopping", luthier.asha(grace_period=2), "hyperband",
                                       "asha:mode=promote", "wilcoxon:startup_instances=2,p_threshold=0.4"])
def test_folds_are_a_resource(scheduler):
    found = noted(scheduler=scheduler, cv=9, factor=3)
    results, folds = found.cv_results_, found.cv_results_["n_resources"]
    assert folds.max() == 9 and folds.min() < 9
    assert found.best_params_ == {"quality": 0.9} and found.best_index_ == list(results["rank_test_score"]).index(1)
    for number, amount in enumerate(folds):
        scores = [results[f"split{fold}_test_score"][number] for fold in range(9)]
        assert np.isfinite(scores[:amount]).all() and np.isnan(scores[amount:]).all()
        assert results["mean_test_score"][number] == pytest.approx(QUALITIES[number])
        assert results["std_test_score"][number] == pytest.approx(0)


def test_a_candidate_that_was_given_more_ranks_first():
    """Its first fold is the worst: those that were stopped there have the better mean."""
    def score(model, X, y):
        return model.quality if model.samples_ == 149 else model.quality - 0.5

    cv = [(np.arange(150), np.arange(9))] + [(np.arange(149), np.arange(9))] * 2
    found = search(Noted(), {"quality": QUALITIES}, n_iter=9, scheduler="asha", scoring=score, cv=cv[::-1]).fit(X, y)
    folds, ranks = found.cv_results_["n_resources"], found.cv_results_["rank_test_score"]
    assert found.cv_results_["mean_test_score"].argmax() in np.flatnonzero(folds < 3) or folds[found.best_index_] == 3
    order = np.argsort(ranks, kind="stable")
    assert (np.diff(folds[order]) <= 0).all() and len(ranks) == 9


@pytest.mark.parametrize("estimator, resource", [(Epochs(), "max_iter"), (Trees(), "n_estimators")])
@pytest.mark.parametrize("scheduler", [None, "hyperband"])
def test_training_is_continued(estimator, resource, scheduler):
    """The scores of these estimators tell how they were trained."""
    found = noted(estimator, resource=resource, scheduler=scheduler, cv=2)
    results, amounts = found.cv_results_, found.cv_results_["n_resources"]
    assert found.n_resources_ == [1, 3, 9, 27] and set(amounts) <= {1, 3, 9, 27}
    assert len(set(amounts)) > 1 and amounts[0] == 27
    assert results["mean_test_score"] == pytest.approx(np.array(QUALITIES) * amounts)
    assert found.best_params_ == {"quality": 0.9, resource: 27}
    assert found.best_estimator_.get_params()[resource] == 27


def test_in_a_pipeline_the_last_step_is_trained_further():
    pipeline = Pipeline([("scale", StandardScaler()), ("trees", Trees())])
    found = search(pipeline, {"trees__quality": QUALITIES}, n_iter=9, resource="trees__n_estimators", cv=2).fit(X, y)
    assert found.cv_results_["mean_test_score"] == pytest.approx(np.array(QUALITIES) * found.cv_results_["n_resources"])


def test_an_estimator_that_can_not_continue_is_fitted_anew():
    found = search(space={"min_samples_leaf": [1, 2, 40]}, n_iter=3, resource="max_depth", max_resources=9, cv=2).fit(X, y)
    assert found.n_resources_ == [1, 3, 9] and found.best_estimator_.max_depth == 9


def test_samples_are_a_resource():
    counts = []

    def score(model, X, y):
        counts.append(model.samples_)
        return model.quality

    found = noted(resource="n_samples", scoring=score, cv=3)
    assert found.n_resources_[-1] == 150 and set(found.cv_results_["n_resources"]) <= set(found.n_resources_)
    assert sorted(set(counts)) == [round(amount / 150 * 100) for amount in found.n_resources_]
    assert found.best_estimator_.samples_ == 150


@pytest.mark.parametrize("estimator, name, count", [
    (RandomForestClassifier(n_jobs=1), "n_estimators", lambda model: len(model.estimators_)),
    (HistGradientBoostingClassifier(early_stopping=False), "max_iter", lambda model: model.n_iter_),
    (SGDClassifier(), "max_iter", lambda model: round((model.t_ - 1) / len(X))),
    (LogisticRegression(solver="saga", tol=1e-12), "max_iter", lambda model: model.n_iter_[0])])
def test_estimators_of_scikit_learn_are_trained_by_the_difference(estimator, name, count):
    training = Training(of_amounts(name, 2, 6, 3), estimator, y)
    seen = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for done, amount in ((0, 2), (2, 6)):
            estimator.set_params(**training.parameters(estimator, done, amount)).fit(X, y)
            seen.append(count(estimator))
    # A linear model counts the iterations of the last call only.
    assert seen == ([2, 4] if isinstance(estimator, LogisticRegression) else [2, 6])


def test_amounts():
    assert levels(1, 27, 3) == [1, 3, 9, 27] and levels(4, 100, 3) == [4, 12, 36, 100]
    assert levels(5, 5, 2) == [5] and levels(1, 10, 1.5) == [1, 2, 3, 5, 8, 10]
    assert of_amounts("n", "auto", 2, 3).levels == [1, 2] and of_amounts("n", "auto", 10, 3, 20).levels == [10]


# ---- processes


def test_processes_give_the_same_table():
    options = dict(searcher="random", cv=3, scoring=["accuracy", "f1_macro"], refit="accuracy", return_train_score=True)
    here, there = search(**options).fit(X, y), search(**options, n_jobs=2).fit(X, y)
    for name in here.cv_results_:
        if "_time" not in name:
            assert np.array_equal(here.cv_results_[name], there.cv_results_[name]), name


def test_processes_stop_and_pause_candidates_and_are_stored():
    found = noted(Trees(), resource="n_estimators", scheduler="hyperband", n_jobs=2, cv=2, results="kept", name="mine")
    assert found.cv_results_["mean_test_score"] == pytest.approx(np.array(QUALITIES) * found.cv_results_["n_resources"])
    stored = luthier.open("kept/mine")
    assert stored.best.metrics["mean_test_score"] == pytest.approx(found.best_score_)
    assert [trial.state for trial in stored] == [trial.state for trial in found.result_]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_exception_is_a_score_or_raised(jobs):
    space = {"harm": [None, "raise"]}
    with pytest.warns(FitFailedWarning, match="3 fits failed out of a total of 6"):
        found = search(Noted(), space, cv=3, n_jobs=jobs, error_score=-1, n_iter=2).fit(X, y)
    assert list(found.cv_results_["mean_test_score"]) == [0.5, -1] and found.best_params_ == {"harm": None}
    with pytest.raises(FloatingPointError, match="it diverged"):
        search(Noted(), space, cv=3, n_jobs=jobs, error_score="raise", n_iter=2).fit(X, y)
    with pytest.raises(ValueError, match="All the 3 fits failed"):
        search(Noted(), {"harm": ["raise"]}, cv=3, n_jobs=jobs, n_iter=1).fit(X, y)


def test_a_process_that_dies_costs_its_candidate():
    space = {"harm": ["exit", None]}
    with pytest.warns(FitFailedWarning, match="9"):
        found = search(Noted(), space, cv=3, n_jobs=2, error_score=-1, n_iter=2).fit(X, y)
    assert list(found.cv_results_["mean_test_score"]) == [-1, 0.5]
    with pytest.raises(luthier.Error, match="candidate 0 failed.*9"):
        search(Noted(), space, cv=3, n_jobs=2, error_score="raise", n_iter=2).fit(X, y)


def test_time_ends_the_search():
    found = search(n_iter=100_000, time=0.5).fit(X, y)
    assert 0 < len(found.cv_results_["params"]) < 100_000


def test_it_leaves_no_files(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    import tempfile
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = set(os.listdir("."))
    search(n_iter=2, n_jobs=2).fit(X, y)
    assert not [name for name in os.listdir(tmp_path) if "luthier" in name] and set(os.listdir(".")) == before


# ---- sentences


@pytest.mark.parametrize("options, said", [
    (dict(scheduler="pbt"), "asha, hyperband or median_stopping"), (dict(scheduler="ashaa"), "did you mean 'asha'?"),
    (dict(searcher="tpee"), "did you mean 'tpe'?"), (dict(scheduler="asha:3"), "asha:brackets=3"),
    (dict(space={"max_depth": luthier.grid([1, 2])}), "write a list"), (dict(space={"max_depth": []}), "empty"),
    (dict(space=[{"a": luthier.uniform(0, 1).when("b", 1), "b": [1]}, {"b": [2]}]), "another dict"),
    (dict(resource="trees"), "the resource is 'trees'"), (dict(resource="max_depth"), "max_resources is None"),
    (dict(resource="max_depth", max_resources=5), "searched too"), (dict(resource="n_samples", min_resources=151), "min_resources"),
    (dict(n_iter=0), "n_iter is 0"), (dict(n_iter=2.5), "n_iter is 2.5"), (dict(factor=1), "factor is 1")])
def test_what_can_not_be_is_a_sentence(options, said):
    with pytest.raises(ValueError, match=said.replace("?", "[?]")):
        search(**options).fit(X, y)
