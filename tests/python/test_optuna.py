"""LuthierSampler and LuthierPruner in Optuna's studies."""

import gc
import math
import os
import pickle
import re
import warnings

import pytest

import luthier

optuna = pytest.importorskip("optuna")

from optuna.testing.pytest_samplers import (BasicSamplerTestCase, RelativeSamplerTestCase,  # noqa: E402
                                            SingleOnlySamplerTestCase)

from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution  # noqa: E402

from luthier.optuna import LuthierPruner, LuthierSampler  # noqa: E402

optuna.logging.set_verbosity(optuna.logging.ERROR)


class _Conformance(BasicSamplerTestCase, RelativeSamplerTestCase, SingleOnlySamplerTestCase):
    searcher = ""

    @pytest.fixture
    def sampler(self):
        return lambda: LuthierSampler(self.searcher)


class TestTpe(_Conformance):
    searcher = "tpe"


class TestGp(_Conformance):
    searcher = "gp"


class TestCmaes(_Conformance):
    searcher = "cmaes"


class TestRandom(_Conformance):
    searcher = "random"


class TestSobol(_Conformance):
    searcher = "sobol"


SMALL = {"a": CategoricalDistribution(["l", "r"]), "b": IntDistribution(0, 1)}
SEARCHERS = ("tpe", "gp", "cmaes", "bohb", "random", "sobol", "halton", "latin_hypercube")


def study_of(searcher="tpe", **options):
    return optuna.create_study(sampler=LuthierSampler(searcher, **options))


def valley(trial):
    x = trial.suggest_float("x", -5, 5)
    rate = trial.suggest_float("rate", 1e-5, 1e-1, log=True)
    layers = trial.suggest_int("layers", 1, 8)
    return (x - 2) ** 2 + (math.log10(rate) + 3) ** 2 + abs(layers - 3)


def four(trial):
    return trial.suggest_categorical("a", ["l", "r"]) == "l", trial.suggest_int("b", 0, 1)


# ---- suggestions

@pytest.mark.parametrize("searcher", ["tpe", "gp", "cmaes"])
def test_learns(searcher):
    worst = max(run_of(searcher, seed) for seed in range(3))
    assert worst < sorted(run_of("random", seed) for seed in range(3))[1]


def run_of(searcher, seed):
    study = study_of(searcher, seed=seed)
    study.optimize(valley, n_trials=60)
    return study.best_value


@pytest.mark.parametrize("searcher", SEARCHERS)
def test_the_seed_decides(searcher):
    def run(seed):
        study = study_of(searcher, seed=seed)
        study.optimize(valley, n_trials=14)
        return [trial.params for trial in study.trials]

    assert run(3) == run(3)
    assert run(3) != run(4)


def test_no_seed_is_another_each_time():
    runs = []
    for _ in range(2):
        study = study_of("random")
        study.optimize(valley, n_trials=3)
        runs.append([trial.params for trial in study.trials])
    assert runs[0] != runs[1]


def test_maximizes_where_the_study_does():
    study = optuna.create_study(direction="maximize", sampler=LuthierSampler(seed=1))
    study.optimize(lambda trial: -valley(trial), n_trials=60)
    assert study.best_value > -1


def test_options_of_the_searcher():
    for searcher in ("tpe:startup_trials=3", luthier.tpe(startup_trials=3), ("tpe", {"startup_trials": 3})):
        study = study_of(searcher, seed=2)
        study.optimize(valley, n_trials=5)
        assert len(study.trials) == 5


@pytest.mark.parametrize("options, said", [
    ({"searcher": "tpee"}, "did you mean 'tpe'"), ({"searcher": "grid"}, "GridSampler"),
    ({"searcher": "tpe:wide=1"}, "wide"), ({"constraints": "x < 1"}, "space="),
    ({"constraints": "x <", "space": {"x": FloatDistribution(0, 1), "y": FloatDistribution(0, 1)}}, "x <")])
def test_what_is_wrong_is_said(options, said):
    with pytest.raises(luthier.UsageError, match=re.escape(said)):
        study = study_of(**options)
        study.optimize(valley, n_trials=3)


# ---- what the searcher is told. In a finite space no searcher proposes what it knows again.

