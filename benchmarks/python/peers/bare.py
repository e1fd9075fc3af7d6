"""What the machine itself allows; prints one JSON line. Arguments: forks, round trips."""

import json
import os
import socket
import sys
import time

import luthier  # noqa: F401, so that the forked process is as large as Luthier's
import luthier._zygote  # noqa: F401

JOBS = 2


def forks(count):
    """Processes per second, two at a time, each of which does nothing."""
    begun, running = time.monotonic(), 0
    for _ in range(count):
        if running == JOBS:
            os.wait()
            running -= 1
        if os.fork() == 0:
            os._exit(0)
        running += 1
    for _ in range(running):
        os.wait()
    return count / (time.monotonic() - begun)


def round_trips(count):
    """Lines per second to another process and back, one by one."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        while line := theirs.recv(4096):
            theirs.sendall(line)
        os._exit(0)
    theirs.close()
    begun = time.monotonic()
    for _ in range(count):
        ours.sendall(b'{"id": 1, "do": "tell", "trial": 1, "metrics": {"loss": 0.5}}\n')
        ours.recv(4096)
    rate = count / (time.monotonic() - begun)
    ours.close()
    os.wait()
    return rate


print(json.dumps({"forks": forks(int(sys.argv[1])), "round_trips": round_trips(int(sys.argv[2]))}))
