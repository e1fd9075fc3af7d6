"""luthier-ray: asks Ray for workers on behalf of luthier, which starts this process with a socket as
descriptor 3 (src/executors/ray/ray_driver.h has the messages). It passes nothing on: workers connect
to luthier themselves. Ray may end this process at any time; luthier's log does not depend on it."""

import ctypes
import json
import os
import signal
import socket
import sys
import threading
import traceback

_SOCKET = 3
_PR_SET_NAME = 15
_PROBE_SECONDS = 2
_DESCRIBE_SECONDS = 45  # a busy node starts its first worker slowly
_LOOK_SECONDS = 0.1
_LEAVE_SECONDS = 2


class Unusable(Exception):
    """A sentence for a person."""


class Link:
    """JSON objects, one per line, both ways."""

    def __init__(self, file):
        self._file = file
        self._sending = threading.Lock()

    def read(self):
        line = self._file.readline()
        return json.loads(line) if line else None

    def say(self, **word):
        with self._sending:
            try:
                self._file.write(json.dumps(word).encode() + b"\n")
                self._file.flush()
            except OSError:
                pass  # read() notices the end


def why_unreachable(address):
    """A sentence if no Ray head answers; without it, Ray takes long to say so."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        return (f"the Ray address '{address}' is not of the form HOST:PORT; give the address that "
                "`ray start --head` printed")
    try:
        socket.create_connection((host, int(port)), timeout=_PROBE_SECONDS).close()
    except socket.gaierror as error:
        return (f"the Ray address '{address}' names no host: {error.strerror}; give the address that "
                "`ray start --head` printed")
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        return (f"no Ray head answers at {address} ({reason}); start one with `ray start --head`, or give "
                "its address with --executor ray:address=HOST:PORT")
    return None


def connect(order):
    """Joins the cluster; returns (the address at which it knows this machine, its nodes)."""
    address = order["address"]
    why = why_unreachable(address)
    if why:
        raise Unusable(why)
    try:
        import ray
        from ray.job_config import JobConfig
    except ImportError as error:
        raise Unusable(f"{sys.executable} can't import Ray ({error}); install it there (pip install "
                       "'ray[default]'), or name another Python with --executor ray:interpreter=PATH") from error
    # With a search path, workers import modules from it, as this process does.
    ray.init(address=address, job_config=JobConfig(code_search_path=order["code"] or None),
             _node_ip_address=order["node_ip"] or None, log_to_driver=False, configure_logging=False)
    from . import _cluster
    try:
        found = ray.get(ray.remote(num_cpus=0)(_cluster.describe).remote(order["version"]),
                        timeout=_DESCRIBE_SECONDS)
    except Exception as error:
        raise Unusable(f"the Ray cluster at {address} could not run luthier's Python worker: "
                       f"{_reason(error)}; the package luthier has to be at the same path on every node, "
                       "or installed on each") from error
    return found


class Workers:
    """The actors there are, by the number that luthier gave them."""

    def __init__(self, link):
        import ray
        self._ray = ray
        self._link = link
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._actors = {}  # number -> actor
        self._groups = {}  # number -> placement group
        self._serving = {}  # the reference of an actor's one call -> number
        from ._worker import Worker
        self._worker = ray.remote(Worker)

    def start(self, order):
        number = order["worker"]
        try:
            options = _options(order["resources"])
            group = self._place(number, order)
            if group is not None:
                from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy
                options["scheduling_strategy"] = PlacementGroupSchedulingStrategy(group, 0)
            actor = self._worker.options(max_restarts=0, **options).remote()
            serving = actor.serve.remote(order["place"])
        except Exception as error:
            self._ended(number, _reason(error))
            return
        with self._changed:
            self._actors[number] = actor
            self._serving[serving] = number
            self._changed.notify()

    def _place(self, number, order):
        if not order["strategy"]:
            return None
        group = self._ray.util.placement_group([order["resources"], *order["bundles"]], order["strategy"])
        with self._lock:
            self._groups[number] = group
        return group

    def kill(self, number):
        with self._lock:
            actor = self._actors.get(number)
        if actor is not None:
            try:
                self._ray.kill(actor)
            except Exception:
                pass  # it is gone already, as intended

    def watch(self):
        """Says who has ended, for ever."""
        while True:
            with self._changed:
                while not self._serving:
                    self._changed.wait()
                serving = list(self._serving)
            ready, _ = self._ray.wait(serving, num_returns=len(serving), timeout=_LOOK_SECONDS)
            for each in ready:
                try:
                    reason = self._ray.get(each)
                except Exception as error:
                    reason = _reason(error)
                with self._lock:
                    number = self._serving.pop(each)
                    self._actors.pop(number)
                self._ended(number, reason)

    def _ended(self, number, reason):
        with self._lock:
            group = self._groups.pop(number, None)
        if group is not None:
            try:
                self._ray.util.remove_placement_group(group)
            except Exception:
                pass  # the cluster is going away, and the group with it
        self._link.say(ended=number, reason=reason)


def _options(resources):
    """Arguments of an actor's options() from Ray's names of resources."""
    rest = dict(resources)
    options = {"num_cpus": rest.pop("CPU", 0), "num_gpus": rest.pop("GPU", 0)}
    if "memory" in rest:
        options["memory"] = rest.pop("memory")
    return {**options, "resources": rest}


def _reason(error):
    """What an exception of Ray's says, in one line: the first, and the last if it is a Python error."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    cause = lines[-1] if "rror" in lines[-1].partition(":")[0] and len(lines) > 1 else ""
    return f"{lines[0]} {cause}".strip()


def serve(link):
    order = link.read()
    if not isinstance(order, dict) or order.get("do") != "connect":
        sys.exit("luthier-ray is started by luthier (--executor ray), not by hand")
    try:
        address, nodes = connect(order)
    except Unusable as error:
        link.say(unusable=str(error))
        return 1
    link.say(ready=address, nodes=nodes)
    workers = Workers(link)
    threading.Thread(target=_watch, args=(workers,), daemon=True).start()
    from . import _cluster
    while (order := link.read()) is not None:
        if order["do"] == "start":
            workers.start(order)
        elif order["do"] == "kill":
            workers.kill(order["worker"])
        elif order["do"] == "nodes":
            link.say(nodes=_cluster.nodes())
    return 0


def _watch(workers):
    try:
        workers.watch()
    except BaseException:  # luthier starts another driver
        traceback.print_exc()
        os._exit(1)


def _leave(status):
    """The job's actors end with this process. Ray's own good-bye may wait for a head that is gone."""
    timer = threading.Timer(_LEAVE_SECONDS, os._exit, (status,))
    timer.daemon = True
    timer.start()
    if "ray" in sys.modules:
        sys.modules["ray"].shutdown()
    os._exit(status)


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_NAME, b"luthier-ray", 0, 0, 0)
    try:
        link = Link(socket.socket(fileno=_SOCKET).makefile("rwb"))
    except OSError:
        sys.exit("luthier-ray is started by luthier (--executor ray), not by hand")
    try:
        status = serve(link)
    except Exception:
        traceback.print_exc()
        sys.stderr.flush()
        status = 1
    _leave(status)


if __name__ == "__main__":
    main()
