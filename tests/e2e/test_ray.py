"""Trials on a real Ray cluster of two loopback nodes, driven by the real program."""

import collections
import contextlib
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
from ray_cluster import Cluster, descendants, free_port, parents

BUILD = pathlib.Path(os.environ["LUTHIER_BUILD"])
LUTHIER = str(BUILD / "bin" / "luthier")
HERE = pathlib.Path(__file__).parent
EXAMPLES = HERE.parent.parent / "examples"
FULL = os.environ.get("LUTHIER_TEST_FULL") == "1"
SPACE = ["-p", "x=uniform(0, 1)", "--min", "loss", "--searcher", "random", "--seed", "1", "--plain"]


@pytest.fixture(scope="module")
def cluster():
    with Cluster() as running:
        yield running


class Home:
    """A directory of its own, and luthier in it."""

    def __init__(self, path, address):
        self.path = path
        self.environment = {**os.environ, "RAY_AUTH_MODE": "disabled", "LUTHIER_RAY_PYTHON": sys.executable}
        self.environment.pop("RAY_ADDRESS", None)
        if address:
            self.environment["RAY_ADDRESS"] = address
        shutil.copy(HERE / "ray_trials.py", path)

    def luthier(self, *words, code=0, timeout=120, **environment):
        done = subprocess.run([LUTHIER, *map(str, words)], cwd=self.path, capture_output=True, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL, errors="replace",
                              env={**self.environment, **environment})
        assert done.returncode == code, done.stderr[-4000:] + done.stdout[-1000:]
        return done

    def start(self, *words, **environment):
        return subprocess.Popen([LUTHIER, *map(str, words)], cwd=self.path, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**self.environment, **environment})

    def events(self, name):
        lines = self.luthier("export", name, "--format", "jsonl").stdout.splitlines()
        return [json.loads(line) for line in lines]

    def trials(self, name):
        return [json.loads(line) for line in self.luthier("trials", name, "--json").stdout.splitlines()]

    def nodes(self, name):
        places = (self.path / "luthier-results" / name / "trials").glob("*/ray.json")
        return {json.loads(place.read_text() or "{}").get("node") for place in places} - {None}

    def lines(self, name):
        with contextlib.suppress(FileNotFoundError):
            return [json.loads(line) for line in (self.path / name).read_text().splitlines()]
        return []

    def replays(self, name):
        report = json.loads(self.luthier("replay", name, "--json").stdout)
        assert report["differences"] == 0, report
        return report


@pytest.fixture
def home(cluster, tmp_path):
    return Home(tmp_path, cluster.address)


BOTH_NODES = {"127.0.0.2", "127.0.0.3"}


# ---- what a trial can be

def test_program(home):
    # Each lasts long enough that no worker can run all of them before the others are there.
    program = "import sys, time; time.sleep(4); [print('loss=%r' % (float(sys.argv[1]) / (i + 1)), flush=True) for i in range(3)]"
    home.luthier("run", "--name", "program", "--executor", "ray", "-n", 8, "-j", 8, *SPACE, "--",
                 sys.executable, "-c", program, "{x}")
    trials = home.trials("program")
    assert [trial["state"] for trial in trials] == ["completed"] * 8
    assert [trial["iterations"] for trial in trials] == [3] * 8
    assert home.nodes("program") == BOTH_NODES
    home.replays("program")
    # The seed alone decides what is tried, wherever it runs.
    home.luthier("run", "--name", "here", "-n", 8, "-j", 2, *SPACE, "--", sys.executable, "-c", program, "{x}")
    assert [trial["config"] for trial in home.trials("here")] == [trial["config"] for trial in trials]
    assert [trial["metrics"] for trial in home.trials("here")] == [trial["metrics"] for trial in trials]


