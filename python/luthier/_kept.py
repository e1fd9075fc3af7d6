"""A worker process that is kept: it runs one attempt after the other.

It gets each attempt as a zygote would (src/executors/programs/guardian/wire.h), with the descriptors
that the attempt's program would have, and answers on its control socket what a warden would say.
"""

import os
import resource
import socket
import struct
import sys
import time

from . import _packets, _trial

_ORDERS, _OURS = 3, 200
_GONE = struct.Struct("=IiIII4xQQQQ")


def keep(attempts):
    """Runs attempts until there is nobody to ask for them."""
    import fcntl

    orders = socket.socket(fileno=fcntl.fcntl(_ORDERS, fcntl.F_DUPFD_CLOEXEC, _OURS))
    orders.setblocking(True)
    os.dup2(0, _ORDERS)  # a number that no other descriptor gets
    while True:
        data, passed = _packets.receive(orders)
        if not data:
            return
        _run_one(attempts, orders, data, passed)


def _run_one(attempts, orders, data, passed):
    control = socket.socket(fileno=passed[0])
    arguments, variables = (int.from_bytes(data[at:at + 4], sys.byteorder) for at in (0, 4))
    directory, environment = _packets.strings(passed[1], arguments, variables)
    _trial.forget()
    for target, descriptor in enumerate(passed[2:6]):
        os.dup2(descriptor, target)
    for descriptor in passed[1:]:
        os.close(descriptor)
    began, used = time.monotonic(), _processor_time()
    _take(environment)
    os.chdir(directory)
    status = attempts.run()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass
    for descriptor in (1, 2, _ORDERS):  # whoever reads them sees the end
        os.dup2(0, descriptor)
    wall, processor = time.monotonic() - began, _processor_time() - used
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    orders.send(b".")
    control.send(_GONE.pack(1, status << 8, 0, 0, 0, rss, int(processor * 1e6), int(wall * 1e6), rss))
    control.close()


def _take(environment):
    for name in [name for name in os.environb
                 if name.startswith(b"LUTHIER_") and name != b"LUTHIER_PROGRAM"]:
        del os.environb[name]
    for variable in environment:
        name, _, value = variable.partition(b"=")
        if name.startswith(b"LUTHIER_"):
            os.environb[name] = value


def _processor_time():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
