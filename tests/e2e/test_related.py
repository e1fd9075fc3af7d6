"""Results of related tasks, and experiments whose space changes: from the command line, after a kill, without the others."""

import json
import os
import shutil
import signal
import sys
import unittest

from luthier_program import ProgramTest

TRAIN = "import sys\nlr, kind = float(sys.argv[1]), sys.argv[2]\nprint('loss=%r' % ((lr - 0.3) ** 2 + (kind != 'b')))\n"
SLOW = "import sys, time\ntime.sleep(0.1)\nlr = float(sys.argv[1])\nprint('loss=%r' % ((lr - 0.3) ** 2))\n"


class Tuned(ProgramTest):
    def program(self, text=TRAIN):
        (self.home / "program.py").write_text(text)
        return [sys.executable, "program.py"]

    def tune(self, name, *options, space=("lr=uniform(0, 1)", "kind=choice(a, b)"), code=0):
        words = [word for each in space for word in ("-p", each)]
        return self.succeed("run", "--name", name, "--min", "loss", "-j", "1", *words, *options, "--", *self.program(),
                            "{lr}", "{kind}", code=code)

    def configs(self, name):
        return [trial["config"] for trial in self.lines("trials", name)]

    def same(self, name):
        self.assertEqual(self.lines("replay", name)[0]["differences"], 0)


class RelatedTest(Tuned):
    def test_a_related_experiment_over_another_space_is_used_and_may_be_gone(self):
        self.tune("first", "-n", "20", "--searcher", "tpe")
        best = self.lines("best", "first")[0]["config"]
        space = ["lr=loguniform(0.01, 1)", "kind=choice(b, c)", "depth=randint(1, 4)"]
        self.tune("second", "-n", "8", "--searcher", "tpe", "--related", "first", space=space)
        trials = self.lines("trials", "second")
        self.assertEqual(len(trials), 8)
        self.assertAlmostEqual(trials[0]["config"]["lr"], best["lr"], 12)
        told = self.succeed("explain", "second", "0").stdout
        self.assertIn("the best configuration of the related task first, as far as it fits", told)
        self.assertIn("first, 20 results", self.succeed("show", "second").stdout)
        self.assertEqual(self.lines("show", "second")[0]["related"], ["first"])
        shutil.rmtree(self.home / "luthier-results" / "first")
        self.same("second")
        self.succeed("extend", "second", "-n", "4", "-j", "1")
        self.same("second")
        self.assertEqual(len(self.configs("second")), 12)

    def test_files_and_toml_say_the_same(self):
        self.tune("first", "-n", "12", "--searcher", "tpe")
        (self.home / "first.jsonl").write_text(self.succeed("trials", "first", "--json").stdout)
        (self.home / "first.csv").write_text(self.succeed("export", "first", "--format", "csv").stdout)
        configs = []
        for i, related in enumerate(("first", "first.jsonl", "first.csv", "luthier-results/first")):
            self.tune(f"told-{i}", "-n", "8", "--searcher", "tpe", "--related", related)
            configs.append(self.configs(f"told-{i}"))
        self.assertEqual(configs, [configs[0]] * 4)
        (self.home / "tune.toml").write_text(
            'related = ["first"]\n[experiment]\nname = "toml"\n[space]\nlr = "uniform(0, 1)"\nkind = ["a", "b"]\n'
            '[objective]\nmin = "loss"\n[budget]\nsamples = 8\njobs = 1\n[algorithms]\nsearcher = "tpe"\n[execution]\n'
            f'command = {json.dumps([*self.program(), "{lr}", "{kind}"])}\n')
        self.succeed("run", "tune.toml")
        self.assertEqual(self.configs("toml"), configs[0])
        self.tune("untold", "-n", "8", "--searcher", "tpe")
        self.assertNotEqual(self.configs("untold"), configs[0])

    def test_a_killed_run_goes_on_without_the_other_experiment(self):
        self.tune("first", "-n", "10", "--searcher", "tpe")
        self.program(SLOW)
        words = ["run", "--name", "killed", "--min", "loss", "-n", "14", "-j", "1", "-p", "lr=uniform(0, 1)", "--searcher", "gp",
                 "--related", "first", "--", sys.executable, "program.py", "{lr}"]
        process = self.start(*words)
        self.wait_for_results("killed", 4)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(self.home / "luthier-results" / "first")
        self.succeed("resume", "killed", "-j", "1")
        self.assertEqual(len(self.configs("killed")), 14)
        self.same("killed")

    def test_what_is_not_related_is_refused(self):
        self.tune("first", "-n", "3")
        refused = self.tune("none", "--related", "nothing", code=2).stderr
        self.assertIn("there is no file 'nothing'", refused)
        (self.home / "other.jsonl").write_text('{"config": {"lr": 0.1}, "metrics": {"accuracy": 0.5}}\n')
        self.assertIn("'loss'", self.tune("none", "--related", "other.jsonl", code=2).stderr)
        (self.home / "other.jsonl").write_text('{"config": {"depth": 3}, "metrics": {"loss": 0.5}}\n')
        self.assertIn("shares no parameter with this space", self.tune("none", "--related", "other.jsonl", code=2).stderr)
        refused = self.tune("none", "--related", "first", "--searcher", "cmaes", code=2).stderr
        self.assertIn("searcher 'cmaes' does not use related tasks", refused)
        self.assertFalse((self.home / "luthier-results" / "none").exists())


