"""What a searcher, a scheduler, a stop function and a logger may know of an experiment."""

from __future__ import annotations

import math
import random
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from ._space import nested
from ._values import numbers


class Reported(NamedTuple):
    """A result of a trial."""

    iteration: int  #: training iteration, from 1
    metrics: Dict[str, Any]
    violation: float = 0.0  #: what it misses of the requirements (`require`) in all; 0: it meets them

    def __getitem__(self, name):
        """result["loss"] is result.metrics["loss"]."""
        return self.metrics[name] if isinstance(name, str) else tuple.__getitem__(self, name)


class TrialView:
    """A trial as of now; read only."""

    __slots__ = ("id", "state", "config", "iteration", "checkpoint", "checkpoint_iteration", "can_run",
                 "results")

    def __init__(self, number: int) -> None:
        self.id = number
        self.state = "pending"  #: pending, running, paused, completed, stopped or failed
        self.config: Dict[str, Any] = {}
        self.iteration = 0  #: the last one it reported; after it starts over, from 0 again
        self.checkpoint: Optional[int] = None  #: id of its newest checkpoint
        self.checkpoint_iteration: Optional[int] = None  #: the iteration it was taken at
        self.can_run = False  #: whether it would start if it were chosen now
        self.results: List[Reported] = []  #: all it reported, in order

    @property
    def metrics(self) -> Dict[str, Any]:
        """Of its last result; empty if there is none."""
        return self.results[-1].metrics if self.results else {}

    @property
    def ended(self) -> bool:
        """Whether it is completed, stopped or failed."""
        return self.state in ("completed", "stopped", "failed")

    def __repr__(self) -> str:
        return f"<trial {self.id}: {self.state}, {self.config}, {self.metrics}>"


class View:
    """The state of an experiment. It is valid during the call that it is passed to."""

    def __init__(self, group: bool = False) -> None:
        self.experiment: Dict[str, Any] = {}  #: its options, as `luthier run --dry-run` prints them
        self.trials: List[TrialView] = []  #: by id
        self.running_count = 0  #: trials that will report without being chosen again
        self.more_trials = True  #: whether further trials may be added
        self.first_pending: Optional[TrialView] = None  #: of the trials that can run
        self.first_paused: Optional[TrialView] = None  #: of the trials that can run
        self._group = group
        self._sample: Optional[Dict[str, Any]] = None

    @property
    def seed(self) -> int:
        """The experiment's seed."""
        return self.experiment["seed"]

    @property
    def space(self) -> Dict[str, str]:
        """The distribution of each parameter as text: {"lr": "loguniform(1e-05, 0.1)"}."""
        return self.experiment["space"]["parameters"]

    @property
    def objectives(self) -> List[Dict[str, str]]:
        """[{"metric": "loss", "mode": "min"}]"""
        return self.experiment["objectives"]

    def sample(self) -> Dict[str, Any]:
        """In suggest(): a configuration drawn from the space that satisfies the constraints. It depends on the
        seed and the trial alone."""
        if self._sample is None:
            raise RuntimeError("a sample is drawn for suggest() only; use random() elsewhere")
        return dict(self._sample)

    def random(self, trial: int, stream: str = "") -> random.Random:
        """Random numbers that depend on the experiment's seed, the trial and `stream` alone, so that they
        are the same when the experiment is resumed or replayed."""
        return random.Random(f"{self.seed}/{trial}/{stream}")

    def loss(self, result: Any) -> float:
        """The first objective of a result or metrics as a number to minimize: negated if it is
        maximized, and infinite if it is missing or not finite."""
        metrics = result.metrics if isinstance(result, (Reported, TrialView)) else result
        goal = self.objectives[0]
        value = metrics.get(goal["metric"])
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            return math.inf
        return -value if goal["mode"] == "max" else value

    # ---- how it follows the engine

    def _follow(self, facts, call=None):
        for fact in facts:
            if "call" in fact:
                call(fact)
            elif "trial" in fact:
                self._change(fact)
            elif "experiment" in fact:
                self.experiment = fact["experiment"]
            else:
                self._count(fact)

    def _change(self, fact):
        number = fact["trial"]
        while len(self.trials) <= number:
            self.trials.append(self._new(len(self.trials)))
        trial = self.trials[number]
        trial.state, trial.can_run = fact["state"], fact["can_run"]
        trial.iteration, trial.checkpoint = fact["iteration"], fact["checkpoint"]
        trial.checkpoint_iteration = fact.get("checkpoint_iteration")
        if "config" in fact:
            trial.config = self._config(fact["config"])
        if "result" in fact:
            trial.results.append(reported(fact["result"]))

    def _new(self, number):
        trial = TrialView(number)
        known = self.experiment.get("known") or []
        if number < len(known):
            trial.results.append(reported(known[number]))
        return trial

    def _count(self, fact):
        self.running_count, self.more_trials = fact["running_count"], fact["more_trials"]
        self.first_pending = self._trial(fact["first_pending"])
        self.first_paused = self._trial(fact["first_paused"])

    def _trial(self, number):
        return None if number is None else self.trials[number]

    def _config(self, config: Mapping[str, Any]) -> Dict[str, Any]:
        return nested(config) if self._group else dict(config)


def reported(fact: Mapping[str, Any]) -> Reported:
    return Reported(fact["training_iteration"], numbers(fact["metrics"]), float(fact.get("violation", 0.0)))
