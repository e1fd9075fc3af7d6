"""The worker actor that luthier-ray starts on Ray's nodes: runs trials and passes frames."""

import json
import os
import threading

from . import _wire

_MOST_WAITING = 4 << 20  # bytes not yet fetched; then programs wait
_PATIENCE_S = 5  # then it says that it is there


class Worker:
    def __init__(self):
        self._changed = threading.Condition()
        self._newest = 0
        self._outgoing = [_wire.frame(_wire.ALIVE, (-1, 0))]
        self._waiting = 0
        self._trials = {}
        self._programs = None
        self._functions = None
        self._place = None

    def exchange(self, commands):
        """Obeys the frames, then waits for something to say, or for the next call: only the newest
        call says anything, which keeps the order. Calls carry their number, 1, 2, ..., because Ray
        may begin them in another order than they were made; answers repeat it."""
        mine = int.from_bytes(commands[:8], "little")
        with self._changed:
            while self._newest != mine - 1:
                self._changed.wait()
            self._newest = mine
            for kind, key, payload in _wire.frames(commands[8:]):
                self._obey(kind, key, payload)
            self._changed.notify_all()
            while self._newest == mine and not self._outgoing:
                if not self._changed.wait(_PATIENCE_S):
                    break
            if self._newest != mine:
                return commands[:8]
            said = b"".join([commands[:8], *self._outgoing])
            self._outgoing.clear()
            self._waiting = 0
            self._changed.notify_all()
            return said

    def say(self, frame):
        with self._changed:
            while self._waiting > _MOST_WAITING:
                self._changed.wait()
            self._outgoing.append(frame)
            self._waiting += len(frame)
            self._changed.notify_all()

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
        else:
            if self._functions is None:
                from . import _function
                self._functions = _function.Functions(self.say)
            runner = self._functions
        try:
            self._trials[key] = runner.start(key, order)
        except OSError as error:
            self._outgoing.append(_wire.frame(
                _wire.SPAWNED, key, _wire.spawned(error.errno or 1)))

    def _where(self):
        if self._place is None:
            import ray
            context = ray.get_runtime_context()
            self._place = json.dumps({"node": ray.util.get_node_ip_address(), "pid": os.getpid(),
                                      "ray_node": context.get_node_id(),
                                      "ray_actor": context.get_actor_id()}).encode()
        return self._place
