"""A process that has loaded the training function and forks one for each attempt.

The guardian starts it (src/executors/programs/guardian/wire.h has the messages). For each request it
forks a process that forks the attempt's and becomes its warden, so that whatever an attempt starts
stays below its warden and ends with it.
"""

import ctypes
import gc
import os
import select
import socket
import sys
import time

from . import _packets

_REQUESTS, _GUARDIAN, _IMAGE, _CONTROLLER = 3, 4, 5, 6  # descriptors
_OURS = 200  # those that stay open lie above any that imports open
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_SIGKILL = 9
_SKIPPED = 8  # bytes of a request before what is meant for the warden


def serve():
    """Returns in the process of each attempt, and in no other."""
    zygote = _Zygote()
    reason = _unfit([_REQUESTS, *zygote.ours])
    if reason:
        zygote.say(f"unfit {reason}")
        os._exit(0)
    gc.collect()
    gc.freeze()
    zygote.say(f"ready 0 0 {len(sys.modules)}")
    zygote.serve()
    gc.unfreeze()
    _seed()


def _unfit(ours):
    """Why this process can't be forked; a sentence without its full stop."""
    for name in ("jax", "tensorflow"):
        if name in sys.modules:
            return f"{name} was imported, which does not survive a fork"
    for _ in range(50):  # a thread that was joined leaves a little later
        if _threads() <= 1:
            break
        if not _settle_threads():
            time.sleep(0.02)
    else:
        return "its module has started threads, which do not survive a fork"
    for entry in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink("/proc/self/fd/" + entry)
        except OSError:
            continue
        if target.startswith(("/dev/nvidia", "/dev/kfd")):
            return "its module has initialised the GPU, which can't be used after a fork"
        if target.startswith("socket:") and int(entry) not in ours:
            return "its module has opened a connection as it was imported"
    return None


# jemalloc, which Apache Arrow and so pandas brings, prepares its thread for a fork by itself.
_FORK_SAFE = ("jemalloc_bg_thd",)


def _threads():
    """How many threads there are that a fork would lose."""
    count = 0
    for task in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{task}/comm") as file:
                count += file.read().strip() not in _FORK_SAFE
        except OSError:
            pass  # it has just ended
    return count


_settled = False


def _settle_threads():
    """The pools of BLAS libraries end at a fork by themselves; the first call forks once."""
    global _settled
    if _settled:
        return False
    _settled = True
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True


def _seed():
    """What a fresh interpreter takes from the system; `random` does so by itself after a fork."""
    generators = sys.modules.get("numpy.random")
    if generators is not None:
        generators.seed()
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None:
        processes.current_process().authkey = os.urandom(32)


class _Zygote:
    def __init__(self):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.ours = [_moved(descriptor) for descriptor in (_GUARDIAN, _IMAGE, _CONTROLLER)]
        guardian, self.image, self.controller = self.ours
        os.set_inheritable(_REQUESTS, False)
        self.requests = socket.socket(fileno=_REQUESTS)
        self.guardian = socket.socket(fileno=guardian)
        self.wardens = {}  # pidfd: pid
        self.poll = select.poll()
        self.poll.register(self.requests, select.POLLIN)
        self.poll.register(self.guardian, select.POLLIN)

    def say(self, text):
        try:
            self.requests.send(text.encode("utf-8", "replace")[:3000])
        except OSError:
            os._exit(1)

    def serve(self):
        while True:
            for descriptor, _ in self.poll.poll():
                if descriptor in self.wardens:
                    self.bury(descriptor)
                elif descriptor == self.ours[0]:
                    os._exit(0)  # the guardian says nothing: it is gone
                elif self.fork():
                    return

    def bury(self, descriptor):
        self.poll.unregister(descriptor)
        os.close(descriptor)
        pid = self.wardens.pop(descriptor)
        self.tell_guardian(pid, os.waitpid(pid, 0)[1], 1)

    def tell_guardian(self, *words):
        try:
            self.guardian.send(b"".join(word.to_bytes(4, sys.byteorder, signed=True) for word in words))
        except OSError:
            os._exit(1)

    def fork(self):
        """Takes a request. True in the process of its attempt."""
        data, passed = _packets.receive(self.requests)
        if not data:
            os._exit(0)
        try:
            pid = os.fork()
        except OSError:
            pid = -1  # the control socket closes: the executor tries again
        if pid == 0:
            return self.become_warden(data, passed)
        if pid > 0:
            self.tell_guardian(pid, 0, 0)
            warden = os.pidfd_open(pid)
            self.wardens[warden] = pid
            self.poll.register(warden, select.POLLIN)
        for descriptor in passed:
            os.close(descriptor)
        return False

    # The rest runs in children.

    def become_warden(self, data, passed):
        try:
            command = _Command(passed[1], data)
            failure = 0
            try:
                os.chdir(command.directory)
            except OSError as error:
                failure = error.errno
            began = time.monotonic_ns() // 1000
            pid = -1 if failure else self.fork_attempt(command, passed)
            if pid == 0:
                return True
            os.dup2(passed[0], _REQUESTS, True)
            os.dup2(self.controller, _GUARDIAN, True)
            words = ["luthier-warden", "adopt", data[_SKIPPED:].hex(), str(pid), str(failure),
                     str(int(bool(failure))), str(began)]
            os.execve(f"/proc/self/fd/{self.image}", words, {})
        except BaseException:
            os._exit(1)

    def fork_attempt(self, command, passed):
        self.libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        warden = os.getpid()
        ready, going = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                self.libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
                if os.getppid() != warden:
                    os._exit(127)
                os.write(going, b".")
                self.take_descriptors(passed, (ready, going))
                command.apply()
            except BaseException:
                os._exit(127)
            return 0
        os.close(going)
        os.read(ready, 1)
        return pid

    def take_descriptors(self, passed, more):
        for target, descriptor in enumerate(passed[2:6]):
            os.dup2(descriptor, target, True)
        self.requests.detach()
        self.guardian.detach()
        for descriptor in (*passed, *more, *self.ours, *self.wardens):
            os.close(descriptor)


def _moved(descriptor):
    import fcntl

    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _OURS)
    os.close(descriptor)
    return moved


class _Command:
    """What differs between attempts, of the strings in a memory file."""

    def __init__(self, strings, data):
        arguments, variables = (int.from_bytes(data[at:at + 4], sys.byteorder) for at in (8, 12))
        self.directory, self.environment = _packets.strings(strings, arguments, variables)

    def apply(self):
        for variable in self.environment:
            name, _, value = variable.partition(b"=")
            if name.startswith(b"LUTHIER_") or name == b"CUDA_VISIBLE_DEVICES":
                os.environb[name] = value
