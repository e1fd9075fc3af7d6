"""Signals at awkward moments: a closed terminal, nohup, Ctrl-C while a large checkpoint is summed, a
trial that was stopped and never came to its end."""

import os
import pty
import signal
import subprocess
import sys
import time
import unittest

from luthier_program import LUTHIER, ProgramTest

# Saves a checkpoint that takes long to sum: it is all holes, so that nothing has to be written.
SAVES = """
import json, os, time
link = os.fdopen(3, "r+b", buffering=0)
link.write(b'{"loss": 1}\\n'); link.readline()
with open(os.environ["LUTHIER_CHECKPOINT_OUT"] + "/large", "w") as large:
    large.truncate(400 << 30)
link.write(b'{"checkpoint": true}\\n')
open("saving-" + os.environ["LUTHIER_TRIAL_ID"], "w").close()
link.readline()
time.sleep(60)
"""

# Says a few results, and the many that fill the disk once the file it is given is there.
FILLS = """
import os, sys, time
for i in range(3000):
    print("loss=%d pad1=1 pad2=2 pad3=3 pad4=4" % i, flush=i < 10)
    while i == 9 and not os.path.exists(sys.argv[1]):
        time.sleep(0.05)
"""


class Signals(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.home / "saves.py").write_text(SAVES)

    def words(self, name, *options, sleep=0.1, epochs=30):
        return [LUTHIER, *map(str, self.run_words(name, *options, samples=1)),
                *map(str, self.train("--epochs", epochs, "--sleep", sleep))]

    def test_nohup_stays_in_force(self):
        for name, ignored, code in [("kept", True, 0), ("left", False, 130)]:
            def ignore():
                signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
            process = subprocess.Popen(self.words(name), cwd=self.home, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, preexec_fn=ignore)
            self.addCleanup(self.end, process)
            self.wait_for_results(name, 1)
            process.send_signal(signal.SIGHUP)
            self.assertEqual(process.wait(60), code, name)
        self.assertEqual(self.lines("trials", "kept")[0]["iterations"], 30)

    def test_a_closed_terminal(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.home)
            words = self.words("t", sleep=0.2, epochs=500)
            os.execv(words[0], words)
        self.wait_for_results("t", 2)
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 130)
        self.assertEqual(self.processes_of("t"), [])
        (shown,) = self.lines("show", "t")
        self.assertNotEqual(shown["state"], "running")

    def saving(self, name, *options):
        process = self.start(*self.run_words(name, "--checkpoint-every", 1, *options, samples=1, jobs=1),
                             "--", sys.executable, "saves.py")
        self.wait_until((self.home / "saving-0").exists, "a checkpoint")
        time.sleep(0.3)
        return process

    def test_the_second_signal_ends_at_once_while_a_checkpoint_is_summed(self):
        for first, second, code in [(signal.SIGINT, signal.SIGINT, 130), (signal.SIGTERM, signal.SIGTERM, 143)]:
            name = first.name.lower()
            process = self.saving(name)
            process.send_signal(first)
            time.sleep(0.5)
            self.assertIsNone(process.poll(), "the first one lets it save")
            process.send_signal(second)
            begun = time.monotonic()
            self.assertEqual(process.wait(30), code)
            print(f"ended {time.monotonic() - begun:.2f} s after the second {first.name}", flush=True)
            self.assertLess(time.monotonic() - begun, 5, "the figure is 1 s on a machine that is not busy")
            self.assertEqual(self.processes_of(name), [])
            (counts,) = self.lines("replay", name)
            self.assertEqual(counts["differences"], 0)
            (self.home / "saving-0").unlink()

    def test_the_time_of_a_trial_covers_what_it_saves(self):
        process = self.saving("late", "--trial-timeout", "2s", "--retries", "0")
        _, said = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 1, said)
        (trial,) = self.lines("trials", "late")
        self.assertEqual(trial["state"], "failed")
        self.assertIn("limit of 2 s", trial["reason"])

    # Ended as it slept, killed although it can't be asked, and what it said before stands.
    def test_a_stopped_trial_runs_out_of_time(self):
        (self.home / "stops.py").write_text(
            "import os, signal, time\nprint('loss=1', flush=True)\ntime.sleep(0.5)\n"
            "os.kill(os.getpid(), signal.SIGSTOP)\nprint('loss=0', flush=True)\ntime.sleep(60)\n")
        begun = time.monotonic()
        self.succeed(*self.run_words("s", "--trial-timeout", "2s", "--retries", "1", samples=2), "--",
                     sys.executable, "stops.py", code=1)
        self.assertLess(time.monotonic() - begun, 40)
        for trial in self.lines("trials", "s"):
            self.assertEqual((trial["state"], trial["attempts"], trial["best"]), ("failed", 2, 1))
        self.assertEqual(self.processes_of("s"), [])
        (counts,) = self.lines("replay", "s")
        self.assertEqual(counts["differences"], 0)


class FullDisk(ProgramTest):
    def full(self, name):
        small = self.small_file_system("256k")
        error = open(self.home / "said", "w+")
        self.addCleanup(error.close)
        (self.home / "fills.py").write_text(FILLS)
        words = [*self.run_words(name, "--results", small, "--log", "none", samples=4), "--", sys.executable,
                 self.home / "fills.py", self.home / "fill"]
        process = subprocess.Popen([LUTHIER, *map(str, words)], cwd=self.home, stdout=subprocess.DEVNULL,
                                   stderr=error, stdin=subprocess.DEVNULL)
        self.addCleanup(self.end, process)
        self.wait_for_results(name, 1, "--results", small)
        (self.home / "fill").touch()
        self.wait_until(lambda: "the disk is full" in (self.home / "said").read_text() or process.poll() is not None,
                        "a full disk", 60)
        self.assertIsNone(process.poll(), (self.home / "said").read_text())
        return small, process

    def said(self):
        return (self.home / "said").read_text()

    def results(self, small):
        log = self.succeed("export", "full", "--format", "jsonl", "--results", small).stdout
        return log.count('"result_reported"')

    def test_it_goes_on_by_itself_once_there_is_room(self):
        small, process = self.full("full")
        held = self.results(small)
        time.sleep(1.5)
        self.assertIsNone(process.poll())
        self.assertEqual(self.said().count("the disk is full"), 1, "told once")
        self.assertEqual(self.results(small), held)
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        self.assertEqual(process.wait(120), 0, self.said())
        self.assertIn("there is room", self.said())
        trials = self.lines("trials", "full", "--results", small)
        self.assertEqual([(each["state"], each["iterations"]) for each in trials], [("completed", 3000)] * 4)
        (counts,) = self.lines("replay", "full", "--results", small)
        self.assertEqual(counts["differences"], 0)
        self.assertIn("ok", self.succeed("doctor", "full", "--results", small).stdout)

    def test_when_it_is_ended_meanwhile_the_code_says_so_and_nothing_is_lost(self):
        small, process = self.full("full")
        before = self.results(small)
        self.assertGreater(before, 0)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), 5, self.said())
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        self.assertEqual(self.results(small), before)
        self.succeed("resume", "full", "--results", small, timeout=120)
        trials = self.lines("trials", "full", "--results", small)
        self.assertEqual({each["state"] for each in trials}, {"completed"})

    def test_killed_meanwhile_it_can_be_resumed(self):
        small, process = self.full("full")
        process.kill()
        process.wait()
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        self.succeed("resume", "full", "--results", small, timeout=120)
        (counts,) = self.lines("replay", "full", "--results", small)
        self.assertEqual(counts["differences"], 0)


if __name__ == "__main__":
    unittest.main()
