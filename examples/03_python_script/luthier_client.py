"""Luthier's worker protocol (docs/worker_protocol.md): a JSON line out, a decision line back."""

import json
import os
import socket

_fd = os.environ.get("LUTHIER_REPORT_FD")
_channel = socket.socket(fileno=int(_fd)).makefile("rw", encoding="utf-8") if _fd else None


def report(**metrics):
    """Reports one training iteration and waits; False when this trial should end now."""
    if _channel is None:
        return True  # started by hand
    print(json.dumps(metrics), file=_channel, flush=True)
    return json.loads(_channel.readline())["decision"] in ("continue", "checkpoint")
