"""Programs with the names of Ray Tune."""

import os
import re
import warnings

import pytest

import luthier
from luthier.compat import ray_tune as tune
from luthier.compat.ray_tune import air, session, train
from luthier.compat.ray_tune import schedulers as scheduling
from luthier.compat.ray_tune import search as searching
from luthier.compat.ray_tune._domains import Config
from luthier.compat.ray_tune.search.optuna import OptunaSearch
from luthier.compat.ray_tune.stopper import MaximumIterationStopper, TimeoutStopper

QUIET = {"verbose": 0}


def descend(config):
    for step in range(1, 10):
        tune.report({"loss": config["x"] / step})


def fit(trainable, space, *, run=None, **options):
    return tune.Tuner(trainable, param_space=space, tune_config=tune.TuneConfig(**options),
                      run_config=run or tune.RunConfig(verbose=0)).fit()


# ---- the space

@pytest.mark.parametrize("domain, text", [
    (tune.uniform(0, 2), "uniform(0.0, 2.0)"), (tune.quniform(0, 1, 0.25), "quniform(0.0, 1.0, 0.25)"),
    (tune.loguniform(1e-3, 1, base=2), "loguniform(0.001, 1.0)"), (tune.randint(1, 5), "randint(1, 5)"),
    (tune.randint(1, 2), "constant(1)"), (tune.qrandint(1, 10, 3), "qrandint(3, 9, 3)"),
    (tune.qrandint(0, 9, 3), "qrandint(0, 9, 3)"), (tune.qrandint(0, 4), "randint(0, 4)"),
    (tune.qrandint(5, 7, 6), "constant(6)"), (tune.lograndint(1, 100), "lograndint(1, 100)"),
    (tune.qlograndint(3, 100, 5), "qlograndint(5, 100, 5)"), (tune.randn(1, 2), "normal(1.0, 2.0)"),
    (tune.qrandn(0, 1, 0.5), "qnormal(0.0, 1.0, 0.5)"), (tune.qloguniform(0.5, 4, 0.5), "qloguniform(0.5, 4.0, 0.5)")])
def test_ranges(domain, text):
    assert str(domain.domain) == text


@pytest.mark.parametrize("make, said", [
    (lambda: tune.quniform(0, 1, 0.3), "multiple of the step"), (lambda: tune.qloguniform(0.1, 1, 0.25), "multiple"),
    (lambda: tune.qrandint(4, 5, 3), "no multiple"), (lambda: tune.choice([]), "at least one")])
def test_what_is_no_range(make, said):
    with pytest.raises(luthier.UsageError, match=said):
        make()


def test_a_config_comes_back_in_its_form():
    marker = object()
    given = {"lr": tune.uniform(0, 1), "model": {"depth": tune.choice([1, 2]), "kind": "net", "act": max},
             "a key": 3, 7: [tune.uniform(0, 1), "x", (1, 2)], "list": [1, 2], "object": marker, "C": 1, "c": tune.choice([2.0])}
    config = Config(given, repeat=False)
    flat = {name: 0.5 for name in config.space}
    flat[next(name for name, each in config.space.items() if str(each) == "choice(1, 2)")] = 2
    flat[next(name for name, each in config.space.items() if str(each) == "choice(2.0)")] = 2
    built = config.build(flat)
    assert built["lr"] == 0.5 and built["model"] == {"depth": 2, "kind": "net", "act": max}
    assert built[7] == [0.5, "x", (1, 2)] and built["list"] == [1, 2] and built["object"] is marker
    assert built["c"] == 2.0 and isinstance(built["c"], float) and built["C"] == 1 and built["a key"] == 3


def test_choices_of_anything():
    values = [{"deep": 1}, None, max, [1, 2], 1, True]
    config = Config({"x": tune.choice(values)}, repeat=False)
    assert str(config.space["x"]) == "choice(0, 1, 2, 3, 4, 5)"
    assert [config.build({"x": number})["x"] for number in range(6)] == values


def test_cells_of_the_grid_times_samples():
    grid = fit(lambda config: {"loss": config["a"]}, {"a": tune.grid_search([1, 2, 3]), "b": tune.grid_search(["l", "r"])},
               num_samples=2, metric="loss", mode="min")
    configs = [(each.config["a"], each.config["b"]) for each in grid]
    assert sorted(configs) == sorted(2 * [(a, b) for a in (1, 2, 3) for b in "lr"])