def test_shell_command_with_the_protocol(home):
    (home.path / "train.sh").write_text("""
step=0
if [ -n "$LUTHIER_CHECKPOINT_IN" ]; then read -r step < "$LUTHIER_CHECKPOINT_IN/state"; fi
while [ "$step" -lt 4 ]; do
  step=$((step + 1))
  echo "{\\"loss\\": $((100 / step))}" >&3 && read -r reply <&3
  case $reply in *directory*)
    echo "$step" > "$LUTHIER_CHECKPOINT_OUT/state"
    echo '{"checkpoint": true}' >&3 && read -r reply <&3 ;;
  esac
  case $reply in *pause* | *stop*) exit 0 ;; esac
done
echo finished >&2
""")
    home.luthier("run", "--name", "shell", "--executor", "ray", "-n", 4, *SPACE, "--checkpoint-every", 2,
                 "--", "sh", "train.sh")
    assert [trial["iterations"] for trial in home.trials("shell")] == [4] * 4
    kinds = collections.Counter(event["event"] for event in home.events("shell"))
    assert kinds["checkpoint_committed"] == 8
    logs = home.path / "luthier-results" / "shell" / "trials" / "00000" / "stderr.log"
    assert logs.read_text() == "finished\n"


def test_python_function_with_asha(home):
    home.environment["PYTHONPATH"] = ""
    shutil.copy(EXAMPLES / "09_ray_python" / "valley.py", home.path)
    home.luthier("run", "--name", "function", "--executor", "ray", "-n", 12, "--min", "loss", "--seed", 1,
                 "-p", "rate=loguniform(1e-5, 1e-3)", "--scheduler", "asha:max_t=9,reduction_factor=3",
                 "--plain", "--python", "valley:descend")
    trials = home.trials("function")
    assert {trial["state"] for trial in trials} == {"completed", "stopped"}
    assert home.nodes("function") <= BOTH_NODES
    home.replays("function")


def pbt(home, name, *what):
    home.luthier("run", "--name", name, "--executor", "ray", "-n", 6, "-j", 6, "--min", "loss", "--seed", 1,
                 "-p", "rate=loguniform(1e-5, 1e-3)", "--searcher", "random", "--iterations", 20, "--plain",
                 "--scheduler", "pbt:perturbation_interval=4", *what)
    trials = home.trials(name)
    assert [trial["iterations"] for trial in trials] == [20] * 6, [trial["reason"] for trial in trials]
    assert home.nodes(name) <= BOTH_NODES
    home.replays(name)
    return trials


def test_classes_of_python_and_cpp_with_pbt(home):
    shutil.copy(EXAMPLES / "09_ray_python" / "valley.py", home.path)
    python = pbt(home, "python", "--python", "valley:Descent")
    cpp = pbt(home, "cpp", "--trainable", BUILD / "bin" / "example_ray_valley.so")
    # The first configurations are the same, and so is the arithmetic.
    best = [min(trial["best"] for trial in trials) for trials in (python, cpp)]
    assert best[0] == pytest.approx(best[1], rel=0.2)


def test_digits_in_a_library(home):
    home.luthier("run", "--name", "digits", "--executor", "ray", "-n", 8, "--min", "loss", "--seed", 1, "--plain",
                 "-p", "layers=randint(1, 3)", "-p", "units=lograndint(16, 64)", "-p", "batch=choice(16, 32, 64)",
                 "-p", 'optimizer=choice("adam")', "-p", "lr=loguniform(3e-4, 0.1)",
                 "-p", "weight_decay=loguniform(1e-5, 1e-1)", "-p", "dropout=uniform(0, 0.5)",
                 "-p", "shift=uniform(0, 0.9)", "-p", "decay=uniform(0.92, 0.98)",
                 "--scheduler", "asha:max_t=27,grace_period=3,reduction_factor=3",
                 "--trainable", BUILD / "bin" / "example_ray_digits.so")
    best = max(trial["metrics"]["accuracy"] for trial in home.trials("digits"))
    assert best > 0.9
    home.replays("digits")


