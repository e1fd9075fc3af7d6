"""`import luthier` in scripts that `luthier run` starts: the report API is there whatever is installed
for the interpreter, and an installed package, or a module of the user's own, is what is imported."""

import os
import pathlib
import re
import sys
import unittest

from luthier_program import ProgramTest

REPOSITORY = pathlib.Path(__file__).parents[2]

REPORTS = """
import json, os, sys
import luthier
lr = float(sys.argv[1])
start = 0
if luthier.checkpoint():
    start = json.load(open(os.path.join(luthier.checkpoint(), "epoch.json")))
print("from", luthier.__file__, "config", luthier.config(), "iteration", luthier.iteration())

def save(directory):
    json.dump(epoch, open(os.path.join(directory, "epoch.json"), "w"))

for epoch in range(start + 1, 10):
    if not luthier.report(loss=lr / epoch, save=save):
        print("stopped after", epoch)
        break
"""


class PythonModule(ProgramTest):
    def run_script(self, name, text, *options, samples=6, code=0, **more):
        (self.home / "script.py").write_text(text)
        environment = {**os.environ, **more}
        return self.succeed(*self.run_words(name, *options, samples=samples, jobs=1), "--",
                            os.path.realpath(sys.executable), "script.py", "{lr}", code=code, env=environment)

    def output(self, name, trial, stream="stdout"):
        return (self.home / "luthier-results" / name / "trials" / f"{trial:05}" / f"{stream}.log").read_text()

    def states(self, name):
        return [trial["state"] for trial in self.lines("trials", name)]

    def iterations(self, name):
        return [trial["iterations"] for trial in self.lines("trials", name)]

    def test_a_script_reports_and_is_stopped(self):
        for name, options in (("warm", []), ("cold", ["--cold"])):
            self.run_script(name, REPORTS, "--scheduler", "asha:max_t=9,reduction_factor=3", *options)
            self.assertIn("stopped", self.states(name))
            self.assertIn("completed", self.states(name))
            self.assertRegex(self.output(name, 0), r"from /proc/\d+/fd/\d+/trial/luthier/__init__.py config \{'lr': 0\.")
            stopped = self.states(name).index("stopped")
            self.assertIn("stopped after", self.output(name, stopped))

    def test_a_script_goes_on_from_its_checkpoint(self):
        self.run_script("paused", REPORTS, "--scheduler", "asha:max_t=9,reduction_factor=3,mode=promote")
        self.assertIn(9, self.iterations("paused"))
        self.assertTrue(any("iteration 1" in self.output("paused", trial) for trial in range(6)))

    def test_an_installed_package_comes_first(self):
        text = "import luthier, sys\nluthier.Tuner\nprint('from', luthier.__file__)\nluthier.report(loss=1)\n"
        self.run_script("installed", text, PYTHONPATH=str(REPOSITORY / "python"), samples=1)
        self.assertIn(f"from {REPOSITORY}/python/luthier/__init__.py", self.output("installed", 0))

    def test_a_module_of_the_users_own_comes_first(self):
        (self.home / "luthier.py").write_text("guitar = 0.5\n")
        self.run_script("own", "import luthier\nprint(f'loss={luthier.guitar}')\n", samples=1)
        self.assertEqual(self.lines("trials", "own")[0]["best"], 0.5)

    def test_a_folder_of_that_name_is_none(self):
        (self.home / "luthier").mkdir()
        self.run_script("folder", REPORTS, samples=1)
        self.assertEqual(self.iterations("folder"), [9])

    def test_what_only_the_package_has_is_said(self):
        self.run_script("more", "import luthier\nluthier.Tuner\n", samples=1, code=1)
        self.assertIn("ImportError: luthier.Tuner needs the package luthier, and this interpreter has only what trials "
                      "report with", self.output("more", 0, "stderr"))

    def test_the_users_own_path_stays_in_front(self):
        text = "import sys, os\nprint('path', os.environ['PYTHONPATH'])\nprint('loss=1')\n"
        for given, shown in (("/a:/b", "/a:/b:"), ("", ""), (None, "")):
            more = {} if given is None else {"PYTHONPATH": given}
            name = f"path{len(shown)}{given is None}"
            self.run_script(name, text, "--cold", samples=1, **more)
            self.assertRegex(self.output(name, 0), rf"^path {re.escape(shown)}/proc/\d+/fd/\d+\n")


if __name__ == "__main__":
    unittest.main()
