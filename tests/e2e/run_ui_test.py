"""`luthier run --ui`: the pages are there while the run lasts and no longer, whatever becomes of either."""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import unittest

from luthier_program import ProgramTest


class RunUi(ProgramTest):
    def begin(self, *options, epochs=40, samples=1):
        runs = self.start(*self.run_words("shown", "--ui", "--ui-port", 0, "--plain", *options, samples=samples, jobs=1), *self.train("--epochs", epochs, "--sleep", 0.1))
        line = runs.stderr.readline()
        self.assertRegex(line, r"^luthier: watch this run in a browser until it ends: http://127\.0\.0\.1:\d+/\?token=\w+$")
        self.port, = map(int, re.findall(r":(\d+)/", line))
        return runs

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def test_they_show_the_run_and_end_with_it(self):
        runs = self.begin(epochs=15)
        self.wait_for_results("shown", 2)
        self.assertEqual(self.get("/api/v1/experiments/shown")["state"], "running")
        out, talk = runs.communicate(timeout=30)
        self.assertEqual(runs.returncode, 0)
        self.assertRegex(out, r"^00000  loss ")
        self.assertIn("luthier: the pages end with the run; 'luthier serve' shows it again\n", talk)
        self.assertFalse(self.listens())

    def test_they_end_with_a_run_that_is_killed_or_interrupted(self):
        for which in (signal.SIGKILL, signal.SIGINT, signal.SIGTERM):
            runs = self.begin("--results", f"results-{which.name}")
            self.assertTrue(self.listens())
            runs.send_signal(which)
            runs.wait(timeout=30)
            self.wait_until(lambda: not self.listens(), "the end of the pages")

    def test_a_run_goes_on_without_them(self):
        runs = self.begin(epochs=10)
        self.wait_for_results("shown", 1)
        (pages,) = [int(entry.parent.name) for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline") if self.is_pages(entry, runs.pid)]
        os.kill(pages, signal.SIGKILL)
        self.wait_until(lambda: not self.listens(), "the end of the pages")
        runs.communicate(timeout=30)
        self.assertEqual(runs.returncode, 0)

    @staticmethod
    def is_pages(entry, parent):
        try:
            return b"--while-input" in entry.read_bytes() and int((entry.parent / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent
        except (OSError, ValueError):
            return False

    def test_a_port_in_use_is_said_before_anything_is_made(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = self.succeed(*self.run_words("shown", "--ui", "--ui-port", port), *self.train(), code=3)
        self.assertRegex(done.stderr, rf"^luthier: --ui: can't listen on 127.0.0.1, port {port}: .*; choose another with --ui-port \(0: any free one\)\n$")
        self.assertFalse((self.home / "luthier-results" / "shown").exists())

    def test_what_has_no_pages_is_said(self):
        for words, sentence in [(["run", "--store", "memory"], "--store memory"), (["run", "--ui-port", 70000], "from 0 to 65535"), (["try"], "drop --ui")]:
            done = self.luthier(words[0], "--ui", *words[1:], "--min", "loss", "-n", 1, "-p", "lr=uniform(0, 1)", *self.train())
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(sentence, done.stderr)
        self.assertIn("needs a pipe", self.succeed("serve", "--port", 0, "--while-input", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
