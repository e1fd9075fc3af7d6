"""The frames of src/executors/ray/ray_wire.h: u32 length, u8 kind, i64 trial, i64 attempt, payload."""

import struct

VERSION = 2
START, INPUT, TERMINATE = 2, 3, 4
SPAWNED, OUTPUT, ERROR, REPORT, GONE, ALIVE = 10, 11, 12, 13, 14, 15

_HEAD = struct.Struct("<IBqq")
_SPAWNED = struct.Struct("<iI")
_GONE = struct.Struct("<iIIIQQQQ")


def frame(kind, key, payload=b""):
    return _HEAD.pack(len(payload), kind, *key) + payload


def frames(data):
    """(end, kind, (trial, attempt), payload) of each complete frame."""
    at = 0
    while len(data) - at >= _HEAD.size:
        length, kind, trial, attempt = _HEAD.unpack_from(data, at)
        begin, at = at + _HEAD.size, at + _HEAD.size + length
        if at > len(data):
            return
        yield at, kind, (trial, attempt), data[begin:at]


def spawned(failed_errno=0, in_directory=0, place=b""):
    return _SPAWNED.pack(failed_errno, in_directory) + place


def gone(wait_status=0, killed=0, over_memory=0, worker_is_stuck=0, peak_memory_bytes=0,
         used=(0, 0, 0)):
    """`used`: the program's cpu time and wall time in microseconds, the largest process's memory in bytes."""
    return _GONE.pack(
        wait_status, killed, over_memory, worker_is_stuck, peak_memory_bytes, *used)
