"""LuthierSampler: Luthier's searchers for Optuna's studies."""

from __future__ import annotations

import hashlib
import os
import threading
import weakref
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from .. import _spec
from .._engine import Engine
from .._errors import Error, UsageError
from ._search import Search, Translation, begin, suggest_one
from ._shape import Distributions, Shape, Space

_LEARNING = ("auto", "tpe", "gp", "cmaes", "bohb")
_MOST_STUDIES = 4  # with a searcher at work; older ones begin anew when they are asked again
_STATES = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL, TrialState.RUNNING)


class LuthierSampler(BaseSampler):
    """A sampler for `optuna.create_study`, backed by a searcher of Luthier.

    `searcher` is a name, with options if you like: "tpe", "gp", "cmaes", "bohb", "random", "sobol",
    "halton", "latin_hypercube", "tpe:startup_trials=20" or `luthier.tpe(startup_trials=20)`. Runs with
    the same `seed` in one thread make the same suggestions; None is another seed each time.

    `space` names the parameters in advance, as {"lr": FloatDistribution(1e-5, 1e-1, log=True)}. Without
    it, they are known once a trial has completed, and the first trials are sampled one parameter at a
    time. `constraints` are expressions over the parameters, such as "low < high", that every suggestion
    satisfies; they need a space. A trial with a positive constraint of Optuna's own counts as failed.

    Trials of other processes, enqueued, pruned and failed ones are taken into account. Any number of
    threads and studies may use one sampler. A pickled or forked sampler starts its own engine. Raises
    ValueError for studies with several objectives, UsageError for invalid options.
    """

    def __init__(self, searcher: Any = "tpe", *, seed: Optional[int] = None,
                 space: Optional[Mapping[str, BaseDistribution]] = None,
                 constraints: Union[str, Sequence[str]] = ()) -> None:
        self._searcher = _spec.plugin(searcher)
        name = self._searcher["name"] if isinstance(self._searcher, dict) else self._searcher.partition(":")[0]
        if name == "grid":
            raise UsageError("the searcher 'grid' can't sample for Optuna; use optuna.samplers.GridSampler")
        self._alone = "tpe" if name in _LEARNING else "random"
        self._constraints = _spec.texts(constraints)
        if self._constraints and not space:
            raise UsageError("constraints need a space: give the distributions of all parameters, as in "
                             "space={'x': FloatDistribution(0, 1)}")
        self._space: Optional[Distributions] = None if space is None else dict(sorted(space.items()))
        self._seed = int.from_bytes(os.urandom(7), "big") if seed is None else int(seed)
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._forget()

    def _forget(self) -> None:
        """All of it follows from the studies' trials."""
        self._studies: List[Tuple[weakref.ref[Any], int, _StudyOfOne]] = []
        self._engine: Any = None  # for parameters by themselves

    def __getstate__(self) -> Dict[str, Any]:
        own = ("_process", "_lock", "_studies", "_engine")
        return {name: value for name, value in self.__dict__.items() if name not in own}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._begin()

    def reseed_rng(self) -> None:
        """Nothing: every trial has its own draws, whichever thread asks."""

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> Distributions:
        self._check(study)
        with self._lock:
            shape = self._of(study).shape
            shape.update(_trials(study))
            return {name: distribution for name, distribution in shape.space.distributions.items()
                    if not distribution.single()}

    def sample_relative(self, study: Study, trial: FrozenTrial, search_space: Distributions) -> Dict[str, Any]:
        self._check(study)
        if not search_space:
            return {}
        return self._with_engine(lambda: self._suggested(study, trial, search_space))

    def _suggested(self, study: Study, trial: FrozenTrial, search_space: Distributions) -> Dict[str, Any]:
        trials = _trials(study)
        own = self._of(study)
        own.shape.update(trials)
        space = own.shape.space.part(search_space)
        search = own.search
        if search is None or search.translation.space != space:
            search = self._search(own, study, Translation(space, self._constraints), trial)
        search.take_in(trials, trial.number)
        params = search.suggest(trial)
        if params is None:
            search = self._search(own, study, Translation(space, self._constraints, anew=True), trial)
            search.take_in(trials, trial.number)
            params = search.suggest(trial)
        return params or {}

    def _with_engine(self, suggest: Callable[[], Any]) -> Any:
        """One thread at a time; if the engine has died, again with another."""
        with self._lock:
            try:
                return suggest()
            except Error as error:
                if error.code != "unavailable":
                    raise
                self._forget()
                return suggest()

    def _search(self, own: _StudyOfOne, study: Study, translation: Translation, trial: FrozenTrial) -> Search:
        engine = own.engine
        if engine is None:
            own.engine = engine = Engine()
        elif own.search is not None:
            own.search = None
            engine.ask("close")
        begin(engine, translation, self._searcher, self._drawn(trial.number), study.direction)
        own.search = Search(engine, translation)
        return own.search

    def sample_independent(self, study: Study, trial: FrozenTrial, param_name: str,
                           param_distribution: BaseDistribution) -> Any:
        self._check(study)
        if param_distribution.single():
            return _only_value(param_distribution)
        trials = _trials(study) if self._alone == "tpe" else []

        def suggest() -> Any:
            if self._engine is None:
                self._engine = Engine()
            return suggest_one(self._engine, param_name, param_distribution, trials, self._alone,
                               self._drawn(trial.number, param_name), study.direction)

        return self._with_engine(suggest)

    def _check(self, study: Study) -> None:
        if len(study.directions) > 1:
            raise ValueError("LuthierSampler optimizes one objective; this study has "
                             f"{len(study.directions)}. Use optuna.samplers.NSGAIISampler, or luthier.Tuner "
                             "with several objectives")
        if self._process != os.getpid():
            self._begin()

    def _of(self, study: Study) -> _StudyOfOne:
        storage, number = study._storage, study._study_id
        self._studies = [each for each in self._studies if each[0]() is not None]
        for at, (kept, of, own) in enumerate(self._studies):
            if kept() is storage and of == number:
                self._studies.append(self._studies.pop(at))
                return own
        for _, _, oldest in self._studies[:-_MOST_STUDIES + 1]:
            oldest.close()
        own = _StudyOfOne(Shape(self._space))
        self._studies = [*self._studies[-_MOST_STUDIES + 1:], (weakref.ref(storage), number, own)]
        return own

    def _drawn(self, *of: Any) -> int:
        """A seed for this, the same in every run with the sampler's seed."""
        digest = hashlib.blake2b(repr((self._seed, *of)).encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") >> 1


class _StudyOfOne:
    """What a sampler keeps of a study. All of it follows from the study's trials."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.engine: Any = None
        self.search: Optional[Search] = None

    def close(self) -> None:
        if self.engine is not None:
            self.engine.close()


def _trials(study: Study) -> List[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=_STATES)


def _only_value(distribution: BaseDistribution) -> Any:
    choices = getattr(distribution, "choices", None)
    return choices[0] if choices else distribution.low  # type: ignore[attr-defined]
