"""Every command, from outside, with real trials."""

import csv
import fcntl
import io
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest

from luthier_program import LUTHIER, ProgramTest, interrupt

COMMANDS = ["run", "try", "ls", "show", "trials", "best", "logs", "top", "explain", "stop", "pause", "resume",
            "extend", "enqueue", "retry", "note", "tag", "rm", "replay", "simulate", "compare", "importance", "report", "plot",
            "export", "plugins", "doctor", "completion", "serve", "mcp", "help", "version"]


class Looking(ProgramTest):
    def setUp(self):
        super().setUp()
        self.done = self.succeed(*self.run_words("digits"), *self.train())

    def test_run_prints_the_best_trial_as_data_and_talks_about_the_rest(self):
        self.assertRegex(self.done.stdout, r"^0000\d  loss \S+  lr=\S+\n$")
        self.assertIn("results: luthier-results/digits", self.done.stderr)
        self.assertIn("tensorboard --logdir luthier-results/digits", self.done.stderr)

    def test_ls(self):
        (line,) = self.lines("ls")
        self.assertEqual((line["experiment"], line["state"], line["completed"]),
                         ("digits", "finished", 3))
        self.assertIn("digits", self.succeed("ls").stdout)

    def test_show(self):
        (line,) = self.lines("show", "digits")
        self.assertEqual(line["trials"]["completed"], 3)
        self.assertEqual(line["searcher"], "random")
        self.assertEqual(line["command"].split()[1], "train.py")
        self.assertIn("lr=uniform(0", self.succeed("show", "digits").stdout)

    def test_trials(self):
        lines = self.lines("trials", "digits")
        self.assertEqual([line["trial"] for line in lines], [0, 1, 2])
        for line in lines:
            self.assertEqual(set(line), {"schema", "trial", "state", "config", "metrics", "best",
                                         "iterations", "attempts", "proposed_by", "reason"})
            self.assertEqual(line["iterations"], 3)
            self.assertAlmostEqual(line["best"], (line["config"]["lr"] - 0.3) ** 2 + 1 / 3)
        table = self.succeed("trials", "digits", "--sort", "loss", "--columns", "trial,loss,lr")
        rows = [line.split() for line in table.stdout.splitlines()]
        self.assertEqual(rows[0], ["trial", "loss", "lr"])
        self.assertEqual([row[1] for row in rows[1:]],
                         sorted((row[1] for row in rows[1:]), key=float))
        self.assertEqual(self.lines("trials", "digits", "--state", "failed"), [])

    def test_best(self):
        (best,) = self.lines("best", "digits")
        self.assertEqual(best["best"], min(each["best"] for each in self.lines("trials", "digits")))

    def test_logs_are_harmless(self):
        out = self.succeed("logs", "digits", 0).stdout
        self.assertIn("loss=", out)
        self.assertIn(r"\x1b]0;title\x07", out)
        self.assertNotIn("\x1b", out)

    def test_explain(self):
        decisions = self.lines("explain", "digits", 1)
        self.assertEqual([each["iteration"] for each in decisions], [1, 2, 3])
        for each in decisions:
            self.assertTrue(each["reason"])
            self.assertIn(each["decision"], ["continue", "checkpoint", "pause", "stop"])
            self.assertIsInstance(each["numbers"], dict)
        story = self.succeed("explain", "digits", "00001").stdout
        self.assertIn("proposed by random", story)
        self.assertIn("attempt 1 starts", story)
        self.assertIn("completed", story)

    def test_replay(self):
        (counts,) = self.lines("replay", "digits")
        self.assertEqual((counts["decisions"], counts["suggestions"], counts["differences"]),
                         (9, 3, 0))
        self.assertIsNone(counts["first_difference"])

    def test_export_as_json_is_the_events(self):
        self.assertEqual(self.succeed("export", "digits", "--json").stdout,
                         self.succeed("export", "digits", "--format", "jsonl").stdout)
        self.assertIn("--json prints events", self.succeed("export", "digits", "--json", "--format", "csv", code=2).stderr)

    def test_export(self):
        rows = list(csv.DictReader(io.StringIO(
            self.succeed("export", "digits", "--format", "csv").stdout)))
        self.assertEqual(len(rows), 9)
        self.assertEqual(set(rows[0]) - {"loss"},
                         {"trial", "training_iteration", "time_s", "config/lr"})
        events = [json.loads(line) for line in
                  self.succeed("export", "digits", "--format", "jsonl").stdout.splitlines()]
        self.assertEqual([event["sequence"] for event in events], list(range(1, len(events) + 1)))
        canonical = [json.loads(line) for line in
                     self.succeed("export", "digits", "--canonical").stdout.splitlines()]
        self.assertEqual([each["state"] for each in canonical], ["completed"] * 3)
        self.succeed("export", "digits", "--format", "ray", "--output", "ray")
        self.assertEqual(len(list((self.home / "ray").glob("*/result.json"))), 3)
        self.succeed("export", "digits", "--format", "tensorboard", "--output", "board")
        self.assertTrue(list((self.home / "board").rglob("*tfevents*")))
        self.succeed("export", "digits", "--policy", 2, "--output", "policy.jsonl")
        (step,) = (self.home / "policy.jsonl").read_text().splitlines()
        self.assertEqual(json.loads(step)["iteration"], 0)

    def test_equal_runs_have_equal_canonical_exports(self):
        self.succeed(*self.run_words("again"), *self.train())
        self.assertEqual(self.succeed("export", "again", "--canonical").stdout,
                         self.succeed("export", "digits", "--canonical").stdout)

    def test_extend(self):
        self.succeed("extend", "digits", "-n", 2)
        self.assertEqual(len(self.lines("trials", "digits")), 5)
        (counts,) = self.lines("replay", "digits")
        self.assertEqual((counts["suggestions"], counts["differences"]), (5, 0))

    def test_doctor(self):
        checks = {each["check"]: each for each in map(
            json.loads, self.luthier("doctor", "--json").stdout.splitlines())}
        self.assertTrue(checks["store digits"]["ok"])


