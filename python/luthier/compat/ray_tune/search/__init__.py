"""The search algorithms of Ray Tune, as Luthier has them."""

from __future__ import annotations

import warnings
from typing import Any, Dict, List, Mapping, Optional, Sequence

from ...._errors import UsageError
from .._absent import absent, missing


class Searcher:
    """`name` is Luthier's searcher."""

    name = "random"

    def __init__(self, space: Any = None, metric: Optional[str] = None, mode: Optional[str] = None,
                 points_to_evaluate: Optional[Sequence[Mapping[str, Any]]] = None, seed: Optional[int] = None,
                 max_concurrent: int = 0, **options: Any) -> None:
        if space is not None and not isinstance(space, Mapping):
            absent("a space that is defined by running", "use luthier.optuna.LuthierSampler in an Optuna study")
        self.space, self.metric, self.mode = space, metric, mode
        self.points = list(points_to_evaluate or ())
        self.seed, self.max_concurrent = seed, max_concurrent
        self._check(options)

    def _check(self, options: Mapping[str, Any]) -> None:
        if options:
            absent(f"{type(self).__name__}({next(iter(options))}=...)", "leave it out: Luthier's own searcher runs")


class BasicVariantGenerator(Searcher):
    def __init__(self, points_to_evaluate: Any = None, max_concurrent: int = 0, constant_grid_search: bool = False,
                 random_state: Optional[int] = None) -> None:
        if constant_grid_search:
            absent("constant_grid_search", "draws differ from cell to cell of the grid")
        super().__init__(None, None, None, points_to_evaluate, random_state, max_concurrent)


class _Replaced(Searcher):
    """Runs another algorithm than its name says, and says so once."""

    _said: List[str] = []

    def _check(self, options: Mapping[str, Any]) -> None:
        if type(self).__name__ not in self._said:
            self._said.append(type(self).__name__)
            left_out = f" (without {', '.join(options)})" if options else ""
            warnings.warn(f"{type(self).__name__} runs Luthier's searcher '{self.name}' here{left_out}", stacklevel=4)


class OptunaSearch(_Replaced):
    name = "tpe"


class HyperOptSearch(_Replaced):
    name = "tpe"

    def __init__(self, space: Any = None, metric: Optional[str] = None, mode: Optional[str] = None,
                 points_to_evaluate: Any = None, random_state_seed: Optional[int] = None, **options: Any) -> None:
        super().__init__(space, metric, mode, points_to_evaluate, random_state_seed, **options)


class BayesOptSearch(_Replaced):
    name = "gp"

    def __init__(self, space: Any = None, metric: Optional[str] = None, mode: Optional[str] = None,
                 points_to_evaluate: Any = None, random_state: Optional[int] = None, **options: Any) -> None:
        super().__init__(space, metric, mode, points_to_evaluate, random_state, **options)


class TuneBOHB(_Replaced):
    name = "bohb"


class ConcurrencyLimiter(Searcher):
    def __init__(self, searcher: Searcher, max_concurrent: int, batch: bool = False) -> None:
        super().__init__(searcher.space, searcher.metric, searcher.mode, searcher.points, searcher.seed, max_concurrent)
        self.name = searcher.name


_BY_NAME: Dict[str, Any] = {"random": BasicVariantGenerator, "variant_generator": BasicVariantGenerator,
                            "optuna": OptunaSearch, "hyperopt": HyperOptSearch, "bayesopt": BayesOptSearch, "bohb": TuneBOHB}


def create_searcher(search_alg: str, **options: Any) -> Searcher:
    if search_alg not in _BY_NAME:
        raise UsageError(f"there is no search algorithm {search_alg!r} here; known: {', '.join(sorted(_BY_NAME))}")
    made: Searcher = _BY_NAME[search_alg](**options)
    return made


_INSTEAD = "use OptunaSearch (Luthier's tpe), BayesOptSearch (gp) or luthier.Tuner(searcher='cmaes')"
AxSearch = missing("AxSearch", _INSTEAD)
HEBOSearch = missing("HEBOSearch", _INSTEAD)
NevergradSearch = missing("NevergradSearch", _INSTEAD)
ZOOptSearch = missing("ZOOptSearch", _INSTEAD)
Repeater = missing("Repeater", "put the seed into the space: \"seed\": tune.grid_search([1, 2, 3])")
