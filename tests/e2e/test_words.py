"""What the program says, where it used to mislead: each sentence as a person gets it."""

import json
import signal
import subprocess
import sys
import unittest

from luthier_program import LUTHIER, ProgramTest

SPACE = ["-p", "lr=uniform(0, 1)"]
HUGGING = """
print("Some weights were not used: ['cls']")
for epoch in (1, 2):
    print({"loss": 0.7 / epoch, "learning_rate": 5e-05, "epoch": epoch})
    print({"eval_loss": 0.6 / epoch, "eval_accuracy": 0.8, "eval_runtime": 1.2, "epoch": epoch})
print({"train_runtime": 12.3, "train_samples_per_second": 99.0, "train_loss": 0.5, "epoch": 2})
print("bestIteration=17")
print("cc -O2 -Wa=3 -o model; saved /tmp/lr=0.5/f1=0.9/model.pt")
"""
LATE = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: None)
print("loss=1\nloss=1\nloss=1", flush=True)
time.sleep(30)
"""


class Words(ProgramTest):
    def run_it(self, *words, code=0, options=("--searcher", "random")):
        return self.succeed("run", *SPACE, *options, *words, code=code)

    def shell(self, text):
        return ["--", "sh", "-c", text, "sh", "{lr}"]


class Trying(Words):
    def test_offers_quality_before_all_else(self):
        (self.home / "hugging.py").write_text(HUGGING)
        done = self.succeed("try", *SPACE, "--", sys.executable, "hugging.py", "--lr", "{lr}")
        rows = [line.split()[0] for line in done.stdout.splitlines() if "  stdout  " in line]
        self.assertEqual(set(rows[:2]), {"eval_loss", "eval_accuracy"}, done.stdout)
        self.assertNotIn("learning_rate", rows)
        for poor in ["bestIteration", "train_runtime", "epoch", "-Wa", "f1", "eval_runtime"]:
            self.assertNotIn(poor, rows, done.stdout)
        self.assertRegex(done.stdout, "to tune it: luthier run --(min eval_loss|max eval_accuracy) ")

    def test_refuses_what_run_refuses(self):
        for option, value in [("--scheduler", "ahsa"), ("--searcher", "tpee"), ("--scheduler", "asha:max_r=3"),
                              ("--stop", "loss <"), ("--point", "x")]:
            words = [*SPACE, option, value, *self.shell("echo loss=$1")]
            tried = self.luthier("try", *words)
            run = self.luthier("run", "--min", "loss", *words)
            self.assertEqual((tried.returncode, run.returncode), (2, 2), tried.stderr)
            self.assertEqual(tried.stdout, "")

    def test_needs_no_objective_to_check_the_rest(self):
        self.succeed("try", *SPACE, "--scheduler", "asha:max_t=9", *self.shell("echo loss=$1"))


class Objectives(Words):
    def test_another_name_is_said_once(self):
        done = self.run_it("--min", "val_loss", "-n", "3", *self.shell("echo 'Val Loss: 0.5'"))
        self.assertEqual(done.stderr.count("'val_loss' is read from 'Val Loss' on stdout"), 1, done.stderr)
        done = self.run_it("--min", "val_loss", "-n", "3", *self.shell("echo val_loss=0.5"))
        self.assertNotIn("is read from", done.stderr)

    def test_a_misspelt_objective_is_not_resumed(self):
        done = self.run_it("--min", "los", "-n", "9", "-j", "1", *self.shell("echo loss=1"), code=1)
        self.assertNotIn("luthier resume", done.stderr)
        self.assertNotIn("luthier retry", done.stderr)
        self.assertIn("to optimise 'loss' instead of 'los', type: luthier run ", done.stderr)

    def test_another_failure_still_is(self):
        done = self.run_it("--min", "loss", "-n", "9", "-j", "1", *self.shell("exit 3"), code=1)
        self.assertIn("luthier resume", done.stderr)

    def test_measured_beside_printed_with_a_mean(self):
        self.run_it("--name", "both", "--min", "loss", "--min", "wall_s", "--score", "mean:3", "-n", "2",
                    *self.shell("for i in 1 2 3; do echo loss=$i; done"))
        best = self.lines("best", "both")
        self.assertTrue(best)
        for trial in self.lines("trials", "both"):
            self.assertEqual(trial["best"], 2)

    def test_a_failed_best_is_marked(self):
        text = "echo loss=1; test -e there && exit 3; touch there; exit 3"
        done = self.run_it("--name", "failed", "--min", "loss", *self.shell(text), code=1)
        self.assertIn("(failed)", done.stdout)
        self.assertTrue(self.succeed("best", "failed").stdout.rstrip().endswith("(failed)"))
        self.assertIn("(failed)", self.succeed("show", "failed").stdout)


class Beginning(Words):
    def note(self, *words, code=0):
        return self.run_it(*words, code=code).stderr

    def test_one_sample_is_the_default(self):
        said = "-n is 1 by default"
        self.assertIn(said, self.note("--min", "loss", *self.shell("echo loss=$1")))
        self.assertNotIn(said, self.note("--min", "loss", "-q", *self.shell("echo loss=$1")))
        self.assertNotIn(said, self.note("--min", "loss", "-n", "1", *self.shell("echo loss=$1")))

    def test_what_reaches_no_program(self):
        said = "lr reaches the program only as the environment variable LUTHIER_PARAM_LR"
        self.assertIn(said, self.note("--min", "loss", "-n", "2", "--", "sh", "-c", "echo loss=1"))
        self.assertNotIn(said, self.note("--min", "loss", "-n", "2", "--", "sh", "-c", "echo loss=$LUTHIER_PARAM_LR"))

    def test_names_in_a_template(self):
        (self.home / "config.txt").write_text("{lr} {learning}\n")
        words = ["--min", "loss", "-n", "2", "--", "sh", "-c", "echo loss=$(cut -d' ' -f1 $1)", "sh",
                 "{template:config.txt}"]
        self.assertIn("{learning} in the template config.txt is not a parameter", self.note(*words))

    def test_a_misspelt_counter(self):
        words = ["--min", "loss", "-n", "2", "--time-attr", "epohc", *self.shell("echo epoch=1 loss=$1")]
        self.assertIn("did you mean 'epoch'?", self.note(*words))

    def test_a_rule_that_compares_nothing(self):
        said = self.note("--min", "loss", "--stop", "cost", *self.shell("echo loss=$1"), code=2)
        self.assertIn("write a condition such as 'cost < 0.1'", said)

    def test_a_flag_within_an_argument(self):
        said = self.succeed("run", "--min", "loss", "-p", 'fast=flag("-ffast-math")', "--", "sh", "-c", "echo loss=1",
                            "X=-O2 {fast}", code=2).stderr
        self.assertIn('fast=choice("", "-ffast-math")', said)

    def test_a_status_of_a_signal(self):
        said = self.note("--min", "loss", "-n", "1", "--ok-status", "143", *self.shell("echo loss=1; exit 143"))
        self.assertIn("ended by signal 15 has still failed", said)

    def test_times_in_words(self):
        self.note("--min", "loss", "-n", "1", "--time", "5min", *self.shell("echo loss=1"))


class Controlling(Words):
    def slow(self, name, *words):
        process = self.start(*self.run_words(name, *words, samples=4, jobs=1),
                             *self.train("--epochs", 1000, "--sleep", 0.05))
        self.wait_for_results(name, 1)
        return process

    def test_answers_name_the_trial_and_what_follows(self):
        process = self.slow("slow")
        self.assertIn("pausing trial 00000", self.succeed("pause", "slow", 0).stderr)
        self.wait_until(lambda: self.lines("trials", "slow")[0]["state"] == "paused", "the pause")
        line = self.lines("ls")[0]
        self.assertEqual((line["paused"], line["interrupted"]), (1, 0))
        self.assertRegex(self.succeed("ls").stdout.splitlines()[0], r"\bpaused\b")
        self.assertIn("trial 00000 resumes", self.succeed("resume", "slow", 0).stderr)
        (answer,) = self.lines("stop", "slow", 0)
        self.assertIn("stopping trial 00000", answer["answer"])
        self.assertIn("`luthier resume slow` resumes it", self.succeed("pause", "slow").stderr)
        process.communicate(timeout=20)
        counts = self.lines("ls")[0]
        self.assertEqual(counts["pending"] + counts["paused"] + counts["stopped"], counts["trials"])
        said = self.succeed("pause", "slow", 1).stderr
        self.assertIn("trial 00001 is paused; the experiment itself goes on with `luthier resume slow`", said)

    def test_sigterm_is_not_called_ctrl_c(self):
        (self.home / "late.py").write_text(LATE)
        process = self.start("run", "--name", "late", "--min", "loss", "-n", "4", "-j", "1", "--grace", "1", *SPACE,
                             "--", sys.executable, "late.py", "{lr}")
        self.wait_for_results("late", 1)
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=20)[1]
        self.assertIn("a second SIGTERM leaves at once", said)
        self.assertEqual(process.returncode, 143)

    def test_interrupted_trials_are_counted(self):
        process = self.slow("killed")
        process.kill()
        process.communicate()
        (line,) = self.lines("ls")
        self.assertEqual((line["running"], line["interrupted"]), (0, 1))
        self.assertRegex(self.succeed("ls").stdout.splitlines()[0], r"\binterrupted\b")


class Naming(Words):
    def test_the_nearest_experiment(self):
        self.run_it("--name", "crash-segv-1", "--min", "loss", "-q", *self.shell("echo loss=1"))
        for wrong in ["segv", "crash-sgev-1", "CRASH-SEGV-1", "crash_segv_1"]:
            self.assertIn("did you mean 'crash-segv-1'?", self.succeed("best", wrong, code=2).stderr, wrong)

    def test_a_path_ends_with_the_experiments_name(self):
        self.run_it("--name", "here", "--min", "loss", "-q", *self.shell("echo loss=1"))
        inside = self.home / "luthier-results/here"
        done = subprocess.run([LUTHIER, "show", ".", "--json"], cwd=inside, capture_output=True, text=True, timeout=20)
        self.assertEqual(json.loads(done.stdout)["directory"], str(inside.resolve()))


if __name__ == "__main__":
    unittest.main()