def test_equal_configurations_run_again():
    grid = fit(lambda config: {"loss": 1}, {"a": tune.choice([1, 2])}, num_samples=6, metric="loss", mode="min")
    assert len(grid) == 6
    assert len(fit(lambda config: {"loss": 1}, {}, num_samples=3, metric="loss", mode="min")) == 3


def test_sample_from_is_the_same_for_a_trial_that_is_tried_again():
    def objective(config):
        first = not os.path.exists("first")
        with open("first", "a") as file:
            file.write(f"{config['draw']}\n")
        if first:
            raise RuntimeError("once")
        return {"loss": config["sum"]}

    import random
    space = {"x": tune.uniform(1, 2), "sum": tune.sample_from(lambda spec: spec.config.x + spec.config.model.y),
             "model": {"y": 3}, "draw": tune.sample_from(lambda: random.random())}
    result, = fit(objective, space, metric="loss", mode="min",
                  run=tune.RunConfig(verbose=0, failure_config=tune.FailureConfig(max_failures=1)))
    assert result.metrics["loss"] == result.config["x"] + 3 == result.config["sum"]
    with open(os.path.join(result.path, "first")) as file:
        drawn = file.read().split()
    assert len(drawn) == 2 and drawn[0] == drawn[1] == str(result.config["draw"])


# ---- functions and classes

@pytest.mark.parametrize("say", [
    lambda loss: tune.report({"loss": loss}), lambda loss: tune.report(loss=loss), lambda loss: session.report({"loss": loss}),
    lambda loss: train.report({"loss": loss}), lambda loss: air.session.report({"loss": loss})])
def test_ways_to_report(say):
    def objective(config):
        for loss in (3, 2):
            say(loss)

    result, = fit(objective, {"x": 1}, metric="loss", mode="min")
    assert result.metrics["loss"] == 2 and result.metrics["training_iteration"] == 2
    assert result.metrics["time_total_s"] >= result.metrics["time_this_iter_s"] >= 0
    assert result.metrics["done"] and result.metrics["config"] == {"x": 1}


def generator(config):
    yield {"loss": 2}
    yield {"loss": 1}


@pytest.mark.parametrize("function, metric, value", [
    (lambda config: {"loss": 4}, "loss", 4), (lambda config: 5, "_metric", 5), (generator, "loss", 1)])
def test_what_a_function_may_return(function, metric, value):
    grid = fit(function, {"x": tune.uniform(0, 1)}, mode="min", metric=None if metric == "_metric" else metric)
    assert grid[0].metrics[metric] == value


def test_a_stopped_function_is_left():
    def objective(config):
        try:
            for _ in range(50):
                tune.report({"loss": config["x"]})
        finally:
            with open("left", "w"):
                pass

    grid = fit(objective, {"x": tune.grid_search([1, 2, 3, 4])}, metric="loss", mode="min", max_concurrent_trials=1,
               scheduler=scheduling.ASHAScheduler(max_t=9, reduction_factor=3))
    assert [each.metrics["training_iteration"] for each in grid] == [9, 1, 1, 1]
    assert all(os.path.exists(os.path.join(each.path, "left")) and each.status == "TERMINATED" for each in grid)


def test_parameters_given_along():
    def objective(config, data, scale=1):
        return {"loss": sum(data) * scale}

    with_data = tune.with_resources(tune.with_parameters(objective, data=[1, 2], scale=2), {"cpu": 1})
    assert fit(with_data, {"x": 1}, metric="loss", mode="min")[0].metrics["loss"] == 6


class Steps(tune.Trainable):
    def setup(self, config, start=10.0):
        self.loss = start

    def step(self):
        self.loss *= self.config["rate"]
        return {"loss": self.loss, "own": self.training_iteration, "done": self.loss < 1}

    def save_checkpoint(self, checkpoint_dir):
        return {"loss": self.loss}

    def load_checkpoint(self, checkpoint):
        self.loss = checkpoint["loss"]


def test_a_class():
    result, = fit(Steps, {"rate": 0.5}, metric="loss", mode="min")
    assert result.metrics["training_iteration"] == 4 and result.metrics["own"] == 3
    assert result.checkpoint.to_dict() == {"loss": result.metrics["loss"]}


def test_a_class_that_saves_elsewhere_fails():
    class Elsewhere(Steps):
        def save_checkpoint(self, checkpoint_dir):
            return "/elsewhere"

    result, = fit(Elsewhere, {"rate": 0.5}, metric="loss", mode="min",
                  run=tune.RunConfig(verbose=0, checkpoint_config=tune.CheckpointConfig(checkpoint_frequency=1)))
    assert "save_checkpoint returned '/elsewhere'" in str(result.error)


