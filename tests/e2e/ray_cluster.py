"""A Ray cluster of two nodes on loopback addresses, for tests and benchmarks.

    python ray_cluster.py COMMAND...     runs the command beside it, with RAY_ADDRESS set

Each node is one `ray start --block`; whatever that starts, however it forks, is a descendant of this
process (a sub-reaper) and is ended by its pid. Nothing but 127.0.0.0/8 is used.
"""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

RAY = pathlib.Path(sys.executable).parent / "ray"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LIBC = ctypes.CDLL(None, use_errno=True)


def end_with_parent():
    """`ray start --block` takes its node down when it is asked to end: also when nobody is left to ask."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def parents():
    """pid -> parent of every process."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                found[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    return found


def descendants(root):
    table, found = parents(), []
    wave = [root]
    while wave:
        wave = [pid for pid, parent in table.items() if parent in wave]
        found += wave
    return found


def command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def free_port(address):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class Cluster:
    """`nodes` nodes of `cpus` processors on 127.0.0.2, 127.0.0.3, ..., the head first."""

    def __init__(self, nodes=2, cpus=4, resources=None, environment=None):
        LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="lray-"))
        self.cpus = cpus
        self.resources = resources or {}
        self.environment = {**os.environ, "RAY_DISABLE_USAGE_STATS": "1", "RAY_AUTH_MODE": "disabled",
                            "HOME": str(self.directory), **(environment or {})}
        self.environment.pop("RAY_ADDRESS", None)
        self.nodes = {}
        self.port = free_port("127.0.0.2")
        self.address = f"127.0.0.2:{self.port}"
        try:
            for number in range(2, 2 + nodes):
                self.start_node(f"127.0.0.{number}")
        except BaseException:
            self.stop()
            raise

    def start_node(self, ip):
        place = self.directory / ip
        place.mkdir(exist_ok=True)
        head = ip == "127.0.0.2"
        words = ["--head", f"--port={self.port}", "--include-dashboard=false"] if head else [f"--address={self.address}"]
        if ip in self.resources:
            words.append("--resources=" + self.resources[ip])
        log = open(place / "ray-start.log", "wb")  # a node that is started again says anew that it is up
        process = subprocess.Popen(
            [str(RAY), "start", *words, f"--node-ip-address={ip}", f"--num-cpus={self.cpus}",
             "--object-store-memory=100000000", f"--temp-dir={place}" if head else "--disable-usage-stats", "--block"],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment, start_new_session=True,
            preexec_fn=end_with_parent)
        log.close()
        self.nodes[ip] = process
        self.wait_for(place / "ray-start.log", process)

    @staticmethod
    def wait_for(log, process, seconds=60):
        end = time.monotonic() + seconds
        while b"Ray runtime started" not in log.read_bytes():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"ray start did not come up:\n{log.read_text()[-4000:]}")
            time.sleep(0.02)

    def pids(self, ip):
        """The processes of one node, workers included."""
        process = self.nodes[ip]
        found = [process.pid, *descendants(process.pid)]
        # What outlived its `ray start`, or left it, is known by the address in its command line.
        found += [pid for pid in descendants(os.getpid())
                  if pid not in found and f"node-ip-address={ip} " in command_line(pid) + " "]
        return found

    def kill_node(self, ip):
        """As if the host lost its power: every process of the node at once."""
        for pid in self.pids(ip):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.nodes.pop(ip).wait()

    def stop(self):
        for process in self.nodes.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
        end = time.monotonic() + 3
        while time.monotonic() < end and any(process.poll() is None for process in self.nodes.values()):
            time.sleep(0.02)
        marker = str(self.directory)
        for _ in range(100):
            left = [pid for pid in descendants(os.getpid()) if self.belongs(pid, marker)]
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.reap()
            if not left:
                break
            time.sleep(0.02)
        self.nodes.clear()
        shutil.rmtree(self.directory, ignore_errors=True)

    def belongs(self, pid, marker):
        try:
            return marker.encode() in pathlib.Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            return False

    def reap(self):
        for process in self.nodes.values():
            process.poll()
        mine = {process.pid for process in self.nodes.values()}
        for pid, parent in parents().items():
            if parent == os.getpid() and pid not in mine:
                with contextlib.suppress(ChildProcessError):
                    if "Z" in state_of(pid):
                        os.waitpid(pid, os.WNOHANG)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def state_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with Cluster() as cluster:
        environment = {**cluster.environment, "RAY_ADDRESS": cluster.address, "HOME": os.environ.get("HOME", "/")}
        sys.exit(subprocess.call(sys.argv[1:], env=environment))


if __name__ == "__main__":
    main()