class Running(ProgramTest):
    def test_json_outcome(self):
        done = self.succeed(*self.run_words("j", "--json"), *self.train())
        outcome = json.loads(done.stdout)
        self.assertEqual((outcome["schema"], outcome["finished"], outcome["trials"]), (1, True, 3))
        self.assertEqual(len(outcome["best"]), 1)

    def test_file_and_flags(self):
        (self.home / "tune.toml").write_text(
            '[experiment]\nname = "from-file"\nseed = 4\n[space]\nlr = "uniform(0, 1)"\n'
            '[objective]\nmin = "loss"\n[budget]\nsamples = 9\njobs = 2\n'
            '[algorithms]\nsearcher = "random"\n[execution]\n'
            f'command = ["{sys.executable}", "train.py", "--lr", "{{lr}}"]\n'
            'log = ["console", "json"]\n')
        spec = json.loads(self.succeed("run", "tune.toml", "--dry-run").stdout)
        self.assertEqual((spec["name"], spec["seed"], spec["samples"]), ("from-file", 4, 9))
        self.assertFalse((self.home / "luthier-results").exists())
        self.succeed("run", "tune.toml", "-n", 2, "-p", "lr=uniform(5, 6)")
        trials = self.lines("trials", "from-file")
        self.assertEqual(len(trials), 2)
        self.assertTrue(all(5 <= each["config"]["lr"] < 6 for each in trials))

    def test_points_come_first(self):
        (self.home / "points.jsonl").write_text('{"lr": 0.25}\n{"lr": 0.75}\n')
        self.succeed(*self.run_words("p", "--points", "points.jsonl"), *self.train())
        trials = self.lines("trials", "p")
        self.assertEqual([each["config"]["lr"] for each in trials[:2]], [0.25, 0.75])
        self.assertEqual(trials[0]["proposed_by"], "points")

    def test_default_name(self):
        words = [word for word in self.run_words("x") if word not in ("--name", "x")]
        self.succeed(*words, *self.train())
        (line,) = self.lines("ls")
        self.assertRegex(line["experiment"], r"^train-\d{4}-\d\d-\d\d-\d{6}$")

    def test_all_failed_is_exit_1_and_retry_runs_them_again(self):
        flag = self.home / "works"
        script = f"if test -e {flag}; then echo loss=1; else echo broken >&2; exit 7; fi"
        done = self.succeed(*self.run_words("f"), "--", "sh", "-c", script, "{args}", code=1)
        self.assertIn("broken", done.stderr)
        self.assertEqual({each["state"] for each in self.lines("trials", "f")}, {"failed"})
        flag.touch()
        self.succeed("retry", "f")
        self.assertEqual({each["state"] for each in self.lines("trials", "f")}, {"completed"})

    def test_stop_a_trial_and_the_experiment(self):
        process = self.start(*self.run_words("s", samples=50), *self.train("--epochs", 1000,
                                                                           "--sleep", 0.05))
        self.wait_for_results("s", 2)
        self.succeed("stop", "s", 0)
        self.wait_until(lambda: self.lines("trials", "s")[0]["state"] == "stopped", "the stop")
        self.succeed("stop", "s")
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(self.lines("ls")[0]["state"], "finished")

    def test_pause_and_resume_a_trial(self):
        process = self.start(*self.run_words("pt", samples=2), *self.train("--epochs", 40,
                                                                           "--sleep", 0.05))
        self.wait_for_results("pt", 2)
        self.succeed("pause", "pt", 0)
        self.wait_until(lambda: self.lines("trials", "pt")[0]["state"] == "paused", "the pause")
        self.succeed("resume", "pt", 0)
        process.communicate(timeout=40)
        self.assertEqual(process.returncode, 0)
        self.assertEqual([each["state"] for each in self.lines("trials", "pt")],
                         ["completed", "completed"])

    def test_pause_the_experiment_and_resume_it(self):
        process = self.start(*self.run_words("pe", samples=2), *self.train("--epochs", 30,
                                                                           "--sleep", 0.05))
        self.wait_for_results("pe", 2)
        self.succeed("pause", "pe")
        _, talk = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)
        self.assertIn("luthier resume pe", talk)
        self.succeed("resume", "pe")
        self.assertEqual(self.lines("ls")[0]["state"], "finished")

    def test_a_running_experiment_is_held(self):
        self.start(*self.run_words("h", samples=2), *self.train("--epochs", 1000, "--sleep", 0.05))
        self.wait_for_results("h", 1)
        done = self.succeed("resume", "h", code=3)
        self.assertRegex(done.stderr, r"\d+")
        self.assertEqual(self.lines("ls")[0]["state"], "running")
        self.succeed("stop", "h")

    def test_a_run_outlives_the_reader_of_its_talk(self):
        read_end, write_end = os.pipe()
        os.close(read_end)
        done = subprocess.run(
            [LUTHIER, *map(str, self.run_words("w")), "--", "sh", "-c",
             "yes | head -1 >/dev/null; echo loss=1", "{args}"],
            cwd=self.home, stdout=subprocess.PIPE, stderr=write_end, timeout=30)
        os.close(write_end)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.lines("ls")[0]["completed"], 3)

    def test_help_as_json_names_every_command_and_option(self):
        commands = {each["command"]: each for each in self.lines("help")}
        self.assertEqual(set(commands), set(COMMANDS))
        self.assertIn("min", [option["name"] for option in commands["run"]["options"]])
        self.assertEqual(self.lines("help", "run"), [commands["run"]])

    def test_help_leads_with_examples(self):
        for command in COMMANDS:
            done = self.succeed(command, "--help")
            self.assertIn("Examples:", done.stdout.splitlines()[2])
            self.assertEqual(done.stderr, "")


