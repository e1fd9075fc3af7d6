"""The engine: a `luthier client` process, and the conversation with it (docs/client_protocol.md)."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import weakref

from ._errors import Error, of_answer

PROTOCOL = 1
_MOST_PENDING = 256  # requests whose answers were not read yet
_READ_BYTES = 1 << 16


def program() -> str:
    """The file of the program: LUTHIER_PROGRAM, else the package's own, else one in PATH."""
    given = os.environ.get("LUTHIER_PROGRAM")
    if given:
        if not os.access(given, os.X_OK):
            raise Error(f"LUTHIER_PROGRAM is {given}, which is not an executable file",
                        "not_found")
        return given
    own = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "luthier")
    if os.access(own, os.X_OK):
        return own
    found = _in_path()
    if found is None:
        raise Error("the program luthier was not found; install the wheel of Luthier, which contains "
                    "it, or set LUTHIER_PROGRAM to its path", "not_found")
    return found


def _in_path():
    """Not the script of this package by the same name, which calls here."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        found = shutil.which("luthier", path=folder or os.curdir)
        if found and not _is_python_script(found):
            return found
    return None


def _is_python_script(path):
    with open(path, "rb") as file:
        head = file.read(256)
    return head.startswith(b"#!") and b"python" in head.split(b"\n", 1)[0]


class Engine:
    """One engine process. Any thread may ask; requests are answered one after the other."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                [program(), "client", "--fd", str(theirs.fileno())], stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()], start_new_session=True)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._socket = ours
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._incoming = bytearray()
        self._last_id = 0
        self._pending: "dict[int, None]" = {}  # id -> None, of requests nobody waits for
        self._failed = None  # of one of those
        self.on_events = None  # called with each batch of a subscription
        self.on_question = None  # called with each question; what it returns is the answer
        self._question = None  # the one that is being answered
        self._raised = None  # what on_question raised
        self._finish = weakref.finalize(self, _end, ours, self._process, self._pid)
        _engines.add(self)
        _watch_forks()
        self.version = self.ask("hello", protocol=PROTOCOL)["version"]

    def ask(self, word, **arguments):
        """Sends a request and waits for its answer: the result, or an Error."""
        with self._lock:
            self._check()
            number = self._send(word, arguments)
            failed = None
            try:
                answer = self._answer(number)
            except Error as error:
                failed = error
            self._raise_raised()
            if failed is not None:
                raise failed
            self._raise_failed()
        return answer

    def tell(self, word, **arguments):
        """Sends a request without waiting. What is wrong with it is raised by a later call."""
        with self._lock:
            self._check()
            self._raise_failed()
            self._pending[self._send(word, arguments)] = None
            while len(self._pending) > _MOST_PENDING:
                self._take(self._receive())

    def settle(self):
        """Waits for the answers of all tell()s."""
        with self._lock:
            self._check()
            while self._pending:
                self._take(self._receive())
            self._raise_raised()
            self._raise_failed()

    def interrupt(self):
        """While another call waits for a run: asks the engine to end it in an orderly way. Any thread."""
        self._write({"id": None, "do": "interrupt"})

    def run(self, word, **arguments):
        """ask() for a request that takes long. Ctrl-C ends the run in good order, a second one at
        once; then KeyboardInterrupt goes on."""
        with self._lock:
            self._check()
            number = self._send(word, arguments)
            interrupted = failed = None
            while True:
                try:
                    answer = self._answer(number)
                    break
                except KeyboardInterrupt as pressed:
                    interrupted = pressed
                    self.interrupt()
                    if self._question is not None:
                        self._reply(self._question, error=pressed)
                except Error as error:
                    failed = error
                    break
            self._raise_raised()
        if failed is not None and interrupted is None:
            raise failed
        if interrupted is not None:
            raise interrupted
        return answer

    def close(self):
        self._finish()

    @property
    def closed(self):
        return not self._finish.alive

    # ---- the conversation

    def _check(self):
        if os.getpid() != self._pid:
            raise Error("this object belongs to the process that created it; a forked process needs its "
                        "own", "unavailable")
        if self.closed:
            raise Error("the experiment is closed", "unavailable")
        if self._question is not None:
            raise Error("the experiment waits for an answer of this searcher, scheduler, stop function or "
                        "logger; use the view that it is given", "unavailable")

    def _send(self, word, arguments):
        self._last_id += 1
        self._write({"id": self._last_id, "do": word, **arguments})
        return self._last_id

    def _write(self, request):
        try:
            self._socket.sendall(json.dumps(request, ensure_ascii=False).encode(
                "utf-8", "surrogateescape") + b"\n")
        except OSError:
            raise self._gone() from None

    def _answer(self, number):
        while True:
            message = self._receive()
            if message.get("id") == number:
                if "error" in message:
                    raise of_answer(message["error"])
                return message["result"]
            self._take(message)

    def _take(self, message):
        """Anything but the answer that is waited for."""
        if "question" in message:
            self._question = message
            try:
                result = self.on_question(message)
                self._reply(message, result=result)
            except BaseException as error:
                if self._raised is None:
                    self._raised = error
                if self._question is not None:  # the answer has not left
                    self._reply(message, error=error)
            return
        if "events" in message or "dropped" in message:
            if self.on_events is not None:
                self.on_events(message)
            return
        if message.get("id") in self._pending:
            del self._pending[message["id"]]
            if "error" in message and self._failed is None:
                self._failed = of_answer(message["error"])

    def _reply(self, question, *, result=None, error=None):
        answer = {"answer": question["question"]}
        if error is None:
            answer["result"] = result
        else:
            answer["error"] = _described(error)
        self._write(answer)
        self._question = None

    def _raise_raised(self):
        """What a plugin raised goes on in the call during which it was asked."""
        if self._raised is not None:
            raised, self._raised = self._raised, None
            raise raised

    def _raise_failed(self):
        if self._failed is not None:
            failed, self._failed = self._failed, None
            raise failed

    def _receive(self):
        start = 0
        while True:
            end = self._incoming.find(b"\n", start)
            if end >= 0:
                line = bytes(self._incoming[:end])
                del self._incoming[:end + 1]
                return json.loads(line)
            start = len(self._incoming)
            try:
                part = self._socket.recv(_READ_BYTES)
            except OSError:
                part = b""
            if not part:
                raise self._gone()
            self._incoming += part

    def _gone(self):
        status = self._process.wait()
        why = f"by signal {-status}" if status < 0 else f"with status {status}"
        return Error(f"the engine (the process luthier client) has ended {why}; what was acknowledged is "
                     "in the experiment's log, which can be opened and resumed", "unavailable")

    def __reduce__(self):
        raise TypeError("an engine can't be pickled: it is a process and a connection")


def _described(error):
    """The exception in one line, and its traceback below."""
    import traceback

    return "".join([*traceback.format_exception_only(type(error), error)[-1:],
                    *traceback.format_exception(type(error), error, error.__traceback__)]).rstrip()


def _end(connection, process, owner):
    """Hangs up, and waits until the engine has left; it does so in good order and in bounded time."""
    connection.close()
    if os.getpid() == owner:
        process.wait()


_engines: weakref.WeakSet = weakref.WeakSet()
_watching = False


def _watch_forks():
    global _watching
    if not _watching:
        _watching = True
        os.register_at_fork(after_in_child=_close_in_child)


def _close_in_child():
    """A forked process must not keep the connection open after its parent has died."""
    for engine in list(_engines):
        engine._finish.detach()
        engine._socket.close()
        engine._process.returncode = 0  # it is no child of this process
        engine._lock = threading.RLock()


def main() -> None:
    """The command `luthier` of the wheel."""
    try:
        path = program()
    except Error as error:
        sys.exit(f"luthier: {error}")
    os.execv(path, [path, *sys.argv[1:]])
