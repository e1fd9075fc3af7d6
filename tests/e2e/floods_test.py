"""Trials that write as fast as they can: memory stays bounded, others are answered meanwhile, and
nothing that was reported is lost."""

import json
import os
import sys
import time
import unittest

from luthier_program import ProgramTest

SECONDS = 4
# Reports once in 20 ms and notes how long each answer took.
ASKS = """
import json, os, sys, time
link = os.fdopen(3, "r+b", buffering=0)
waited = []
end = time.monotonic() + %d
while time.monotonic() < end:
    begun = time.monotonic()
    link.write(b'{"loss": 1}\\n'); link.readline()
    waited.append(time.monotonic() - begun)
    time.sleep(0.02)
with open("waited", "w") as out: json.dump(waited, out)
""" % SECONDS
BEGIN = "import os, sys, time\nif int(os.environ['LUTHIER_TRIAL_ID']) == 0:\n    exec(open('asks.py').read())\n    sys.exit()\n"
PRINTS = BEGIN + """
block = {block}
end = time.monotonic() + %d
while time.monotonic() < end:
    os.write(1, block); os.write(2, block)
link = os.fdopen(3, "r+b", buffering=0)
link.write(b'{{"loss": 2}}\\n'); link.readline()
""" % SECONDS
# Writes results without reading the answers, until it is not read any more, and reads them all then.
REPORTS = BEGIN + """
READS = {reads}
import socket, threading
link = socket.socket(fileno=3)
COUNT = 20000
def write():
    for i in range(COUNT): link.sendall(b'{{"loss": %d}}\\n' % i)
threading.Thread(target=write, daemon=True).start()
time.sleep(2)
lines = link.makefile("rb")
for i in range(COUNT if READS else 0): lines.readline()
if not READS: time.sleep(60)
"""


class Floods(ProgramTest):
    def flood(self, script, *options, jobs=5):
        (self.home / "asks.py").write_text(ASKS)
        (self.home / "flood.py").write_text(script)
        process = self.start(*self.run_words("f", "--log", "none", *options, samples=jobs, jobs=jobs), "--",
                             sys.executable, "flood.py")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0, process.stderr.read())
        waited = sorted(json.loads((self.home / "waited").read_text()))
        late = waited[len(waited) * 99 // 100]
        print(f"{len(waited)} answers, 99 of 100 within {late * 1e3:.0f} ms; "
              f"{usage.ru_maxrss // 1024} MiB resident", flush=True)
        self.assertLess(late, 3, "the figure is 50 ms on a machine that is not busy")
        return usage.ru_maxrss * 1024

    def printed(self, block):
        quiet = self.flood(PRINTS.format(block="b'a line\\n'") .replace("os.write(1, block)", "time.sleep(0.1)"))
        for log in (self.home / "luthier-results").iterdir():
            log.rename(self.home / "quiet")
        loud = self.flood(PRINTS.format(block=block))
        self.assertLess(loud - quiet, 32 << 20)
        for trial in range(1, 5):
            folder = self.home / f"luthier-results/f/trials/{trial:05}"
            self.assertLess(sum(path.stat().st_size for path in folder.glob("std*.log*")), 130 << 20)
        self.assertEqual([each["best"] for each in self.lines("trials", "f")], [1, 2, 2, 2, 2])

    def test_no_line_ever_ends(self):
        self.printed("b'x' * 1_000_000")

    def test_lines_of_any_bytes(self):
        self.printed("bytes(range(256)) * 4000")

    def test_many_short_lines(self):
        self.printed("b'a line of the log that nobody reads\\n' * 20_000")

    def test_reports_without_waiting_for_answers(self):
        self.flood(REPORTS.format(reads=True), jobs=2)
        trials = self.lines("trials", "f")
        self.assertEqual([each["state"] for each in trials], ["completed"] * 2)
        self.assertEqual(trials[1]["iterations"], 20000)
        self.assertEqual(trials[1]["metrics"], {"loss": 19999})

    def test_answers_that_are_never_read(self):
        self.flood(REPORTS.format(reads=False), jobs=2)
        failed = self.lines("trials", "f")[1]
        self.assertEqual(failed["state"], "failed")
        self.assertIn("did not read the replies on its report descriptor for 10 s", failed["reason"])
        self.assertGreater(failed["iterations"], 0)


if __name__ == "__main__":
    unittest.main()
