"""`luthier top`: the picture of an experiment that another process runs, on a terminal and off it."""

import json
import os
import pty
import re
import select
import signal
import sys
import time
import unittest

from luthier_program import LUTHIER, ProgramTest


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, test, *words, **environment):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(test.home)
            os.environ.update({"TERM": "xterm", **environment})
            os.execv(LUTHIER, [LUTHIER, *map(str, words)])
        self.test, self.written, self.ended = test, "", False
        test.addCleanup(self.close)

    def read(self):
        """Takes in what it has written; False at its end."""
        while not self.ended and select.select([self.terminal], [], [], 0.05)[0]:
            try:
                part = os.read(self.terminal, 65536)
            except OSError:
                part = b""
            self.ended = not part
            self.written += part.decode(errors="replace")
        return not self.ended

    def wait_for(self, text):
        self.test.wait_until(lambda: self.read() and text in self.written or text in self.written, repr(text))

    def type(self, text):
        os.write(self.terminal, text.encode())

    def finish(self):
        self.test.wait_until(lambda: not self.read(), "the end of the command", 60)
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        return os.waitstatus_to_exitcode(status)

    def close(self):
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.terminal)


def without_times(text):
    return re.sub(r"\d+(\.\d+)?(ms|s|m \d+s)", "TIME", text)


