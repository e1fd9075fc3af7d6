"""Export to trackers, with one of our own; the real ones are in frameworks/test_trackers.py."""

import functions
import pytest

import luthier
import luthier.loggers


class Kept(luthier.loggers.Tracker):
    def __init__(self):
        self.runs = []

    def write(self, run):
        self.runs.append(run)


def exported(train, space, **options):
    result = luthier.Tuner(train, space, minimize="loss", verbosity=0, name="e", **options).run()
    kept = Kept()
    count = luthier.loggers.export(result.directory, kept)
    assert count == len(kept.runs)
    return result, kept.runs


def test_each_trial_is_a_run_with_all_its_results():
    result, runs = exported(functions.steps, {"x": luthier.grid([1, 2, 3, 4])},
                            scheduler=luthier.asha(max_t=20, grace_period=5, reduction_factor=2), jobs=1)
    assert [run.trial for run in runs] == [trial.id for trial in result] and runs[0].name == "trial 00000"
    for run, trial in zip(runs, result):
        assert (run.state, run.config, run.experiment, run.reason) == (trial.state, trial.config, "e", trial.reason)
        assert [step for step, _ in run.curves()] == list(range(1, trial.iterations + 1))
        assert run.curves()[-1][1] == {"loss": trial.last_metrics["loss"], "step": trial.iterations}


def test_the_configuration_is_the_one_it_changed_to():
    result, runs = exported(functions.steps, {"x": luthier.uniform(1, 2)}, samples=4, jobs=4, iterations=6,
                            scheduler=luthier.pbt(perturbation_interval=2, synch=True))
    assert all(len(run.curves()) == 6 for run in runs)
    assert any(run.config != {"x": run.results[0][1]["loss"]} for run in runs), "none was changed"
    for run in runs:  # loss is x / step
        step, metrics = run.curves()[-1]
        assert metrics["loss"] == pytest.approx(run.config["x"] / step)


def test_a_failed_trial_that_reported_nothing_is_left_out():
    _, runs = exported(functions.fails, {"x": 1})
    assert runs == []


def test_a_trial_that_started_over_has_its_newest_results():
    results = [(1, {"loss": 1}), (2, {"loss": 2, "name": "a"}), (1, {"loss": 3}), (2, {"loss": 4, "done": True})]
    run = luthier.loggers.Run("e", 0, "completed", {}, results, "")
    assert run.curves() == [(1, {"loss": 3}), (2, {"loss": 4, "done": 1})]


def test_an_experiment_that_does_not_exist():
    with pytest.raises(luthier.NotFoundError):
        luthier.loggers.export("luthier-results/none", Kept())


def test_a_tracker_without_write():
    with pytest.raises(NotImplementedError, match="write"):
        luthier.loggers.Tracker().write(None)
