"""Client of Luthier's worker protocol (docs/worker_protocol.md): sends a JSON line, receives a decision."""

import json
import os
import socket

_fd = os.environ.get("LUTHIER_REPORT_FD")
_channel = socket.socket(fileno=int(_fd)).makefile("rw", encoding="utf-8") if _fd else None


def report(save=None, **metrics):
    """Reports one training iteration and waits for the decision. False means that this trial should end now.

    If a checkpoint is wanted, `save` (if given) is called with the directory to write into.
    """
    if _channel is None:
        return True  # started by hand
    print(json.dumps(metrics), file=_channel, flush=True)
    reply = json.loads(_channel.readline())
    if save and "directory" in reply:
        save(reply["directory"])
        print('{"checkpoint": true}', file=_channel, flush=True)
    return reply["decision"] in ("continue", "checkpoint")
