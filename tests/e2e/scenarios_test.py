"""What the command line prints: every command of tests/scenarios/*.txt against the output below it.

    $ a command of the shell          luthier is in PATH, the directory is empty at the file's start
    > another line of its input
    what it prints, stderr included   times, dates and processes are masked
    [exit 2]                          when it is not 0

`scenarios_test.py --rewrite [NAME...]` writes what the commands print now.
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "scenarios"
MASKS = [
    (r"\d{4}-\d\d-\d\d-\d{6}(-\d+)?", "DATE"),
    (r"process \d+ on \S+", "process PID on HOST"),
    (r"(?<=\S)  +age\n", "  age\n"),
    (r" {2,}(\d+d \d\dh|\d[\d.]*s)\n", "  TIME\n"),
    (r"\(\d[\d.e-]* s\)", "(TIME)"),
    (r"\bafter \d[\d.]*s\b", "after TIME"),
    (r"\(\d[\d.]*s of CPU, peak memory \d+ MB\)", "(MEASURED)"),
    (r"(?m)^elapsed .*", "elapsed     TIME"),
    (r"\"(age_s|elapsed_s)\": [\d.e-]+", r'"\1": TIME'),
]


def masked(text):
    for pattern, word in MASKS:
        text = re.sub(pattern, word, text)
    return text


def run(command, home):
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
    environment["PATH"] = str(pathlib.Path(os.environ["LUTHIER_BUILD"]).resolve() / "bin") + ":" + environment["PATH"]
    done = subprocess.run(["sh", "-c", command], cwd=home, env=environment, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = masked(done.stdout)
    if text and not text.endswith("\n"):
        text += "\n"
    return text + (f"[exit {done.returncode}]\n" if done.returncode else "")


def performed(scenario):
    """The scenario with what its commands print now. Comments stand before the first command."""
    lines = scenario.read_text().splitlines(keepends=True)
    out = []
    with tempfile.TemporaryDirectory(prefix="luthier-scenario-") as home:
        for i, line in enumerate(lines):
            if line.startswith("$ "):
                more = []
                while lines[i + 1 + len(more) :] and lines[i + 1 + len(more)].startswith("> "):
                    more.append(lines[i + 1 + len(more)])
                out += ["\n" if out else "", line, *more]
                out.append(run("".join(each[2:] for each in [line, *more]), home))
            elif line.startswith("#"):
                out += ["\n" if out and not out[-1].startswith("#") else "", line]
    return "".join(out)


class Scenarios(unittest.TestCase):
    maxDiff = None

    def test_commands_print_what_is_written_down(self):
        scenarios = sorted(FOLDER.glob("*.txt"))
        self.assertTrue(scenarios)
        for scenario in scenarios:
            with self.subTest(scenario.name):
                before, now = scenario.read_text(), performed(scenario)
                if before != now:
                    self.fail("\n" + "".join(difflib.unified_diff(
                        before.splitlines(True), now.splitlines(True), scenario.name, "now", n=2)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--rewrite"]:
        for path in sorted(FOLDER.glob("*.txt")):
            if not sys.argv[2:] or path.stem in sys.argv[2:]:
                path.write_text(performed(path))
    else:
        unittest.main()