def test_a_class_with_parameters_and_a_registered_name():
    tune.register_trainable("steps", tune.with_parameters(Steps, start=3.0))
    analysis = tune.run("steps", config={"rate": 0.5}, metric="loss", mode="min", **QUIET)
    assert analysis.best_result["training_iteration"] == 2
    with pytest.raises(luthier.UsageError, match="register it"):
        tune.run("PPO", **QUIET)


def new_checkpoints(config):
    import tempfile
    start = tune.get_checkpoint()
    step = start.to_dict()["step"] if start else 0
    while step < 6:
        step += 1
        if step == 4 and not start:
            raise RuntimeError("the machine is gone")
        tune.report({"loss": step}, checkpoint=tune.Checkpoint.from_dict({"step": step}))


def old_checkpoints(config, checkpoint_dir=None):
    step = int(open(os.path.join(checkpoint_dir, "step")).read()) if checkpoint_dir else 0
    while step < 6:
        step += 1
        if step == 4 and not checkpoint_dir:
            raise RuntimeError("the machine is gone")
        with tune.checkpoint_dir(step) as directory:
            with open(os.path.join(directory, "step"), "w") as file:
                file.write(str(step))
        tune.report(loss=step)


@pytest.mark.parametrize("function", [new_checkpoints, old_checkpoints])
def test_a_function_goes_on_from_its_checkpoint(function):
    analysis = tune.run(function, config={"x": 1}, metric="loss", mode="max", max_failures=2, **QUIET)
    trial = analysis.best_trial
    assert trial.metrics["loss"] == 6 and trial.metrics["training_iteration"] == 6
    assert analysis.best_checkpoint is not None


# ---- options

def test_stop_by_values():
    grid = fit(descend, {"x": 1}, metric="loss", mode="min", run=tune.RunConfig(stop={"training_iteration": 3}, verbose=0))
    assert grid[0].metrics["training_iteration"] == 3
    analysis = tune.run(lambda config: [tune.report({"acc/top": step}) for step in range(9)] and None, config={"x": 1},
                        stop={"acc/top": 4}, metric="acc/top", mode="max", **QUIET)
    assert analysis.best_result["acc/top"] == 4
    analysis = tune.run(descend, config={"x": 1}, stop=MaximumIterationStopper(2), metric="loss", mode="min", **QUIET)
    assert analysis.best_result["training_iteration"] == 2


def test_without_a_metric():
    analysis = tune.run(descend, config={"x": tune.grid_search([3, 1, 2])}, **QUIET)
    assert analysis.get_best_config(metric="loss", mode="min") == {"x": 1}
    assert analysis.get_best_trial("loss", "max", "all").config == {"x": 3}
    with pytest.raises(luthier.UsageError, match="give metric="):
        analysis.best_config


@pytest.mark.parametrize("options, said", [
    ({"metric": "loss"}, "minimized or maximized"), ({"metric": "loss", "mode": "least"}, "must be 'min' or 'max'"),
    ({"metric": "loss", "mode": "min", "scheduler": scheduling.ASHAScheduler(metric="loss", mode="min")}, "given twice"),
    ({"scheduler": scheduling.ASHAScheduler()}, "need a metric"), ({"scheduler": "ashaa"}, "known:"),
    ({"metric": ["a", "b"], "mode": ["min", "min"]}, "minimize=["), ({"search_alg": "bayes"}, "known:"),
    ({"metric": "loss", "mode": "min", "scheduler": object()}, "schedulers"),
    ({"metric": "loss", "mode": "min", "search_alg": object()}, "ask and tell")])
def test_what_is_wrong_is_said_before_anything_runs(options, said):
    with pytest.raises(luthier.UsageError, match=re.escape(said)):
        fit(descend, {"x": tune.uniform(0, 1)}, **options)
    assert not os.path.exists("luthier-results")


