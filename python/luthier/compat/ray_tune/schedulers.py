"""The schedulers of Ray Tune, as Luthier has them."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Sequence

from ..._spec import Plugin
from ..._errors import UsageError
from ._absent import absent, missing
from ._domains import Range, Values, choice, uniform

_OWN_TIME = "training_iteration"


class TrialScheduler:
    """`plugin` is Luthier's; `mutations` are what it varies while a trial trains."""

    def __init__(self, plugin: Plugin, metric: Optional[str], mode: Optional[str]) -> None:
        self.plugin, self.metric, self.mode = plugin, metric, mode
        self.mutations: Dict[str, Any] = {}


def _options(time_attr: str, **options: Any) -> Dict[str, Any]:
    return options if time_attr == _OWN_TIME else {"time_attr": time_attr, **options}


class FIFOScheduler(TrialScheduler):
    def __init__(self) -> None:
        super().__init__(Plugin("fifo", {}), None, None)


class AsyncHyperBandScheduler(TrialScheduler):
    def __init__(self, time_attr: str = _OWN_TIME, metric: Optional[str] = None, mode: Optional[str] = None,
                 max_t: float = 100, grace_period: float = 1, reduction_factor: float = 4, brackets: int = 1,
                 stop_last_trials: bool = True) -> None:
        if not stop_last_trials:
            absent("stop_last_trials=False", "give max_t the length of the longest trial")
        super().__init__(Plugin("asha", _options(
            time_attr, max_t=max_t, grace_period=grace_period, reduction_factor=reduction_factor,
            brackets=brackets)), metric, mode)


ASHAScheduler = AsyncHyperBandScheduler


class HyperBandScheduler(TrialScheduler):
    def __init__(self, time_attr: str = _OWN_TIME, metric: Optional[str] = None, mode: Optional[str] = None,
                 max_t: float = 81, reduction_factor: float = 3, stop_last_trials: bool = True) -> None:
        if not stop_last_trials:
            absent("stop_last_trials=False", "give max_t the length of the longest trial")
        super().__init__(Plugin(self._name, _options(time_attr, max_t=max_t, reduction_factor=reduction_factor)),
                         metric, mode)

    _name = "hyperband"


class HyperBandForBOHB(HyperBandScheduler):
    _name = "bohb"


class MedianStoppingRule(TrialScheduler):
    def __init__(self, time_attr: str = "time_total_s", metric: Optional[str] = None, mode: Optional[str] = None,
                 grace_period: float = 60.0, min_samples_required: int = 3, min_time_slice: int = 0,
                 hard_stop: bool = True) -> None:
        super().__init__(Plugin("median_stopping", _options(
            time_attr, grace_period=grace_period, min_samples_required=min_samples_required,
            hard_stop=hard_stop)), metric, mode)


class PopulationBasedTraining(TrialScheduler):
    def __init__(self, time_attr: str = "time_total_s", metric: Optional[str] = None, mode: Optional[str] = None,
                 perturbation_interval: float = 60.0, burn_in_period: float = 0.0,
                 hyperparam_mutations: Optional[Mapping[str, Any]] = None, quantile_fraction: float = 0.25,
                 resample_probability: float = 0.25, perturbation_factors: Sequence[float] = (1.2, 0.8),
                 custom_explore_fn: Any = None, log_config: bool = True, require_attrs: bool = True,
                 synch: bool = False) -> None:
        if custom_explore_fn is not None:
            absent("custom_explore_fn", "give the values as hyperparam_mutations, and constraints to luthier.Tuner")
        if not hyperparam_mutations:
            raise UsageError("PopulationBasedTraining needs hyperparam_mutations: what is varied, and in what range")
        super().__init__(Plugin("pbt", _options(
            time_attr, perturbation_interval=perturbation_interval, burn_in=burn_in_period,
            quantile_fraction=quantile_fraction, resample_probability=resample_probability,
            perturbation_factors=",".join(map(repr, perturbation_factors)), synch=synch)), metric, mode)
        self.mutations = {name: _mutation(name, given) for name, given in hyperparam_mutations.items()}


class PB2(TrialScheduler):
    def __init__(self, time_attr: str = "time_total_s", metric: Optional[str] = None, mode: Optional[str] = None,
                 perturbation_interval: float = 60.0, hyperparam_bounds: Optional[Mapping[str, Any]] = None,
                 quantile_fraction: float = 0.25, log_config: bool = True, require_attrs: bool = True,
                 synch: bool = False, custom_explore_fn: Any = None) -> None:
        if custom_explore_fn is not None or not hyperparam_bounds:
            absent("PB2 with custom_explore_fn or without hyperparam_bounds", "give hyperparam_bounds")
        super().__init__(Plugin("pb2", _options(
            time_attr, perturbation_interval=perturbation_interval, quantile_fraction=quantile_fraction,
            synch=synch)), metric, mode)
        self.mutations = {name: uniform(low, high) for name, (low, high) in hyperparam_bounds.items()}


def _mutation(name: str, given: Any) -> Any:
    if isinstance(given, (list, tuple)):
        return choice(given)
    if isinstance(given, (Range, Values)):
        return given
    absent(f"the mutation {name!r} by a function or a nested dict", "give a list of values, or tune.uniform(low, high)")


_BY_NAME: Dict[str, Any] = {
    "fifo": FIFOScheduler, "async_hyperband": AsyncHyperBandScheduler, "asynchyperband": AsyncHyperBandScheduler,
    "asha": AsyncHyperBandScheduler, "median_stopping_rule": MedianStoppingRule, "medianstopping": MedianStoppingRule,
    "hyperband": HyperBandScheduler, "hb_bohb": HyperBandForBOHB, "pbt": PopulationBasedTraining, "pb2": PB2}


def create_scheduler(scheduler: str, **options: Any) -> TrialScheduler:
    if scheduler not in _BY_NAME:
        raise UsageError(f"there is no scheduler {scheduler!r} here; known: {', '.join(sorted(_BY_NAME))}")
    made: TrialScheduler = _BY_NAME[scheduler](**options)
    return made


PopulationBasedTrainingReplay = missing("PopulationBasedTrainingReplay", "write luthier.Tuner(scheduler='pbt_replay:...')")
ResourceChangingScheduler = missing("ResourceChangingScheduler", "resources stay the same while a trial trains")
