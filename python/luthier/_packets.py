"""Packets with descriptors, as the engine and the guardian send them."""

import os
import socket
import sys

_CLOSE_ON_EXEC = 0x40000000  # MSG_CMSG_CLOEXEC
_MOST_BYTES, _MOST_ANCILLARY = 4096, 1024


def receive(connection):
    """A packet and the descriptors that came with it; b"" when there is nobody any more."""
    try:
        data, ancillary, _, _ = connection.recvmsg(_MOST_BYTES, _MOST_ANCILLARY, _CLOSE_ON_EXEC)
    except ConnectionError:
        return b"", []
    return data, [int.from_bytes(part[at:at + 4], sys.byteorder)
                  for level, kind, part in ancillary
                  if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS
                  for at in range(0, len(part) - 3, 4)]


def strings(file, arguments, environment):
    """The directory and the environment in the memory file of a request, which counts both."""
    text = os.pread(file, os.fstat(file).st_size, 0).split(b"\0")
    return text[0], text[2 + arguments:2 + arguments + environment]
