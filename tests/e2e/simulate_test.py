"""`luthier simulate` from outside: what it prints, what it keeps, and what it refuses."""

import json
import pathlib
import shutil
import time
import unittest

from luthier_program import ProgramTest, interrupt

TABLE = pathlib.Path(__file__).resolve().parents[2] / "benchmarks" / "data" / "lcbench.json"


class Simulate(ProgramTest):
    def simulate(self, *words, **options):
        return self.succeed("simulate", *words, **options)

    def keep(self, *words):
        self.simulate("--benchmark", TABLE, "--task", "3945", "--workers", 8, "-n", 60, "--scheduler",
                      "asha:max_t=50", "--results", "kept", "--name", "s", *words)

    def test_one_line_a_seed(self):
        lines = [json.loads(line) for line in self.simulate(
            "--benchmark", "bbob:function=3,dimension=5,instance=71", "-n", 30, "-w", 4, "--seed", 5,
            "--seeds", 3, "--json").stdout.splitlines()]
        self.assertEqual([line["seed"] for line in lines], [5, 6, 7])
        for line in lines:
            self.assertEqual((line["schema"], line["workers"], line["optimum"]), (1, 4, -39.3))
            self.assertEqual((line["scheduler"], line["searcher"]), ("fifo", "random"))
            self.assertEqual(line["curve"][-1][:3], [8, 30, 30])
            self.assertEqual(line["benchmark"], "bbob:function=3,dimension=5,instance=71")
            self.assertNotIn("task", line)
            best = [point[3] for point in line["curve"]]
            self.assertEqual(best, sorted(best, reverse=True))
        self.assertFalse((self.home / "luthier-results").exists())

    def test_the_same_seed_gives_the_same_line(self):
        words = ["--benchmark", TABLE, "--task", "7593", "-n", 50, "-w", 8, "--scheduler", "hyperband:max_t=27",
                 "--searcher", "tpe", "--straggler", "0.2:4", "--failure-rate", "0.01", "--retries", 1, "--nodes", 2,
                 "--node-loss-every", "10m", "--start-latency", "5s", "--report-latency", "0.1s", "--json"]
        self.assertEqual(self.simulate(*words).stdout, self.simulate(*words).stdout)

    def test_several_objectives_have_a_front_and_a_hypervolume(self):
        words = ["--benchmark", "zdt:function=1,dimension=3", "--searcher", "nsga2", "-n", 60, "--seed", 2]
        line = json.loads(self.simulate(*words, "--json").stdout)
        self.assertEqual(line["objectives"], [{"metric": "f1", "mode": "min"}, {"metric": "f2", "mode": "min"}])
        front = sorted(line["front"])
        self.assertEqual(front, sorted(front, key=lambda values: -values[1]))
        area, ceiling = 0, 11
        for first, second in front:
            area += (11 - first) * (ceiling - second)
            ceiling = second
        self.assertAlmostEqual(line["hypervolume"], area, 6)
        self.assertRegex(self.simulate(*words).stdout, rf"f1 .*, {len(front)} trials? in the Pareto front, hypervolume ")
        turned = json.loads(self.simulate(*words, "--min", "f2", "--max", "f1", "--json").stdout)
        self.assertNotIn("hypervolume", turned)

    def test_decisions_about_several_objectives_replay(self):
        for scheduler in ("asha:max_t=50", "asha:max_t=50,mode=promote", "hyperband:max_t=50", "median_stopping"):
            for searcher in ("tpe", "nsga2"):
                name = f"{scheduler[:4]}{len(scheduler)}-{searcher}"
                self.simulate("--benchmark", TABLE, "--task", "3945", "--workers", 4, "-n", 40, "--scheduler", scheduler,
                              "--searcher", searcher, "--results", "kept", "--name", name, "--failure-rate", "0.002",
                              "--max", "val_accuracy", "--min", "time_s")
                (replayed,) = self.lines("replay", name + "-0", "--results", "kept")
                self.assertEqual(replayed["differences"], 0, name)
                self.assertGreater(replayed["decisions"], 40)

    def test_two_metrics_can_both_be_minimised(self):
        line = json.loads(self.simulate("--benchmark", TABLE, "--task", "3945", "-n", 5, "--min", "val_cross_entropy", "--min",
                                        "time_s", "--json").stdout)
        self.assertEqual(line["objectives"], [{"metric": "val_cross_entropy", "mode": "min"}, {"metric": "time_s", "mode": "min"}])
        self.assertTrue(line["front"])

    def test_decisions_of_searchers_around_searchers_replay(self):
        for scheduler in ("fifo", "asha:max_t=50", "asha:max_t=50,mode=promote", "hyperband:max_t=50", "pbt"):
            for inside in ("bohb", "dehb", "auto", 'concurrency_limit:most=3,searcher="tpe:startup_trials=4"'):
                name = f"{scheduler[:4]}{len(scheduler)}-{inside[:4]}"
                searcher = f"repeat:times=2,searcher={json.dumps(inside)}"
                self.simulate("--benchmark", TABLE, "--task", "3945", "--workers", 4, "-n", 40, "--scheduler", scheduler,
                              "--searcher", searcher, "--results", "kept", "--name", name, "--failure-rate", "0.002")
                (replayed,) = self.lines("replay", name + "-0", "--results", "kept")
                self.assertEqual(replayed["differences"], 0, name)
                self.assertGreaterEqual(replayed["suggestions"], 40)
                trials = self.lines("trials", name + "-0", "--results", "kept")
                if scheduler != "pbt":  # which changes configurations
                    self.assertEqual([each["config"] for each in trials[0::2]], [each["config"] for each in trials[1::2]])
                self.assertEqual(len({json.dumps(each["config"]) for each in trials[0::2]}), 20)
        self.assertIn("proposed by repeat: repeat 2 of 2 of trial 6",
                      self.succeed("explain", "fifo4-bohb-0", 7, "--results", "kept").stdout)

    def test_a_wrapper_is_checked_like_what_it_is_around(self):
        words = ["simulate", "--benchmark", "zdt:function=1,dimension=3", "-n", 4, "--searcher"]
        for searcher, said in [
                ("repeat:searcher=tppe", "no searcher 'tppe'; did you mean 'tpe'?"),
                ("repeat:searcher=cmaes", "searcher 'cmaes' handles one objective"),
                ('repeat:searcher="tpe:candidates=0"', "option candidates of searcher 'tpe' is 0"),
                ("repeat:searcher=3", "option searcher of searcher 'repeat' is 3; it must be text"),
                ("repeat:searcher=':'", "option 'searcher' of searcher 'repeat': at position 1 of"),
                ("concurrency_limit:most=0", "option most of searcher 'concurrency_limit' is 0; it must be at least 1")]:
            done = self.luthier(*words, searcher)
            self.assertEqual(done.returncode, 2, searcher)
            self.assertIn(said, done.stderr, searcher)
        deep = "tpe"
        for _ in range(6):
            deep = f"repeat:searcher={json.dumps(deep)}"
        self.assertIn("more than 6 searchers are inside one another", self.luthier(*words, deep).stderr)

    def test_every_command_works_on_what_is_kept(self):
        self.keep("--log", "csv,json,tensorboard")
        kept = ["--results", "kept"]
        self.assertIn("finished", self.succeed("ls", *kept).stdout)
        self.assertRegex(self.succeed("show", "s-0", *kept).stdout,
                         r"executor    simulated\n            benchmark=.*lcbench.json\n            task=3945\n"
                         r"            workers=8\n")
        (shown,) = self.lines("show", "s-0", *kept)
        self.assertEqual((shown["executor"], shown["executor_options"]["workers"]), ("simulated", "8"))
        self.assertEqual(len(self.lines("trials", "s-0", *kept)), 60)
        self.assertIn("proposed by random", self.succeed("explain", "s-0", 3, *kept).stdout)
        (replayed,) = self.lines("replay", "s-0", *kept)
        self.assertEqual((replayed["differences"], replayed["suggestions"]), (0, 60))
        self.assertIn("val_accuracy", self.succeed("export", "s-0", *kept).stdout)
        self.succeed("export", "s-0", "--format", "tensorboard", "-o", "board", *kept)
        self.assertTrue(list((self.home / "board").rglob("events.out.tfevents*")))
        for name in ("progress.csv", "result.json"):
            self.assertTrue((self.home / "kept" / "s-0" / "trials" / "00000" / name).exists())
        self.succeed("extend", "s-0", "-n", 10, *kept)
        (replayed,) = self.lines("replay", "s-0", *kept)
        self.assertEqual((replayed["differences"], replayed["suggestions"]), (0, 70))

    def test_an_interrupted_one_goes_on(self):
        process = self.start("simulate", "--benchmark", TABLE, "--task", "3945", "-n", 3000, "-w", 64,
                             "--results", "kept", "--name", "long")
        self.wait_until(lambda: (self.home / "kept" / "long-0" / "experiment.db").exists(), "the first commit")
        time.sleep(0.3)
        interrupt(process)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertIn("interrupted", self.succeed("ls", "--results", "kept").stdout)
        self.succeed("resume", "long-0", "--results", "kept", timeout=120)
        self.assertIn("finished", self.succeed("ls", "--results", "kept").stdout)

    def test_a_running_one_takes_no_requests(self):
        process = self.start("simulate", "--benchmark", "bbob:function=1", "-n", 10_000_000, "-w", 10,
                             "--results", "kept", "--name", "long")
        self.wait_until(lambda: (self.home / "kept" / "long-0" / "experiment.db").exists(), "the first commit")
        time.sleep(0.3)
        told = self.luthier("stop", "long-0", "--results", "kept")
        self.assertEqual(told.returncode, 3)
        self.assertIn(f"a running simulation takes no requests; end it with Ctrl-C or kill -INT {process.pid}",
                      told.stderr)
        process.kill()
        process.communicate()
        before = self.lines("show", "long-0", "--results", "kept")[0]["elapsed_s"]
        self.succeed("stop", "long-0", "--results", "kept")
        (after,) = self.lines("show", "long-0", "--results", "kept")
        self.assertEqual((after["state"], after["elapsed_s"]), ("finished", before))

    def refused(self, *words):
        done = self.luthier("simulate", *words)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertFalse((self.home / "kept").exists())
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return done.stderr

    def test_what_can_not_be_is_one_sentence(self):
        bbob = ["--benchmark", "bbob:function=1", "-n", 3, "--results", "kept"]
        for words, sentence in [
            (["-n", 3], "nothing to simulate; name a benchmark"),
            (["--benchmark", "bobb:function=1", "-n", 3], "did you mean 'bbob'?"),
            (["--benchmark", "bbob:function=25", "-n", 3], "at most 24"),
            (["--benchmark", "bbob:function=1,instance=0", "-n", 3], "at least 1"),
            (["--benchmark", "bbob:function=1,instances=2", "-n", 3], "'instances'"),
            (["--benchmark", "conditional:function=7", "-n", 3], "at most 6"),
            (["--benchmark", "mixed:function=0", "-n", 3], "at least 1"),
            (["--benchmark", "nowhere.json", "-n", 3], "No such file"),
            (["--benchmark", TABLE, "-n", 3], "choose one with --task"),
            (["--benchmark", TABLE, "--task", "394", "-n", 3], "did you mean '3945'?"),
            (["--benchmark", TABLE, "--task", "3945", "--min", "los", "-n", 3], "no metric of lcbench called 'los'"),
            (["--benchmark", "bbob:function=1"], "nothing ends the simulation"),
            ([*bbob, "--task", "x"], "has no tasks; drop --task x"),
            ([*bbob, "--store", "memory"], "drop one of them"),
            ([*bbob, "--min", "value", "--max", "other"], "no metric of bbob:function=1,dimension=5,instance=1 called 'other'"),
            ([*bbob, "--workers", 0], "--workers is '0'"),
            ([*bbob, "--straggler", "2:3"], "--straggler is '2:3'"),
            ([*bbob, "--failure-rate", "2"], "--failure-rate is '2'"),
            ([*bbob, "--nodes", 2], "add --node-loss-every"),
            ([*bbob, "--workers", 2, "--nodes", 4, "--node-loss-every", "1m"], "it must be from 1 to the number of workers"),
            ([*bbob, "--log", "console"], "no logger of simulations called 'console'"),
            ([*bbob, "--scheduler", "ahsa"], "did you mean 'asha'?"),
            ([*bbob, "--name", "../outside"], "experiment name \"../outside-0\" can't be the name of a directory"),
            ([*bbob, "--name", "a <b>"], "can't be the name of a directory"),
            ([*bbob, "--tag", "optimum=3"], "the tag 'optimum' is set by the benchmark (79.48)"),
        ]:
            with self.subTest(words=words):
                self.assertIn(sentence, self.refused(*words))

    def test_the_last_of_a_tag_counts(self):
        self.keep("--tag", "model=a", "--tag", "model=b")
        tags = [line for line in self.succeed("show", "s-0", "--results", "kept").stdout.splitlines() if "model=" in line]
        self.assertEqual([line.split()[-1] for line in tags], ["model=b"])

    def test_without_a_finite_value_it_says_why(self):
        done = self.luthier("simulate", "--benchmark", "bbob:function=1", "-n", 3, "--searcher", "grid")
        self.assertEqual(done.returncode, 1)
        self.assertIn("seed 0: no trial reported a finite 'value'; searcher 'grid' can't enumerate", done.stderr)

    def test_an_optimum_that_is_none_is_named(self):
        curves = {"name": "valley", "space": {"parameters": {"x": "uniform(0, 1)"}}, "iterations": 1,
                  "curves": {"loss": "x"}, "objective": {"metric": "loss", "mode": "min"}, "optimum": 2}
        (self.home / "valley.json").write_text(json.dumps(curves))
        done = self.simulate("--benchmark", "valley.json", "-n", 5)
        self.assertRegex(done.stderr, r"the optimum 2 is none: seed 0 found 0\.\d+; correct 'optimum'")

    def test_fewer_trials_than_asked_for_have_a_reason(self):
        curves = {"name": "few", "space": {"parameters": {"x": "choice(1, 2, 3)"}}, "iterations": 1,
                  "curves": {"loss": "x"}, "objective": {"metric": "loss", "mode": "min"}}
        (self.home / "few.json").write_text(json.dumps(curves))
        done = self.simulate("--benchmark", "few.json", "-n", 5)
        self.assertIn("seed 0: all 3 different configurations of the space were tried", done.stderr)

    def test_people_read_six_digits(self):
        words = ["--benchmark", "bbob:function=3", "-n", 10]
        best = json.loads(self.simulate(*words, "--json").stdout)["curve"][-1][-1]
        self.assertIn(f"seed 0: value {best:.6g}, regret ", self.simulate(*words).stdout)

    def test_its_age_is_real_time(self):
        self.keep()
        (line,) = [json.loads(line) for line in self.succeed("ls", "--results", "kept", "--json").stdout.splitlines()]
        self.assertLess(line["age_s"], 600)

    def test_a_taken_name_is_refused_before_anything_runs(self):
        self.keep("--seed", 2)
        done = self.luthier("simulate", "--benchmark", "bbob:function=1", "-n", 3, "--results", "kept", "--name", "s",
                            "--seeds", 3)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("there is an experiment 's-2' in kept", done.stderr)
        self.assertFalse((self.home / "kept" / "s-0").exists())

    def test_a_damaged_table(self):
        for ending in (".json", ".bin", "_parameters.csv"):
            shutil.copy(TABLE.with_name("lcbench" + ending), self.home / ("own" + ending))
        words = ["--benchmark", "own.json", "--task", "3945", "-n", 3]
        self.simulate(*words)
        with open(self.home / "own.bin", "r+b") as file:
            file.truncate(2_999_999)
        self.assertIn("own.bin has 2999999 bytes", self.refused(*words))
        (self.home / "own.bin").unlink()
        self.assertIn("own.bin: No such file", self.refused(*words))


if __name__ == "__main__":
    unittest.main()
