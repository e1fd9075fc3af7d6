"""Programs as they are: those that print late, print elsewhere, write files, print nothing at all."""

import json
import os
import sys
import textwrap
import unittest

from luthier_program import ProgramTest


class Attempts(ProgramTest):
    def run_program(self, name, script, *options, metric="loss", samples=1, code=0, words=("{x}",), **more):
        """Without PYTHONUNBUFFERED, as a user's shell is."""
        (self.home / "program.py").write_text(textwrap.dedent(script))
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
        return self.succeed(
            "run", "--name", name, "--min", metric, "-n", samples, "-p", "x=uniform(0, 1)", "--searcher",
            "random", "--grace", 1, "--log", "none", *options, "--", sys.executable, "program.py", *words,
            code=code, env=environment, **more)

    def events(self, name, kind=None):
        lines = self.succeed("export", name, "--format", "jsonl").stdout.splitlines()
        return [event for event in map(json.loads, lines) if kind in (None, event["event"])]

    def results(self, name):
        return [event["metrics"] for event in self.events(name, "result_reported")]


SLOW = """
    import sys, time
    for i in range(20):
        time.sleep(0.1)
        print(f"epoch={i} loss={float(sys.argv[1]) + 1 / (i + 1)}")
"""


class Buffering(Attempts):
    def test_python_is_stopped_early_though_it_does_not_flush(self):
        self.run_program("b", SLOW, "-j", 2, "--scheduler", "asha:max_t=20,reduction_factor=2", samples=8)
        states = [each["state"] for each in self.lines("trials", "b")]
        self.assertIn("stopped", states)
        self.assertLess(len(self.results("b")), 8 * 20)

    def test_a_program_that_buffers_is_told_of_and_completes(self):
        script = textwrap.dedent(SLOW).replace(
            "import sys, time", "import sys, time\nsys.stdout = open(1, 'w', buffering=100_000)")
        self.run_program("b", script, "-j", 2, "--scheduler", "asha:max_t=20,reduction_factor=2", samples=4)
        self.assertEqual({each["state"] for each in self.lines("trials", "b")}, {"completed"})
        (note,) = self.events("b", "note")
        self.assertIn("buffered", note["text"])
        self.assertIn("--tty", note["text"])
        self.run_program("fifo", script)
        self.assertEqual(self.events("fifo", "note"), [])  # nothing would have been saved there

    def test_a_terminal(self):
        self.run_program("t", "import sys; print('loss=%d' % sys.stdout.isatty())", "--tty")
        self.assertEqual(self.results("t"), [{"loss": 1}])


class Understanding(Attempts):
    def test_it_is_in_the_log_once_and_holds_after_a_resume(self):
        process = self.start(
            "run", "--name", "u", "--min", "loss", "-n", 40, "-j", 2, "-p", "x=uniform(0, 1)", "--log", "none",
            "--", "sh", "-c", "echo loss={x}; sleep 0.2; echo loss=0{x}")
        self.wait_for_results("u", 3)
        process.kill()
        process.wait()
        self.succeed("resume", "u")
        self.assertEqual(len(self.events("u", "output_understood")), 1)
        replayed = self.succeed("replay", "u")
        self.assertIn("all are the same", replayed.stdout + replayed.stderr)
        self.assertNotIn("understood", self.succeed("export", "u", "--canonical").stdout)


class Files(Attempts):
    LIGHTNING = """
        import csv, os, sys, time
        path, rows, keys = os.environ["LUTHIER_TRIAL_DIR"] + "/logs/version_0/metrics.csv", [], []
        os.makedirs(os.path.dirname(path))
        def log(**row):
            rows.append(row)
            keys.extend(key for key in row if key not in keys)
            with open(path, "w", newline="") as file:
                out = csv.DictWriter(file, keys)
                out.writeheader()
                out.writerows(rows)
            time.sleep(float(sys.argv[1]))
        for epoch in range(3):
            log(epoch=epoch, train_loss=1 - epoch / 10)
            log(epoch=epoch, val_loss=0.9 - epoch / 5)
    """

    def test_a_csv_file_that_is_written_anew(self):
        for name, pause in (("at-once", 0), ("slowly", 0.7)):
            self.run_program(name, self.LIGHTNING, "--metric-file", "logs/**/*.csv", metric="val_loss",
                             words=(str(pause),))
            self.assertEqual([each["val_loss"] for each in self.results(name)], [0.9, 0.7, 0.5])
            self.assertEqual([each["train_loss"] for each in self.results(name)], [1, 0.9, 0.8])

    def test_hyperfine(self):
        self.run_program("h", """
            import json, os
            json.dump({"results": [{"command": "x", "mean": 0.25, "times": [0.2, 0.3]}]},
                      open(os.environ["LUTHIER_TRIAL_DIR"] + "/bench.json", "w"))
        """, "--metric-file", "*.json", metric="mean")
        self.assertEqual([each["mean"] for each in self.results("h")], [0.25])

    def test_a_pipe_is_not_waited_for(self):
        self.run_program("p", """
            import os
            os.mkfifo(os.environ["LUTHIER_TRIAL_DIR"] + "/metrics.csv")
            print("loss=1"); print("loss=1")
        """)
        self.assertEqual(len(self.results("p")), 2)

    def test_a_glob_that_leaves_the_directory_is_refused(self):
        for glob in ("/etc/*", "../*.csv", ""):
            done = self.run_program("g", "", "--metric-file", glob, code=2)
            self.assertIn("relative to the trial's directory", done.stderr)


