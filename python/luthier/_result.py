"""The results of an experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence

from ._plot import Plot, plot
from ._space import nested
from ._values import numbers

if TYPE_CHECKING:
    from ._engine import Engine

_PAGE = 1000


class TrialResult(NamedTuple):
    """The current state of one trial."""

    id: int
    state: str  #: pending, running, paused, completed, stopped or failed
    config: Dict[str, Any]  #: of the result that the trial is ranked by
    metrics: Dict[str, Any]  #: of the result that it is ranked by; of its last result if none is finite
    last_metrics: Dict[str, Any]  #: of its last result
    iterations: int  #: results reported
    attempts: int  #: how often it was started
    proposed_by: str  #: the searcher, "points" or "known"
    reason: str  #: why it ended or is waiting; for a failure, with the end of the traceback
    unmet: str = ""  #: which requirement it does not meet, and by what value; empty: it meets them


def _trial(answer: Mapping[str, Any], group: bool) -> TrialResult:
    config = answer["best_config"] or answer["config"]
    metrics = numbers(answer["metrics"])
    return TrialResult(
        id=answer["trial"], state=answer["state"], config=nested(config) if group else config,
        metrics=numbers(answer["best"]) or metrics, last_metrics=metrics,
        iterations=answer["iterations"], attempts=answer["attempts"],
        proposed_by=answer["proposed_by"], reason=answer["reason"], unmet=answer.get("unmet", ""))


def read_trials(engine: Engine, group: bool = False, first: int = 0, count: Optional[int] = None) -> List[TrialResult]:
    """`group`: configurations are nested. `count` None: all that there are."""
    trials: List[TrialResult] = []
    while True:
        page = engine.ask("read", what="trials", first=first + len(trials), count=count or _PAGE)
        trials += [_trial(each, group) for each in page["trials"]]
        if count is not None or not page["trials"] or first + len(trials) >= page["known"]:
            return trials


class Result:
    """The trials of an experiment and how it ended. Notebooks show it as a table."""

    def __init__(self, summary: Mapping[str, Any], trials: List[TrialResult]) -> None:
        self.trials = trials  #: all trials, ordered by id
        self.directory: Optional[str] = summary["directory"]  #: None for an experiment in memory
        self.finished: bool = summary["finished"]  #: False: it was interrupted and can be resumed
        self.reason: str = summary["reason"]  #: why it ended, a sentence
        self._best: List[int] = summary["best"]
        self._nearest: Optional[int] = summary.get("nearest")

    @property
    def best(self) -> Optional[TrialResult]:
        """The best trial by the first objective; None if no trial has reported a finite value and met every
        requirement."""
        return self.trials[self._best[0]] if self._best else None

    @property
    def nearest(self) -> Optional[TrialResult]:
        """If no trial meets every requirement: the one that misses them by the least."""
        return None if self._nearest is None else self.trials[self._nearest]

    @property
    def front(self) -> List[TrialResult]:
        """The Pareto front: the trials that no other trial dominates."""
        return [self.trials[each] for each in self._best]

    def dataframe(self) -> Any:
        """A pandas.DataFrame with one row per trial; needs pandas. The columns are trial, state, iterations,
        the metrics, and config/NAME for each parameter."""
        try:
            import pandas  # type: ignore[import-untyped, import-not-found, unused-ignore]
        except ImportError:
            raise ImportError("dataframe() needs pandas; pip install pandas") from None
        return pandas.DataFrame(self._rows())

    def plot(self, kind: str = "best", *parameters: str, axis: Optional[str] = None, metric: Optional[str] = None,
             log: bool = False, width: Optional[int] = None, height: Optional[int] = None) -> Plot:
        """A picture that notebooks show: "best", "curves", "importance", "front", or "slice" of some or all
        parameters. The arguments are the options of `luthier plot`. It shows what is stored now."""
        if self.directory is None:
            raise ValueError("an experiment in memory has no stored results to plot; give it a name or `results`")
        return plot(kind, self.directory, *parameters, axis=axis, metric=metric, log=log, width=width, height=height)

    def _rows(self) -> Iterator[Dict[str, Any]]:
        for trial in self.trials:
            row = {"trial": trial.id, "state": trial.state, "iterations": trial.iterations}
            row.update(trial.metrics)
            row.update({f"config/{name}": value for name, value in trial.config.items()})
            yield row

    def __len__(self) -> int:
        return len(self.trials)

    def __iter__(self) -> Iterator[TrialResult]:
        return iter(self.trials)

    def __repr__(self) -> str:
        best = self.best
        found = f"best trial {best.id}: {shown(best.metrics)} with {shown(best.config)}" if best else \
            (f"no trial meets every requirement; the nearest is trial {self._nearest}: "
             f"{self.trials[self._nearest].unmet}") if self._nearest is not None else \
            "no trial has reported a finite value"
        return f"{len(self.trials)} trials ({self.reason}); {found}"

    def _repr_html_(self) -> str:
        return table(repr(self), list(self._rows())[:100])


def table(caption: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """HTML with a row per dict."""
    from html import escape

    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(_text(row.get(name, '')))}</td>" for name in names) + "</tr>"
        for row in rows)
    head = "".join(f"<th>{escape(str(name))}</th>" for name in names)
    return f"<p>{escape(caption)}</p><table><tr>{head}</tr>{cells}</table>"


def _text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def shown(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_text(value)}" for name, value in values.items())
