"""Training functions of a module: other processes import it."""

import os
import signal
import subprocess
import sys
import threading
import time

import luthier


def square(config):
    return (config["x"] - 0.3) ** 2


def steps(config):
    start = luthier.checkpoint()
    step = int(open(start + "/step").read()) if start else 0
    assert step == luthier.iteration()

    def save(directory):
        with open(directory + "/step", "w") as file:
            file.write(str(step))

    while step < 20:
        step += 1
        if not luthier.report(loss=config["x"] / step, step=step, save=save):
            return


def sleep(config):
    luthier.report(loss=1)
    print("pid", os.getpid(), flush=True)
    while True:
        time.sleep(0.05)


def stubborn(config):
    """Leaves only when it is killed, and so does what it starts."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import signal, time\n"
                              "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)"])
    with open(os.environ["PIDS"], "a") as file:
        file.write(f"{os.getpid()}\n{child.pid}\n")
    luthier.report(loss=1)
    time.sleep(600)


def chatty(config):
    for _ in range(1000):
        print("x" * 10_000)
    return 1.0


def fails(config):
    raise ValueError(f"the rate {config['x']} is no good")


def crashes(config):
    os._exit(7)


def leaves(config):
    luthier.report(loss=1)
    sys.exit(0)


def aborts(config):
    os.kill(os.getpid(), signal.SIGSEGV)


def says_nothing(config):
    print("loss=1")


def harmless_or_not(config):
    """Each kind of harm in a trial of its own."""
    kind = config["kind"]
    if kind == "exit":
        os._exit(3)
    if kind == "directory":
        os.chdir("/")
    if kind == "handlers":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.stdout = None
    if kind == "thread":
        threading.Thread(target=time.sleep, args=(0.1,)).start()
    if kind == "fork" and os.fork() == 0:
        time.sleep(600)
    if kind == "environment":
        os.environ["LUTHIER_TEST_LEFT"] = "1"
    if kind == "recursion":
        return harmless_or_not(config)
    assert "LUTHIER_TEST_LEFT" not in os.environ or kind == "environment"
    return 1.0


class Model:
    def setup(self, config):
        self.x = config["x"]
        self.step_count = 0

    def step(self):
        self.step_count += 1
        return {"loss": self.x / self.step_count, "done": self.step_count == 5}

    def save(self, directory):
        with open(directory + "/count", "w") as file:
            file.write(str(self.step_count))

    def load(self, directory):
        with open(directory + "/count") as file:
            self.step_count = int(file.read())

    def cleanup(self):
        print("cleaned up")


LEFT = []


def remembers(config):
    """What it finds of the trials before in this process."""
    LEFT.append(config["x"])
    luthier.report(loss=len(LEFT), pid=os.getpid(), x=config["x"], dir=luthier.directory())
    print("trial", luthier.trial_id())


class Kept:
    def setup(self, config):
        self.config, self.used = config, 1

    def reconfigure(self, config):
        self.config, self.used = config, self.used + 1
        return config["x"] != 3

    def step(self):
        return {"loss": self.used, "done": True}
