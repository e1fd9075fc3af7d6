"""`--notify`: a command is told what becomes of a run: once, in order, and never by a shell.

LUTHIER_TEST_FULL=1 kills the controller a hundred times.
"""

import http.server
import json
import os
import pathlib
import pty
import random
import shlex
import sys
import threading
import time
import unittest

from luthier_program import LUTHIER, ProgramTest, interrupt

KILLS = 100 if "LUTHIER_TEST_FULL" in os.environ else 10

TELL = """
{ cat; echo "$LUTHIER_EVENT|$LUTHIER_EXPERIMENT|$LUTHIER_MESSAGE" >&2; } >> told.jsonl 2>> told.txt
"""

# Fails from the tenth trial on, so that half fail in the end.
TRIAL = """
import os, sys, time
trial = int(os.environ["LUTHIER_TRIAL_ID"])
for step in range(3):
    time.sleep(0.02)
    print(f"loss={1000 - trial * 10 - step}", flush=True)
sys.exit(trial >= 10)
"""


class Notify(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.home / "tell.sh").write_text(TELL)
        (self.home / "trial.py").write_text(TRIAL)

    def told(self):
        file = self.home / "told.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def events_told(self):
        return [each["event"] for each in self.told()]

    def notifying(self, *options):
        return ["--notify", "sh tell.sh", *options]

    def recorded(self, name):
        path = self.home / "luthier-results" / name / "notifications" / "told.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]

    def test_the_end_is_told(self):
        self.succeed(*self.run_words("e", *self.notifying()), *self.train())
        (told,) = self.told()
        (best,) = self.lines("best", "e")
        self.assertEqual(told["event"], "done")
        self.assertEqual(told["experiment"], "e")
        self.assertEqual(told["trials"]["completed"], 3)
        self.assertEqual(told["best"][0]["trial"], best["trial"])
        self.assertEqual(told["directory"], str((self.home / "luthier-results/e").resolve()))
        message = f"e is done: best loss {best['best']:.6g} in trial {best['trial']} after 3 trials"
        self.assertEqual(told["message"], message)
        self.assertEqual((self.home / "told.txt").read_text(), f"done|e|{message}\n")
        (line,) = self.recorded("e")
        self.assertTrue(line["ok"])

    def test_improvements_come_in_order_and_not_too_often(self):
        options = self.notifying("--notify-on", "improved,done")
        self.succeed(*self.run_words("e", *options, samples=12, jobs=1),
                     "--", sys.executable, "trial.py", "{lr}", code=0)
        told = self.told()
        self.assertEqual(told[-1]["event"], "done")
        improved = [each for each in told if each["event"] == "improved"]
        self.assertTrue(1 <= len(improved) <= 3, told)
        self.assertEqual(improved[-1]["best"][0]["value"], told[-1]["best"][0]["value"], "the last best is told")
        places = [each["sequence"] for each in told]
        self.assertEqual(places, sorted(places))

    def test_failures_are_told(self):
        cases = [(["--max-failures", 0], "failed", 1), ([], "was interrupted", 1)]
        for number, (options, word, code) in enumerate(cases):
            (self.home / "told.jsonl").unlink(missing_ok=True)
            self.succeed(*self.run_words(f"e{number}", *options, *self.notifying(), samples=5, jobs=1),
                         "--", "sh", "-c", "echo why; exit 3", code=code)
            (told,) = self.told()
            self.assertEqual(told["event"], "failed")
            self.assertIn(word, told["message"])

    def test_an_interrupted_run_tells_nothing_and_says_how_to_go_on(self):
        run = self.start(*self.run_words("e", *self.notifying("--notify-on", "done")),
                         *self.train("--epochs", 100, "--sleep", 0.1))
        self.wait_for_results("e", 2)
        interrupt(run)
        talk = run.communicate(timeout=30)[1]
        self.assertEqual(self.told(), [])
        self.assertIn("luthier resume e --jobs 2 --notify 'sh tell.sh' --notify-on done", talk)

    def test_a_stored_experiment_names_no_command(self):
        run = self.start(*self.run_words("e", *self.notifying()), *self.train("--epochs", 20, "--sleep", 0.05))
        self.wait_for_results("e", 2)
        run.kill()
        run.communicate()
        for file in (self.home / "luthier-results/e").rglob("*"):
            self.assertFalse(file.is_file() and b"tell.sh" in file.read_bytes(), file)
        self.succeed("resume", "e")
        self.assertEqual(self.told(), [])
        self.succeed("resume", "e", *self.notifying(), code=2)
        self.assertEqual(self.told(), [], "what a session without a command did is not told later")

    def test_an_end_that_was_not_told_is_told_by_resume(self):
        self.succeed(*self.run_words("e", *self.notifying()), *self.train())
        self.assertEqual(self.events_told(), ["done"])
        # As a controller leaves it that is killed before it could start the command.
        notifications = self.home / "luthier-results/e/notifications"
        for claim in notifications.glob("0*"):
            claim.unlink()
        (notifications / "settled").write_text("1\n")
        self.succeed("resume", "e", code=2)
        for _ in range(2):
            done = self.succeed("resume", "e", *self.notifying(), code=2)
            self.assertIn("has ended", done.stderr)
            self.assertEqual(self.events_told(), ["done", "done"])

    def test_once_across_kills(self):
        chance = random.Random(7)
        options = self.notifying("--notify-on", "done,failed,improved")
        words = [*self.run_words("e", *options, "--log", "none", samples=KILLS * 4, jobs=2),
                 "--", sys.executable, "trial.py", "{lr}"]
        kills = 0
        while kills < KILLS:
            run = self.start(*words)
            time.sleep(chance.uniform(0.02, 0.9))
            ended = run.poll()
            run.kill()
            run.communicate()
            if self.luthier("show", "e").returncode != 0:
                continue
            kills += 1
            words = ["resume", "e", "-j", 2, *options]
            if ended is not None:
                break
        self.luthier("resume", "e", "-j", 8, *options, timeout=300)
        self.luthier("resume", "e", *options)
        # A command that ran when its controller was killed ends by itself.
        self.wait_until(lambda: "done" in self.events_told(), "the end")
        (shown,) = self.lines("show", "e")
        self.assertEqual(shown["state"], "finished")
        told = self.told()
        places = [(each["event"], each["sequence"]) for each in told]
        self.assertEqual(len(places), len(set(places)), "something was told twice")
        self.assertEqual(self.events_told().count("done"), 1)
        self.assertEqual(self.events_told().count("failed"), 1)
        log = self.succeed("export", "e", "--format", "jsonl").stdout.splitlines()
        results = {each["sequence"] for each in map(json.loads, log) if each["event"] == "result_reported"}
        improved = [each["sequence"] for each in told if each["event"] == "improved"]
        self.assertTrue(improved)
        self.assertLessEqual(set(improved), results)
        print(f"{kills} kills, {len(told)} notifications, none twice", flush=True)

    def test_each_end_is_told_once_whenever_the_controller_dies(self):
        """Kills around the end, where nothing would be left to resume."""
        chance = random.Random(11)
        options = self.notifying("--notify-on", "done")
        begun = time.monotonic()
        self.succeed(*self.run_words("k", *options, "--log", "none", samples=1), "--", "echo", "loss=1")
        usual = time.monotonic() - begun
        names, ended_before = ["k"], 0
        for number in range(KILLS):
            name = f"k{number}"
            words = [*self.run_words(name, *options, "--log", "none", samples=1), "--", "echo", "loss=1"]
            run = self.start(*words)
            time.sleep(usual * chance.uniform(0.3, 1.1))
            run.kill()
            run.communicate()
            shown = self.luthier("show", name, "--json")
            if shown.returncode != 0:
                continue  # killed before anything was logged
            names.append(name)
            ended_before += json.loads(shown.stdout)["state"] == "finished"
            for _ in range(2):
                self.assertIn(self.luthier("resume", name, *options).returncode, (0, 2))
        self.wait_until(lambda: len(self.told()) >= len(names), "every end")
        self.assertEqual(sorted(each["experiment"] for each in self.told()), sorted(names))
        print(f"{len(names) - 1} kills, {ended_before} after the end was logged: each end told once", flush=True)

    def test_a_hanging_command_holds_nothing_up(self):
        run = self.start(*self.run_words("e", "--notify", "sleep 600", "--notify-on", "improved", samples=4),
                         *self.train())
        begun = time.monotonic()
        self.wait_until(lambda: self.luthier("show", "e").stdout.count("4 completed") > 0, "the end of the trials")
        self.assertLess(time.monotonic() - begun, 8)
        self.assertEqual(run.wait(40), 0)
        talk = run.communicate()[1]
        self.assertEqual(talk.count("the command of --notify failed"), 1, talk)
        self.assertIn("killed after", talk)
        self.assertFalse(self.recorded("e")[0]["ok"])

    def test_the_second_ctrl_c_waits_for_no_command(self):
        run = self.start(*self.run_words("e", "--notify", "sleep 600", "--notify-on", "improved"),
                         *self.train("--epochs", 100, "--sleep", 0.1))
        self.wait_for_results("e", 2)
        interrupt(run)
        time.sleep(0.7)
        interrupt(run)
        begun = time.monotonic()
        run.communicate(timeout=20)
        self.assertEqual(run.returncode, 130)
        self.assertLess(time.monotonic() - begun, 5)

    def test_a_failing_command_fails_nothing_else(self):
        done = self.succeed(*self.run_words("e", "--notify", "sh -c 'echo no route >&2; exit 7'", "--notify-on",
                                            "improved,done"), *self.train())
        self.assertEqual(done.stderr.count("the command of --notify failed"), 1)
        self.assertIn("exit status 7: no route", done.stderr)
        self.assertEqual([each["trouble"] for each in self.recorded("e")][-1], "exit status 7: no route")

    def test_what_is_refused_before_anything_is_created(self):
        for words, said in [(["--notify", "no-such-program x"], "no-such-program"),
                            (["--notify", ""], "names no program"),
                            (["--notify", "echo 'x"], "not closed"),
                            (["--notify", "cat | mail me"], "sh -c"),
                            (["--notify", "notify-send $LUTHIER_MESSAGE"], "sh -c"),
                            (["--notify", "true", "--notify-on", "doen"], "did you mean 'done'"),
                            (["--notify", "true", "--notify-stalled", "soon"], "--notify-stalled"),
                            (["--notify", "true", "--notify-low-disk", "much"], "--notify-low-disk"),
                            (["--notify-on", "done"], "--notify COMMAND")]:
            done = self.succeed(*self.run_words("e", *words), *self.train(), code=2)
            self.assertIn(said, done.stderr)
            self.assertFalse((self.home / "luthier-results").exists())

    def test_nothing_of_an_experiment_is_run_as_code(self):
        hostile = "'; touch harm; $(touch harm) `touch harm` \" \\ \n&"
        (self.home / "space.json").write_text(json.dumps([{"text": hostile}]))
        (self.home / "fails.py").write_text(
            "import sys\nsys.stderr.write(sys.argv[1] + '\\n')\nprint('loss=1')\nsys.exit(1)\n")
        self.succeed("run", "--name", "e", "--min", "loss", "-n", 8, "-j", 2, "-p",
                     "text=choice(" + json.dumps(hostile) + ", 'b')", "--searcher", "random", "--max-failures", 4,
                     "--notify", "sh tell.sh", "--notify-on", "done,failed,improved", "--",
                     sys.executable, "fails.py", "{text}", code=1)
        self.assertIn("failed", self.events_told())
        self.assertEqual(list(self.home.rglob("harm")), [])

    def test_a_disk_that_is_low_is_told_of_once(self):
        options = self.notifying("--notify-on", "low_disk,done", "--notify-low-disk", "1000000GB")
        run = self.start(*self.run_words("e", *options), *self.train("--epochs", 40, "--sleep", 0.05))
        self.wait_until(lambda: self.events_told() == ["low_disk"], "low_disk")
        run.kill()
        run.communicate()
        self.succeed("resume", "e", *options)
        self.assertEqual(self.events_told(), ["low_disk", "done"])
        self.assertIn("runs out of disk", self.told()[0]["message"])

    def test_a_full_disk_is_told_of_once(self):
        """The command starts although nothing more can be written, not even that it was started."""
        small = self.small_file_system("6m")
        options = self.notifying("--notify-on", "low_disk,done", "--notify-low-disk", "2MB", "--results", str(small))
        run = self.start(*self.run_words("e", *options, "--log", "none", samples=1),
                         *self.train("--epochs", 40, "--sleep", 0.05))
        self.wait_until((small / "e/trials").exists, "the first trial")
        with self.assertRaises(OSError):
            with open(small / "filler", "wb", buffering=0) as filler:
                while True:
                    filler.write(b"x" * 4096)
        self.wait_until(lambda: self.events_told() == ["low_disk"], "low_disk")
        time.sleep(6)
        self.assertEqual(self.events_told(), ["low_disk"])
        (small / "filler").unlink()
        self.assertEqual(run.wait(30), 0)
        self.assertEqual(self.events_told(), ["low_disk", "done"])

    def test_a_failure_of_the_command_is_seen_beside_a_live_table(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.home)
            os.environ["TERM"] = "xterm"
            words = self.run_words("e", "--notify", "sh -c 'exit 7'", "--notify-on", "improved", samples=1)
            os.execv(LUTHIER, [LUTHIER, *map(str, words), *self.train("--epochs", 20, "--sleep", 0.1)])
        written = b""
        try:
            while part := os.read(terminal, 65536):
                written += part
        except OSError:
            pass
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        os.close(terminal)
        parts = written.decode().replace("\r", "").split("\x1b[J")
        said = [part for part in parts if "the command of --notify failed" in part]
        self.assertEqual(len(said), 1)
        self.assertTrue(said[0].startswith("the command of --notify failed"), "it stands above the table")

    def test_a_stall_is_told_of_once(self):
        options = self.notifying("--notify-on", "stalled,done", "--notify-stalled", "0.5s")
        self.succeed(*self.run_words("e", *options, samples=1), *self.train("--epochs", 1, "--sleep", 2.5))
        self.assertEqual(self.events_told(), ["stalled", "done"])

    def test_in_a_file_and_in_memory(self):
        (self.home / "e.toml").write_text(
            '[experiment]\nname = "e"\nstore = "memory"\n[space]\nlr = "uniform(0, 1)"\n[objective]\nmin = "loss"\n'
            '[notifications]\nnotify = "sh tell.sh"\nnotify-on = "done"\n[execution]\n'
            f'command = ["{sys.executable}", "train.py", "--lr", "{{lr}}"]\n')
        self.succeed("run", "e.toml", "-n", 2)
        self.assertEqual(self.events_told(), ["done"])
        self.assertFalse((self.home / "luthier-results").exists())

    def test_the_recipes_of_the_page(self):
        """As they stand there, with a server here and stand-ins for the two programs."""
        page = pathlib.Path(__file__).resolve().parents[2] / "docs/notifications.md"
        recipes = [line for line in page.read_text().splitlines() if line.startswith("--notify ")]
        self.assertEqual(len(recipes), 3)
        heard = []

        class Heard(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                heard.append((self.path, self.headers["Content-Type"], self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *words):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Heard)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        programs = self.home / "programs"
        programs.mkdir()
        for name in ["notify-send", "mail"]:
            (programs / name).write_text(f'#!/bin/sh\nfor word; do echo "$word" >> {name}.txt; done\ncat >> {name}.txt\n')
            (programs / name).chmod(0o700)
        environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
        for number, recipe in enumerate(recipes):
            words = shlex.split(recipe.replace(":8000", f":{server.server_port}"))
            self.succeed(*self.run_words(f"e{number}", *words), *self.train(), env=environment)
        ((path, kind, body),) = heard
        self.assertEqual((path, kind), ("/tuning", "application/json"))
        self.assertEqual(json.loads(body)["event"], "done")
        title, message, *_ = (self.home / "notify-send.txt").read_text().splitlines()
        self.assertEqual(title, "e1: done")
        self.assertTrue(message.startswith("e1 is done: best loss"))
        option, subject, address, text = (self.home / "mail.txt").read_text().splitlines()
        self.assertEqual((option, address), ("-s", "you@example.com"))
        self.assertEqual(json.loads(text)["message"], subject)

    def test_rm_removes_what_was_recorded(self):
        self.succeed(*self.run_words("e", *self.notifying()), *self.train())
        self.succeed("rm", "e", "--yes")
        self.assertFalse((self.home / "luthier-results/e").exists())


if __name__ == "__main__":
    unittest.main()