class Top(ProgramTest):
    def slow(self, name, *options, samples=3, epochs=20, sleep=0.1):
        run = self.start(*self.run_words(name, *options, samples=samples), *self.train("--epochs", epochs, "--sleep", sleep))
        self.wait_for_results(name, 2)
        return run

    def test_on_a_terminal_it_follows_a_run_to_its_end(self):
        run = self.slow("far", samples=4)
        top = Terminal(self, "top", "far")
        top.wait_for("iteration          loss      time  parameters")
        self.assertEqual(top.finish(), 0)
        self.assertEqual(run.wait(30), 0)
        talk = run.communicate()[1]
        closing = [line for line in talk.splitlines() if line.startswith(("best loss", "far finished"))]
        self.assertEqual(len(closing), 2, talk)
        end = re.sub(r"\x1b\[[0-9;]*m", "", top.written[top.written.rindex("\x1b[J"):]).replace("\r", "")
        self.assertIn(without_times("\n".join(closing[-2:])), without_times(end))
        frames = top.written.count("\x1b[J")
        self.assertGreater(frames, 2)
        self.assertIn("far: started, 2 jobs, 4 trials", top.written)

    def test_an_ended_experiment(self):
        self.succeed(*self.run_words("over"), *self.train())
        for words in [["top", "over"], ["top", "last"]]:
            done = self.succeed(*words)
            self.assertIn("over finished after", done.stdout)
            self.assertIn("best loss", done.stdout)
            self.assertNotIn("\x1b", done.stdout)
            self.assertEqual(done.stderr, "")
        (shown,) = self.lines("top", "over")
        self.assertEqual(shown["state"], "finished")
        self.assertEqual(shown["trials"]["completed"], 3)
        self.assertEqual(shown["running"], [])
        (best,) = self.lines("best", "over")
        self.assertEqual(shown["best"][0]["trial"], best["trial"])
        self.assertEqual(Terminal(self, "top", "over").finish(), 0)

    def test_off_a_terminal_it_shows_one_picture(self):
        run = self.slow("now", epochs=200)
        shown = self.succeed("top", "now").stdout
        self.assertIn("now: 0 of 3 trials ended, 2 running, 1 pending" if "pending" in shown
                      else "now: 0 of 3 trials ended, 2 running", shown)
        self.assertIn("trial     iteration", shown)
        self.assertNotIn("\x1b", shown)
        (shown,) = self.lines("top", "now")
        self.assertEqual(shown["state"], "running")
        self.assertEqual(len(shown["running"]), 2)
        for each in shown["running"]:
            self.assertGreaterEqual(each["iteration"], 0)
            self.assertIn("lr", each["config"])
        self.assertIsNone(run.poll())

    def test_a_dumb_terminal_gets_one_picture(self):
        run = self.slow("dumb", epochs=200)
        top = Terminal(self, "top", "dumb", TERM="dumb")
        self.assertEqual(top.finish(), 0)
        self.assertNotIn("\x1b", top.written)
        self.assertIsNone(run.poll())

    def test_ctrl_c_ends_top_alone(self):
        run = self.slow("goes-on", epochs=30)
        top = Terminal(self, "top", "goes-on")
        top.wait_for("parameters")
        top.type("\x03")
        self.assertEqual(top.finish(), -signal.SIGINT)
        self.assertEqual(run.wait(60), 0)
        (shown,) = self.lines("show", "goes-on")
        self.assertEqual(shown["trials"]["completed"], 3)

    def test_a_run_that_is_killed_stands_still(self):
        run = self.slow("dies", epochs=300)
        top = Terminal(self, "top", "dies")
        top.wait_for("parameters")
        run.kill()
        self.assertEqual(top.finish(), 0)
        self.assertIn(f"process {run.pid}", top.written)
        self.assertIn("it stands still; to go on: `luthier resume dies`", top.written)
        self.assertIn("2 interrupted", top.written)
        (shown,) = self.lines("top", "dies")
        self.assertEqual(shown["state"], "interrupted")
        self.assertEqual((shown["trials"]["running"], shown["trials"]["interrupted"]), (0, 2))
        self.assertEqual(shown["running"], [])
        again = self.succeed("top", "dies")
        self.assertIn("is gone", again.stdout)
        self.assertIn("luthier resume dies", again.stderr)

    def test_an_interrupted_run(self):
        run = self.slow("paused", epochs=300)
        top = Terminal(self, "top", "paused")
        top.wait_for("parameters")
        run.send_signal(signal.SIGINT)
        self.assertEqual(top.finish(), 0)
        self.assertIn("paused interrupted after", top.written)
        self.assertIn("luthier resume paused", top.written)

    def test_it_shows_why_trials_were_stopped_and_what_failed(self):
        script = "import sys, time\nfor i in range(9):\n    time.sleep(0.05)\n    print(f'loss={float(sys.argv[1])}', flush=True)\ntime.sleep(30)\n"
        (self.home / "slow.py").write_text(script)
        run = self.start("run", "--name", "asha", "--min", "loss", "-n", 12, "-j", 4, "-p", "x=uniform(0, 1)", "--searcher",
                         "random", "--scheduler", "asha:max_t=100,grace_period=1,reduction_factor=2", "--grace", "1",
                         "--", sys.executable, "slow.py", "{x}")
        def stopped():
            done = self.luthier("top", "asha")
            return done.returncode == 0 and "stopped: " in done.stdout
        self.wait_until(stopped, "a trial that is stopped")
        (shown,) = self.lines("top", "asha")
        self.assertTrue(shown["stopped"][0]["reason"])
        run.kill()

    def test_what_can_not_be_shown(self):
        self.succeed("top", "nothing", code=2)
        self.succeed("top", code=2)
        self.succeed(*self.run_words("over"), *self.train())
        with open("/dev/full", "w") as full:
            import subprocess
            for words in [["top", "over"], ["top", "over", "--json"]]:
                done = subprocess.run([LUTHIER, *words], cwd=self.home, stdout=full, stderr=subprocess.PIPE, text=True)
                self.assertEqual(done.returncode, 5, done.stderr)
        (self.home / "luthier-results" / "over" / "experiment.db").write_bytes(b"x" * 5000)
        self.assertIn(self.luthier("top", "over").returncode, (4, 5))

    def test_twenty_parameters_and_hostile_text(self):
        spaces = [word for i in range(20) for word in ["-p", f"parameter{i}=uniform(0, 1)"]]
        self.succeed("run", "--name", "wide", "--min", "loss", "-n", 2, *spaces, "-p", "text=choice(\"\x1b]0;x\x07\")",
                     "--", "sh", "-c", "echo loss=nan", code=1)
        done = self.succeed("top", "wide")
        self.assertNotIn("\x1b", done.stdout)
        (shown,) = self.lines("top", "wide")
        self.assertEqual(shown["best"], [])

    def test_it_costs_the_run_nothing(self):
        """Readers that come and go leave the log closed in good order."""
        run = self.slow("read", samples=6, epochs=15)
        while run.poll() is None:
            self.luthier("top", "read", "--json")
            time.sleep(0.02)
        self.assertEqual(run.returncode, 0)
        names = {each.name for each in (self.home / "luthier-results" / "read").iterdir()}
        self.assertNotIn("experiment.db-wal", names)
        self.assertTrue(all(json.loads(line)["ok"] for line in self.succeed("doctor", "read", "--json").stdout.splitlines()))


if __name__ == "__main__":
    unittest.main()
