"""Stored experiments."""

from __future__ import annotations

import os
from typing import List, Union

from ._engine import Engine
from ._result import Result, read_trials


def open(path: Union[str, os.PathLike[str]]) -> Result:
    """The current results of the experiment in this directory, running or not."""
    path = os.path.abspath(os.fspath(path))
    engine = Engine()
    try:
        summary = engine.ask("load", name=os.path.basename(path),
                             session={"results": os.path.dirname(path)})
        return Result(summary, read_trials(engine))
    finally:
        engine.close()


def ls(results: Union[str, os.PathLike[str]] = "luthier-results") -> List[str]:
    """The directories of the experiments in `results`, sorted by name; empty if it does not exist."""
    results = os.path.abspath(os.fspath(results))
    try:
        names = sorted(os.listdir(results))
    except FileNotFoundError:
        return []
    paths = [os.path.join(results, name) for name in names]
    return [path for path in paths if os.path.isfile(os.path.join(path, "experiment.db"))]
