"""What can go wrong, as exceptions."""


class Error(Exception):
    """Something the world broke, in one sentence that names the remedy.

    `code` is one of invalid_argument, not_found, already_exists, corruption, unavailable, io.
    """

    def __init__(self, message, code="io"):
        super().__init__(message)
        self.code = code

    def __reduce__(self):
        return type(self), (str(self), self.code)


class UsageError(Error, ValueError):
    """An argument is wrong: nothing was started and nothing was written."""

    def __init__(self, message, code="invalid_argument"):
        super().__init__(message, code)


class NotFoundError(Error, LookupError):
    """A named experiment or trial is not there."""

    def __init__(self, message, code="not_found"):
        super().__init__(message, code)


_OF_CODE = {"invalid_argument": UsageError, "already_exists": UsageError, "not_found": NotFoundError}


def of_answer(error):
    """The exception for the `error` of an answer."""
    return _OF_CODE.get(error["code"], Error)(error["message"], error["code"])