def test_a_project_against_an_installed_luthier(home):
    """The library and the program of examples/10_ray_library know nothing but an installation."""
    place = home.path / "prefix"

    def run(*words, **environment):
        done = subprocess.run([*map(str, words)], cwd=home.path, env={**home.environment, **environment},
                              capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done.stdout

    cache = dict(re.findall(r"^(\w+):\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.MULTILINE))
    run("cmake", "--install", BUILD, "--prefix", place)
    run("cmake", "-S", EXAMPLES / "10_ray_library", "-B", home.path / "build", "-G", cache["CMAKE_GENERATOR"],
        f"-DCMAKE_PREFIX_PATH={place}", f"-DCMAKE_CXX_FLAGS={cache['CMAKE_CXX_FLAGS']}",
        f"-DCMAKE_CXX_COMPILER_LAUNCHER={cache.get('CMAKE_CXX_COMPILER_LAUNCHER', '')}")
    run("cmake", "--build", home.path / "build")
    run(place / "bin" / "luthier", "run", "--name", "installed", "--executor", "ray", "--trainable", "build/valley.so",
        "-n", 4, "--min", "loss", "--iterations", 3, "-p", "rate=loguniform(1e-5, 1e-3)", "--plain")
    assert [trial["iterations"] for trial in home.trials("installed")] == [3] * 4
    # From C++, too: the program finds the Python package where the command luthier is.
    said = run(home.path / "build" / "tune", "build/valley.so", PATH=f"{place / 'bin'}:{os.environ['PATH']}")
    assert said.startswith("best rate 0.000")
    assert [trial["iterations"] for trial in home.trials("valley")] == [20] * 6
    assert home.nodes("valley") <= BOTH_NODES
    home.replays("valley")


def test_strangers_are_not_heard(home):
    """Whoever connects without the run's token is hung up on; trials go on."""
    port = free_port("127.0.0.2")
    process = start_slow(home, "strangers", SCHEDULERS["asha"], options=f"port={port}")
    gone = b"\0" * 4 + bytes([14]) + b"\0" * 16
    for greeting in (b"0" * 32 + (2).to_bytes(8, "little") + gone, b"GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n"):
        with socket.create_connection(("127.0.0.2", port), timeout=10) as stranger:
            stranger.sendall(greeting)
            with contextlib.suppress(ConnectionResetError):
                assert stranger.recv(1) == b""
    with socket.create_connection(("127.0.0.2", port)):  # says nothing
        finish(process)
    outcomes = {event["outcome"] for event in check_log(home, "strangers") if event["event"] == "attempt_ended"}
    assert "lost" not in outcomes


def test_failures_and_output_of_functions(home):
    home.luthier("run", "--name", "fails", "--executor", "ray", "-n", 2, *SPACE, "--python", "ray_trials:fails", code=1)
    for trial in home.trials("fails"):
        assert "ValueError: x is " in trial["reason"]
    home.luthier("run", "--name", "prints", "--executor", "ray", "-n", 1, *SPACE, "--python", "ray_trials:prints")
    log = home.path / "luthier-results" / "prints" / "trials" / "00000" / "stdout.log"
    assert log.read_text() == "hello from the trial\n"
    done = home.luthier("run", "--name", "missing", "--executor", "ray", "-n", 1, *SPACE, "--python", "ray_trials:nothing",
                        code=1)
    assert "has no attribute 'nothing'" in done.stderr


def test_a_function_that_hangs_is_ended_with_its_worker(home):
    begun = time.monotonic()
    home.luthier("run", "--name", "hangs", "--executor", "ray", "-n", 1, *SPACE, "--grace", 1,
                 "--trial-timeout", 2, "--python", "ray_trials:hangs", code=1)
    assert "ran longer than its limit" in home.trials("hangs")[0]["reason"]
    assert time.monotonic() - begun < 30


def test_a_trial_that_kills_its_worker_again_and_again_fails(home):
    home.luthier("run", "--name", "crashes", "--executor", "ray", "-n", 1, *SPACE, "--python", "ray_trials:crashes",
                 code=1)
    trial = home.trials("crashes")[0]
    assert "3 times at the same place" in trial["reason"] and trial["attempts"] == 3


# ---- many trials

@pytest.mark.parametrize("workers", [1, 4, 16] if FULL else [4])
def test_five_hundred_trials_at_once(home, workers):
    per_worker = -(-500 // workers)
    home.luthier("run", "--name", "many", "--executor", f"ray:per_worker={per_worker}", "-n", 500, "-j", 500,
                 "--cpu", 0.01, *SPACE, "--log", "none", "--python", "ray_trials:once")
    trials = home.trials("many")
    assert len(trials) == 500 and all(trial["state"] == "completed" for trial in trials)
    pids = {json.loads(place.read_text())["pid"]
            for place in (home.path / "luthier-results" / "many" / "trials").glob("*/ray.json")}
    assert len(pids) <= workers


# ---- resources

def test_what_fits_no_node_is_named(home):
    begun = time.monotonic()
    done = home.luthier("run", "--name", "large", "--executor", "ray", "-n", 1, *SPACE, "--cpu", 6,
                        "--python", "ray_trials:once", code=1)
    assert "no node can hold its CPU 6; the cluster has 2 nodes: 127.0.0.2 (CPU 4" in done.stderr
    assert time.monotonic() - begun < 15
    home.luthier("run", "--name", "larger", "--executor", "ray", "-n", 1, *SPACE, "--cpu", 60,
                        "--python", "ray_trials:once", code=1)
    assert "it needs 60 cpus, but there are only 8" in home.trials("larger")[0]["reason"]


def test_resources_may_depend_on_the_configuration(home):
    home.luthier("run", "--name", "mixed", "--executor", "ray", "-p", "size=grid(1, 2, 4)", *SPACE[2:-5], "--plain",
                 "--cpu", "expr(size)", "-p", "x=constant(1)", "--python", "ray_trials:once")
    assert [trial["state"] for trial in home.trials("mixed")] == ["completed"] * 3


NESTED = ("bundles={}*cpu:1,strategy={}", "--cpu", "0.5", "--min", "loss", "-n", 2, "-j", 2, "--seed", 3,
          "--searcher", "random", "--plain", "-p", "lr=loguniform(0.05, 1)")


def test_trials_with_workers_of_their_own(home):
    """Two child workers reach the loss of one: their gradients are averaged."""
    (home.path / "examples").mkdir()
    shutil.copytree(EXAMPLES / "data", home.path / "data")
    shutil.copy(EXAMPLES / "11_ray_nested" / "data_parallel.py", home.path / "examples")
    home.path /= "examples"
    losses = {}
    for workers, strategy in ((1, "PACK"), (2, "PACK"), (2, "SPREAD")):
        name = f"nested-{workers}-{strategy}"
        options, *words = NESTED
        home.luthier("run", "--name", name, "--executor", "ray:" + options.format(workers, strategy), *words,
                     "-p", f"workers=constant({workers})", "--python", "data_parallel:train")
        losses[workers, strategy] = [trial["metrics"]["loss"] for trial in home.trials(name)]
        assert all(0 < loss < 2 for loss in losses[workers, strategy])
    for key in ((2, "PACK"), (2, "SPREAD")):
        assert losses[key] == pytest.approx(losses[1, "PACK"], rel=1e-6)


def test_bundles_that_can_never_be_placed(home):
    for options, sentence in (("bundles=6*cpu:1,strategy=STRICT_PACK", "STRICT_PACK demands"),
                              ("bundles=2*cpu:1,strategy=STRICT_SPREAD", "STRICT_SPREAD demands"),
                              ("bundles=cpu:5", "no node can hold its CPU 5")):
        done = home.luthier("run", "--executor", f"ray:{options}", "-n", 1, *SPACE, "--python", "ray_trials:once", code=1)
        assert sentence in done.stderr, done.stderr


# ---- what is wrong is said at once

def test_a_dead_address(cluster, tmp_path):
    home = Home(tmp_path, "")
    begun = time.monotonic()
    done = home.luthier("run", "--executor", "ray:address=127.0.0.2:9", "-n", 1, *SPACE, "--python", "ray_trials:once",
                        code=2)
    assert done.stderr.count("\n") == 1 and "no Ray head answers at 127.0.0.2:9" in done.stderr
    assert time.monotonic() - begun < 5
    assert not (tmp_path / "luthier-results").exists()


def test_bad_options(home):
    for words, sentence in (
            (["--executor", "ray:adress=1"], "did you mean 'address'"),
            (["--executor", "ray:per_worker=0"], "at least 1"),
            (["--executor", "ray:strategy=ROUND"], "STRICT_SPREAD"),
            (["--executor", "ray:bundles=cpu"], "not of the form"),
            (["--executor", "process"], "needs --executor python or ray"),
            (["--executor", "ray", "--python", "nothing"], "MODULE:NAME")):
        what = [] if "--python" in words else ["--python", "ray_trials:once"]
        done = home.luthier("run", "-n", 1, *SPACE, *what, *words, code=2)
        assert sentence in done.stderr, done.stderr


# ---- faults

def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def check_log(home, name):
    """No acknowledged result is lost, each iteration of a segment stands once, late words are not heard."""
    events = home.events(name)
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    attempt, segment, seen, reported = {}, {}, set(), collections.defaultdict(set)
    for event in events:
        trial = event.get("trial")
        if event["event"] == "attempt_started":
            attempt[trial], segment[trial] = event["attempt"], event["segment"]
        elif event["event"] == "result_reported":
            assert event["attempt"] == attempt[trial]
            key = (trial, segment[trial], event["training_iteration"])
            assert key not in seen
            seen.add(key)
            reported[trial].add(event["training_iteration"])
    for line in home.lines("acknowledged.jsonl"):
        assert line["iteration"] in reported[line["trial"]], line
    return events


def start_slow(home, name, scheduler, nodes=frozenset(), options="patience=40"):
    """Six trials, four at a time, which needs both nodes; in the middle of their training, and begun on
    the nodes named."""
    process = home.start("run", "--name", name, "--executor", f"ray:{options}", "-n", 6, "-j", 4, "--cpu", 2, *SPACE,
                         "--iterations", 9, "--checkpoint-every", 1, "--scheduler", scheduler,
                         "-p", "step_seconds=constant(0.4)", "-p", "together=constant(4)", "--python", "ray_trials:Slow")
    wait_for(lambda: process.poll() is not None or
             (len(home.lines("steps.jsonl")) >= 10 and home.nodes(name) >= nodes))
    assert process.poll() is None, process.communicate()
    return process


def finish(process, seconds=90):
    out, err = process.communicate(timeout=seconds)
    assert process.returncode == 0, err[-4000:] + out
    return err


def luthier_ray_of(process):
    return [pid for pid in descendants(process.pid)
            if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "luthier-ray"]


SCHEDULERS = {"asha": "asha:max_t=9,reduction_factor=3", "hyperband": "hyperband:max_t=9",
              "pbt": "pbt:perturbation_interval=3"}
ROUNDS = range(20 if FULL else 1)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("round", ROUNDS)
def test_a_worker_is_killed(home, scheduler, round):
    process = start_slow(home, "worker", SCHEDULERS[scheduler])
    time.sleep(0.05 * round)
    os.kill(home.lines("steps.jsonl")[-1]["pid"], signal.SIGKILL)
    finish(process)
    events = check_log(home, "worker")
    assert [event for event in events if event["event"] == "attempt_ended" and event["outcome"] == "lost"]
    assert all(trial["state"] in ("completed", "stopped") for trial in home.trials("worker"))
    home.replays("worker")


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("round", ROUNDS)
def test_the_driver_is_killed(home, scheduler, round):
    process = start_slow(home, "driver", SCHEDULERS[scheduler])
    time.sleep(0.05 * round)
    children = luthier_ray_of(process)
    process.kill()
    process.communicate()
    workers = {line["pid"] for line in home.lines("steps.jsonl")}
    wait_for(lambda: not [pid for pid in (*workers, *children) if pid in parents() and not is_zombie(pid)], 15)
    home.luthier("resume", "driver", "--plain")
    check_log(home, "driver")
    assert all(trial["state"] in ("completed", "stopped") for trial in home.trials("driver"))
    home.replays("driver")


def is_zombie(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    return True


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("round", ROUNDS)
def test_a_node_is_lost(cluster, home, scheduler, round):
    process = start_slow(home, "node", SCHEDULERS[scheduler], BOTH_NODES)
    time.sleep(0.05 * round)
    cluster.kill_node("127.0.0.3")
    try:
        finish(process)
    finally:
        cluster.start_node("127.0.0.3")
    events = check_log(home, "node")
    assert [event for event in events if event["event"] == "attempt_ended" and event["outcome"] == "lost"]
    assert all(trial["state"] in ("completed", "stopped") for trial in home.trials("node"))
    home.replays("node")


def test_a_worker_that_freezes_is_given_up(home):
    """Ray goes on believing in a process that is stopped; its connections stay open."""
    process = start_slow(home, "frozen", SCHEDULERS["pbt"], options="silence=10")
    frozen = home.lines("steps.jsonl")[-1]["pid"]
    os.kill(frozen, signal.SIGSTOP)
    try:
        finish(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(frozen, signal.SIGKILL)
    lost = [event for event in check_log(home, "frozen")
            if event["event"] == "attempt_ended" and event["outcome"] == "lost"]
    assert lost and "it did not answer for 10 s" in lost[0]["message"]
    home.replays("frozen")


def test_luthier_ray_is_killed(home):
    process = start_slow(home, "program", SCHEDULERS["asha"])
    os.kill(luthier_ray_of(process)[0], signal.SIGKILL)
    said = finish(process)
    assert "luthier-ray was ended by signal 9" in said and "answers again" in said
    check_log(home, "program")
    home.replays("program")


def test_nothing_of_a_killed_run_survives(home):
    """A program with children in sessions of their own, on the nodes, when luthier is killed."""
    (home.path / "tree.py").write_text(
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen(['sleep', '300'], start_new_session=True)\n"
        "open(f'tree-{os.getpid()}', 'w').write(f'{os.getpid()} {child.pid}')\n"
        "print('loss=1', flush=True)\ntime.sleep(300)\n")
    process = home.start("run", "--name", "tree", "--executor", "ray", "-n", 3, "-j", 3, *SPACE, "--",
                         sys.executable, "tree.py")
    files = wait_for(lambda: (found := list(home.path.glob("tree-*"))) and len(found) == 3 and found)
    time.sleep(0.2)
    process.kill()
    process.communicate()
    pids = [int(pid) for file in files for pid in file.read_text().split()]
    wait_for(lambda: not [pid for pid in pids if not is_zombie(pid)], 15)


def test_the_head_is_lost_and_another_cluster_goes_on(tmp_path):
    """The experiment is left, whole, and `luthier resume` finishes it elsewhere."""
    home = Home(tmp_path, "")
    with Cluster(nodes=1) as first:
        process = home.start("run", "--name", "head", "--executor", "ray:patience=2", "--cluster", first.address,
                             "-n", 4, "-j", 4, *SPACE, "--iterations", 9, "--checkpoint-every", 1,
                             "-p", "step_seconds=constant(0.15)", "--python", "ray_trials:Slow")
        wait_for(lambda: process.poll() is not None or len(home.lines("steps.jsonl")) >= 8)
        first.kill_node("127.0.0.2")
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "is lost" in said and "did not come back within 2 s" in said
    check_log(home, "head")
    with Cluster(nodes=1) as second:
        home.luthier("resume", "head", "--plain", "--cluster", second.address)
    check_log(home, "head")
    assert [trial["iterations"] for trial in home.trials("head")] == [9] * 4
    home.replays("head")


def test_a_refused_token(tmp_path):
    home = Home(tmp_path, "")
    with Cluster(nodes=1, environment={"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "a" * 32}) as closed:
        begun = time.monotonic()
        done = home.luthier("run", "--executor", "ray", "--cluster", closed.address, "-n", 1, *SPACE,
                            "--python", "ray_trials:once", code=2, RAY_AUTH_MODE="token", RAY_AUTH_TOKEN="b" * 32)
        assert "refused the authentication token" in done.stderr and done.stderr.count("\n") == 1
        assert time.monotonic() - begun < 5
        assert not (tmp_path / "luthier-results").exists()
        home.luthier("run", "--executor", "ray", "--cluster", closed.address, "-n", 1, *SPACE,
                     "--python", "ray_trials:once", RAY_AUTH_MODE="token", RAY_AUTH_TOKEN="a" * 32)
