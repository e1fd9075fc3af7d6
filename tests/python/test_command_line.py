"""`luthier run` with Python functions, and with plain scripts that import luthier."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

PROGRAM = os.environ["LUTHIER_PROGRAM"]
MODULE = """
import os
import luthier

class Model:
    def setup(self, config):
        self.x, self.step_number = config["x"], 0
    def step(self):
        self.step_number += 1
        return {"loss": self.x / self.step_number, "done": self.step_number == 3}

class nested:
    @staticmethod
    def returns(config):
        return config["x"]

def reports(config):
    for step in range(1, 10):
        if not luthier.report(loss=config["x"] / step, pid=os.getpid()):
            return

def fails(config):
    raise ValueError("x is no good")
"""


def run(*words, **environment):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60,
                          env={**os.environ, **environment})


def tuned(*words):
    ran = run("run", "--min", "loss", "--name", "e", "-p", "x=grid(3, 1, 2)", "-j", "2", *words)
    return ran, [json.loads(line) for line in run("export", "e", "--format", "jsonl").stdout.splitlines()]


def results(events):
    return [(event["trial"], event["metrics"]) for event in events if event["event"] == "result_reported"]


@pytest.fixture(autouse=True)
def training():
    pathlib.Path("training.py").write_text(MODULE)


@pytest.mark.parametrize("name", ["nested.returns", "reports", "Model"])
@pytest.mark.parametrize("start", ["fork", "spawn", "reuse"])
def test_a_named_function(name, start):
    ran, events = tuned("--executor", f"python:start={start}", "--python", f"training:{name}")
    assert ran.returncode == 0, ran.stderr
    last = dict(results(events))
    divisor = {"nested.returns": 1, "reports": 9, "Model": 3}[name]
    assert {trial: metrics["loss"] for trial, metrics in last.items()} == {
        0: 3 / divisor, 1: 1 / divisor, 2: 2 / divisor}
    if name == "reports" and start == "reuse":
        assert len({metrics["pid"] for metrics in last.values()}) <= 2


def test_it_is_all_that_is_needed_and_can_be_extended():
    ran, _ = tuned("--python", "training:reports", "--scheduler", "asha:max_t=9,grace_period=1")
    assert ran.returncode == 0, ran.stderr
    more = run("extend", "e", "-n", "1")
    assert more.returncode == 0, more.stderr
    replayed = run("replay", "e")
    assert replayed.returncode == 0, replayed.stderr


def test_the_interpreter_of_the_directory_is_used():
    bin = pathlib.Path(".venv/bin")
    bin.mkdir(parents=True)
    (bin / "python").write_text(f"#!/bin/sh\necho started >> {os.getcwd()}/starts\nexec {sys.executable} \"$@\"\n")
    (bin / "python").chmod(0o755)
    ran, _ = tuned("--python", "training:reports")
    assert ran.returncode == 0, ran.stderr
    assert pathlib.Path("starts").read_text().startswith("started")


def test_another_interpreter_can_be_named():
    ran, _ = tuned("--python", "training:reports", "--executor", f"python:interpreter={sys.executable}")
    assert ran.returncode == 0, ran.stderr
    ran = run("run", "--min", "loss", "--name", "f", "-p", "x=1", "--python", "training:reports", "--executor",
              "python:interpreter=no-such-python")
    assert ran.returncode == 2 and "no-such-python" in ran.stderr
    assert not pathlib.Path("luthier-results/f").exists()


def test_a_failure_says_why():
    ran, events = tuned("--python", "training:fails", "--max-failures", "9")
    ended = [event for event in events if event["event"] == "trial_ended"]
    assert len(ended) == 3 and all("x is no good" in event["reason"] for event in ended)


@pytest.mark.parametrize("name, said", [("missing:f", "missing"), ("training:g", "g")])
def test_what_is_missing_is_named(name, said):
    ran, events = tuned("--python", name)
    assert ran.returncode != 0 and said in ran.stderr


@pytest.mark.parametrize("words, said", [
    (["--python", "training"], "MODULE:NAME"),
    (["--python", "training:f", "--executor", "python:starts=fork"], "starts"),
    (["--python", "training:f", "--executor", "python:start=thread"], "spawn"),
    (["--python", "training:f", "--", "python3", "train.py"], "drop one"),
    (["--executor", "python"], "--python"),
])
def test_what_can_not_be_is_a_sentence(words, said):
    ran = run("run", "--min", "loss", "-p", "x=1", *words)
    assert ran.returncode == 2 and said in ran.stderr, ran.stderr
    assert not pathlib.Path("luthier-results").exists()


def test_a_plain_script_reports_through_the_package():
    pathlib.Path("train.py").write_text("""
import luthier
x = luthier.config()["x"]
start = luthier.checkpoint()
step = int(open(start + "/step").read()) if start else 0
def save(directory):
    with open(directory + "/step", "w") as file:
        file.write(str(step))
while step < 4:
    step += 1
    if not luthier.report({"loss": x / step}, save=save):
        break
""")
    ran, events = tuned("-p", "y=uniform(0, 1)", "--scheduler", "pbt:perturbation_interval=2", "--", sys.executable, "train.py")
    assert ran.returncode == 0, ran.stderr
    assert {trial for trial, _ in results(events)} == {0, 1, 2}
    assert any(event["event"] == "checkpoint_committed" for event in events)
