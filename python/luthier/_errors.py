"""The exceptions of this package."""

from __future__ import annotations

from typing import Any, Mapping, Tuple, Type


class Error(Exception):
    """An operation failed. The message is a sentence that names the cause and a remedy.

    `code` is one of invalid_argument, not_found, already_exists, corruption, unavailable, io.
    """

    def __init__(self, message: str, code: str = "io") -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> Tuple[Type[Error], Tuple[str, str]]:
        return type(self), (str(self), self.code)


class UsageError(Error, ValueError):
    """An argument is invalid. Nothing was started and nothing was written."""

    def __init__(self, message: str, code: str = "invalid_argument") -> None:
        super().__init__(message, code)


class NotFoundError(Error, LookupError):
    """An experiment or trial does not exist."""

    def __init__(self, message: str, code: str = "not_found") -> None:
        super().__init__(message, code)


_OF_CODE: Mapping[str, Type[Error]] = {"invalid_argument": UsageError, "already_exists": UsageError, "not_found": NotFoundError}


def of_answer(error: Mapping[str, Any]) -> Error:
    """The exception for the `error` member of an answer."""
    return _OF_CODE.get(error["code"], Error)(error["message"], error["code"])
