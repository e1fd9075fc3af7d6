"""Which of a framework's metrics are reported, and where its checkpoint is."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Union

from .. import checkpoint, report

Chosen = Union[Mapping[str, str], Sequence[str], str, None]


class Reporter:
    """Reports the chosen metrics of the trial that runs in this thread."""

    def __init__(self, chosen: Chosen) -> None:
        if isinstance(chosen, str):
            chosen = [chosen]
        self._names = None if chosen is None else dict(chosen) if isinstance(chosen, Mapping) else \
            {name: name for name in chosen}

    def __call__(self, metrics: Mapping[str, Any], save: Optional[Callable[[str], None]] = None) -> bool:
        """Returns whether to continue."""
        return report(self.select(metrics), save=save)

    def select(self, metrics: Mapping[str, Any]) -> Dict[str, Any]:
        """Raises KeyError if a chosen metric is absent."""
        if self._names is None:
            return dict(metrics)
        absent = [name for name in self._names.values() if name not in metrics]
        if absent:
            raise KeyError(f"there is no metric {absent[0]!r} to report; there are: {', '.join(sorted(metrics))}")
        return {name: metrics[given] for name, given in self._names.items()}


def restored(file: str) -> Optional[str]:
    """The path of a file in the checkpoint that the trial resumes from; None if it starts from scratch."""
    directory = checkpoint()
    return None if directory is None else os.path.join(directory, file)
