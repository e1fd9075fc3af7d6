"""The stoppers of Ray Tune that Luthier has rules for."""

from __future__ import annotations

from typing import Any

from ._absent import missing

_INSTEAD = "write luthier.Tuner(stop='plateau:metric=loss,window=4,tolerance=0.01') or return from the training function"


class MaximumIterationStopper:
    def __init__(self, max_iter: int) -> None:
        self.max_iter = max_iter


class TimeoutStopper:
    def __init__(self, timeout: Any) -> None:
        self.timeout = timeout


Stopper = missing("Stopper", _INSTEAD)
FunctionStopper = missing("FunctionStopper", _INSTEAD)
CombinedStopper = missing("CombinedStopper", _INSTEAD)
TrialPlateauStopper = missing("TrialPlateauStopper", _INSTEAD)
ExperimentPlateauStopper = missing("ExperimentPlateauStopper", _INSTEAD)
