"""What is not here says what to write instead."""

from __future__ import annotations

from typing import Any, Mapping, NoReturn

from ..._errors import Error, UsageError


class TuneError(Error):
    """Trials failed, or the run could not be made."""


def absent(what: str, instead: str) -> NoReturn:
    raise UsageError(f"{what} is not in luthier.compat.ray_tune; {instead}")


def no_more(of: str, options: Mapping[str, Any]) -> None:
    """Refuses options that nothing here reads."""
    for name, value in options.items():
        if value not in (None, False, ()):
            absent(f"{of}({name}=...)", "leave it out, or see docs/from_ray_tune.md for what there is")


class Missing(type):
    """The class of a name that is only here to say what to write instead."""

    instead = ""

    def __call__(cls, *_: Any, **__: Any) -> NoReturn:
        absent(cls.__name__, cls.instead)


def missing(name: str, instead: str) -> Any:
    return Missing(name, (), {"instead": instead})
