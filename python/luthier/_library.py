"""Trials that are functions or classes of a C++ library, by its C entry (luthier/trainable_entry.h). The
interpreter's lock is free while C++ runs."""

import ctypes
import json

from . import _function

_VERSION = 1
_MESSAGE_BYTES = 4096

# The callback returns an address: ctypes would free the memory of a text that it converts itself.
_TELL = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)
_STOP_REQUESTED = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


class _Host(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int), ("host", ctypes.c_void_p), ("tell", _TELL),
                ("stop_requested", _STOP_REQUESTED)]


class Libraries(_function.Functions):
    """The libraries of one worker. A trial is a thread, as a Python function's is."""

    def target(self, name):
        with self._lock:
            if name not in self._targets:
                self._targets[name] = _entry(name)
            return self._targets[name]

    def call(self, function, order):
        entry = self.target(order["target"])
        answer = None  # kept until the next call, as the library expects

        def tell(_, line):
            nonlocal answer
            try:
                answer = ctypes.create_string_buffer(function.tell_line(line))
            except _function.Ended:
                return None
            return ctypes.addressof(answer)

        host = _Host(_VERSION, None, _TELL(tell), _STOP_REQUESTED(lambda _: int(function.stopping)))
        message = ctypes.create_string_buffer(_MESSAGE_BYTES)
        words = json.dumps({name: value for name, value in order.items() if name != "place"}).encode()
        if entry(words, ctypes.byref(host), message, _MESSAGE_BYTES):
            raise _function.Failed(message.value.decode(errors="replace"))


def _entry(path):
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise _function.Failed(f"the library can't be loaded: {error}") from None
    try:
        entry = library.luthier_trainable
    except AttributeError:
        raise _function.Failed(f"{path} has no symbol luthier_trainable; define it with LUTHIER_TRAINABLE") from None
    entry.argtypes = [ctypes.c_char_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
    entry.restype = ctypes.c_int
    return entry
