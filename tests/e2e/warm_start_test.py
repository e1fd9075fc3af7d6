"""Python programs start with what the first trial imported, and are none the wiser: everything that
a script can see of itself is as it is with --cold, and nothing of it outlives the run.

The libraries are small ones in a user's site-packages that this test makes.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import sys
import unittest

from luthier_program import LUTHIER, ProgramTest

MODULE = "/proc/LUTHIER/fd/N"  # where a trial's own `import luthier` finds its module
VENV = pathlib.Path(__file__).parents[2] / ".venv" / "bin" / "python"

# What a script can see of itself, without what differs between two cold starts.
MIRROR = """
import sys
first_path = list(sys.path)
import slow_library
import argparse, gc, inspect, json, multiprocessing, os, pickle, signal, threading, warnings

class Thing:
    pass

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
parser.add_argument("rest", nargs="*")
arguments = parser.parse_args()
seen = {
    "argv": sys.argv[:1] + sys.argv[3:], "orig_argv": getattr(sys, "orig_argv", [])[:-2], "path": first_path,
    "name": __name__, "file": globals().get("__file__"), "spec": getattr(__spec__, "name", None), "package": __package__,
    "main": sys.modules["__main__"].__dict__ is globals(), "flags": str(sys.flags), "depth": len(inspect.stack()),
    "warnoptions": sys.warnoptions, "xoptions": sys._xoptions, "executable": sys.executable, "cwd": os.getcwd(),
    "environment": {k: v for k, v in os.environ.items() if not k.startswith("LUTHIER_")},
    "luthier": sorted(k for k in os.environ if k.startswith("LUTHIER_")),
    "environ": open("/proc/self/environ").read().count("LUTHIER_TRIAL_ID="),
    "cmdline": open("/proc/self/cmdline").read().split("\\0")[-5:-1] != [],
    "signals": {str(n): str(signal.getsignal(n)) for n in (2, 13, 15, 17)},
    "mask": str(signal.pthread_sigmask(signal.SIG_BLOCK, [])), "threads": threading.active_count(),
    "main_thread": threading.current_thread() is threading.main_thread(), "frozen": gc.get_freeze_count(),
    "native_id": threading.main_thread().native_id == threading.get_native_id() == os.getpid(),
    "group": os.getpgid(0) == os.getpid() == os.getsid(0), "stdin": os.readlink("/proc/self/fd/0"),
    "files": [n for n in range(20) if os.path.exists(f"/proc/self/fd/{n}")],
    "buffers": [sys.stdout.line_buffering, sys.stdout.write_through, sys.stdout.encoding, sys.stdout.errors],
    "pickle": str(pickle.loads(pickle.dumps(Thing())).__class__), "customize": "sitecustomize" in sys.modules,
    "meta": [getattr(finder, "__name__", type(finder).__name__) for finder in sys.meta_path],
}
print("saw " + json.dumps(seen))
print(f"loaded {slow_library.loaded_in == os.getpid()}")
print(f"loss={arguments.lr}")
"""

PREAMBLE = "import os, sys, slow_library\nwarm = slow_library.loaded_in != os.getpid()\n"


class WarmStart(ProgramTest):
    def setUp(self):
        super().setUp()
        self.python = os.path.realpath(sys.executable)
        base = self.home / "base"
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        self.packages = base / "lib" / version / "site-packages"
        self.packages.mkdir(parents=True)
        self.project = self.home / "project"
        self.project.mkdir()
        self.environment = {**os.environ, "PYTHONUSERBASE": str(base), "PYTHONDONTWRITEBYTECODE": "1"}
        self.environment.pop("PYTHONPATH", None)
        self.library("slow_library", "import os, time\nloaded_in = os.getpid()\ntime.sleep(0.5)\n")

    def library(self, name, text):
        (self.packages / f"{name}.py").write_text(text)

    def luthier(self, *words, **options):
        return super().luthier(*words, env=self.environment, **options)

    def script(self, text, name="script.py"):
        path = self.project / name
        path.write_text(text)
        return path

    def run_program(self, name, *program, options=(), samples=5, jobs=1, code=0, timeout=120):
        words = self.run_words(name, "--log", "console", *options, samples=samples, jobs=jobs)
        return self.succeed(*words, "--", *program, code=code, timeout=timeout)

    def run_script(self, name, text, *arguments, **more):
        return self.run_program(name, self.python, self.script(text), "--lr", "{lr}", *arguments, **more)

    def output(self, name, trial, stream="stdout"):
        path = self.home / "luthier-results" / name / "trials" / f"{trial:05}" / f"{stream}.log"
        return path.read_text()

    def notes(self, name):
        lines = self.succeed("export", name, "--format", "jsonl").stdout.splitlines()
        return [event["text"] for event in map(json.loads, lines) if event["event"] == "note"]

    def warm_trials(self, name, samples):
        """Those whose script found its library loaded by another process."""
        return [trial for trial in range(samples) if "loaded False" in self.output(name, trial)]

    def ends_together(self, name):
        self.wait_until(lambda: not self.processes_of(name), "the end of every process", 5)

    # ---- what a script sees

    def compare(self, name, *program, options=()):
        """Runs it warm and cold: the same is seen in every trial. Returns what is seen."""
        self.run_program(name, *program, options=options)
        self.run_program(name + "-cold", *program, options=[*options, "--cold"])
        self.assertIn("warm starts: from now on trials begin with slow_library", " ".join(self.notes(name)))
        self.assertEqual(self.notes(name + "-cold"), [])
        self.assertEqual(self.warm_trials(name + "-cold", 5), [])
        warm = self.warm_trials(name, 5)
        self.assertIn(4, warm)
        seen = [self.seen(each, trial) for each, trial in
                [*((name, trial) for trial in range(5)), (name + "-cold", 0)]]
        self.maxDiff = None
        for each in seen[:-1]:
            self.assertEqual(each, seen[-1])
        return seen[-1]

    def seen(self, name, trial):
        for line in self.output(name, trial).splitlines():
            if line.startswith("saw "):
                return json.loads(re.sub(r"/proc/\d+/fd/\d+", MODULE, line[4:]))
        return self.fail(f"trial {trial} of {name} saw nothing: {self.output(name, trial, 'stderr')}")

    def test_a_script(self):
        seen = self.compare("script", self.python, self.script(MIRROR), "--lr", "{lr}", "more")
        self.assertEqual(seen["argv"], [str(self.project / "script.py"), "more"])
        self.assertEqual(seen["depth"], 1)

    def test_options_of_the_interpreter(self):
        script = self.script(MIRROR)
        seen = self.compare("options", self.python, "-u", "-OO", "-Wdefault", "-X", "utf8", "-b", script, "--lr", "{lr}")
        self.assertEqual(seen["buffers"][1], True)
        self.assertIn("default", seen["warnoptions"])

    def test_a_module(self):
        (self.home / "tool").mkdir()
        (self.home / "tool" / "__init__.py").write_text("")
        (self.home / "tool" / "__main__.py").write_text(MIRROR)
        seen = self.compare("module", self.python, "-m", "tool", "--lr", "{lr}")
        self.assertEqual(seen["path"][0], str(self.home))

    def test_a_script_with_a_shebang(self):
        script = self.script(f"#!{self.python} -u\n{MIRROR}")
        script.chmod(0o755)
        self.compare("shebang", script, "--lr", "{lr}")

    def test_env_finds_python_in_the_path(self):
        self.environment["PATH"] = f"{self.home}/bin:{os.environ['PATH']}"
        (self.home / "bin").mkdir()
        (self.home / "bin" / "python3").symlink_to(self.python)
        script = self.script(f"#!/usr/bin/env python3\n{MIRROR}", "tool")
        script.chmod(0o755)
        self.compare("env", script, "--lr", "{lr}")
        self.compare("env-typed", "/usr/bin/env", "python3", script, "--lr", "{lr}")

    def test_a_shell_script_that_stands_for_python(self):
        wrapper = self.home / "python3"
        wrapper.write_text(f"#!/bin/sh\n{self.python} -c 'import sys' || exit 1\nexport MORE=1\nexec {self.python} \"$@\"\n")
        wrapper.chmod(0o755)
        seen = self.compare("wrapped", wrapper, self.script(MIRROR), "--lr", "{lr}")
        self.assertEqual(seen["environment"]["MORE"], "1")

    def test_a_folder_with_a_main_module(self):
        (self.project / "__main__.py").write_text(MIRROR)
        seen = self.compare("folder", self.python, self.project, "--lr", "{lr}")
        self.assertEqual(seen["path"][0], str(self.project))

    def test_the_users_own_pythonpath_and_customization(self):
        own = self.home / "own"
        own.mkdir()
        (own / "sitecustomize.py").write_text("import sys\nsys.customized = True\n")
        self.environment["PYTHONPATH"] = f"{own}:{self.home}/more"
        seen = self.compare("paths", self.python, self.script(MIRROR), "--lr", "{lr}")
        self.assertEqual(seen["environment"]["PYTHONPATH"], f"{self.environment['PYTHONPATH']}:{MODULE}")
        self.assertEqual(seen["path"][1:3], [str(own), f"{self.home}/more"])
        self.assertTrue(seen["customize"])

    def test_nothing_is_written_beside_the_script(self):
        self.environment.pop("PYTHONDONTWRITEBYTECODE")
        self.run_script("files", MIRROR)
        self.assertEqual([path.name for path in self.project.iterdir()], ["script.py"])

    # ---- results

    def test_generators_without_a_seed_differ_and_seeded_ones_agree(self):
        text = PREAMBLE + ("import random, hashlib\nrandom.seed(os.environ['LUTHIER_SEED'])\n"
                           "print(f'loss={random.random()}')\n")
        for name, options in (("warm", []), ("cold", ["--cold"])):
            self.run_script(name, text, options=options, samples=30)
        exports = [self.succeed("export", name, "--canonical").stdout for name in ("warm", "cold")]
        results = [[line for line in export.splitlines() if '"loss"' in line] for export in exports]
        self.assertEqual(results[0][-20:], results[1][-20:])
        self.run_script("unseeded", PREAMBLE + "import random\nprint(f'loss={random.random()}')", samples=12)
        losses = {trial["best"] for trial in self.lines("trials", "unseeded")}
        self.assertEqual(len(losses), 12)

    @unittest.skipUnless(VENV.exists(), "there is no .venv with NumPy")
    def test_numpy(self):
        text = ("import numpy, os, sys\nseeded = numpy.random.RandomState(int(os.environ['LUTHIER_SEED']) % 2**32)\n"
                "matrix = seeded.rand(200, 200)\nloss = float(numpy.linalg.norm(matrix @ matrix))\n"
                "print('drawn', numpy.random.rand(), numpy.random.default_rng().random())\n"
                "print(f'loss={loss!r}')\n")
        script = self.script(text)
        for name, options in (("np", []), ("np-cold", ["--cold"])):
            self.run_program(name, VENV, script, options=options, samples=30, timeout=300)
        best = [[trial["best"] for trial in self.lines("trials", name)] for name in ("np", "np-cold")]
        self.assertEqual(best[0], best[1])
        self.assertIn("numpy", self.notes("np")[0])
        drawn = [word for trial in range(30) for word in self.output("np", trial).split("\n")[0].split()[1:]]
        self.assertEqual(len(set(drawn)), 60)

    def test_children_of_multiprocessing(self):
        text = ("import slow_library, multiprocessing, os\ndef square(x): return x * x\n"
                "if __name__ == '__main__':\n"
                "  print('loaded', slow_library.loaded_in == os.getpid())\n"
                "  for method in ('fork', 'spawn', 'forkserver'):\n"
                "    with multiprocessing.get_context(method).Pool(2) as pool:\n"
                "      print(method, pool.map(square, [1, 2, 3]), flush=True)\n"
                "  print('loss=1')\n")
        self.run_script("pools", text, samples=4)
        self.assertIn(3, self.warm_trials("pools", 4))
        for trial in range(4):
            self.assertEqual(self.output("pools", trial).count("[1, 4, 9]"), 3)

    # ---- how it ends

    def test_exit_statuses_and_tracebacks(self):
        ends = ["sys.exit(7)", "sys.exit('in words')", "raise ValueError('no')", "os.abort()", "sys.exit(None)",
                "raise KeyboardInterrupt", "os._exit(5)", "import atexit; atexit.register(print, 'bye'); sys.exit(0)"]
        text = PREAMBLE + ("print('loaded', not warm, flush=True)\nprint('loss=1', flush=True)\n"
                           "which = int(sys.argv[-1])\nif warm or which == 9: \n")
        text += "".join(f"  if which == {i}: {end}\n" for i, end in enumerate(ends))
        script = self.script(text)
        for cold in (False, True):
            name = "ends-cold" if cold else "ends"
            # The first trials end well, so that the others are warm.
            points = [{"lr": 0.5, "how": 9}] * 3 + [{"lr": 0.5, "how": how} for how in range(len(ends)) if how != 3]
            (self.home / "points.jsonl").write_text("\n".join(map(json.dumps, points)))
            words = ["run", "--name", name, "--min", "loss", "-n", len(points), "-j", 1, "--log", "console",
                     "-p", "lr=uniform(0, 1)", "-p", "how=randint(0, 10)", "--points", "points.jsonl",
                     *(["--cold"] if cold else [])]
            done = self.luthier(*words, "--", self.python, script, "{how}", timeout=120)
            self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertGreater(len(self.warm_trials("ends", len(points))), 4)
        events = [json.loads(line) for line in
                  self.succeed("export", "ends", "--format", "jsonl").stdout.splitlines()]
        warm = {event["trial"]: event["exit_status"] for event in events if event["event"] == "attempt_ended"}
        statuses = {points[trial]["how"]: status for trial, status in warm.items()}
        self.assertEqual({how: statuses[how] for how in (0, 1, 2, 5, 6)}, {0: 7, 1: 1, 2: 1, 5: 130, 6: 5})
        raised = next(trial for trial in warm if points[trial]["how"] == 2)
        errors = self.output("ends", raised, "stderr")
        self.assertEqual(errors.count("File "), 1, errors)
        self.assertTrue(errors.endswith("ValueError: no\n"), errors)

    def test_sigterm_reaches_the_scripts_handler(self):
        text = PREAMBLE + ("import signal, time\nprint('loaded', not warm, flush=True)\n"
                           "def leave(*_):\n  print('asked to leave', flush=True)\n  sys.exit(0)\n"
                           "signal.signal(signal.SIGTERM, leave)\n"
                           "for step in range(200 if warm else 2):\n  print(f'loss={step}', flush=True)\n  time.sleep(0.05)\n")
        self.run_script("terms", text, options=["--iterations", "4"], samples=4)
        warm = self.warm_trials("terms", 4)
        self.assertIn(3, warm)
        self.assertIn("asked to leave", self.output("terms", warm[-1]))

    def test_limits_of_time_and_memory(self):
        hang = PREAMBLE + ("import time\nprint('loaded', not warm, flush=True)\nprint('loss=1', flush=True)\n"
                           "if warm and os.fork() == 0:\n  time.sleep(60)\nif warm: time.sleep(60)\n")
        self.luthier(*self.run_words("hang", "--log", "none", "--trial-timeout", "3s", samples=4, jobs=1), "--",
                     self.python, self.script(hang), timeout=90)
        states = [trial["state"] for trial in self.lines("trials", "hang")]
        self.assertEqual(states[-1], "failed")
        self.ends_together("hang")
        eat = PREAMBLE + ("import time\nprint('loaded', not warm, flush=True)\nprint('loss=1', flush=True)\n"
                          "if warm:\n  food = bytearray(os.urandom(1 << 20) * 300)\n  time.sleep(20)\n")
        self.luthier(*self.run_words("eat", "--log", "none", "--memory", "150MiB", samples=4, jobs=1), "--",
                     self.python, self.script(eat), timeout=90)
        (last,) = [trial for trial in self.lines("trials", "eat") if trial["trial"] == 3]
        self.assertEqual(last["state"], "failed")
        self.assertIn("memory", json.dumps(last))

    # ---- who dies

    def start_warm(self, name, text, samples=30, jobs=2):
        """Starts a run of endless warm trials and waits for them; returns the process."""
        script = self.script(text)
        words = self.run_words(name, "--log", "console", samples=samples, jobs=jobs)
        import subprocess
        process = subprocess.Popen(
            [LUTHIER, *map(str, words), "--", self.python, script], cwd=self.home, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL, env=self.environment)
        self.addCleanup(self.end, process)
        folder = self.home / "luthier-results" / name / "trials"
        self.wait_until(lambda: sum("loaded False" in path.read_text() for path in folder.glob("*/stdout.log")) >= jobs,
                        "a warm trial in every job", 60)
        return process

    ENDLESS = PREAMBLE + ("import subprocess, time\nprint('loaded', not warm, flush=True)\nprint('loss=1', flush=True)\n"
                          "if warm:\n  subprocess.Popen(['sleep', '300'], start_new_session=True)\n"
                          "  if os.fork() == 0: os.setsid()\n  time.sleep(300)\n")

    @staticmethod
    def parents():
        """Parent and name of every process."""
        found = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    text = (entry / "stat").read_text()
                except OSError:
                    continue
                name = text[text.index("(") + 1:text.rindex(")")]
                found[int(entry.name)] = (int(text[text.rindex(")"):].split()[2]), name)
        return found

    def family(self, controller):
        """Guardian, zygote, wardens and trials of a run."""
        parents = self.parents()
        guardian = next(pid for pid, (parent, name) in parents.items()
                        if parent == controller and name == "luthier-guard")
        below = [pid for pid, (parent, name) in parents.items() if parent == guardian]
        zygote = next(pid for pid in below if parents[pid][1] != "luthier-warden")
        wardens = [pid for pid, (parent, name) in parents.items() if parent == zygote]
        trials = [pid for pid, (parent, name) in parents.items() if parent in wardens]
        return guardian, zygote, wardens, trials

    def test_the_controller_is_killed(self):
        process = self.start_warm("k1", self.ENDLESS)
        process.kill()
        process.communicate()
        self.ends_together("k1")

    def test_the_guardian_and_the_controller_are_killed(self):
        process = self.start_warm("k2", self.ENDLESS)
        guardian = self.family(process.pid)[0]
        os.kill(guardian, signal.SIGKILL)
        process.kill()
        process.communicate()
        self.ends_together("k2")

    def test_the_zygote_is_killed(self):
        text = self.ENDLESS.replace("time.sleep(300)", "time.sleep(2)")
        process = self.start_warm("k3", text, samples=8)
        _, zygote, wardens, trials = self.family(process.pid)
        self.assertEqual(len(trials), 2)
        os.kill(zygote, signal.SIGKILL)
        self.assertEqual(process.wait(timeout=60), 0, process.stderr.read())
        self.assertEqual({trial["state"] for trial in self.lines("trials", "k3")}, {"completed"})
        self.assertEqual(len([note for note in self.notes("k3") if "has ended; trials start cold" in note]), 1)
        self.ends_together("k3")

    def test_the_warden_or_the_trial_is_killed(self):
        for which in (2, 3):
            name = f"k4-{which}"
            process = self.start_warm(name, self.ENDLESS)
            victim = self.family(process.pid)[which][0]
            before = set(self.processes_of(name))
            os.kill(victim, signal.SIGKILL)
            self.wait_until(lambda: any(trial["state"] == "failed" for trial in self.lines("trials", name)),
                            "the trial's failure")
            self.wait_until(lambda: len(before & set(self.processes_of(name))) <= len(before) // 2 + 1,
                            "the end of its processes", 5)
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
            self.ends_together(name)

    def test_an_interrupt(self):
        process = self.start_warm("k5", self.ENDLESS)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        self.ends_together("k5")

    # ---- when it can't be

    def falls_back(self, name, text, why, *arguments, samples=4, **more):
        done = self.run_script(name, text, *arguments, samples=samples, **more)
        notes = self.notes(name)
        self.assertEqual(len(notes), 1, notes)
        self.assertRegex(notes[0], why)
        self.assertIn(notes[0], done.stderr + done.stdout)
        self.assertEqual(self.warm_trials(name, samples), [])

    SAYS = PREAMBLE + "print('loaded', not warm)\nprint('loss=1')\n"

    def test_threads(self):
        self.library("threaded", "import threading, time\nthreading.Thread(target=time.sleep, args=(3,), daemon=True).start()\n")
        self.falls_back("threads", "import threaded\n" + self.SAYS, "threads, which do not survive a fork", samples=8)

    def test_a_process_or_a_connection_of_a_library(self):
        self.library("forks", "import subprocess\nprocess = subprocess.Popen(['sleep', '3'])\n")
        self.falls_back("forks", "import forks\n" + self.SAYS, "started a process")
        self.library("connects", "import socket\nboth = socket.socketpair()\n")
        self.falls_back("connects", "import connects\n" + self.SAYS, "opened a connection")

    def test_an_import_that_fails_beforehand(self):
        self.library("needs_arguments", "import sys\nassert '--lr' in sys.argv\n")
        self.falls_back("imports", "import needs_arguments\n" + self.SAYS, "import of needs_arguments fails")

    def test_an_import_that_ends_the_interpreter(self):
        self.library("deadly", "import os, sys\nif '--lr' not in sys.argv: os._exit(3)\n")
        self.falls_back("dies", "import deadly\n" + self.SAYS, "ended while it imported")

    def test_a_module_of_the_users_that_hides_a_library(self):
        self.script("mine = True\n", "fractions.py")
        self.library("uses_fractions", "import fractions\n")
        text = "import sys\nimport uses_fractions, fractions\n" + self.SAYS + "assert fractions.mine\n"
        self.falls_back("hides", text, "different modules named fractions|not installed but the user's own")

    def test_a_module_that_appears_later(self):
        text = self.SAYS + ("path = os.path.join(os.path.dirname(__file__), 'late_library.py')\n"
                            "import late_library\nprint('mine', hasattr(late_library, 'mine'))\n"
                            "if not hasattr(late_library, 'mine') and warm: open(path, 'w').write('mine = 1\\n')\n")
        self.library("late_library", "")
        self.run_script("late", text, samples=6)
        self.assertTrue(any("late_library" in note for note in self.notes("late")), self.notes("late"))
        self.assertIn("mine True", self.output("late", 5))
        self.assertIn("loaded True", self.output("late", 5))

    def test_options_that_keep_it_out(self):
        script = self.script("print('loss=1')\n")
        self.run_program("isolated", self.python, "-I", script)
        self.assertIn("the option -I", self.notes("isolated")[0])

    def test_an_environment_that_the_script_sets_first(self):
        self.library("reads_environment", "import os\nvalue = os.environ.get('THREADS')\n")
        text = ("import slow_library, os, sys\nos.environ['THREADS'] = sys.argv[2]\nimport reads_environment\n"
                "print('loaded', slow_library.loaded_in == os.getpid())\n"
                "assert reads_environment.value == sys.argv[2]\nprint('loss=1')\n")
        self.run_script("sets", text)
        self.assertIn(4, self.warm_trials("sets", 5))
        self.assertIn("after it sets THREADS", self.notes("sets")[0])
        self.assertEqual({trial["state"] for trial in self.lines("trials", "sets")}, {"completed"})

    def test_imports_that_take_no_noticeable_time(self):
        self.library("slow_library", "import os\nloaded_in = os.getpid()\n")
        self.run_script("quick", self.SAYS + "import time\ntime.sleep(1.5)\n", samples=3)
        self.assertEqual(self.notes("quick"), [])
        self.assertEqual(self.warm_trials("quick", 3), [])

    def test_the_users_own_modules_are_imported_anew(self):
        self.script("import os\nprint('own', os.environ['LUTHIER_TRIAL_ID'])\n", "mine.py")
        self.run_script("own", "import mine\n" + self.SAYS)
        self.assertIn(4, self.warm_trials("own", 5))
        for trial in range(5):
            self.assertIn(f"own {trial}", self.output("own", trial))

    def test_a_first_trial_that_fails(self):
        text = self.SAYS + "import sys\nsys.exit(int(os.environ['LUTHIER_TRIAL_ID']) == 0)\n"
        self.run_script("first", text, samples=6)
        self.assertIn(5, self.warm_trials("first", 6))

    def test_trials_that_import_something_else_later(self):
        self.library("another_library", "import os, time\nloaded_in = os.getpid()\ntime.sleep(0.5)\n")
        text = self.SAYS + ("if int(os.environ['LUTHIER_TRIAL_ID']) > 5:\n  import another_library\n"
                            "  print('another', another_library.loaded_in == os.getpid())\n")
        self.run_script("more", text, samples=30)
        self.assertEqual(len([note for note in self.notes("more") if "later trials import more" in note]), 1)
        self.assertIn("another False", self.output("more", 29))

    def test_a_script_that_changes_between_trials(self):
        text = self.SAYS + ("if warm: open(__file__, 'a').write('print(\"changed\")\\n')\n")
        self.run_script("changes", text, samples=6)
        self.assertIn("changed", self.output("changes", 5))

    def test_another_program_that_mostly_starts_up(self):
        shell = "sleep 0.6; for i in 1 2 3 4 5; do echo loss=$i; sleep 0.05; done"
        self.run_program("slow", "sh", "-c", shell, samples=5, jobs=2)
        self.assertRegex(" ".join(self.notes("slow")), r"^the program takes 0\.\d s of a trial's \S+ s to start up")
        self.run_program("fast", "sh", "-c", shell.replace("sleep 0.6", "sleep 0.06"), samples=5, jobs=2)
        self.run_program("buffered", "sh", "-c", "sleep 0.6; printf 'loss=1\\nloss=2\\nloss=3\\n'", samples=5, jobs=2)
        self.assertEqual(self.notes("fast") + self.notes("buffered"), [])


if __name__ == "__main__":
    unittest.main()
