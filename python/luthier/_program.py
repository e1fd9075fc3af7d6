"""Trials that are programs; their output is passed to the controller unchanged."""

import errno
import os
import selectors
import shutil
import socket
import threading

from . import _guardian, _wire

_READ_BYTES = 1 << 16


class Programs:
    """The programs of one worker, watched by one thread."""

    def __init__(self, say):
        self.say = say
        self._guardian = None
        self._selector = selectors.DefaultSelector()
        self._thread = None
        self._lock = threading.Lock()

    def start(self, key, order):
        with self._lock:
            if self._guardian is None:
                self._guardian = _guardian.Guardian(order["guardian"])
            if self._thread is None:
                self._wake_read, self._wake_write = os.pipe()
                self._selector.register(self._wake_read, selectors.EVENT_READ, self._woken)
                self._thread = threading.Thread(target=self._watch, name="luthier-programs", daemon=True)
                self._thread.start()
            return Program(self, self._guardian, key, order)

    def watch(self, file, heard):
        # A select() that is already running sees a new descriptor: epoll registers it at once.
        self._selector.register(file, selectors.EVENT_READ, heard)

    def unwatch(self, file):
        self._selector.unregister(file)

    def _woken(self):
        os.read(self._wake_read, 4096)

    def _watch(self):
        while True:
            for key, _ in self._selector.select():
                key.data()


class Program:
    def __init__(self, programs, guardian, key, order):
        self._programs, self._key = programs, key
        self._say = programs.say
        self._place = order["place"]
        self._report, report = socket.socketpair()
        self._report.setblocking(False)
        self._output, output = os.pipe()
        self._error, error = os.pipe()
        for end in (self._output, self._error):
            os.set_blocking(end, False)
        path = order["path"]
        if not os.path.exists(path):  # the controller's path; here the program may be elsewhere
            path = shutil.which(os.path.basename(order["arguments"][0])) or path
        own = [f"{name}={value}" for name, value in os.environ.items() if not name.startswith("LUTHIER_")]
        if "PYTHONUNBUFFERED" not in os.environ:
            own.append("PYTHONUNBUFFERED=1")  # otherwise its output arrives only at its end
        try:
            self._control = guardian.spawn(
                order["directory"], path, order["arguments"], own + order["environment"],
                order["memory_bytes"], output, error, report.fileno())
        finally:
            os.close(output)
            os.close(error)
            report.close()
        self._pending = b""
        programs.watch(self._control, self._on_control)

    # From the program; called by the watching thread.
    def _on_control(self):
        packet = _guardian.read_packet(self._control)
        if isinstance(packet, _guardian.Spawned):
            self._say(_wire.frame(_wire.SPAWNED, self._key, _wire.spawned(
                packet.failed_errno, packet.in_directory, self._place)))
            if packet.failed_errno:
                self._close()
                return
            self._programs.watch(self._output, self._on_output)
            self._programs.watch(self._error, self._on_error)
            self._programs.watch(self._report, self._on_report)
            return
        while self._pass_on("_output", _wire.OUTPUT) or self._pass_on("_error", _wire.ERROR):
            pass
        while self._on_report():
            pass
        self._say(_wire.frame(_wire.GONE, self._key, _wire.gone(
            packet.wait_status, packet.killed, packet.over_memory, 0, packet.peak, packet.used)))
        self._close()

    def _on_output(self):
        self._pass_on("_output", _wire.OUTPUT)

    def _on_error(self):
        self._pass_on("_error", _wire.ERROR)

    def _pass_on(self, name, kind):
        end = getattr(self, name)
        if end is None:
            return False
        try:
            data = os.read(end, _READ_BYTES)
        except BlockingIOError:
            return False
        if not data:
            self._drop(end)
            os.close(end)
            setattr(self, name, None)
            return False
        self._say(_wire.frame(kind, self._key, data))
        return True

    def _on_report(self):
        if self._report is None:
            return False
        try:
            data = self._report.recv(_READ_BYTES)
        except BlockingIOError:
            return False
        except ConnectionError:
            data = b""
        if not data:
            self._drop(self._report)
            self._report.close()
            self._report = None
            return False
        self._say(_wire.frame(_wire.REPORT, self._key, data))
        return True

    def _drop(self, file):
        try:
            self._programs.unwatch(file)
        except (KeyError, ValueError):
            pass

    def _close(self):
        for end in (self._output, self._error):
            if end is not None:
                self._drop(end)
                os.close(end)
        self._output = self._error = None
        for end in (self._report, self._control):
            if end is not None:
                self._drop(end)
                end.close()
        self._report = None
        self.ended = True

    ended = False

    # From the controller.
    def input(self, data):
        report = self._report
        if report is not None:
            try:
                report.send(data)
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EPIPE, errno.ECONNRESET, errno.EBADF):
                    raise

    def terminate(self, grace_ms):
        _guardian.terminate(self._control, grace_ms)
