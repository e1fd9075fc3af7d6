"""How trials and experiments end: after the last epoch, elsewhere, without their program, early."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

from luthier_program import LUTHIER, ProgramTest, interrupt

# Trains EPOCHS epochs over the report descriptor, saves when asked to, goes on from its checkpoint.
REPORTING = """
import json, os, socket, sys, time
wire = socket.socket(fileno=int(os.environ["LUTHIER_REPORT_FD"])).makefile("rw")
def ask(line):
    print(json.dumps(line), file=wire, flush=True)
    return json.loads(wire.readline())
done, origin = 0, os.environ.get("LUTHIER_CHECKPOINT_IN")
if origin:
    done = int(open(origin + "/epochs").read())
for epoch in range(done + 1, int(os.environ["EPOCHS"]) + 1):
    answer = ask({"loss": float(sys.argv[1]) + 1.0 / epoch})
    if "directory" in answer:
        open(answer["directory"] + "/epochs", "w").write(str(epoch))
        answer = ask({"checkpoint": True})
    if answer["decision"] in ("pause", "stop"):
        raise SystemExit(0)
time.sleep(float(os.environ.get("AFTER", "0")))
"""

# Each makes a trial pause at the sixth and last epoch.
PAUSING = ["pbt:perturbation_interval=6", "pbt:perturbation_interval=3", "pbt:perturbation_interval=2",
           "pb2:perturbation_interval=6", "hyperband:max_t=27", "bohb:max_t=27",
           "pasha:max_t=18,grace_period=2,reduction_factor=3",
           "asha:max_t=18,grace_period=2,reduction_factor=3"]


class LastEpoch(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.home / "report.py").write_text(REPORTING)
        self.environment = {**os.environ, "EPOCHS": "6"}

    def words(self, name, *options, samples=6):
        return ["run", "--name", name, "--min", "loss", "-n", samples, "-j", 2, "-p", "x=uniform(0, 1)",
                "--log", "none", "-q", *options, "--", sys.executable, "report.py", "{x}"]

    def test_no_scheduler_fails_a_trial_that_has_nothing_left(self):
        for number, scheduler in enumerate(PAUSING):
            name = f"s{number}"
            with self.subTest(scheduler):
                done = self.luthier(*self.words(name, "--scheduler", scheduler),
                                    env=self.environment)
                self.assertEqual(done.returncode, 0, done.stderr)
                trials = self.lines("trials", name)
                self.assertNotIn("failed", [each["state"] for each in trials], trials)
                for each in trials:
                    # All six epochs and no decision against it: it ran to its end.
                    if each["iterations"] == 6 and each["reason"].startswith("returned"):
                        self.assertEqual(each["state"], "completed")
                if scheduler.startswith("pb"):
                    self.assertEqual([each["state"] for each in trials], ["completed"] * 6)

    def goes_on(self, name, stop):
        self.environment["AFTER"] = "30"
        process = subprocess.Popen(
            [LUTHIER, *map(str, self.words(name, "--checkpoint-every", 1, "--grace", 1,
                                           samples=2))],
            cwd=self.home, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, process)
        self.wait_for_results(name, 12)
        time.sleep(0.3)
        stop(process)
        process.wait(timeout=20)
        self.wait_until(lambda: not self.processes_of(name), "the end of every process", 5)
        states = [each["state"] for each in self.lines("trials", name)]
        self.assertNotIn("running", states)
        self.environment["AFTER"] = "0"
        done = self.luthier("resume", name, "-q", env=self.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        trials = self.lines("trials", name)
        self.assertEqual([each["state"] for each in trials], ["completed"] * 2)
        self.assertEqual([each["iterations"] for each in trials], [6, 6])

    def test_control_c_after_the_last_checkpoint(self):
        self.goes_on("c", interrupt)

    def test_kill_after_the_last_checkpoint(self):
        self.goes_on("k", lambda process: process.kill())
        table = self.succeed("show", "k").stdout
        self.assertIn("2 completed", table)


class Elsewhere(ProgramTest):
    def setUp(self):
        super().setUp()
        self.there = self.home / "there"
        self.there.mkdir()
        self.script = self.there / "train.sh"
        self.script.write_text("#!/bin/sh\nfor i in 1 2 3; do echo loss=$i; sleep 0.1; done\n")
        self.script.chmod(0o755)
        self.results = self.home / "results"

    def interrupted(self, name, *command):
        process = subprocess.Popen(
            [LUTHIER, "run", "--results", str(self.results), "--name", name, "--min", "loss", "-n", "4",
             "-j", "1", "-p", "x=uniform(0, 1)", "--log", "none", "-q", "--", *command],
            cwd=self.there, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, process)
        self.wait_until(lambda: "loss" in self.luthier(
            "best", name, "--results", self.results).stdout, "a result")
        interrupt(process)
        process.wait(timeout=20)

    def states(self, name):
        return [each["state"] for each in self.lines("trials", name, "--results", self.results)]

    def assert_completed(self, name, count):
        ends = [(each["state"], each["reason"]) for each in self.lines("trials", name, "--results", self.results)]
        self.assertEqual([state for state, _ in ends], ["completed"] * count, ends)

    def test_resume_runs_the_program_where_it_was_started(self):
        for name, command in {"p": ["./train.sh", "{x}"], "s": ["sh", "train.sh", "{x}"]}.items():
            self.interrupted(name, *command)
            self.succeed("resume", name, "--results", self.results, "-q")
            self.assert_completed(name, 4)
        self.succeed("extend", "p", "-n", 1, "--results", self.results, "-q")
        self.assert_completed("p", 5)

    def test_what_is_gone_is_refused_before_anything_runs(self):
        for name, command in {"p": ["./train.sh", "{x}"], "s": ["sh", "train.sh", "{x}"]}.items():
            self.interrupted(name, *command)
            before = self.states(name)
            self.script.rename(self.there / "moved.sh")
            for words in (["resume", name], ["extend", name, "-n", 1]):
                done = self.luthier(*words, "--results", self.results, "-q")
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertRegex(done.stderr, r"there is no (program|script) '(./)?train.sh' in .*there")
            self.assertEqual(self.states(name), before)
            (self.there / "moved.sh").rename(self.script)
            self.succeed("resume", name, "--results", self.results, "-q")
            self.assert_completed(name, 4)

    def test_a_directory_that_is_gone_is_refused(self):
        self.interrupted("d", "./train.sh", "{x}")
        self.there.rename(self.home / "elsewhere")
        done = self.luthier("resume", "d", "--results", self.results, "-q")
        self.assertEqual(done.returncode, 2)
        self.assertIn("put it back", done.stderr)
        self.assertNotIn("failed", self.states("d"))

    def test_a_program_that_goes_while_it_runs_leaves_the_rest_pending(self):
        self.script.write_text("#!/bin/sh\necho loss=1\nrm -f train.sh\n")
        done = self.luthier("run", "--results", self.results, "--name", "g", "--min", "loss", "-n", 9,
                            "-j", 1, "-p", "x=uniform(0, 1)", "--log", "none", "--",
                            self.script, "{x}")
        self.assertEqual(done.returncode, 0, done.stderr)  # rm in another directory: all is well
        process = subprocess.run(
            [LUTHIER, "run", "--results", str(self.results), "--name", "h", "--min", "loss", "-n", "9",
             "-j", "1", "-p", "x=uniform(0, 1)", "--log", "none", "--", "./train.sh", "{x}"],
            cwd=self.there, capture_output=True, text=True, timeout=60)
        self.assertEqual(process.returncode, 1, process.stderr)
        self.assertIn("could not be started", process.stderr)
        self.assertIn("luthier resume h", process.stderr)
        states = self.states("h")
        self.assertEqual(states.count("completed"), 1)
        self.assertNotIn("failed", states)


class FailingEarly(ProgramTest):
    BROKEN = ["--", "sh", "-c", "echo working on $1; echo cannot open file$1 >&2; exit 3", "sh", "{lr}"]

    def test_a_program_that_always_fails_ends_the_run(self):
        for jobs in (1, 4):
            name = f"b{jobs}"
            done = self.luthier(*self.run_words(name, samples=50, jobs=jobs), *self.BROKEN)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("the first 3 trials failed alike", done.stderr)
            self.assertIn("cannot open file", done.stderr)
            (shown,) = self.lines("show", name)
            self.assertEqual(shown["state"], "interrupted")
            self.assertLess(shown["trials"]["failed"], 3 + jobs)

    def test_what_it_says_to_type_goes_on(self):
        (self.home / "program.sh").write_text("exit 3\n")
        words = self.run_words("f", "--log", "none", samples=6, jobs=1)
        done = self.luthier(*words, "--", "sh", "program.sh", "{lr}")
        self.assertEqual(done.returncode, 1)
        commands = re.findall(r"luthier (?:resume|retry) \S+", done.stderr)
        self.assertEqual(len(commands), 2, done.stderr)
        (self.home / "program.sh").write_text("echo loss=1\n")
        for command in commands:
            self.succeed(*command.split()[1:])
        self.assertEqual([each["state"] for each in self.lines("trials", "f")], ["completed"] * 6)

    def test_max_failures_overrides(self):
        done = self.luthier(*self.run_words("m", "--max-failures", 9, samples=6), *self.BROKEN)
        self.assertEqual(done.returncode, 1)
        (shown,) = self.lines("show", "m")
        self.assertEqual((shown["state"], shown["trials"]["failed"]), ("finished", 6))

    def test_without_a_console_each_kind_of_failure_is_said_once(self):
        script = "case $1 in 0.[0-4]*) echo loss=1;; *) echo bad >&2; exit 2;; esac"
        done = self.luthier(*self.run_words("n", "--log", "none", "--max-failures", 99, samples=12),
                            "--", "sh", "-c", script, "sh", "{lr}")
        self.assertEqual(done.stderr.count("exited with status 2"), 1, done.stderr)
        self.assertRegex(done.stderr, r"and \d+ more trials? like it")


class Names(ProgramTest):
    def run_one(self, name, objective, rule, printed, code=0):
        values = " ".join(printed.values())
        script = f"for i in {values}; do echo \"$0=$i\"; sleep 0.15; done"
        return self.succeed("run", "--name", name, *objective, "-n", 1, "--stop", rule, "-p",
                            "x=uniform(0, 1)", "--log", "none", "-q", "--", "sh", "-c", script,
                            next(iter(printed)), code=code)

    def test_an_objective_is_named_in_a_rule_as_it_is_written(self):
        self.succeed("run", "--name", "s", "--stop", "val/loss < 0.5", "--min", "val/loss", "-n", 1,
                     "-p", "x=uniform(0, 1)", "--log", "none", "-q", "--", "sh", "-c",
                     "for i in 9 7 4 3 2; do echo val/loss=0.$i; sleep 0.2; done")
        (trial,) = self.lines("trials", "s")
        self.assertEqual((trial["iterations"], trial["best"]), (3, 0.4))
        self.assertIn("val/loss", trial["reason"])

    def test_what_could_be_two_things_is_refused_with_what_works(self):
        program = ["--", "sh", "-c", "for i in 1 5 8 9 9; do echo loss=1 val/acc=0.$i; sleep 0.2; done"]
        words = ["--min", "loss", "-n", 1, "-p", "x=uniform(0, 1)", "--log", "none", "-q"]
        for rule in ("val/acc > 0.7", "metrics/mAP50(B) > 0.5", "top-accuracy > 0.5"):
            done = self.succeed("run", "--name", "d", *words, "--stop", rule, *program, code=2)
            self.assertIn("`", done.stderr)
            self.assertFalse((self.home / "luthier-results" / "d").exists())
        done = self.succeed("run", "--name", "d", *words, "--stop", "val/acc > 0.7", *program, code=2)
        advised = re.search(r"write '(`.*?)'", done.stderr).group(1)
        self.succeed("run", "--name", "d", *words, "--stop", advised, *program)
        self.assertEqual(self.lines("trials", "d")[0]["iterations"], 3)

    def test_parameters_with_a_dash_stand_in_constraints_and_conditions(self):
        self.succeed("run", "--name", "c", "--min", "loss", "-n", 20, "--searcher", "random", "--constraint",
                     "weight-decay < learning-rate", "-p", "weight-decay=uniform(0, 1)", "-p",
                     "learning-rate=uniform(0, 1)", "-p", "x=uniform(0, 1) if weight-decay > 0.2", "-p",
                     "sum=expr(weight-decay + learning-rate)", "--log", "none", "-q", "--", "sh", "-c",
                     "echo loss=1")
        for trial in self.lines("trials", "c"):
            config = trial["config"]
            self.assertLess(config["weight-decay"], config["learning-rate"])
            self.assertEqual("x" in config, config["weight-decay"] > 0.2)
            self.assertAlmostEqual(config["sum"], config["weight-decay"] + config["learning-rate"])
        self.assertEqual(self.lines("replay", "c")[0]["differences"], 0)

    def test_a_rule_about_nothing_that_is_reported_is_said_while_it_runs(self):
        done = self.succeed(*self.run_words("u", "--stop", "accuracy > 0.9", "--plain"), *self.train())
        said = done.stderr.index("reported no 'accuracy'")
        self.assertLess(said, done.stderr.index("u finished"))
        self.assertEqual(done.stderr.count("reported no 'accuracy'"), 1)

    def test_names_have_one_limit(self):
        for kind, words in {"experiment": [], "parameter": ["-p", "p" * 129 + "=uniform(0, 1)"],
                            "metric": ["--max", "m" * 129], "tag": ["--tag", "t" * 129 + "=1"]}.items():
            name = "n" * 129 if kind == "experiment" else "ok"
            done = self.succeed(*self.run_words(name), *words, *self.train(), code=2)
            self.assertRegex(done.stderr, f"at most 128 characters; that of the {kind} '.*' has 129", kind)
        self.succeed(*self.run_words("n" * 128, "--tag", "t" * 128 + "=1", samples=1), *self.train())


class Scores(ProgramTest):
    # The first trial is best by its best result, the second by its last.
    PROGRAM = ["--", "sh", "-c",
               "case $1 in a) v='1 9 9';; b) v='7 7 2';; *) v='8 4 3';; esac; "
               "for i in $v; do echo loss=$i; done", "sh", "{k}"]

    def run_scored(self, name, *options):
        self.succeed("run", "--name", name, "--min", "loss", "-j", 1, "-p", "k=grid(a, b, c)", "--searcher",
                     "grid", "--log", "none", "-q", *options, *self.PROGRAM)
        (best,) = self.lines("best", name)
        table = self.succeed("trials", name, "--sort", "loss", "--columns", "trial,loss").stdout
        return best["config"]["k"], best["best"], table.splitlines()[1].split()

    def test_what_trials_are_ranked_by_is_what_tables_show(self):
        self.assertEqual(self.run_scored("d"), ("a", 1, ["00000", "1"]))
        self.assertEqual(self.run_scored("l", "--score", "last"), ("b", 2, ["00001", "2"]))
        self.assertEqual(self.run_scored("m", "--score", "mean:2"), ("c", 3.5, ["00002", "3.5"]))
        self.assertEqual(self.lines("replay", "m")[0]["differences"], 0)
        done = self.luthier("run", "--score", "median", "--min", "loss", "-p", "k=uniform(0, 1)", "--", "true")
        self.assertEqual(done.returncode, 2)
        self.assertIn("best, last or mean:K", done.stderr)


class ControlC(ProgramTest):
    def answered(self, *options):
        process = self.start("run", "--name", "a", "--min", "loss", "-n", 2, "-j", 2, "-p",
                             "lr=uniform(0, 1)", "--grace", 8, *options, "--", "sh", "-c",
                             "trap '' TERM; echo loss=1; echo loss=1; sleep 20; sleep 20", "{lr}")
        self.wait_for_results("a", 2)
        interrupt(process)
        began = time.monotonic()
        line = ""
        while "second Ctrl-C" not in line:
            line = process.stderr.readline()
            self.assertTrue(line, "no answer")
        self.assertLess(time.monotonic() - began, 2)
        interrupt(process)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)
        self.assertEqual([each["state"] for each in self.lines("trials", "a")], ["interrupted"] * 2)
        self.assertEqual(self.lines("trials", "a", "--state", "running"), [])
        self.assertEqual(self.lines("ls")[0]["running"], 0)
        self.assertIn("2 interrupted", self.succeed("show", "a").stdout)

    def test_is_answered_at_once(self):
        self.answered("--plain")

    def test_is_answered_without_a_console(self):
        self.answered("--log", "none", "-q")

    def test_resume_does_not_say_started(self):
        process = self.start(*self.run_words("r", samples=2), *self.train("--epochs", 15, "--sleep", 0.1))
        self.wait_for_results("r", 2)
        interrupt(process)
        process.communicate(timeout=20)
        talk = self.succeed("resume", "r").stderr
        self.assertIn("r: resumed", talk)
        self.assertNotIn("started", talk)


class Done(ProgramTest):
    def test_the_last_row_of_an_ended_trial_says_so(self):
        self.succeed(*self.run_words("d"), *self.train())
        self.succeed("export", "d", "--format", "ray", "--output", "out")
        for root in (self.home / "luthier-results" / "d" / "trials", self.home / "out"):
            files = sorted(root.rglob("result.json"))
            self.assertEqual(len(files), 3)
            for file in files:
                rows = [json.loads(line)["done"] for line in file.read_text().splitlines()]
                self.assertEqual(rows, [False, False, True])
                csv = file.with_name("progress.csv").read_text().splitlines()
                column = csv[0].split(",").index("done")
                self.assertEqual([row.split(",")[column] for row in csv[1:]], ["false", "false", "true"])


if __name__ == "__main__":
    unittest.main()
