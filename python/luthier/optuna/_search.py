"""A searcher at work on the trials of a study: an experiment in memory of the engine's, which is told
of every trial that it can learn from, wherever that came from."""

from __future__ import annotations

import json
import math
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Set

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from .._errors import UsageError
from ._axes import Axis, axis
from ._shape import Condition, Space

VALUE = "value"
_NEVER = 1 << 60  # failures that end the experiment: a study goes on
_ANEW = "sampled_anew"  # sets apart configurations that are equal otherwise
_GOLDEN = 0.6180339887498949
_MOST_KNOWN = 100  # results that a parameter by itself is chosen from, the newest


class Translation:
    """Configurations of a space, in Optuna's words and in the engine's."""

    def __init__(self, space: Space, constraints: Sequence[str] = (), anew: bool = False) -> None:
        self.space = space
        self._constraints = list(constraints)
        self._anew = anew
        self._axes: Dict[str, Axis] = {name: axis(distribution, bool(constraints))
                                       for name, distribution in space.distributions.items()}
        # Optuna's names may hold anything, and the engine's differ in more than case.
        self._names = {name: name if constraints else f"p{number}"
                       for number, name in enumerate(self._axes)}

    def json(self) -> Dict[str, Any]:
        parameters = {self._names[name]: each.text + self._condition(name)
                      for name, each in self._axes.items()}
        if self._anew:
            parameters[_ANEW] = "uniform(0, 1)"
        return {"parameters": parameters, "constraints": self._constraints}

    def _condition(self, name: str) -> str:
        condition = self.space.conditions.get(name)
        return "" if condition is None else f" if {self._expression(condition)}"

    def _expression(self, condition: Condition) -> str:
        selector = f"`{self._names[condition.selector]}`"
        if condition.at_least is not None:
            return f"{selector} >= {condition.at_least}"
        if condition.at_most is not None:
            return f"{selector} <= {condition.at_most}"
        distribution = self.space.distributions[condition.selector]
        assert isinstance(distribution, CategoricalDistribution)
        values = [self._axes[condition.selector].encode(distribution.choices[number])
                  for number in condition.numbers]
        return f"{selector} in {json.dumps(values, ensure_ascii=False)}"

    def encode(self, params: Mapping[str, Any], number: int) -> Optional[Dict[str, Any]]:
        """The whole configuration of a trial; None if the trial is not of this space."""
        names = self.space.active(params)
        if not names <= params.keys():
            return None
        return self.encode_part({name: params[name] for name in names}, number)

    def encode_part(self, params: Mapping[str, Any], number: int) -> Optional[Dict[str, Any]]:
        try:
            config = {self._names[name]: self._axes[name].encode(value) for name, value in params.items()
                      if name in self._axes}
        except (TypeError, ValueError, OverflowError):
            return None
        if self._anew:
            config[_ANEW] = number * _GOLDEN % 1
        return config

    def decode(self, config: Mapping[str, Any]) -> Dict[str, Any]:
        return {name: self._axes[name].decode(config[own]) for name, own in self._names.items()
                if own in config}


def begin(engine: Any, translation: Translation, searcher: Any, seed: int, direction: StudyDirection,
          known: Sequence[Any] = ()) -> None:
    mode = "max" if direction is StudyDirection.MAXIMIZE else "min"
    spec = {"schema": 1, "name": "study", "space": translation.json(), "searcher": searcher,
            "objectives": [{"metric": VALUE, "mode": mode}], "samples": 0, "seed": seed,
            "score": "last", "loggers": [], "max_failures": _NEVER, "known": list(known)}
    engine.ask("start", experiment=spec, session={"store": "none"})


class _Out(NamedTuple):
    id: int  # the engine's
    params: Dict[str, Any]