@pytest.mark.parametrize("run, said", [
    (lambda: tune.run(descend, config={"x": {"eval": "1+1"}}), "sample_from"),
    (lambda: tune.run(descend, config={"x": tune.choice([tune.uniform(0, 1), 1])}), ".when("),
    (lambda: tune.run(descend, callbacks=[1]), "callbacks"), (lambda: tune.run(descend, stop=lambda i, r: True), "a dict"),
    (lambda: tune.run(descend, resume=True), "resume="), (lambda: tune.Tuner.restore("x", descend), "resume()"),
    (lambda: tune.run(descend, resources_per_trial=lambda c: 1), "a dict"),
    (lambda: tune.run(descend, fail_fast=True, max_failures=2), "exclude each other"),
    (lambda: tune.PlacementGroupFactory([{}]), "docs/ray.md"), (lambda: searching.AxSearch(), "OptunaSearch"),
    (lambda: searching.Repeater(None, 2), "grid_search"), (lambda: searching.OptunaSearch(lambda trial: None), "LuthierSampler"),
    (lambda: scheduling.ASHAScheduler(stop_last_trials=False), "max_t"),
    (lambda: scheduling.PopulationBasedTraining(hyperparam_mutations={"x": lambda: 1}), "tune.uniform"),
    (lambda: scheduling.PopulationBasedTraining(), "hyperparam_mutations"),
    (lambda: scheduling.PopulationBasedTrainingReplay("x"), "pbt_replay"),
    (lambda: tune.stopper.TrialPlateauStopper("loss"), "plateau:")])
def test_what_is_not_here_names_what_to_write(run, said):
    with pytest.raises(luthier.UsageError, match=re.escape(said)):
        run()


@pytest.mark.parametrize("scheduler, plugin", [
    (scheduling.AsyncHyperBandScheduler(max_t=9, time_attr="epoch"), "asha"), ("hyperband", "hyperband"),
    (scheduling.HyperBandForBOHB(), "bohb"), (scheduling.MedianStoppingRule(grace_period=0.1), "median_stopping"),
    (scheduling.FIFOScheduler(), "fifo"), ("asha", "asha")])
def test_schedulers(scheduler, plugin):
    analysis = tune.run(Steps, config={"rate": tune.uniform(0.3, 0.6)}, num_samples=2, metric="loss", mode="min",
                        scheduler=scheduler, name="named", **QUIET)
    assert len(analysis.trials) == 2
    assert plugin_of("luthier-results/named", "scheduler") == plugin


def plugin_of(path, kind):
    engine = luthier._engine.Engine()
    engine.ask("load", name=os.path.basename(path), session={"results": os.path.dirname(os.path.abspath(path))})
    spec = engine.ask("read", what="events", count=1)["events"][0]["spec"]
    engine.close()
    import json
    return (json.loads(spec) if isinstance(spec, str) else spec)[kind]["name"]


def test_a_population():
    pbt = scheduling.PopulationBasedTraining(time_attr="training_iteration", perturbation_interval=2, hyperparam_mutations={
        "rate": tune.uniform(0.5, 0.99), "batch": [1, 2, 4]}, quantile_fraction=0.5)
    grid = fit(Steps, {"rate": 0.9, "other": 3}, num_samples=4, metric="loss", mode="min", scheduler=pbt,
               run=tune.RunConfig(verbose=0, stop={"training_iteration": 6}))
    assert len(grid) == 4
    assert all(0.5 <= each.config["rate"] <= 0.99 and each.config["batch"] in (1, 2, 4) and each.config["other"] == 3
               for each in grid)


def test_searchers_say_once_what_they_are():
    searching._Replaced._said.clear()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        first, second = OptunaSearch(metric="loss", mode="min", seed=3), OptunaSearch()
    assert [str(each.message) for each in said] == ["OptunaSearch runs Luthier's searcher 'tpe' here"]
    limited = searching.ConcurrencyLimiter(first, max_concurrent=2)
    tune.run(descend, config={"x": tune.uniform(0, 1)}, num_samples=4, search_alg=limited, name="named", **QUIET)
    assert plugin_of("luthier-results/named", "searcher") == "tpe"
    with pytest.warns(UserWarning, match="HyperOptSearch runs"):
        assert second.name == "tpe" and searching.HyperOptSearch(random_state_seed=1).seed == 1


def test_where_a_trial_works(monkeypatch):
    assert fit(lambda config: {"loss": 1, "at": os.getcwd()}, {"x": 1}, metric="loss", mode="min")[0].metrics["at"].endswith(
        "/trials/00000")
    monkeypatch.setenv("RAY_CHDIR_TO_TRIAL_DIR", "0")
    grid = fit(lambda config: {"loss": 1, "at": os.getcwd()}, {"x": 1}, metric="loss", mode="min")
    assert grid[0].metrics["at"] == os.getcwd()


