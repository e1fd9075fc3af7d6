"""The faster classes that `./dev bench schedulers` derives from its peers decide as the peers' own."""

import pathlib
import sys

import numpy as np
import optuna
import pytest
import ray.tune.schedulers as ray_schedulers

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
from virtual_time import optuna_pruners, ray_tune  # noqa: E402
from virtual_time.table import Table  # noqa: E402

TABLE = Table(BENCHMARKS / "data/lcbench.json")
RAY = {"ray_hyperband": (ray_schedulers.HyperBandScheduler, {"max_t": TABLE.steps}),
       "ray_median": (ray_schedulers.MedianStoppingRule, {"grace_period": 1})}
OPTUNA = {"optuna_median": (optuna.pruners.MedianPruner, {}),
          "optuna_halving": (optuna.pruners.SuccessiveHalvingPruner, {}),
          "optuna_hyperband": (optuna.pruners.HyperbandPruner, {"max_resource": TABLE.steps})}
optuna.logging.set_verbosity(optuna.logging.ERROR)


class RealStudy:
    """Optuna's own study, and its own way to ask the pruner."""

    def __init__(self, pruner, name):
        self.study = optuna.create_study(study_name=name, pruner=pruner)
        self.ask = self.study.ask

    @property
    def trials(self):
        return self.study.trials

    def tell(self, trial, state):
        self.study.tell(trial, values=0.0 if state == optuna.trial.TrialState.COMPLETE else None, state=state)

    def prune(self, _, trial):
        return trial.should_prune()


def with_gaps(task, seed):
    """Some of the trials diverge."""
    rng = np.random.default_rng(seed)
    task.losses = task.losses.copy()
    task.losses[rng.integers(0, len(task.losses), 20), rng.integers(0, TABLE.steps, 20)] = np.nan
    return task, rng.integers(0, len(task.losses), 3000)


@pytest.mark.parametrize("workers", [1, 8, 64])
@pytest.mark.parametrize("name", OPTUNA)
def test_decides_as_optunas(name, workers):
    task, rows = with_gaps(TABLE.task(TABLE.tasks[workers % 5]), workers)
    end = 0.15 * task.seconds(workers)
    kind, options = OPTUNA[name]
    real = RealStudy(kind(**options), "a study")
    ours = optuna_pruners.Study("a study", [])
    curve = optuna_pruners.train(task, workers, optuna_pruners.PRUNERS[name](TABLE.steps), ours, rows, end)
    assert curve == optuna_pruners.train(task, workers, real, real, rows, end)
    assert [(t.state, t.last_step) for t in ours.trials] == [(t.state, t.last_step) for t in real.trials]
    assert any(t.state == optuna.trial.TrialState.PRUNED for t in ours.trials)


@pytest.mark.parametrize("workers", [1, 8, 64])
@pytest.mark.parametrize("name", RAY)
def test_decides_as_rays(name, workers):
    task, rows = with_gaps(TABLE.task(TABLE.tasks[workers % 5]), workers)
    kind, options = RAY[name]
    theirs = ray_tune.Cluster(task, kind(**options, **ray_tune.COMMON), workers, rows)
    ours = ray_tune.Cluster(task, ray_tune.SCHEDULERS[name](TABLE.steps), workers, rows)
    end = 0.15 * task.seconds(workers)
    assert ours.run(end) == theirs.run(end)
    assert [(t.status, t.step) for t in ours.trials] == [(t.status, t.step) for t in theirs.trials]
    assert len(ours.trials) > 2 * workers