@pytest.mark.parametrize("searcher", ["tpe", "gp", "cmaes", "random", "sobol"])
def test_trials_from_elsewhere_are_known(searcher):
    study = study_of(searcher, seed=1)
    for params in ({"a": "l", "b": 0}, {"a": "r", "b": 1}, {"a": "l", "b": 1}):
        study.add_trial(optuna.create_trial(params=params, value=1.0, distributions=SMALL))
    study.optimize(lambda trial: four(trial)[1], n_trials=1)
    assert study.trials[-1].params == {"a": "r", "b": 0}


@pytest.mark.parametrize("state", ["PRUNED", "FAIL"])
def test_pruned_and_failed_trials_are_known(state):
    study = study_of(seed=1)
    ended = optuna.trial.TrialState[state]
    study.add_trial(optuna.create_trial(params={"a": "l", "b": 0}, value=1.0, distributions=SMALL))
    for params in ({"a": "r", "b": 1}, {"a": "l", "b": 1}):
        study.add_trial(optuna.create_trial(params=params, state=ended, distributions=SMALL,
                                            intermediate_values={0: 3.0, 5: 2.0}))
    study.optimize(lambda trial: four(trial)[1], n_trials=1)
    assert study.trials[-1].params == {"a": "r", "b": 0}


def test_enqueued_trials_are_known():
    study = study_of(seed=1, space=SMALL)
    study.enqueue_trial({"a": "l", "b": 1})
    study.enqueue_trial({"a": "l"})
    study.optimize(lambda trial: four(trial)[1], n_trials=2)
    assert study.trials[0].params == {"a": "l", "b": 1} and study.trials[1].params["a"] == "l"
    study.optimize(lambda trial: four(trial)[1], n_trials=8)
    assert len({tuple(sorted(trial.params.items())) for trial in study.trials[2:6]} |
               {tuple(sorted(trial.params.items())) for trial in study.trials[:2]}) == 4


def test_values_outside_the_space_do_no_harm():
    study = study_of(seed=1)
    study.optimize(valley, n_trials=2)
    for x in (-5, 5, 7, 0):
        study.enqueue_trial({"x": x, "layers": 99 if x == 0 else 8})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study.optimize(valley, n_trials=12)
    assert [trial.params["x"] for trial in study.trials[2:6]] == [-5, 5, 7, 0]


def test_trials_of_other_processes_are_known(tmp_path):
    place = f"sqlite:///{tmp_path}/study.db"
    one = optuna.create_study(study_name="s", storage=place, sampler=LuthierSampler(seed=1, space=SMALL))
    other = optuna.load_study(study_name="s", storage=place, sampler=LuthierSampler(seed=2, space=SMALL))
    for study in (one, other, one, other):
        study.optimize(lambda trial: four(trial)[1], n_trials=1)
    assert len({tuple(sorted(trial.params.items())) for trial in one.trials}) == 4


def test_running_trials_of_other_processes_are_known(tmp_path):
    place = f"sqlite:///{tmp_path}/study.db"
    one = optuna.create_study(study_name="s", storage=place, sampler=LuthierSampler(seed=1, space=SMALL))
    other = optuna.load_study(study_name="s", storage=place, sampler=LuthierSampler(seed=2, space=SMALL))
    configs = set()
    for study in (one, other, one, other):
        trial = study.ask()
        four(trial)
        configs.add(tuple(sorted(trial.params.items())))
    assert len(configs) == 4


def test_a_finite_space_is_sampled_anew_once_it_was_tried():
    study = study_of(seed=1)
    study.optimize(lambda trial: four(trial)[1] + trial.number * 0, n_trials=20)
    assert len(study.trials) == 20
    assert {tuple(sorted(trial.params.items())) for trial in study.trials} == {
        (("a", a), ("b", b)) for a in "lr" for b in (0, 1)}


@pytest.mark.skipif(not hasattr(optuna.Trial, "set_constraint"), reason="Optuna 4")
def test_infeasible_trials_are_no_good_ones():
    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        trial.set_constraint("right", 0.5 - x)
        return abs(x - 0.2) if x < 0.5 else 1 + abs(x - 0.8)

    study = study_of(seed=1)
    study.optimize(objective, n_trials=60)
    late = [trial.params["x"] for trial in study.trials[-20:]]
    assert sum(abs(x - 0.8) < 0.15 for x in late) > 12