def test_points_first():
    grid = fit(descend, {"x": tune.uniform(0, 9)}, num_samples=3, metric="loss", mode="min",
               search_alg=searching.BasicVariantGenerator(points_to_evaluate=[{"x": 4.5}]))
    assert grid[0].config["x"] == 4.5 and len(grid) == 3


def test_time_budget_and_places(tmp_path):
    analysis = tune.run(descend, config={"x": tune.uniform(0, 1)}, num_samples=-1, time_budget_s=1, metric="loss", mode="min",
                        storage_path=tmp_path / "there", name="mine", max_concurrent_trials=2, **QUIET)
    assert len(analysis.trials) >= 1 and analysis.experiment_path == str(tmp_path / "there" / "mine")
    assert tune.TuneConfig(time_budget_s=TimeoutStopper(2).timeout).time_budget_s == 2


def broken(config):
    if config["x"] > 1:
        raise RuntimeError("out of luck")
    return {"loss": config["x"]}


def test_failed_trials():
    space = {"x": tune.grid_search([1, 2, 3, 4, 5])}
    grid = fit(broken, space, metric="loss", mode="min")
    assert len(grid) == 5 and grid.num_errors == 4 and grid.num_terminated == 1
    assert all("out of luck" in str(error) for error in grid.errors)
    assert grid.get_best_result().config["x"] == 1
    with pytest.raises(tune.TuneError, match="did not complete"):
        tune.run(broken, config=space, metric="loss", mode="min", **QUIET)
    assert len(tune.run(broken, config=space, metric="loss", mode="min", raise_on_failed_trial=False, **QUIET).trials) == 5
    first = {"x": tune.grid_search([2, 3, 4, 5])}
    assert len(fit(broken, first, metric="loss", mode="min", max_concurrent_trials=1,
                   run=tune.RunConfig(verbose=0, failure_config=tune.FailureConfig(fail_fast=True)))) == 1


# ---- results

def test_the_grid():
    pytest.importorskip("pandas")
    grid = fit(lambda config: [tune.report({"loss": loss}) for loss in config["losses"]] and None,
               {"losses": tune.grid_search([[3, 1, 2], [4, 0, 5]]), "model": {"k": 1}}, metric="loss", mode="min")
    assert grid.get_best_result().config["losses"] == [3, 1, 2]  # the last results are compared
    assert grid.get_best_result(scope="all").config["losses"] == [4, 0, 5]
    assert grid.get_best_result(metric="training_iteration", mode="max").metrics["training_iteration"] == 3
    assert list(grid[1].metrics_dataframe["loss"]) == [4, 0, 5]
    frame = grid.get_dataframe()
    assert list(frame["loss"]) == [2, 5] and list(frame["config/model/k"]) == [1, 1]
    assert list(grid.get_dataframe(filter_metric="loss", filter_mode="min")["loss"]) == [1, 0]
    with pytest.raises(luthier.UsageError, match="'last' or 'all'"):
        grid.get_best_result(scope="last-5-avg")


def test_nothing_finite_is_no_best():
    grid = fit(lambda config: {"loss": float("nan")}, {"x": tune.grid_search([1, 2])}, metric="loss", mode="min")
    with pytest.raises(RuntimeError, match="finite value of 'loss'"):
        grid.get_best_result()


def test_an_analysis():
    pytest.importorskip("pandas")
    analysis = tune.run(descend, config={"x": tune.grid_search([3, 1])}, metric="loss", mode="min", **QUIET)
    assert analysis.best_config == {"x": 1} and analysis.best_trial.config == {"x": 1}
    assert analysis.best_result["loss"] == 1 / 9 and len(analysis.best_dataframe) == 9
    assert set(analysis.results) == {"00000", "00001"} == set(analysis.results_df.index)
    assert list(analysis.dataframe()["config/x"]) == [3, 1]
    assert analysis.best_logdir == analysis.get_best_logdir("loss", "min")
    assert sorted(each["x"] for each in analysis.get_all_configs().values()) == [1, 3]


def test_a_trial_knows_where_it_is():
    def objective(config):
        context = train.get_context()
        assert context.get_trial_id() == tune.get_trial_id() == session.get_trial_id()
        tune.report({"loss": 1, "where": context.get_trial_dir(), "of": context.get_experiment_name()})

    result, = fit(objective, {"x": 1}, metric="loss", mode="min", run=air.RunConfig(name="mine", verbose=0))
    assert result.metrics["where"] == result.path and result.metrics["of"] == "mine"
