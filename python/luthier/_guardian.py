"""Starts programs through luthier's guardian, so that none of their processes outlives this one. The
packets are defined in src/executors/programs/guardian/wire.h."""

import os
import socket
import struct

_SPAWN_REQUEST = struct.Struct("=IIQQQ")
_TERMINATE = struct.Struct("=I")
_SPAWNED = struct.Struct("=IiiI")
_GONE = struct.Struct("=IiIII4xQQQQ")
_KIND_SPAWNED, _KIND_GONE = 0, 1
_GUARDIANS_SOCKET = 3


class Spawned:
    def __init__(self, packet):
        _, self.pid, self.failed_errno, self.in_directory = _SPAWNED.unpack(packet)


class Gone:
    def __init__(self, packet=None, wait_status=9):
        self.wait_status, self.killed, self.over_memory, self.peak = wait_status, 0, 0, 0
        self.used = (0, 0, 0)
        if packet is not None:
            (_, self.wait_status, self.killed, self.over_memory, _, self.peak,
             *self.used) = _GONE.unpack(packet)


def read_packet(control):
    """The warden's next packet, Spawned or Gone. The end of the connection counts as Gone by SIGKILL."""
    packet = control.recv(4096)
    if len(packet) >= 4 and struct.unpack_from("=I", packet)[0] == _KIND_SPAWNED:
        return Spawned(packet)
    return Gone(packet) if packet else Gone()


def terminate(control, grace_ms):
    try:
        control.send(_TERMINATE.pack(min(grace_ms, 86_400_000)))
    except OSError:
        pass  # the process tree is gone, as intended


class Guardian:
    def __init__(self, program):
        self._program = program
        self._socket = None
        self._null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def _launch(self):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            os.posix_spawn(
                self._program, ["luthier-guardian", str(os.getpid())], {}, setsid=True,
                setsigmask=[], setsigdef=range(1, 32),
                file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                              (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                              (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                              (os.POSIX_SPAWN_DUP2, theirs.fileno(), _GUARDIANS_SOCKET)])
        self._socket = ours

    def spawn(self, directory, path, arguments, environment, memory_bytes, stdout, stderr, report):
        """Requests the start of the program. Returns the control socket for read_packet()."""
        strings = b"\0".join(os.fsencode(text) for text in
                             [directory, path, *arguments, *environment]) + b"\0"
        file = os.memfd_create("luthier-command", os.MFD_CLOEXEC)
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with open(file, "wb", closefd=False) as command:
                command.write(strings)
            no_zygote = 0
            request = _SPAWN_REQUEST.pack(
                len(arguments), len(environment), len(strings), memory_bytes, no_zygote)
            passed = [theirs.fileno(), file, self._null, stdout, stderr, report]
            for again in (True, False):
                if self._socket is None:
                    self._launch()
                try:
                    socket.send_fds(self._socket, [request], passed)
                    break
                except OSError:  # it was killed; another one is started
                    self._socket.close()
                    self._socket = None
                    if not again:
                        raise
        finally:
            os.close(file)
            theirs.close()
        return control