class AnotherSpaceTest(Tuned):
    def test_ranges_and_choices_change_and_the_history_stays(self):
        for searcher in ("auto", "tpe", "gp", "bohb", "random", "sobol"):
            name = "e-" + searcher
            self.tune(name, "-n", "8", "--searcher", searcher, space=["lr=uniform(0.5, 1)", "kind=choice(a)"])
            before = self.configs(name)
            self.succeed("extend", name, "-n", "10", "-j", "1", "-p", "lr=uniform(0, 0.6)", "-p", "kind=choice(a, b)")
            self.assertEqual(self.configs(name)[:8], before)
            later = self.configs(name)[8:]
            self.assertEqual(len(later), 10)
            self.assertTrue(all(config["lr"] < 0.6 for config in later), later)
            self.assertIn("b", {config["kind"] for config in later})
            self.same(name)
            shown = self.lines("show", name)[0]["space"]["parameters"]
            self.assertEqual(shown, {"lr": "uniform(0, 0.6)", "kind": 'choice("a", "b")'})
            self.succeed("extend", name, "-n", "2", "-j", "1")
            self.assertTrue(all(config["lr"] < 0.6 for config in self.configs(name)[18:]))
            self.succeed("extend", name, "-n", "2", "-j", "1", "-p", "lr=uniform(0.9, 1)")
            self.assertTrue(all(config["lr"] >= 0.9 for config in self.configs(name)[20:]))
            self.same(name)
            self.succeed("doctor", name)
            for words in (["best"], ["importance"], ["explain", name, "19"], ["export", name, "--format", "csv"]):
                self.succeed(words[0], *(words[1:] or [name]))

    def test_a_finite_space_that_was_exhausted_goes_on(self):
        self.tune("small", "-n", "0", space=["lr=choice(0.1, 0.2)", "kind=choice(a)"])
        self.assertEqual(len(self.configs("small")), 2)
        self.succeed("extend", "small", "-j", "1", "-p", "lr=choice(0.1, 0.2, 0.3)")
        self.assertEqual([config["lr"] for config in self.configs("small")][2:], [0.3])
        self.same("small")

    def test_a_retried_trial_outside_the_new_space_harms_nobody(self):
        (self.home / "fails.py").write_text(
            "import os, sys\nif os.environ['LUTHIER_TRIAL_ID'] == '0' and not os.path.exists('mended'): sys.exit(3)\n"
            "for i in range(3): print('loss=' + sys.argv[1])\n")
        for i, searcher in enumerate(("auto", "gp", "tpe", "bohb", "cmaes", "nsga2", "dehb", "repeat:times=2,searcher=random")):
            with self.subTest(searcher):
                name = f"e{i}"
                if (self.home / "mended").exists():
                    (self.home / "mended").unlink()
                words = [word for each in "xabc" for word in ("-p", f"{each}=uniform(0, 1)")]
                self.succeed("run", "--name", name, "--min", "loss", "-j", "1", "-n", "14", "--searcher", searcher, *words,
                             "--", sys.executable, "fails.py", "{x}")
                outside = self.configs(name)[0]["x"]
                self.succeed("extend", name, "-j", "1", "-n", "4", "-p", f"x=uniform({outside + 0.01}, 1)")
                (self.home / "mended").touch()
                self.succeed("retry", name, "-j", "1")
                self.succeed("extend", name, "-j", "1", "-n", "4")
                self.assertEqual({trial["state"] for trial in self.lines("trials", name)}, {"completed"})
                self.same(name)

    def test_the_space_of_a_simulation_is_its_benchmarks(self):
        self.succeed("simulate", "--benchmark", "bbob:function=1,dimension=2", "-n", "4", "--results", "luthier-results",
                     "--name", "sim")
        refused = self.succeed("extend", "sim-0", "-n", "3", "-p", "x0=choice(a, b)", code=2)
        self.assertIn("whose space is that of its benchmark", refused.stderr)

    def test_a_condition_stays(self):
        self.tune("cond", "-n", "6", space=["kind=choice(a, b)", "lr=uniform(0, 1)", "m=uniform(0, 1) if kind == 'b'"])
        self.succeed("extend", "cond", "-n", "10", "-j", "1", "-p", "m=uniform(2, 3)")
        for config in self.configs("cond")[6:]:
            self.assertEqual("m" in config, config["kind"] == "b")
            self.assertGreaterEqual(config.get("m", 2), 2)
        self.same("cond")

    def test_what_can_not_change_is_refused(self):
        self.tune("e", "-n", "2")
        before = self.succeed("export", "e", "--format", "jsonl").stdout
        for words, said in (
                (["-p", "rate=uniform(0, 1)"], "no parameter 'rate'"),
                (["-p", "lr=grid(0.1, 0.2)"], "grid"),
                (["-p", "lr=uniform(1, 0)"], "lr"),
                ([], "nothing to extend by")):
            refused = self.luthier("extend", "e", "-j", "1", *words)
            self.assertEqual(refused.returncode, 2, refused)
            self.assertIn(said, refused.stderr)
        self.assertEqual(self.succeed("export", "e", "--format", "jsonl").stdout, before)
        self.tune("population", "-n", "2", "--scheduler", "pbt")
        refused = self.luthier("extend", "population", "-n", "1", "-p", "lr=uniform(0, 2)")
        self.assertIn("scheduler 'pbt' changes parameters", refused.stderr)

    def test_a_running_experiment_refuses_and_says_what_to_type(self):
        self.program("import sys, time\ntime.sleep(float(sys.argv[1]) * 0 + 30)\nprint('loss=1')\n")
        process = self.start("run", "--name", "busy", "--min", "loss", "-n", "2", "-j", "1", "-p", "lr=uniform(0, 1)", "--",
                             sys.executable, "program.py", "{lr}")
        self.wait_until(lambda: '"running": 1' in self.luthier("ls", "--json").stdout, "a running trial")
        refused = self.luthier("extend", "busy", "-n", "1", "-p", "lr=uniform(0, 2)")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("end it with `luthier stop busy`", refused.stderr)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        refused = self.luthier("extend", "busy", "-n", "1", "-p", "lr=uniform(0, 2)")
        self.assertIn("`luthier resume busy`", refused.stderr)


if __name__ == "__main__":
    unittest.main()
