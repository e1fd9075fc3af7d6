"""A stored experiment's trials, written to a tracker."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Iterator, List, Union

from .._engine import Engine
from .._values import numbers
from ._run import Run, Tracker

_PAGE = 10_000


def export(path: Union[str, os.PathLike[str]], tracker: Tracker) -> int:
    """Writes each trial of the experiment in this directory as a run; returns how many there are. Trials
    that have reported nothing are left out. The experiment can be running."""
    runs = [run for run in _runs(os.path.abspath(os.fspath(path))) if run.results]
    for run in runs:
        tracker.write(run)
    return len(runs)


def _runs(path: str) -> List[Run]:
    engine = Engine()
    try:
        engine.ask("load", name=os.path.basename(path), session={"results": os.path.dirname(path)})
        trials: Dict[int, Run] = {}
        name = ""
        for event in _events(engine):
            if event["event"] == "experiment_created":
                name = json.loads(event["spec"])["name"]
            elif "trial" in event:
                _follow(trials, name, event)
        return [trials[number] for number in sorted(trials)]
    finally:
        engine.close()


def _events(engine: Engine) -> Iterator[Dict[str, Any]]:
    first = 1
    while True:
        page: List[Dict[str, Any]] = engine.ask("read", what="events", first=first, count=_PAGE)["events"]
        yield from page
        if not page:
            return
        first = page[-1]["sequence"] + 1


def _follow(trials: Dict[int, Run], experiment: str, event: Dict[str, Any]) -> None:
    number, kind = event["trial"], event["event"]
    if kind == "trial_added":
        trials[number] = Run(experiment, number, "pending", event["config"], [], "")
    elif kind == "trial_chosen" and event.get("config"):
        trials[number] = trials[number]._replace(config=event["config"])
    elif kind == "attempt_started":
        trials[number] = trials[number]._replace(state="running")
    elif kind == "result_reported":
        trials[number].results.append((event["training_iteration"], numbers(event["metrics"])))
    elif kind == "trial_ended":
        trials[number] = trials[number]._replace(state=event["state"], reason=event["reason"])