class Search:
    """The trials are the engine's experiment; those that can't be trials of this space are left out."""

    def __init__(self, engine: Any, translation: Translation) -> None:
        self.translation = translation
        self._engine = engine
        self._out: Dict[int, _Out] = {}  # by the study's number
        self._done: Set[int] = set()

    def take_in(self, trials: Sequence[FrozenTrial], current: int) -> None:
        """Tells the searcher what happened since the last call."""
        added: List[FrozenTrial] = []
        ended: List[FrozenTrial] = []
        for trial in trials:
            if trial.number in self._done or trial.state is TrialState.WAITING or trial.number == current:
                continue
            if trial.state.is_finished():
                self._done.add(trial.number)
                ended.append(trial)
            if not self._is_out(trial):
                added.append(trial)
        self._add(added)
        for trial in ended:
            out = self._out.pop(trial.number, None)
            if out is not None:
                self._end(out.id, trial)

    def _is_out(self, trial: FrozenTrial) -> bool:
        """Whether the engine has it, with the configuration that it really has."""
        out = self._out.get(trial.number)
        if out is None:
            return False
        if all(_same(out.params[name], value) for name, value in trial.params.items() if name in out.params):
            return True
        del self._out[trial.number]
        self._engine.tell("fail", trial=out.id, message="trained with other values")
        return False

    def _add(self, trials: Sequence[FrozenTrial]) -> None:
        whole = [(trial, config) for trial in trials
                 if (config := self.translation.encode(trial.params, trial.number)) is not None]
        for start in range(0, len(whole), 1000):
            part = whole[start:start + 1000]
            for (trial, _), asked in zip(part, self._given([config for _, config in part])):
                if asked is not None:
                    self._out[trial.number] = _Out(asked["trial"], dict(trial.params))

    def _given(self, configs: List[Dict[str, Any]]) -> List[Any]:
        """Trials with these configurations; None for one that violates a constraint."""
        try:
            return list(self._engine.ask("ask", configs=configs)["trials"])
        except UsageError:
            return [None] if len(configs) == 1 else [self._given([config])[0] for config in configs]

    def _end(self, own: int, trial: FrozenTrial) -> None:
        values = [value for _, value in sorted(trial.intermediate_values.items())]
        if trial.state is TrialState.COMPLETE:
            values.append(trial.values[0])
        if trial.state is TrialState.FAIL or not values or _violates(trial):
            self._engine.tell("fail", trial=own, message="no result to learn from")
            return
        for value in values[:-1]:
            self._engine.tell("report", trial=own, metrics={VALUE: value})
        self._engine.tell("tell", trial=own, metrics={VALUE: values[-1]},
                          stopped=trial.state is TrialState.PRUNED)

    def suggest(self, trial: FrozenTrial) -> Optional[Dict[str, Any]]:
        """Values for a new trial; None if every configuration of the space was tried."""
        fixed = self.translation.encode_part(trial.system_attrs.get("fixed_params") or {}, trial.number)
        names = fixed and {name for name in fixed if name != _ANEW}
        found = [each for each in self._given([fixed]) if each] if fixed and names else []
        found = found or self._engine.ask("ask")["trials"]
        if not found:
            return None
        asked, = found
        params = self.translation.decode(asked["config"])
        self._out[trial.number] = _Out(asked["trial"], params)
        return params


def suggest_one(engine: Any, name: str, distribution: BaseDistribution, trials: Sequence[FrozenTrial],
                searcher: Any, seed: int, direction: StudyDirection) -> Any:
    """A value for a parameter by itself, from what the completed trials say of it."""
    continuous = isinstance(distribution, FloatDistribution) and distribution.step is None
    translation = Translation(Space({name: distribution}, {}), anew=not continuous)
    known: List[Dict[str, Any]] = []
    for trial in reversed(trials):
        if len(known) == _MOST_KNOWN:
            break
        if trial.state is TrialState.COMPLETE and math.isfinite(trial.values[0]) and not _violates(trial):
            config = translation.encode(trial.params, trial.number)
            if config is not None:
                known.append({"config": config, "metrics": {VALUE: trial.values[0]}, "training_iteration": 1})
    begin(engine, translation, searcher, seed, direction, known[::-1])
    try:
        asked, = engine.ask("ask")["trials"]
        return translation.decode(asked["config"])[name]
    finally:
        engine.ask("close")


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, (int, float)):
        return abs(one - other) <= 1e-9 * max(abs(one), abs(other))
    return bool(one == other) or (one != one and other != other)


def _violates(trial: FrozenTrial) -> bool:
    constraints = getattr(trial, "constraints", None)
    if constraints is None:  # Optuna 4
        constraints = dict(enumerate(trial.system_attrs.get("constraints") or ()))
    return any(value > 0 for value in constraints.values())