def test_objectives_that_raise_or_give_nothing():
    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        if trial.number % 4 == 1:
            raise RuntimeError("no luck")
        if trial.number % 4 == 2:
            raise optuna.TrialPruned
        return {3: float("nan")}.get(trial.number % 4, x)

    study = study_of(seed=1)
    study.optimize(objective, n_trials=24, catch=(RuntimeError,))
    assert len(study.trials) == 24 and study.best_value < 0.3


# ---- spaces that are defined by running

def test_conditional_parameters_are_sampled_with_the_rest():
    def objective(trial):
        kind = trial.suggest_categorical("kind", ["sgd", "adam"])
        if kind == "sgd":
            return trial.suggest_float("momentum", 0, 1)
        beta = trial.suggest_float("beta", 0, 1)
        if trial.suggest_categorical("ams", [True, False]):
            beta += trial.suggest_float("slow", 0, 1)
        return beta

    study = study_of(seed=1)
    study.optimize(objective, n_trials=40)
    trial = study.ask()
    space = study.sampler.infer_relative_search_space(study, trial)
    assert sorted(space) == ["ams", "beta", "kind", "momentum", "slow"]
    for _ in range(10):
        trial = study.ask()
        study.tell(trial, objective(trial))
        assert trial.params.items() <= trial.relative_params.items()


def test_parameters_of_a_number_of_layers():
    def objective(trial):
        layers = trial.suggest_int("layers", 1, 4)
        return sum(trial.suggest_int(f"units{each}", 16, 256, log=True) for each in range(layers))

    study = study_of(seed=3)
    study.optimize(objective, n_trials=60)
    space = study.sampler.infer_relative_search_space(study, study.ask())
    assert sorted(space) == ["layers", "units0", "units1", "units2", "units3"]
    late = study.trials[40:60]
    assert any(len(trial.params) == trial.params["layers"] + 1 for trial in late)


def test_parameters_that_follow_no_rule():
    def objective(trial):
        x = trial.suggest_float("x", 0, 1 + trial.number % 2)
        y = trial.suggest_float("y", 0, 1)
        if trial.number % 3:
            y += trial.suggest_float(f"z{trial.number % 5}", 0, 1)
        return x + y

    study = study_of(seed=1)
    study.optimize(objective, n_trials=40)
    assert sorted(study.sampler.infer_relative_search_space(study, study.ask())) == ["y"]
    assert len(study.trials) == 41


def test_a_given_space_holds_from_the_first_trial():
    study = study_of("sobol", seed=1, space={"x": FloatDistribution(0, 1), "y": FloatDistribution(0, 1)})
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1), n_trials=16)
    assert sorted(int(trial.params["x"] * 16) for trial in study.trials) == list(range(16))


def test_constraints_hold_in_every_trial():
    space = {"low": IntDistribution(0, 9), "high": IntDistribution(0, 9),
             "kind": CategoricalDistribution(["open", "closed"])}
    study = study_of(seed=1, space=space, constraints=["low < high", "kind == 'open' or low > 2"])

    def objective(trial):
        low, high = trial.suggest_int("low", 0, 9), trial.suggest_int("high", 0, 9)
        kind = trial.suggest_categorical("kind", ["open", "closed"])
        assert low < high and (kind == "open" or low > 2)
        return low - high

    study.optimize(objective, n_trials=25)
    assert len(study.trials) == 25


def test_trials_that_violate_a_constraint_are_left_out():
    space = {"low": IntDistribution(0, 9), "high": IntDistribution(0, 9)}
    study = study_of(seed=1, space=space, constraints="low < high")
    for low, high in ((1, 2), (9, 0), (3, 4), (5, 5)):
        study.add_trial(optuna.create_trial(params={"low": low, "high": high}, distributions=space, value=1.0))
    study.enqueue_trial({"low": 8, "high": 1})
    study.enqueue_trial({"low": 9})
    study.enqueue_trial({"low": 4})
    study.optimize(lambda trial: trial.suggest_int("low", 0, 9) - trial.suggest_int("high", 0, 9), n_trials=8)
    assert study.trials[4].params == {"low": 8, "high": 1} and study.trials[5].params["low"] == 9
    assert all(trial.params["low"] < trial.params["high"] for trial in study.trials[6:])


