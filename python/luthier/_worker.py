"""The worker actor that luthier has on Ray's nodes; it runs trials and exchanges frames."""

import json
import os
import select
import socket
import threading

from . import _wire

_PATIENCE_MS = 5_000  # silence after which it sends a sign of life
_UNHEARD_MS = 60_000  # unacknowledged data after this time: the driver's host is gone
_READ_BYTES = 1 << 16


class Worker:
    def __init__(self):
        self._sending = threading.Lock()
        self._trials = {}
        self._programs = None
        self._functions = None
        self._libraries = None
        self._place = None

    def serve(self, place):
        """Connects to luthier at `place`, "HOST:PORT TOKEN NUMBER", and follows its orders; exits
        when the connection ends. Returns only if there is no connection, with the reason."""
        address, token, number = place.split()
        try:
            self._link = _connect(address)
        except OSError as error:
            return f"it could not reach luthier at {address}: {error}"
        os.register_at_fork(after_in_child=self._hang_up)
        self.say(token.encode() + int(number).to_bytes(8, "little"))
        self._say_that_it_is_there()
        readable = select.poll()
        readable.register(self._link, select.POLLIN)
        data = b""
        while True:
            if not readable.poll(_PATIENCE_MS):
                self._say_that_it_is_there()
                continue
            try:
                part = self._link.recv(_READ_BYTES)
            except OSError:
                part = b""
            if not part:
                os._exit(0)  # nobody needs the work of its trials any longer
            data += part
            end = 0
            for end, kind, key, payload in _wire.frames(data):
                self._obey(kind, key, payload)
            data = data[end:]

    def _say_that_it_is_there(self):
        self.say(_wire.frame(_wire.ALIVE, (-1, 0)))

    def say(self, frame):
        with self._sending:
            try:
                self._link.sendall(frame)
            except OSError:
                pass  # serve() notices the end of the connection

    def _hang_up(self):
        """Called in a process that a trial forks, which would otherwise keep the connection open."""
        self._sending = threading.Lock()
        self._link.close()

    def _obey(self, kind, key, payload):
        if kind == _wire.START:
            self._start(key, json.loads(payload))
            return
        trial = self._trials.get(key)
        if trial is None or trial.ended:
            return
        if kind == _wire.INPUT:
            trial.input(payload)
        elif kind == _wire.TERMINATE:
            trial.terminate(int.from_bytes(payload, "little"))

    def _start(self, key, order):
        self._trials = {other: trial for other, trial in self._trials.items() if not trial.ended}
        order["place"] = self._where()
        if order["kind"] == "program":
            if self._programs is None:
                from . import _program
                self._programs = _program.Programs(self.say)
            runner = self._programs
        elif order["kind"] == "library":
            if self._libraries is None:
                from . import _library
                self._libraries = _library.Libraries(self.say)
            runner = self._libraries
        else:
            if self._functions is None:
                from . import _function
                self._functions = _function.Functions(self.say)
            runner = self._functions
        try:
            self._trials[key] = runner.start(key, order)
        except OSError as error:
            self.say(_wire.frame(_wire.SPAWNED, key, _wire.spawned(error.errno or 1)))

    def _where(self):
        if self._place is None:
            import ray
            context = ray.get_runtime_context()
            self._place = json.dumps({"node": ray.util.get_node_ip_address(), "pid": os.getpid(),
                                      "ray_node": context.get_node_id(),
                                      "ray_actor": context.get_actor_id()}).encode()
        return self._place


def _connect(address):
    host, _, port = address.rpartition(":")
    link = socket.create_connection((host, int(port)))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNHEARD_MS)
    return link
