"""Writes an experiment's log as anyone can who has read docs/event_log.md: with right checksums."""

import sqlite3
import struct

_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = (_byte >> 1) ^ (0x82F63B78 if _byte & 1 else 0)
    _TABLE.append(_byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def size(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def integer(value):
    return size(((value << 1) ^ (value >> 63)) & (2**64 - 1))


def text(value):
    data = value.encode()
    return size(len(data)) + data


def checkpoint_committed(checkpoint, trial, iteration, directory):
    return bytes([10]) + integer(checkpoint) + integer(trial) + integer(iteration) + text(directory) + integer(1)


def checkpoint_removed(checkpoint):
    return bytes([11]) + integer(checkpoint)


def decision_made(trial, iteration, decision):
    return (bytes([9]) + integer(trial) + integer(iteration) + bytes([decision]) + text("") + size(0)
            + bytes([1]) + text("asha") + integer(1))


def spec_of(payload):
    """The text of experiment_created, and what follows it."""
    value, shift, at = 0, 0, 1
    while True:
        value |= (payload[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if payload[at - 1] < 0x80:
            break
    return payload[at:at + value].decode(), payload[at + value:]


def with_spec(payload, change):
    spec, rest = spec_of(payload)
    return payload[:1] + text(change(spec)) + rest


class Row:
    def __init__(self, time, payload, trial=None):
        self.time, self.payload, self.trial = time, payload, trial

    @property
    def tag(self):
        return self.payload[0]


def read_rows(directory):
    with sqlite3.connect(directory / "experiment.db") as log:
        rows = log.execute("SELECT time, payload, trial FROM events ORDER BY sequence").fetchall()
    log.close()
    return [Row(*row) for row in rows]


def write_rows(directory, rows, closed=True):
    """Replaces all events. Not `closed`: as a controller leaves it that was killed."""
    log = sqlite3.connect(directory / "experiment.db")
    log.execute("DELETE FROM events")
    log.execute("DELETE FROM meta WHERE name NOT IN ('created', 'luthier_version', 'checksum')")
    chain = 0
    for sequence, row in enumerate(rows, 1):
        trial = -1 if row.trial is None else row.trial
        head = struct.pack("<QQqQq", chain, sequence, row.time, row.tag, trial)
        chain = crc32c(head + row.payload)
        log.execute("INSERT INTO events VALUES(?, ?, ?, ?, ?, ?)",
                    (sequence, row.time, row.tag, row.trial, row.payload, chain))
    if closed:
        log.execute("INSERT INTO meta VALUES('closed', ?)", (f"{len(rows)} {chain}",))
    log.commit()
    log.close()