@pytest.mark.parametrize("distribution", [
    FloatDistribution(0, 1), FloatDistribution(-1e300, 1e300), FloatDistribution(1e-300, 1e300, log=True),
    FloatDistribution(0.1, 0.7, step=0.1), FloatDistribution(-10.2, 10.2, step=0.1), FloatDistribution(0, 1, step=0.25),
    FloatDistribution(1, 1 + 1e-15),
    IntDistribution(0, 1), IntDistribution(-7, 8, step=5), IntDistribution(1, 2**40, log=True),
    FloatDistribution(0, 1e17, step=0.5), FloatDistribution(-1.7e308, 1.7e308),
    IntDistribution(-2**53, 2**53), IntDistribution(-2**70, 2**70, step=2**40), IntDistribution(1, 2**62, log=True), IntDistribution(1, 3, log=True),
    CategoricalDistribution([None, True, "None", "", 1.5, float("inf"), 3]),
    CategoricalDistribution(["a\"b", "\u00e9\n", "p0", "true"]), CategoricalDistribution([0.1, float("nan")])])
def test_every_distribution(distribution):
    study = study_of("tpe:startup_trials=3", seed=1)
    names = ["x", "X", "a b", "a.b", "if", "\u00fc", "p1"]
    for _ in range(8):
        trial = study.ask({name: distribution for name in names})
        assert all(distribution._contains(distribution.to_internal_repr(trial.params[name])) for name in names)
        study.tell(trial, trial.number % 3)
    assert sorted(study.sampler.infer_relative_search_space(study, study.ask())) == sorted(names)


# ---- threads, processes, copies

def test_many_threads():
    study = study_of(seed=1)
    study.optimize(valley, n_trials=40, n_jobs=4)
    assert len({trial.params["x"] for trial in study.trials}) == 40
    assert {trial.state.name for trial in study.trials} == {"COMPLETE"}


def test_several_studies_share_a_sampler():
    sampler = LuthierSampler(seed=1)
    studies = [optuna.create_study(sampler=sampler) for _ in range(6)]
    for _ in range(4):
        for study in studies:
            study.optimize(valley, n_trials=2)
    assert [len(study.trials) for study in studies] == [8] * 6
    assert len(engines_of(sampler)) <= 5


def test_engines_end_with_their_study():
    gc.collect()
    before = len(list(luthier._engine._engines))
    for _ in range(3):
        study = study_of(seed=1)
        study.optimize(valley, n_trials=3)
        del study
        gc.collect()
    assert len(list(luthier._engine._engines)) <= before


@pytest.mark.parametrize("times", [1, 2])
def test_an_engine_that_dies_is_replaced(times):
    study = optuna.create_study(sampler=LuthierSampler(seed=1), pruner=LuthierPruner("asha:max_t=9"))
    study.optimize(epochs, n_trials=5)
    for _ in range(times):
        for engine in list(luthier._engine._engines):
            engine._process.kill()
        study.optimize(epochs, n_trials=5)
    assert len(study.trials) == 5 + 5 * times


def engines_of(sampler):
    return [own.engine for _, _, own in sampler._studies if own.engine] + [sampler._engine]


def test_a_pickled_sampler_goes_on():
    study = study_of(seed=1)
    study.optimize(valley, n_trials=12)
    study.sampler = pickle.loads(pickle.dumps(study.sampler))
    study.optimize(valley, n_trials=12)
    assert len(study.trials) == 24
    fresh = pickle.loads(pickle.dumps(LuthierSampler("gp", seed=9)))
    runs = [optuna.create_study(sampler=each) for each in (fresh, LuthierSampler("gp", seed=9))]
    for run in runs:
        run.optimize(valley, n_trials=5)
    assert runs[0].trials[-1].params == runs[1].trials[-1].params


@pytest.mark.parametrize("made", [lambda: {"sampler": LuthierSampler(seed=1)}, lambda: {"pruner": LuthierPruner()}])
def test_a_fork_has_its_own_engine(made):
    study = optuna.create_study(**made())
    study.optimize(epochs, n_trials=3)
    child = os.fork()
    if child == 0:
        try:
            study.optimize(epochs, n_trials=3)
            os._exit(0 if len(study.trials) == 6 else 3)
        except BaseException:
            os._exit(4)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    study.optimize(epochs, n_trials=3)
    assert len(study.trials) == 6


# ---- pruning

