"""A worker process: loads the training function and runs attempts of it.

    python -c "..." PAYLOAD serve     a zygote: it forks a process for each attempt
    python -c "..." PAYLOAD run       one attempt, that of this process's environment
    python -c "..." PAYLOAD keep      attempts one after the other

An attempt is a program of the worker protocol (docs/worker_protocol.md).
"""

import os
import sys
import traceback

from . import _payload, _trial


class Attempts:
    """The function, or why it could not be loaded: then each attempt fails with that."""

    def __init__(self, path):
        self.payload = _payload.load(path)
        self.function = self.failure = None
        self._model = None  # of the attempt before, where it takes other configurations
        try:
            self.function = _payload.function(self.payload)
        except BaseException:
            self.failure = traceback.format_exc()

    def run(self):
        """Runs the attempt of this process; returns its exit status."""
        if self.failure is not None:
            print(self.failure, end="", file=sys.stderr)
            return 1
        try:
            self._train(_trial.current())
        except SystemExit as left:
            return _status(left.code)
        except BaseException:
            traceback.print_exc()
            return 1
        return 0

    def _train(self, trial):
        if self.payload["nested"]:
            from ._space import nested
            trial.config = nested(trial.config)
        if isinstance(self.function, type):
            self._model, model = None, self._model
            value = None
            self._model = drive(self.function, model, trial)
        else:
            value = self.function(trial.config)
        if value is not None and not trial.over:
            trial.report(value if isinstance(value, dict) else {self.payload["objective"]: value})


def drive(make, model, trial):
    """Runs a class: setup or reconfigure, load, then step and report until the trial is over.
    Returns the object if it can take another configuration."""
    if model is None or not model.reconfigure(trial.config):
        model = make()
        model.setup(trial.config)
    try:
        if trial.checkpoint:
            model.load(trial.checkpoint)
        save = getattr(model, "save", None)
        going = True
        while going:
            metrics = model.step()
            if metrics is None:  # it has nothing more to do
                break
            going = trial.report(metrics, save) and not metrics.get("done")
    except BaseException:
        _clean_up(model)
        raise
    if hasattr(model, "reconfigure"):
        return model
    _clean_up(model)
    return None


def _clean_up(model):
    if hasattr(model, "cleanup"):
        model.cleanup()


def _status(code):
    """What sys.exit(code) means."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def leave(status):
    """Ends a process as the interpreter would, but for freeing each object."""
    import atexit
    import threading

    try:
        threading._shutdown()
        atexit._run_exitfuncs()
    except BaseException:
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass
    os._exit(status)


def main():
    path, what = sys.argv[1:3]
    attempts = Attempts(path)
    if what == "serve":
        from . import _zygote
        _zygote.serve()  # returns in the process of an attempt
    if what == "keep":
        from . import _kept
        _kept.keep(attempts)
        leave(0)
    leave(attempts.run())
