"""What a tracker is given: a trial, once it has ended."""

from __future__ import annotations

import numbers
from typing import Any, Dict, List, NamedTuple, Tuple


class Run(NamedTuple):
    """A trial as a run of a tracker."""

    experiment: str  #: name of the experiment
    trial: int
    state: str  #: pending, running, paused, completed, stopped or failed
    config: Dict[str, Any]  #: parameters by their names, groups joined by "."
    results: List[Tuple[int, Dict[str, Any]]]  #: (training iteration, metrics), as reported
    reason: str  #: why it ended

    @property
    def name(self) -> str:
        """As the command line shows it: "trial 00012"."""
        return f"trial {self.trial:05}"

    @property
    def failed(self) -> bool:
        return self.state == "failed"

    def curves(self) -> List[Tuple[int, Dict[str, float]]]:
        """The metrics that are numbers. A trial that started over has its newest results only."""
        newest: Dict[int, Dict[str, float]] = {}
        for iteration, metrics in self.results:
            newest = {step: kept for step, kept in newest.items() if step < iteration}
            newest[iteration] = {name: float(value) for name, value in metrics.items()
                                 if isinstance(value, numbers.Real)}
        return sorted(newest.items())


class Tracker:
    """Where runs are written. Derive from it for a tracker of your own."""

    def write(self, run: Run) -> None:
        """Writes a run, all at once."""
        raise NotImplementedError(f"{type(self).__name__} needs a method write(run)")
