"""Wrong commands, spaces, files and values, and a world that breaks: each gets a sentence that names
the thing and the remedy, the documented exit code, and leaves nothing behind."""

import os
import shutil
import subprocess
import unittest

from luthier_program import LUTHIER, ProgramTest

P = ["-p", "lr=uniform(0, 1)"]
PROGRAM = ["--", "sh", "-c", "echo loss=1", "{args}"]
RUN = ["run", "--min", "loss", *P]


def case(name, words, *says, files=None):
    return name, words, says, files or {}


# Name, words, what the sentence must say (the thing, the remedy), files that are there.
USAGE = [
    case("no command", [], "--help"),
    case("unknown command", ["rnu"], "rnu", "did you mean 'run'"),
    case("another tool's command", ["tune"], "tune", "did you mean 'run'"),
    case("another name of a command", ["remove", "digits"], "remove", "did you mean 'rm'?"),
    case("removing nothing", ["rm", "digits", "--yes"], "digits", "known: none"),
    case("a name like no other", ["qqqqq"], "no command 'qqqqq'; known: run"),
    case("an option for a command", ["--verbose"], "--verbose", "--help"),
    case("an option of run for a command", ["--seed", "1", "--min", "loss", "--", "./train"],
         "no command before '--seed'", "luthier run --seed 1 --min loss"),
    case("unknown help topic", ["help", "rum"], "rum", "--help"),
    case("unknown option", [*RUN, "--sampels", "3", *PROGRAM], "--sampels", "--samples"),
    case("one dash for two", ["run", "-min", "loss", *P, *PROGRAM], "-min", "'--min'"),
    case("a peer's option", ["run", "--minimize", "loss", *P, *PROGRAM], "'--min'"),
    case("another peer's option", [*RUN, "--num-samples", "3", *PROGRAM], "'--samples'"),
    case("unknown letter", [*RUN, "-z", *PROGRAM], "-z", "--help"),
    case("missing value", [*RUN, "--seed"], "--seed", "N"),
    case("value is an option", [*RUN, "--seed", "--plain", *PROGRAM], "--seed", "N"),
    case("switch with a value", [*RUN, "--plain=yes", *PROGRAM], "--plain", "drop"),
    case("given twice", [*RUN, "--seed", "1", "--seed", "2", *PROGRAM], "--seed", "twice"),
    case("program without --", [*RUN, "a.toml", "b.py"], "b.py", "'--'"),
    case("nothing after --", [*RUN, "--"], "'--'", "program"),
    case("no program", RUN, "no program", "--"),
    case("no objective", ["run", *P, *PROGRAM], "--min", "--max"),
    case("empty objective", ["run", "--min", " ", *P, *PROGRAM], "metric"),
    case("objective twice", [*RUN, "--max", "loss", *PROGRAM], "loss"),
    case("samples are text", [*RUN, "-n", "many", *PROGRAM], "many", "whole number"),
    case("samples are negative", [*RUN, "-n", "-5", *PROGRAM], "-5", "at least 0"),
    case("samples beyond 64 bits", [*RUN, "-n", "99999999999999999999", *PROGRAM],
         "99999999999999999999", "whole number"),
    case("samples are a fraction", [*RUN, "-n", "1.5", *PROGRAM], "1.5", "whole number"),
    case("no jobs", [*RUN, "-j", "0", *PROGRAM], "jobs", "at least 1"),
    case("seed is negative", [*RUN, "--seed", "-1", *PROGRAM], "seed", "at least 0"),
    case("time without unit", [*RUN, "--time", "soon", *PROGRAM], "soon", "15m"),
    case("time is endless", [*RUN, "--time", "inf", *PROGRAM], "inf", "15m"),
    case("time is not a number", [*RUN, "--time", "nan", *PROGRAM], "nan", "15m"),
    case("grace is negative", [*RUN, "--grace", "-1s", *PROGRAM], "grace", "90s"),
    case("store", [*RUN, "--store", "disk", *PROGRAM], "disk", "memory"),
    case("durability", [*RUN, "--durability", "best", *PROGRAM], "best", "full"),
    case("name with a slash", [*RUN, "--name", "a/b", *PROGRAM], "a/b", "must"),
    case("name is hidden", [*RUN, "--name", "..", *PROGRAM], "..", "must"),
    case("name is empty", [*RUN, "--name", "", *PROGRAM], "name", "must"),
    case("name is long", [*RUN, "--name", "x" * 300, *PROGRAM], "128", "must"),
    case("name with a blank", [*RUN, "--name", "my run", *PROGRAM], "my run", "letters"),
    case("name of other letters", [*RUN, "--name", "é日本", *PROGRAM], "é日本", "a to z"),
    case("name with an escape", [*RUN, "--name", "a\x1b[2J", *PROGRAM], "\\x1b", "must"),
    case("results is empty", [*RUN, "--results", "", *PROGRAM], "--results", "directory"),
    case("tag without value", [*RUN, "--tag", "x", *PROGRAM], "tag", "KEY=VALUE"),
    case("resource without value", [*RUN, "--resource", "tpu", *PROGRAM], "tpu", "NAME=AMOUNT"),
    case("cpu is negative", [*RUN, "--cpu", "-1", *PROGRAM], "cpu", "at least 0"),
    case("memory is text", [*RUN, "--memory", "lots", *PROGRAM], "lots", "2GiB"),
    case("cpus is zero", [*RUN, "--cpus", "0", *PROGRAM], "cpus", "above 0"),
    case("keep checkpoints", [*RUN, "--keep-checkpoints", "2:worst", *PROGRAM], "2:worst", "N:best"),
    case("resource formula", [*RUN, "--gpu", "expr(lr *)", *PROGRAM], "gpu", "lr *"),
    case("custom resource never there", [*RUN, "--resource", "tpu=1", *PROGRAM],
         "tpu", "--inventory"),
    case("inventory", [*RUN, "--inventory", "tpu", *PROGRAM], "tpu", "NAME=AMOUNT"),
    case("resource never there", [*RUN, "--gpu", "4", "--gpus", "1", *PROGRAM], "gpu", "--gpus"),
    case("searcher", [*RUN, "--searcher", "radnom", *PROGRAM], "radnom", "random"),
    case("scheduler", [*RUN, "--scheduler", "ahsa", *PROGRAM], "ahsa", "asha"),
    case("scheduler option", [*RUN, "--scheduler", "asha:max_tt=9", *PROGRAM], "max_tt", "max_t"),
    case("scheduler value", [*RUN, "--scheduler", "asha:max_t=lots", *PROGRAM], "max_t", "lots"),
    case("scheduler range", [*RUN, "--scheduler", "asha:max_t=-3", *PROGRAM], "max_t", "-3"),
    case("scheduler syntax", [*RUN, "--scheduler", "asha:", *PROGRAM], "asha", "option"),
    case("logger", [*RUN, "--log", "cvs", *PROGRAM], "cvs", "csv"),
    case("logger without files", [*RUN, "--store", "memory", "--log", "csv", *PROGRAM],
         "csv", "memory"),
    case("executor", [*RUN, "--executor", "proces", *PROGRAM], "proces", "process"),
    case("executor in process", [*RUN, "--executor", "in_process", *PROGRAM], "in_process", "C++"),
    case("plugin is not there", [*RUN, "--plugin", "none.so", *PROGRAM], "none.so"),
    case("plugin is no library", [*RUN, "--plugin", "text.so", *PROGRAM], "text.so",
         files={"text.so": "no library"}),
    case("stop rule", [*RUN, "--stop", "loss <", *PROGRAM], "loss <", "stop"),
    case("stop rule option", [*RUN, "--stop", "plateau:metric=loss,windw=4", *PROGRAM],
         "windw", "window"),
    case("metric regex", [*RUN, "--metric-regex", "(loss", *PROGRAM], "(loss"),
    case("program is not there", [*RUN, "--", "./not-there"], "not-there"),
    case("placeholder", [*RUN, "--", "sh", "-c", "echo {rl}"], "rl", "lr"),
    case("open brace", [*RUN, "--", "sh", "-c", "echo {lr"], "{lr", "{{"),
    case("unknown placeholder, checked only", [*RUN, "--dry-run", "--", "sh", "{rl}"], "rl", "lr"),
    case("metric regex, checked only", [*RUN, "--dry-run", "--metric-regex", "(loss", *PROGRAM],
         "(loss"),
    case("program is a directory", [*RUN, "--dry-run", "--", "/"], "'/' is a directory"),
    case("program is empty", [*RUN, "--dry-run", "--", ""], "no command to run"),
    case("resource of an unknown parameter", [*RUN, "--cpu", "expr(rl)", *PROGRAM], "rl",
         "did you mean 'lr'"),
    case("one and a half gpus", [*RUN, "--gpu", "1.5", "--gpus", "4", *PROGRAM], "1.5", "whole"),
    case("parameter named like a placeholder",
         ["run", "--min", "loss", "-p", "trial.dir=uniform(0, 1)", *PROGRAM], "trial.dir", "rename"),
    # spaces
    case("a range", ["run", "--min", "loss", "-p", "lr=0.1..1", *PROGRAM],
         "did you mean uniform(0.1, 1)?"),
    case("a range in a file", ["run", "bad.toml"], "bad.toml", "did you mean uniform(0.1, 1)?",
         files={"bad.toml": "[space]\nlr = '0.1..1'\n"}),
    case("no distribution", ["run", "--min", "loss", "-p", "lr", *PROGRAM], "lr", "="),
    case("distribution", ["run", "--min", "loss", "-p", "lr=unifrom(0, 1)", *PROGRAM],
         "unifrom", "uniform"),
    case("bounds swapped", ["run", "--min", "loss", "-p", "lr=uniform(1, 0)", *PROGRAM], "lr"),
    case("log of zero", ["run", "--min", "loss", "-p", "lr=loguniform(0, 1)", *PROGRAM], "lr", "0"),
    case("too few bounds", ["run", "--min", "loss", "-p", "lr=uniform(0)", *PROGRAM], "uniform"),
    case("empty choice", ["run", "--min", "loss", "-p", "lr=choice()", *PROGRAM], "lr"),
    case("comma decimals", ["run", "--min", "loss", "-p", "lr=uniform(0,1, 0,2)", *PROGRAM],
         "uniform"),
    case("parameter twice", [*RUN, *P, *PROGRAM], "lr", "twice"),
    case("bad parameter name", ["run", "--min", "loss", "-p", "l r=uniform(0, 1)", *PROGRAM], "l r"),
    case("names clash", ["run", "--min", "loss", "-p", "a-b=uniform(0, 1)", "-p",
                         "a_b=uniform(0, 1)", *PROGRAM], "a-b", "a_b"),
    case("condition", ["run", "--min", "loss", "-p", "m=uniform(0, 1) if opt == 'sgd'", *PROGRAM],
         "opt"),
    case("conditions in a circle", ["run", "--min", "loss", "-p", "a=uniform(0, 1) if b > 0", "-p",
                                    "b=uniform(0, 1) if a > 0", *PROGRAM], "a", "b"),
    case("constraint", [*RUN, "--constraint", "lr < rl", *PROGRAM], "rl"),
    case("unsatisfiable constraint", [*RUN, "--constraint", "lr > 2", *PROGRAM], "lr > 2", "loosen"),
    # files
    case("no such file", ["run", "none.toml"], "none.toml"),
    case("file is a directory", ["run", "."], "directory"),
    case("file is no TOML", ["run", "bad.toml"], "bad.toml, line 2", files={"bad.toml": "\n= 3"}),
    case("unknown setting", ["run", "bad.toml"], "bad.toml, line 2", "sampels", "samples",
         files={"bad.toml": "[budget]\nsampels = 3\n"}),
    case("unknown heading", ["run", "bad.toml"], "line 1", "bugdet", "budget",
         files={"bad.toml": "[bugdet]\nsamples = 3\n"}),
    case("wrong heading", ["run", "bad.toml"], "line 3", "[budget]",
         files={"bad.toml": "[space]\n[objective]\nsamples = 3\n"}),
    case("value of a wrong kind", ["run", "bad.toml"], "line 1", "samples",
         files={"bad.toml": "samples = [1, 2]\n"}),
    case("jobs in a file", ["run", "bad.toml"], "bad.toml, line 2: jobs is '0'", "at least 1",
         files={"bad.toml": "[budget]\njobs = 0\n"}),
    case("durability in a file", ["run", "bad.toml"], "bad.toml, line 3: durability is 'best'",
         "fast or full", files={"bad.toml": "[experiment]\nseed = 1\ndurability = 'best'\n"}),
    case("inventory in a file", ["run", "bad.toml"], "bad.toml, line 2: inventory is 'tpu'",
         "NAME=AMOUNT", files={"bad.toml": "[trials]\ninventory = ['tpu']\n"}),
    case("command is text", ["run", "bad.toml"], "line 1", "command",
         files={"bad.toml": "command = 'python train.py'\n"}),
    case("space in a file", ["run", "bad.toml"], "bad.toml", "unifrom",
         files={"bad.toml": "[space]\nlr = 'unifrom(0, 1)'\n"}),
    case("points are not there", [*RUN, "--points", "none.json", *PROGRAM], "none.json"),
    case("points are empty", [*RUN, "--points", "p.json", *PROGRAM], "p.json",
         files={"p.json": "\n"}),
    case("points are no JSON", [*RUN, "--points", "p.json", *PROGRAM], "p.json, line 2",
         files={"p.json": '{"lr": 0.5}\n{lr: 0.5}\n'}),
    case("points are numbers", [*RUN, "--points", "p.json", *PROGRAM], "p.json", "object",
         files={"p.json": "[1, 2]"}),
    case("points of another space", [*RUN, "--points", "p.json", *PROGRAM], "rl",
         files={"p.json": '{"rl": 0.5}'}),
    case("points outside", [*RUN, "--points", "p.json", *PROGRAM], "point 2: ", "lr",
         files={"p.json": '{"lr": 0.5}\n{"lr": 5}'}),
    # experiments and trials
    case("no experiment named", ["show"], "EXPERIMENT", "--help"),
    case("no such experiment", ["show", "nothing"], "nothing"),
    case("no trial named", ["logs", "nothing"], "TRIAL", "--help"),
    case("extend by nothing", ["extend", "nothing"], "-n", "--time"),
    case("extend by no time", ["extend", "nothing", "--time", "0s"], "'0s'", "above 0"),
    case("extend by zero", ["extend", "nothing", "-n", "0"], "samples", "at least 1"),
    case("salvage of nothing", ["doctor", "--salvage"], "doctor EXPERIMENT --salvage"),
    case("shell", ["completion", "fish"], "fish", "bash"),
    case("no shell", ["completion"], "SHELL"),
    case("plugin name", ["plugins", "ahsa"], "ahsa", "asha"),
]