class Measured(Attempts):
    def test_a_program_that_prints_nothing_is_tuned(self):
        self.run_program("w", "import sys, time; time.sleep(float(sys.argv[1]) / 4)", metric="wall_s", samples=4)
        trials = self.lines("trials", "w")
        self.assertTrue(all(each["best"] > 0 and each["iterations"] == 1 for each in trials))
        self.assertTrue(all(each["best"] >= each["config"]["x"] / 4 for each in trials))
        best = min(trials, key=lambda each: each["best"])
        self.assertEqual(self.lines("best", "w")[0]["trial"], best["trial"])
        self.assertNotIn("wall_s", self.succeed("export", "w", "--canonical").stdout)

    def test_the_program_s_own_time_is_within(self):
        self.run_program("spin", """
            import time
            begun = time.perf_counter()
            while time.perf_counter() < begun + 0.002: pass
            print("inner_s=%f" % (time.perf_counter() - begun))
        """, "--min", "inner_s", metric="wall_s", samples=20)
        for result in self.results("spin"):
            self.assertGreaterEqual(result["wall_s"], result["inner_s"])

    def test_measured_values_are_shown_and_are_no_metrics(self):
        self.run_program("m", "print('loss=1'); print('loss=1')")
        self.assertEqual(self.results("m"), [{"loss": 1}, {"loss": 1}])
        table = self.succeed("trials", "m", "--columns", "trial,wall_s,cpu_s,max_rss_bytes,exit_status").stdout
        self.assertRegex(table, r"0 +0\.\d+ +0\.\d+ +\d{7,} +0")
        self.assertRegex(self.succeed("explain", "m", 0).stdout, r"returned after 0\.\ds \(0\.\ds of CPU, peak memory \d+ MB\)")


class Outcomes(Attempts):
    def test_statuses_of_success(self):
        self.run_program("s", "print('loss=1'); raise SystemExit(10)", "--ok-status", "10,20")
        (trial,) = self.lines("trials", "s")
        self.assertEqual(trial["state"], "completed")
        self.assertIn("exit status 10", self.succeed("explain", "s", 0).stdout)
        done = self.run_program("f", "print('loss=1'); raise SystemExit(11)", "--ok-status", "10,20", code=1)
        self.assertIn("exited with status 11", done.stderr)
        self.run_program("n", "", "--ok-status", "10,x", code=2)

    def test_without_a_finite_objective_the_run_fails(self):
        done = self.run_program("n", "print('loss=nan'); print('loss=nan')", code=1)
        self.assertIn("no trial reported a finite 'loss'", done.stderr)

    def test_failures_are_shown_without_a_console(self):
        done = self.run_program("f", """
            import sys
            if float(sys.argv[1]) > 0.3: raise SystemExit(7)
            print("loss=1")
        """, samples=8)
        self.assertIn("exited with status 7", done.stderr)

    def test_the_advice_for_a_missing_metric_works(self):
        for metric in ("metrics/mAP50-95(B)", "valid_0's l2", "val acc", "2nd_loss", "größe", 'a"b'):
            with self.subTest(metric=metric):
                name = f"a{abs(hash(metric))}"
                done = self.run_program(name, "print('hello')", metric=metric, code=1)
                line = done.stderr.split("print a line like '", 1)[1].split("', or give", 1)[0]
                (self.home / "line").write_text(line)
                self.run_program(name + "-again", "print(open('line').read())", metric=metric)
                self.assertEqual([each[metric] for each in self.results(name + "-again")], [0.5])


class TimeAttr(Attempts):
    def test_schedulers_go_by_the_programs_counter(self):
        spec = json.loads(self.run_program("t", "", "--time-attr", "epoch", "--scheduler", "asha:max_t=9",
                                           "--dry-run").stdout)
        self.assertEqual(spec["time_attr"], "epoch")
        self.assertEqual(spec["scheduler"]["options"]["time_attr"], "epoch")
        spec = json.loads(self.run_program("t", "", "--time-attr", "epoch", "--scheduler",
                                           "asha:time_attr=step", "--dry-run").stdout)
        self.assertEqual(spec["scheduler"]["options"]["time_attr"], "step")
        spec = json.loads(self.run_program("t", "", "--time-attr", "epoch", "--dry-run").stdout)
        self.assertNotIn("time_attr", spec["scheduler"]["options"])

    def test_max_t_is_in_its_units(self):
        self.run_program("t", """
            import time
            for step in range(100):
                print(f"epoch={step // 4} loss={1 / (step + 1)}")
                time.sleep(0.02)
        """, "--time-attr", "epoch", "--scheduler", "asha:max_t=3")
        results = self.results("t")
        self.assertEqual(results[-1]["epoch"], 3)
        self.assertEqual(self.lines("trials", "t")[0]["state"], "completed")


class TomlOptions(Attempts):
    def test_every_option_has_a_key(self):
        (self.home / "t.toml").write_text(
            '[experiment]\nname = "t"\n[space]\nx = "uniform(0, 1)"\n[objective]\nmin = "loss"\n[execution]\n'
            'command = ["true"]\nmetric-file = ["a.csv", "b/*.json"]\ntime-attr = "epoch"\nok-status = [10, 20]\n'
            'tty = true\n')
        spec = json.loads(self.succeed("run", "t.toml", "--dry-run").stdout)
        self.assertEqual(spec["executor_options"],
                         {"metric_file": "a.csv\nb/*.json", "ok_status": "10,20", "tty": "true"})
        self.assertEqual(spec["time_attr"], "epoch")


if __name__ == "__main__":
    unittest.main()
