"""Trials that are functions or classes in this process, each in its own thread."""

import importlib
import json
import os
import sys
import threading
import traceback

from . import _trial, _wire

_FAILED = 1 << 8  # the wait status of exit(1)
_KILLED = 9


class Functions:
    def __init__(self, say):
        self.say = say
        self._targets = {}
        self._lock = threading.Lock()
        _capture_output()

    def start(self, key, order):
        return Function(self, key, order)

    def call(self, function, order):
        """Runs the trial, in its thread."""
        trial = _trial.Trial(order, function.tell, lambda: function.stopping)
        _trial.set_current(trial)
        self.target(order["target"])(trial.config)

    def target(self, name):
        """The object named "module:name", looked up once."""
        with self._lock:
            if name not in self._targets:
                module, _, attribute = name.partition(":")
                if os.getcwd() not in sys.path:
                    sys.path.insert(0, os.getcwd())
                found = importlib.import_module(module)
                for part in attribute.split("."):
                    found = getattr(found, part)
                self._targets[name] = Stable(found) if isinstance(found, type) else found
            return self._targets[name]


class Stable:
    """Objects of a class between trials; an object that can be reconfigured in place is kept."""

    def __init__(self, make):
        self._make = make
        self._kept = []

    def __call__(self, config):
        model = self._take(config)
        trial = _trial.current()
        keep = False
        try:
            if trial.checkpoint:
                model.load(trial.checkpoint)
            going = True
            while going:
                metrics = model.step()
                going = trial.report(metrics, getattr(model, "save", None))
                going = going and not metrics.get("done")
            keep = _reconfigure(model, config)
        finally:
            if keep:
                self._kept.append(model)
            elif hasattr(model, "cleanup"):
                model.cleanup()

    def _take(self, config):
        try:
            model = self._kept.pop()
        except IndexError:
            model = None
        if model is not None:
            if _reconfigure(model, config):
                return model
            if hasattr(model, "cleanup"):
                model.cleanup()
        model = self._make()
        model.setup(config)
        return model


def _reconfigure(model, config):
    return hasattr(model, "reconfigure") and bool(model.reconfigure(config))


class Function:
    ended = False

    def __init__(self, functions, key, order):
        self._functions, self._key, self._order = functions, key, order
        self._say = functions.say
        self._changed = threading.Condition()
        self._replies = []
        self._incoming = b""
        self.stopping = False
        self._timer = None
        threading.Thread(target=self._run, name=f"luthier-trial-{key[0]}", daemon=True).start()

    # The thread's side.
    def _run(self):
        self._say(_wire.frame(_wire.SPAWNED, self._key, _wire.spawned(place=self._order["place"])))
        _output.trial = self
        status = 0
        try:
            os.chdir(self._order["directory"])
            self._functions.call(self, self._order)
        except Ended:
            pass
        except Failed as error:
            self.output(_wire.ERROR, f"{error}\n")
            status = _FAILED
        except BaseException:  # noqa: B902: any exception of the trial; it ends only the attempt
            self.output(_wire.ERROR, traceback.format_exc())
            status = _FAILED
        finally:
            _trial.set_current(None)
            _output.trial = None
        self._end(_wire.gone(status))

    def _end(self, gone):
        with self._changed:
            if self.ended:
                return
            self.ended = True
        if self._timer is not None:
            self._timer.cancel()
        self._say(_wire.frame(_wire.GONE, self._key, gone))

    def tell(self, message):
        """Sends one message of the worker protocol and waits for the answer."""
        return json.loads(self.tell_line(json.dumps(message).encode()))

    def tell_line(self, line):
        self._say(_wire.frame(_wire.REPORT, self._key, line + b"\n"))
        with self._changed:
            while not self._replies:
                if self.ended:
                    raise Ended
                if self.stopping:
                    return b'{"decision": "stop"}'
                self._changed.wait()
            return self._replies.pop(0)

    def output(self, kind, text):
        self._say(_wire.frame(kind, self._key, text.encode(errors="replace")))

    # The controller's side.
    def input(self, data):
        with self._changed:
            self._incoming += data
            *lines, self._incoming = self._incoming.split(b"\n")
            self._replies += lines
            self._changed.notify_all()

    def terminate(self, grace_ms):
        with self._changed:
            self.stopping = True
            self._changed.notify_all()
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(grace_ms / 1000, self._overdue)
            self._timer.daemon = True
            self._timer.start()

    def _overdue(self):
        # A thread can't be killed, so its worker must end.
        self._end(_wire.gone(_KILLED, killed=1, worker_is_stuck=1))


class Failed(Exception):
    """Why a trial failed, where a traceback would not help."""


class Ended(Exception):
    """Unwinds the thread of a trial that is over."""


_output = threading.local()


class _Output:
    """A stream that passes the output of a trial's thread to its trial."""

    def __init__(self, stream, kind):
        self._stream, self._kind = stream, kind

    def write(self, text):
        trial = getattr(_output, "trial", None)
        if trial is None:
            return self._stream.write(text)
        trial.output(self._kind, text)
        return len(text)

    def __getattr__(self, name):
        return getattr(self._stream, name)


def _capture_output():
    if not isinstance(sys.stdout, _Output):
        sys.stdout = _Output(sys.stdout, _wire.OUTPUT)
        sys.stderr = _Output(sys.stderr, _wire.ERROR)