class Naming(ProgramTest):
    def run_named(self, name):
        self.succeed(*self.run_words(name, samples=1), *self.train("--epochs", 1))

    def test_every_command_takes_last_and_the_beginning_of_a_name(self):
        self.run_named("digits")
        self.run_named("mnist")
        self.assertEqual([line["experiment"] for line in self.lines("ls")], ["mnist", "digits"])
        for word, name in [("last", "mnist"), ("mn", "mnist"), ("dig", "digits")]:
            for command in ["show", "trials", "best", "replay", "export", "compare", "doctor"]:
                self.succeed(command, word)
            self.assertIn(f"luthier-results/{name}", self.succeed("show", word).stdout)
            self.succeed("explain", word, 0)
            self.succeed("logs", word, 0)
        self.succeed("extend", "dig", "-n", 1)
        self.assertEqual(len(self.lines("trials", "digits")), 2)
        self.assertEqual([line["experiment"] for line in self.lines("ls")], ["digits", "mnist"])
        self.run_named("digits-2")
        self.assertIn("digits, digits-2", self.succeed("show", "digi", code=2).stderr)
        self.succeed("show", "digits")

    def test_runs_that_start_together_have_names_of_their_own(self):
        words = [word for word in self.run_words("x", samples=1) if word not in ("--name", "x")]
        runs = [self.start(*words, "--json", *self.train("--epochs", 1)) for _ in range(5)]
        names = set()
        for process in runs:
            out, talk = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, talk)
            names.add(json.loads(out)["experiment"])
        self.assertEqual(len(names), 5)
        self.assertEqual({line["experiment"] for line in self.lines("ls")}, names)

    def test_rm_asks(self):
        self.run_named("digits")
        done = self.succeed("rm", "digits", code=2)
        self.assertIn("--yes", done.stderr)
        for answer, there in [("\n", True), ("no\n", True), ("y\n", False)]:
            code, talk = self.on_terminal(answer, "rm", "digits")
            self.assertIn("remove experiment 'digits' in luthier-results (finished, 1 trial, ", talk)
            self.assertEqual((self.home / "luthier-results/digits").exists(), there)
            self.assertEqual(code, 1 if there else 0)
        self.assertEqual(self.lines("ls"), [])

    def test_rm_yes(self):
        self.run_named("digits")
        (line,) = self.lines("rm", "digits", "--yes")
        self.assertEqual((line["experiment"], line["removed"]), ("digits", True))
        self.assertFalse((self.home / "luthier-results/digits").exists())

    def test_rm_takes_what_every_logger_wrote_so_that_the_name_is_free(self):
        for loggers in ["csv,json,tensorboard", "tensorboard", "csv,json,tensorboard"]:
            self.succeed("run", "--name", "again", "--min", "loss", "-n", 2, "-p", "lr=uniform(0, 1)", "--log", loggers,
                         *self.train())
            (line,) = self.lines("rm", "again", "--yes")
            self.assertEqual(line["left"], [])
            self.assertFalse((self.home / "luthier-results/again").exists())

    def test_rm_takes_a_name_and_leaves_what_is_not_its_own(self):
        self.run_named("digits")
        place = self.home / "luthier-results/digits"
        (place / "notes.txt").write_text("mine")
        before = sorted(place.rglob("*"))
        for path in ["digits/.", "digits/trials/..", "luthier-results/digits/.", "luthier-results/digits/trials/../",
                     place / "trials/00000/../.."]:
            said = self.succeed("rm", path, "--yes", code=2).stderr
            self.assertIn("type: luthier rm digits", said)
            self.assertEqual(sorted(place.rglob("*")), before)
        inside = subprocess.run([LUTHIER, "rm", ".", "--yes"], cwd=place, capture_output=True, text=True, timeout=20)
        self.assertEqual((inside.returncode, sorted(place.rglob("*"))), (2, before), inside.stderr)
        (line,) = self.lines("rm", "luthier-results/digits/", "--yes")
        self.assertEqual(line["left"], ["notes.txt"])
        self.assertEqual([each.name for each in place.iterdir()], ["notes.txt"])
        self.assertEqual(self.lines("ls"), [])

    def test_rm_of_what_must_stay(self):
        process = self.start(*self.run_words("busy", samples=2), *self.train("--epochs", 1000, "--sleep", 0.05))
        self.wait_for_results("busy", 1)
        self.assertIn(str(process.pid), self.succeed("rm", "busy", "--yes", code=3).stderr)
        self.succeed("stop", "busy")
        process.communicate(timeout=20)
        (self.home / "outside").mkdir()
        (self.home / "outside/file").write_text("text")
        (self.home / "luthier-results/busy/link").symlink_to(self.home / "outside")
        (self.home / "luthier-results/alias").symlink_to(self.home / "luthier-results/busy")
        (self.home / "luthier-results/other").mkdir()
        (self.home / "luthier-results/other/experiment.db").write_text("mine")
        for name in ["alias", "other", "nothing"]:
            self.succeed("rm", name, "--yes", code=2)
        self.succeed("rm", "busy", "--yes")
        self.assertTrue((self.home / "outside/file").exists())
        self.assertTrue((self.home / "luthier-results/other/experiment.db").exists())

    def on_terminal(self, typed, *words, columns=80):
        """A command on a terminal of its own: its exit code and all that it wrote there."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.home)
            os.environ.pop("COLUMNS", None)
            os.execv(LUTHIER, [LUTHIER, *map(str, words)])
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.write(terminal, typed.encode())
        talk = b""
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:
                break
            if not part:
                break
            talk += part
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        return os.waitstatus_to_exitcode(status), talk.decode(errors="replace")

    def test_tables_fit_the_terminal(self):
        spaces = [word for i in range(12) for word in ["-p", f"parameter{i}=uniform(0, 1)"]]
        self.succeed("run", "--name", "wide", "--min", "loss", "-n", 2, *spaces, "--", "sh", "-c", "echo loss=1")
        wide = self.succeed("trials", "wide").stdout.splitlines()
        self.assertGreater(len(wide[0]), 150)
        for command in [["trials", "wide"], ["ls"], ["plugins"], ["plugins", "asha"]]:
            code, text = self.on_terminal("", *command, columns=60)
            self.assertEqual(code, 0)
            for line in text.replace("\r", "").splitlines():
                if command[0] != "plugins" or "  " in line:
                    self.assertLessEqual(len(line), 60, line)


class Trying(ProgramTest):
    def try_out(self, *words, code=0):
        before = sorted(self.home.rglob("*"))
        done = self.succeed("try", "--json", *words, code=code)
        self.assertEqual(sorted(self.home.rglob("*")), before)
        return json.loads(done.stdout)

    def test_what_a_run_would_hear(self):
        tried = self.try_out("--min", "loss", "-p", "lr=uniform(0, 1)", *self.train())
        self.assertEqual((tried["schema"], tried["outcome"], tried["exit_status"]), (1, "returned", 0))
        self.assertEqual((tried["config"], tried["iterations"]), ({"lr": 0.5}, 3))
        (seen,) = [each for each in tried["seen"] if each["name"] == "loss"]
        self.assertEqual((seen["times"], seen["stream"], seen["objective"]), (3, "stdout", "loss"))
        self.assertIn("loss=", seen["line"])
        self.assertGreater(tried["wall_s"], 0)
        self.assertLessEqual(tried["first_output_s"], tried["wall_s"])

    def test_the_command_it_gives_works(self):
        done = self.succeed("try", "-p", "lr=uniform(0, 1)", *self.train())
        self.assertRegex(done.stdout, r"(?m)^loss +--min loss +3 ")
        command = done.stdout.split("to tune it: ")[1].strip()
        subprocess.run(["sh", "-c", command], cwd=self.home, check=True, capture_output=True, timeout=60,
                       env={**os.environ, "PATH": f"{os.path.dirname(LUTHIER)}:{os.environ['PATH']}"})
        self.assertEqual(self.lines("ls")[0]["metric"], "loss")

    def test_a_program_without_parameters(self):
        tried = self.try_out("--", "sh", "-c", "echo accuracy=0.5; echo x 1>&2")
        self.assertEqual(tried["config"], {})
        self.assertEqual([each["option"] for each in tried["seen"] if each["name"] == "accuracy"], ["--max accuracy"])

    def test_points_and_constraints(self):
        tried = self.try_out("--min", "loss", "-p", "lr=uniform(0, 1)", "--constraint", "lr > 0.9", *self.train())
        self.assertGreater(tried["config"]["lr"], 0.9)
        (self.home / "p.json").write_text('{"lr": 0.25}')
        tried = self.try_out("--min", "loss", "-p", "lr=uniform(0, 1)", "--points", "p.json", *self.train())
        self.assertEqual(tried["config"]["lr"], 0.25)

    def test_what_fails_is_told(self):
        tried = self.try_out("--min", "loss", "--", "sh", "-c", "echo oh >&2; exit 7", code=1)
        self.assertEqual((tried["outcome"], tried["exit_status"], tried["iterations"]), ("failed", 7, 0))
        self.assertIn("oh", tried["message"])
        tried = self.try_out("--min", "loss", "--", "true", code=1)
        self.assertIsNone(tried["first_output_s"])

    def test_interrupted_it_tells_what_came_so_far(self):
        process = self.start("try", "--min", "loss", "--json", "--grace", "1", "-p", "lr=uniform(0, 1)",
                             "--", "sh", "-c", "touch started; while :; do echo loss={lr}; sleep 0.1; done")
        self.wait_until((self.home / "started").exists, "the program's start")
        interrupt(process)
        out, _ = process.communicate(timeout=20)
        tried = json.loads(out)
        self.assertTrue(tried["interrupted"])
        self.assertFalse((self.home / "luthier-results").exists())

    def test_a_report_descriptor_is_answered(self):
        program = ("import json, os\nf = os.fdopen(3, 'r+b', buffering=0)\n"
                   "for i in range(4):\n    f.write(json.dumps({'loss': 1 / (i + 1)}).encode() + b'\\n')\n"
                   "    assert f.readline()\n")
        (self.home / "reports.py").write_text(program)
        tried = self.try_out("--min", "loss", "--", sys.executable, "reports.py")
        self.assertEqual((tried["iterations"], tried["metrics"]), (4, {"loss": 0.25}))

    def test_iterations_are_enough(self):
        tried = self.try_out("--min", "loss", "--iterations", 2, "-p", "lr=uniform(0, 1)", "--grace", "1",
                             *self.train("--epochs", 1000, "--sleep", 0.05))
        self.assertEqual((tried["outcome"], tried["iterations"]), ("stopped", 2))


class Interrupting(ProgramTest):
    def start_slow(self, name, *options):
        process = self.start(*self.run_words(name, *options, samples=4),
                             *self.train("--epochs", 15, "--sleep", 0.05))
        self.wait_for_results(name, 3)
        return process

    def resumes(self, name):
        self.succeed("resume", name)
        trials = self.lines("trials", name)
        self.assertEqual([each["state"] for each in trials], ["completed"] * 4)
        self.assertEqual([each["iterations"] for each in trials], [15] * 4)
        (counts,) = self.lines("replay", name)
        self.assertEqual(counts["differences"], 0)
        self.assertEqual(self.processes_of(name), [])

    def test_control_c_once(self):
        process = self.start_slow("c1")
        interrupt(process)
        _, talk = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)
        self.assertIn("luthier resume c1", talk)
        self.assertEqual(self.processes_of("c1"), [])
        self.resumes("c1")

    def test_control_c_twice(self):
        process = self.start_slow("c2")
        interrupt(process)
        time.sleep(0.1)
        if process.poll() is None:
            interrupt(process)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)
        self.wait_until(lambda: not self.processes_of("c2"), "the end of every process", 3)
        self.resumes("c2")

    def test_sigterm(self):
        process = self.start_slow("t1")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 143)
        self.resumes("t1")

    def test_a_lost_terminal(self):
        process = self.start_slow("h1")
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.processes_of("h1"), [])
        self.resumes("h1")

    def test_kill(self):
        process = self.start_slow("k1")
        before = self.succeed("export", "k1", "--format", "jsonl").stdout.splitlines()
        process.kill()
        process.communicate()
        self.wait_until(lambda: not self.processes_of("k1"), "the end of every process", 3)
        self.assertEqual(self.lines("ls")[0]["state"], "interrupted")
        after = self.succeed("export", "k1", "--format", "jsonl").stdout.splitlines()
        self.assertEqual(after[:len(before)], before)
        self.resumes("k1")

    def test_kill_with_one_job_exports_what_a_smooth_run_does(self):
        words = self.train("--epochs", 8, "--sleep", 0.02)
        self.succeed(*self.run_words("smooth", jobs=1), *words)
        process = self.start(*self.run_words("rough", jobs=1), *words)
        self.wait_for_results("rough", 4)
        process.kill()
        process.communicate()
        self.succeed("resume", "rough", "-j", 1)
        self.assertEqual(self.succeed("export", "rough", "--canonical").stdout,
                         self.succeed("export", "smooth", "--canonical").stdout)


# Its argument: how many of them take each step together.
NEVER_SAVES = """
import glob, json, os, sys, time
link = os.fdopen(3, "r+b", buffering=0)
patience = time.monotonic() + 30
for step in range(1, 31):
    open(f"step-{step}-{os.getpid()}", "w").close()
    while len(glob.glob(f"step-{step}-*")) < int(sys.argv[1]):
        assert time.monotonic() < patience, "the others do not come"
        time.sleep(0.001)
    link.write(json.dumps({"loss": float(os.environ["LUTHIER_PARAM_LR"]) / step}).encode() + b"\\n")
    if json.loads(link.readline())["decision"] in ("pause", "stop"):
        break