def epochs(trial):
    level = trial.suggest_float("level", 0, 1)
    for step in range(1, 28):
        trial.report(level + 1 / step, step)
        if trial.should_prune():
            raise optuna.TrialPruned
    return level + 1 / 27


SCHEDULERS = ("asha:max_t=27,reduction_factor=3", "successive_halving:min_resource=3,reduction_factor=3",
              "median_stopping", "percentile:percentile=25")


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_prunes_the_poor_ones(scheduler, direction):
    sign = 1 if direction == "minimize" else -1

    def objective(trial):
        level = trial.suggest_float("level", 0, 1)
        for step in range(1, 28):
            trial.report(sign * level, step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return sign * level

    study = optuna.create_study(direction=direction, pruner=LuthierPruner(scheduler),
                                sampler=optuna.samplers.RandomSampler(seed=4))
    study.optimize(objective, n_trials=30)
    pruned = [trial.params["level"] for trial in study.trials if trial.state.name == "PRUNED"]
    complete = [trial.params["level"] for trial in study.trials if trial.state.name == "COMPLETE"]
    assert len(pruned) >= 5 and complete
    assert sum(pruned) / len(pruned) > sum(complete) / len(complete)
    assert min(pruned) > min(complete)


@pytest.mark.parametrize("scheduler, values, pruned", [
    ("threshold:upper=2", [1, 1.5, 3], 3), ("threshold:lower=0", [1, -1], 2), ("patient:patience=2", [3, 1, 2, 2, 2], 5),
    ("fifo", [9, 99, 999], None), ("threshold:upper=9", [1, float("nan")], 2)])
def test_rules_for_one_trial(scheduler, values, pruned):
    study = optuna.create_study(pruner=LuthierPruner(scheduler))
    trial = study.ask()
    found = None
    for step, value in enumerate(values, 1):
        trial.report(value, step)
        if trial.should_prune():
            found = step
            break
    assert found == pruned


def test_a_whole_trial_is_not_pruned():
    study = optuna.create_study(pruner=LuthierPruner("asha:max_t=9"))
    trial = study.ask()
    for step in range(1, 15):
        trial.report(1.0, step)
        assert not trial.should_prune()


def test_asked_again_a_stop_stays():
    study = optuna.create_study(pruner=LuthierPruner("threshold:upper=1"))
    trial = study.ask()
    assert not trial.should_prune()
    trial.report(5.0, 1)
    assert trial.should_prune() and trial.should_prune()
    trial.report(0.0, 2)
    assert trial.should_prune()


def test_reports_of_other_processes_count(tmp_path):
    place = f"sqlite:///{tmp_path}/study.db"
    pruner = "asha:max_t=9,reduction_factor=2"
    one = optuna.create_study(study_name="s", storage=place, pruner=LuthierPruner(pruner))
    for value in (0.1, 0.2, 0.3, 0.4):
        trial = one.ask()
        trial.report(value, 1)
        if value != 0.4:  # one of them still runs
            one.tell(trial, value)
    other = optuna.load_study(study_name="s", storage=place, pruner=LuthierPruner(pruner))
    poor, good = other.ask(), other.ask()
    poor.report(0.9, 1)
    good.report(0.05, 1)
    assert poor.should_prune() and not good.should_prune()


@pytest.mark.parametrize("scheduler", ["hyperband", "pbt:perturbation_interval=3", "bohb", "pasha"])
def test_schedulers_that_pause_are_no_pruners(scheduler):
    with pytest.raises(luthier.UsageError, match="use 'asha'"):
        LuthierPruner(scheduler)


def test_a_scheduler_that_pauses_after_all():
    study = optuna.create_study(pruner=LuthierPruner("asha:max_t=9,mode=promote"))
    trial = study.ask()
    trial.report(1.0, 1)
    with pytest.raises(luthier.UsageError, match="use 'asha'"):
        trial.should_prune()


def test_pruning_in_threads_and_with_our_sampler():
    pruner = pickle.loads(pickle.dumps(LuthierPruner("asha:max_t=27,reduction_factor=3")))
    study = optuna.create_study(sampler=LuthierSampler(seed=1), pruner=pruner)
    study.optimize(epochs, n_trials=40, n_jobs=3)
    states = [trial.state.name for trial in study.trials]
    assert states.count("PRUNED") > 10 and states.count("COMPLETE") > 2
    assert study.best_value < 0.3
