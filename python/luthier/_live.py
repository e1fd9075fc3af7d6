"""A table of the trials in a notebook, which follows a run."""

from __future__ import annotations

import sys
import time

from ._plugins import Logger
from ._result import shown, table

_EVERY_S = 1.0
_MOST_ROWS = 30


def notebook():
    """IPython's module display in a notebook, whose output can be replaced; None elsewhere."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return ipython.display if getattr(shell, "kernel", None) is not None else None


class LiveTable(Logger):
    """Shows the best trials. It is drawn again at most once per second, and at the end."""

    def __init__(self, display, now=time.monotonic) -> None:
        self._display = display
        self._now = now
        self._handle = None
        self._drawn = 0.0

    def on_open(self, view):
        self._drawn = self._now()
        self._handle = self._display.display(self._display.HTML(_html(view)), display_id=True)

    def on_event(self, view, event):
        if self._now() - self._drawn >= _EVERY_S:
            self._draw(view)

    def on_close(self, view):
        self._draw(view)

    def _draw(self, view):
        self._drawn = self._now()
        if self._handle is not None:
            self._handle.update(self._display.HTML(_html(view)))


def _html(view):
    losses = {trial.id: min(map(view.loss, trial.results), default=float("inf")) for trial in view.trials}
    ranked = sorted(view.trials, key=lambda trial: (losses[trial.id], trial.id))
    return table(_caption(view, ranked[0] if ranked and losses[ranked[0].id] < float("inf") else None),
                 [_row(trial) for trial in ranked[:_MOST_ROWS]])


def _caption(view, best):
    counts = {}
    for trial in view.trials:
        counts[trial.state] = counts.get(trial.state, 0) + 1
    text = f"{len(view.trials)} trials ({', '.join(f'{count} {state}' for state, count in counts.items())})"
    if best is not None:
        result = min(best.results, key=view.loss)
        text += f"; best trial {best.id}: {shown(result.metrics)} with {shown(best.config)}"
    return text


def _row(trial):
    row = {"trial": trial.id, "state": trial.state, "iterations": len(trial.results), **trial.metrics}
    row.update({f"config/{name}": value for name, value in trial.config.items()})
    return row