class Usage(ProgramTest):
    def check(self, words, says, files):
        for name, text in files.items():
            (self.home / name).write_text(text)
        before = sorted(self.home.rglob("*"))
        done = self.luthier(*words, timeout=20)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertGreaterEqual(len(done.stderr.splitlines()), 1)
        self.assertLessEqual(len(done.stderr.splitlines()), 3, done.stderr)
        for line in done.stderr.splitlines():
            self.assertTrue(line.startswith("luthier: "), line)
        for text in says:
            self.assertIn(text, done.stderr)
        self.assertEqual(sorted(self.home.rglob("*")), before)

    def test_every_wrong_command(self):
        self.assertGreaterEqual(len(USAGE), 60)
        for name, words, says, files in USAGE:
            with self.subTest(name):
                self.check(words, says, files)

    def test_every_problem_is_reported_at_once(self):
        done = self.luthier("run", "--seed", "x", "-j", "0", "-p", "a=b(", *PROGRAM)
        self.assertEqual(done.returncode, 2)
        for text in ["seed", "jobs", "b(", "--min"]:
            self.assertIn(text, done.stderr)


class BrokenWorld(ProgramTest):
    def run_one(self, name, *program, samples=1, code=0, **options):
        return self.succeed(*self.run_words(name, samples=samples), "--", *program, code=code,
                            **options)

    def finished(self, name):
        self.run_one(name, "sh", "-c", "echo loss=1", "{args}")
        return self.home / "luthier-results" / name

    def test_a_metric_that_is_read_and_never_comes_is_named(self):
        done = self.succeed(*self.run_words("r", "--stop", "lss < 1", "--scheduler", "asha:time_attr=epoch", samples=1),
                            *PROGRAM)
        self.assertIn("no trial reported 'lss', which the stop rule 'lss < 1' reads", done.stderr)
        self.assertIn("no trial reported 'epoch', which scheduler 'asha' (time_attr) reads", done.stderr)
        done = self.succeed(*self.run_words("s", "--stop", "loss < 0", "--scheduler", "asha", samples=1), *PROGRAM)
        self.assertNotIn("no trial reported", done.stderr)

    def test_without_a_console_the_first_failure_is_told_at_the_end(self):
        done = self.succeed(*self.run_words("n", "--log", "none", samples=2), "--", "false", code=1)
        self.assertIn("luthier: trial 00000 failed: exited with status 1", done.stderr)

    def test_a_nan_is_shown_as_one(self):
        done = self.run_one("nan", "sh", "-c", "echo loss=nan", "{args}", code=1)
        self.assertIn("no trial reported a finite 'loss'", done.stderr)
        self.assertRegex(self.succeed("trials", "nan").stdout, r"(?m)^00000  completed +nan ")

    def test_a_trial_that_can_never_run_says_so_even_quietly(self):
        done = self.succeed(*self.run_words("q", "-q", "--cpu", "expr(lr + 1000)", samples=2), *PROGRAM, code=1)
        self.assertRegex(done.stderr, r"trial 00000 failed:\n  can never run: it needs 1000\.\d+ cpu")

    def test_results_of_somebody_else(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be somebody else")
        self.finished("theirs")
        copy = self.home / "luthier"
        shutil.copy(LUTHIER, copy)
        self.home.chmod(0o755)
        stranger = ["setpriv", "--reuid", "54321", "--regid", "54321", "--clear-groups", copy]
        for words, code in [(["ls"], 5), (["show", "theirs"], 5), (["resume", "theirs"], 5)]:
            done = subprocess.run([*stranger, *words], cwd=self.home, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn("Permission denied", done.stderr)
            self.assertIn("--results", done.stderr)

    def test_a_metric_that_never_comes_lists_what_was_seen(self):
        done = self.run_one("m", "sh", "-c", "echo acc=0.5; echo lss=1", "{args}", code=1)
        self.assertIn("acc", done.stderr)
        self.assertIn("lss", done.stderr)

    def test_trials_wait_for_file_descriptors(self):
        for most, name in [(40, "e"), (25, "fewer")]:
            words = [*self.run_words(name, samples=48, jobs=32), "--", "sh", "-c", "sleep 0.05; echo loss=1"]
            done = self.limited("nofile", most, LUTHIER, *words)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual({each["state"] for each in self.lines("trials", name)}, {"completed"})
            self.assertEqual(self.processes_of(name), [])
            if name == "e":
                self.assertNotIn("logger stopped", done.stderr)

    def test_too_few_file_descriptors_for_anything(self):
        for most in [5, 8, 11]:
            done = self.limited("nofile", most, LUTHIER, *self.run_words("f"), *PROGRAM)
            self.assertEqual(done.returncode, 5, done.stderr)
            self.assertIn("open files", done.stderr.lower())
            self.assertFalse((self.home / "luthier-results" / "f").exists())
        done = self.limited("nofile", 16, LUTHIER, *self.run_words("g"), *PROGRAM)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("ulimit -n", done.stderr)

    def test_trials_wait_for_processes(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be somebody else, and the limit counts all of a user's processes")
        stranger = ["setpriv", "--reuid", "54321", "--regid", "54321", "--clear-groups"]
        copy = self.home / "luthier"
        shutil.copy(LUTHIER, copy)
        self.home.chmod(0o777)
        done = subprocess.run(
            ["prlimit", "--nproc=16", *stranger, copy, *map(str, self.run_words("n", samples=48, jobs=32)),
             "--", "/bin/echo", "loss=1"],
            cwd=self.home, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({each["state"] for each in self.lines("trials", "n")}, {"completed"})

    def test_a_damaged_store_is_refused_and_salvaged(self):
        directory = self.finished("x")
        database = directory / "experiment.db"
        data = bytearray(database.read_bytes())
        at = data.index(b"loss")  # inside an event
        data[at] ^= 0xFF
        database.write_bytes(data)
        for words in [["show", "x"], ["resume", "x"], ["replay", "x"], ["doctor", "x"]]:
            done = self.luthier(*words)
            self.assertEqual(done.returncode, 4, (words, done.stderr))
            self.assertIn("--salvage", done.stderr + done.stdout)
        self.assertEqual(database.read_bytes(), data)
        self.assertEqual(self.lines("ls")[0]["state"], "unreadable")
        self.succeed("doctor", "x", "--salvage")
        self.succeed("show", "x.salvaged")
        self.assertEqual(database.read_bytes(), data)

    def test_a_newer_store_and_a_stranger(self):
        directory = self.finished("y")
        database = directory / "experiment.db"
        data = bytearray(database.read_bytes())
        data[60:64] = (99).to_bytes(4, "big")  # SQLite's user_version
        database.write_bytes(data)
        # An older program never writes what a newer one wrote.
        for words in [["resume", "y"], ["extend", "y", "-n", 1], ["retry", "y"], ["show", "y"], ["trials", "y"],
                      ["replay", "y"], ["stop", "y"], ["export", "y", "--canonical"]]:
            done = self.luthier(*words)
            self.assertEqual(done.returncode, 5, (words, done.stderr))
            self.assertIn("newer", done.stderr)
            self.assertEqual(database.read_bytes(), data, words)
            self.assertEqual(sorted(path.name for path in directory.glob("experiment.db*")), ["experiment.db"], words)
        database.write_text("this is no database, whatever its name says\n" * 100)
        done = self.luthier("show", "y")
        self.assertEqual(done.returncode, 5, done.stderr)

    def test_a_held_store_names_its_holder(self):
        process = self.start(*self.run_words("z"), *self.train("--epochs", 1000, "--sleep", 0.05))
        self.wait_for_results("z", 1)
        done = self.luthier("resume", "z")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(str(process.pid), done.stderr)

    def test_a_directory_that_cant_be_written(self):
        if os.geteuid() == 0:  # whom permissions do not stop
            locked = self.small_file_system("1m")
            subprocess.run(["mount", "-o", "remount,ro", str(locked)], check=True)
        else:
            locked = self.home / "locked"
            locked.mkdir(mode=0o500)
        done = self.luthier(*self.run_words("r", "--results", locked / "deep"), *PROGRAM)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn(str(locked), done.stderr)

    def test_results_is_a_file(self):
        (self.home / "file").write_text("")
        done = self.luthier(*self.run_words("r", "--results", "file"), *PROGRAM)
        self.assertIn(done.returncode, (2, 5), done.stderr)
        self.assertIn("file", done.stderr)

    def test_a_reader_that_went_away(self):
        self.finished("p")
        read_end, write_end = os.pipe()
        os.close(read_end)
        done = subprocess.run([LUTHIER, "export", "p", "--format", "jsonl"], cwd=self.home,
                              stdout=write_end, stderr=subprocess.PIPE, timeout=20)
        os.close(write_end)
        self.assertNotEqual(done.returncode, 0)

    def test_standard_output_on_a_full_disk(self):
        self.finished("q")
        with open("/dev/full", "w") as full:
            done = subprocess.run([LUTHIER, "trials", "q"], cwd=self.home, stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=20)
        self.assertEqual(done.returncode, 5)
        self.assertIn("standard output", done.stderr)


if __name__ == "__main__":
    unittest.main()
