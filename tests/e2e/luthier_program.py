"""Drives the real program in a directory of its own. Nothing but Python's standard library."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

LUTHIER = str(pathlib.Path(os.environ["LUTHIER_BUILD"]) / "bin" / "luthier")

TRAIN = """
import argparse, sys, time
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--sleep", type=float, default=0)
arguments = parser.parse_args()
print("a line with \\x1b]0;title\\x07 an escape")
for epoch in range(1, arguments.epochs + 1):
    time.sleep(arguments.sleep)
    print(f"loss={(arguments.lr - 0.3) ** 2 + 1 / epoch}", flush=True)
"""


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="luthier-e2e-"))
        self.addCleanup(shutil.rmtree, self.home, True)
        (self.home / "train.py").write_text(TRAIN)

    def luthier(self, *words, timeout=60, **options):
        return subprocess.run(
            [LUTHIER, *map(str, words)], cwd=self.home, capture_output=True, text=True,
            errors="replace", timeout=timeout, stdin=subprocess.DEVNULL, **options)

    def limited(self, limit, most, *words, before=()):
        """Runs under a limit of prlimit(1), which the programs of the trials inherit."""
        return subprocess.run(
            ["prlimit", f"--{limit}={most}", *before, *map(str, words)], cwd=self.home,
            capture_output=True, text=True, errors="replace", timeout=60, stdin=subprocess.DEVNULL)

    def small_file_system(self, size):
        small = self.home / "small"
        small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(small)],
                                 capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("no small file system can be mounted here: " + mounted.stderr.decode().strip())
        self.addCleanup(subprocess.run, ["umount", "-l", str(small)], check=True)
        return small

    def start(self, *words):
        process = subprocess.Popen(
            [LUTHIER, *map(str, words)], cwd=self.home, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def train(self, *options):
        return ["--", sys.executable, "train.py", "--lr", "{lr}", *map(str, options)]

    def run_words(self, name, *options, samples=3, jobs=2):
        return ["run", "--name", name, "--min", "loss", "-n", samples, "-j", jobs,
                "-p", "lr=uniform(0, 1)", "--searcher", "random", "--grace", "1", *options]

    def succeed(self, *words, code=0, **options):
        done = self.luthier(*words, **options)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done

    def lines(self, *words):
        """Every line of a command's --json output; each says which schema it is."""
        objects = [json.loads(line) for line in self.succeed(*words, "--json").stdout.splitlines()]
        for each in objects:
            self.assertEqual(each["schema"], 1)
        return objects

    def wait_until(self, condition, what, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)
        self.fail(f"{what} did not happen within {seconds} s")

    def wait_for_results(self, name, count, *options):
        def there():
            done = self.luthier("export", name, "--format", "jsonl", *options)
            return done.returncode == 0 and done.stdout.count('"result_reported"') >= count
        self.wait_until(there, f"{count} results")

    def processes_of(self, name):
        """Programs whose environment says that they belong to the experiment."""
        marker = str(self.home / "luthier-results" / name).encode()
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if marker in (entry / "environ").read_bytes():
                        found.append(int(entry.name))
                except OSError:
                    pass
        return found


def interrupt(process):
    process.send_signal(signal.SIGINT)