"""


class NeverSaving(ProgramTest):
    def population(self, name, jobs, **options):
        (self.home / "never.py").write_text(NEVER_SAVES)
        return self.succeed(*self.run_words(name, "--scheduler", "pbt:perturbation_interval=4", samples=4, jobs=jobs),
                            "--", sys.executable, "never.py", jobs, **options)

    def test_a_population_that_takes_turns_fails_with_the_reason(self):
        done = self.population("turns", 1)
        self.assertIn("saved no checkpoint, which scheduler 'pbt' needs", done.stderr)
        trials = self.lines("trials", "turns")
        # The last one has nobody to give its slot to.
        self.assertEqual(sorted(each["state"] for each in trials), ["completed", "failed", "failed", "failed"])
        self.assertEqual({each["attempts"] for each in trials}, {1})

    def test_a_population_side_by_side_is_told_once(self):
        done = self.population("beside", 4)
        self.assertEqual(done.stderr.count("saved no checkpoint when asked to"), 1, done.stderr)
        self.assertEqual({each["iterations"] for each in self.lines("trials", "beside")}, {30})


class TakenNames(ProgramTest):
    def test_a_taken_name_says_what_to_do_with_it(self):
        words = [*self.run_words("taken", "--results", "kept"), *self.train()]
        self.succeed(*words)
        self.assertIn("which has ended; add samples with `luthier extend taken -n N --results kept`",
                      self.succeed(*words, code=2).stderr)
        self.assertIn("`luthier extend taken -n N --results kept` adds samples",
                      self.succeed("resume", "taken", "--results", "kept", code=2).stderr)
        (self.home / "kept" / "plain").mkdir()
        self.assertIn("there is a 'plain' in kept that is not an experiment",
                      self.succeed(*self.run_words("plain", "--results", "kept"), *self.train(), code=2).stderr)
        process = self.start(*self.run_words("slow"), *self.train("--sleep", 0.2, "--epochs", 50))
        self.wait_for_results("slow", 1)
        again = [*self.run_words("slow"), *self.train()]
        self.assertIn(f"run by process {process.pid} on", self.succeed(*again, code=2).stderr)
        process.kill()
        process.communicate()
        self.assertIn("which was interrupted; resume it with `luthier resume slow`", self.succeed(*again, code=2).stderr)

    def test_the_default_name_is_the_programs_not_a_scripts_text(self):
        words = ["run", "--min", "loss", "-q", "--log", "none", "-p", "lr=uniform(0, 1)", "--"]
        self.succeed(*words, "sh", "-c", "for i in 1; do echo loss=$i; done", "{args}")
        self.succeed(*words, sys.executable, "train.py", "--lr", "{lr}")
        names = sorted(path.name for path in (self.home / "luthier-results").iterdir())
        self.assertRegex(" ".join(names), r"^sh-\S+ train-\S+$")


class Saying(ProgramTest):
    def test_completion_knows_every_command(self):
        script = self.succeed("completion", "bash").stdout
        for command in COMMANDS:
            self.assertIn(f"    {command})", script)
        for words, expected in [(["luthier", "ex"], {"explain", "extend", "export"}),
                                (["luthier", "run", "--sched"], {"--scheduler"}),
                                (["luthier", "run", "--store", "m"], {"memory"})]:
            typed = " ".join(f"'{word}'" for word in words)
            done = subprocess.run(
                ["bash", "-c", f"source /dev/stdin; COMP_WORDS=({typed}); "
                 f"COMP_CWORD={len(words) - 1}; _luthier; echo ${{COMPREPLY[@]}}"],
                input=script, capture_output=True, text=True, cwd=self.home)
            self.assertEqual(set(done.stdout.split()), expected, done.stderr)
        self.assertIn("bashcompinit", self.succeed("completion", "zsh").stdout)

    def test_plugins(self):
        kinds = {(each["kind"], each["name"]) for each in self.lines("plugins")}
        for expected in [("searcher", "random"), ("scheduler", "asha"), ("executor", "process"),
                         ("logger", "tensorboard")]:
            self.assertIn(expected, kinds)
        (asha,) = self.lines("plugins", "asha")
        self.assertIn("max_t", {option["name"] for option in asha["options"]})
        self.assertIn("max_t", self.succeed("plugins", "asha").stdout)

    def test_version(self):
        (line,) = self.lines("version")
        self.assertRegex(line["version"], r"^\d+\.\d+\.\d+$")
        self.assertEqual(self.succeed("--version").stdout, f"luthier {line['version']}\n")

    def test_plain_output_is_short_and_has_no_escapes(self):
        done = self.succeed(*self.run_words("many", "--plain", samples=200, jobs=4),
                            "--", "sh", "-c", "echo loss=1", "{args}", timeout=120)
        self.assertLessEqual(len(done.stderr.splitlines()), 20, done.stderr)
        self.assertNotIn("\x1b", done.stderr + done.stdout)

    def test_a_hostile_name_is_shown_as_what_it_is(self):
        evil = "e\u202evil"
        done = self.luthier("show", evil)
        self.assertEqual(done.returncode, 2)
        self.assertNotIn("\u202e", done.stderr)


if __name__ == "__main__":
    unittest.main()
