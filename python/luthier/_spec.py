"""An experiment's options in Python's words, as the engine reads them."""

from __future__ import annotations

import datetime
import json
import os
from typing import Any, Callable, Mapping, Sequence

from ._errors import UsageError
from ._space import Space, flat
from ._values import plain, record


class Plugin:
    """A searcher or scheduler with options: luthier.asha(max_t=81)."""

    __slots__ = ("name", "options")

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self.name = name
        self.options = dict(options)

    def __repr__(self) -> str:
        return f"luthier.{self.name}({', '.join(f'{k}={v!r}' for k, v in self.options.items())})"


def plugin(given: Any) -> Any:
    """From "asha", "asha:max_t=81", ("asha", {"max_t": 81}) or luthier.asha(max_t=81)."""
    if isinstance(given, Plugin):
        return {"name": given.name, "options": _options(given.options)}
    if isinstance(given, str):
        return given
    if isinstance(given, (tuple, list)) and len(given) == 2 and isinstance(given[1], Mapping):
        return {"name": str(given[0]), "options": _options(given[1])}
    raise UsageError(f"{given!r} is no searcher or scheduler; write its name, 'asha:max_t=81' or "
                     "luthier.asha(max_t=81)")


def _options(given: Mapping[str, Any]) -> dict[str, Any]:
    """With a searcher inside another as text: luthier.repeat(times=3, searcher=luthier.tpe(candidates=64))."""
    return record({name: plugin_text(value) if isinstance(value, Plugin) else value for name, value in given.items()})


def plugin_text(given: Plugin) -> str:
    """As on the command line: "tpe:candidates=64"."""
    options = ",".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in _options(given.options).items())
    return f"{given.name}:{options}" if options else given.name


def objectives(minimize: Any, maximize: Any) -> list[dict[str, str]]:
    found = [{"metric": metric, "mode": mode}
             for names, mode in ((minimize, "min"), (maximize, "max"))
             for metric in ([names] if isinstance(names, str) else names or ())]
    if not found:
        raise UsageError("nothing is optimized; give minimize='loss' or maximize='accuracy'")
    return found


def texts(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else list(given or ())


def paths(given: Any) -> list[str]:
    return [os.fspath(each) for each in ([given] if isinstance(given, (str, os.PathLike)) else given or ())]


def amounts(resources: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: amount if isinstance(amount, str) else json.dumps(plain(amount))
            for name, amount in (resources or {}).items()}


def new_name(stem: str) -> str:
    return f"{stem}-{datetime.datetime.now():%Y-%m-%d-%H%M%S}"


# Options by the names the engine has for them, and what it is given of each.
_OPTIONS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "searcher": ("searcher", plugin),
    "scheduler": ("scheduler", plugin),
    "seed": ("seed", int),
    "samples": ("samples", int),
    "time": ("time_budget_s", float),
    "iterations": ("iterations", int),
    "stop": ("stop", texts),
    "require": ("require", texts),
    "prior": ("prior", texts),
    "max_failures": ("max_failures", int),
    "retries": ("retries", int),
    "retry_delay": ("retry_delay_s", float),
    "trial_timeout": ("trial_timeout_s", float),
    "grace": ("grace_s", float),
    "resources": ("resources", amounts),
    "checkpoint_every": ("checkpoint_every", int),
    "checkpoint_at_end": ("checkpoint_at_end", bool),
    "keep_checkpoints": ("keep_checkpoints", int),
    "keep_by": ("keep_by", str),
    "deterministic": ("deterministic", int),
    "time_attr": ("time_attr", str),
    "score": ("score", str),
    "tags": ("tags", lambda tags: {str(key): str(value) for key, value in tags.items()}),
    "points": ("points", lambda points: [flat(point) for point in points]),
    "log": ("loggers", texts),
}


def experiment(name: str, space: Space, goals: Sequence[Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The document of the client protocol. Options that are None stay the engine's own."""
    spec: dict[str, Any] = {"schema": 1, "name": name, "space": space.json(), "objectives": goals}
    for key, value in options.items():
        if key not in _OPTIONS:
            import difflib
            near = difflib.get_close_matches(key, _OPTIONS, 1)
            raise UsageError(f"there is no option '{key}'" + (f"; did you mean '{near[0]}'?" if near else "")
                             + f"; known: {', '.join(sorted(_OPTIONS))}")
        if value is not None:
            word, read = _OPTIONS[key]
            try:
                spec[word] = read(value)
            except UsageError:
                raise
            except (TypeError, ValueError, AttributeError):
                raise UsageError(f"{key} is {value!r}, which it can't be") from None
    return spec
