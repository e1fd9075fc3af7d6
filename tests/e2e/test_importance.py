"""`luthier importance` from outside: what counts, what is ranked, what is refused, and the same over HTTP."""

import json
import math
import pathlib
import random

from luthier_program import ProgramTest
from serve_test import ServeTest

TABLE = pathlib.Path(__file__).resolve().parents[2] / "benchmarks" / "data" / "lcbench.json"


class Importance(ProgramTest):
    def know(self, name, loss, *parameters, trials=200, mode="--min"):
        """An experiment that was told these trials, and ran one of its own."""
        rng = random.Random(7)
        draw = {"x": rng.random, "rate": lambda: 10 ** rng.uniform(-4, 0), "kind": lambda: rng.choice("abc"),
                "dead": lambda: rng.randint(1, 8)}
        lines = []
        for _ in range(trials):
            config = {each.split("=")[0]: draw[each.split("=")[0]]() for each in parameters}
            lines.append(json.dumps({"config": config, "metrics": {"loss": loss(config), "seconds": config.get("x", 0)}}))
        (self.home / "known.jsonl").write_text("\n".join(lines) + "\n")
        words = [word for each in parameters for word in ("-p", each)]
        self.succeed("run", "--name", name, mode, "loss", "-n", 1, "--searcher", "random", *words,
                     "--known", "known.jsonl", "--", "sh", "-c", "echo loss=0.5 seconds=0.5")

    def planted(self, name="planted", **options):
        self.know(name, lambda config: 3 * abs(math.log10(config["rate"]) + 2) + config["x"],
                  "x=uniform(0, 1)", "rate=loguniform(1e-4, 1)", "dead=randint(1, 9)", **options)

    def test_ranks_and_says_what_counts(self):
        self.planted()
        for method in ("fanova", "ped_anova"):
            (report,) = self.lines("importance", "planted", "--method", method)
            self.assertEqual([each["parameter"] for each in report["parameters"]], ["rate", "x", "dead"], method)
            for each in report["parameters"]:
                self.assertTrue(0 <= each["low"] <= each["share"] <= each["high"] <= 1, each)
                self.assertEqual(each["active"], 201)
            self.assertEqual((report["counted"], report["selected"], report["iteration"], report["reason"]), (201, 201, None, ""))
            self.assertRegex(report["parameters"][0]["good"], r"^0\.00\d+ to 0\.0\d+$")
            text = self.succeed("importance", "planted", "--method", method).stdout
            self.assertRegex(text, r"(?m)^rate +\d+\.\d% +#+ +\d+\.\d% to \d+\.\d% +0\.00")
            self.assertIn("201 of 201 trials count, by 'loss'.", text)

    def test_the_largest_are_the_best_of_a_metric_to_maximise(self):
        self.know("most", lambda config: {"a": 0, "b": 5, "c": 1}[config["kind"]] + config["x"],
                  "kind=choice('a', 'b', 'c')", "x=uniform(0, 1)", mode="--max")
        for method in ("fanova", "ped_anova"):
            (report,) = self.lines("importance", "most", "--method", method)
            good = {each["parameter"]: each["good"] for each in report["parameters"]}
            self.assertEqual((report["mode"], good["kind"]), ("max", "b"), method)
            self.assertRegex(good["x"], "^(from 0.*)?$")
            if method == "fanova":
                self.assertEqual(report["parameters"][0]["parameter"], "kind")

    def test_options(self):
        self.planted()
        (report,) = self.lines("importance", "planted", "--pairs", "--top", 2)
        self.assertEqual((len(report["parameters"]), len(report["pairs"])), (2, 2))
        (report,) = self.lines("importance", "planted", "--metric", "seconds")
        self.assertEqual(report["parameters"][0]["parameter"], "x")
        self.assertIn("lowest values", self.succeed("importance", "planted", "--metric", "seconds").stdout)
        (report,) = self.lines("importance", "planted", "--where", "x < 0.5")
        self.assertLess(report["selected"], 150)
        once, again, other = (self.succeed("importance", "planted", "--seed", seed, "--json").stdout for seed in (3, 3, 4))
        self.assertEqual(once, again)
        self.assertNotEqual(once, other)

    def test_what_is_refused(self):
        self.planted(trials=5)
        for words, said in ((("--metric", "los"), "did you mean 'loss'"), (("--method", "fanva"), "did you mean 'fanova'"),
                            (("--where", "rte < 1"), "did you mean 'rate'"), (("--top", "0"), "--top"),
                            (("--iteration", "x"), "--iteration"), (("--seed", "-1"), "--seed"),
                            (("--pairs", "--method", "ped_anova"), "only fanova")):
            self.assertIn(said, self.succeed("importance", "planted", *words, code=2).stderr)
        self.succeed("importance", "nothing", code=2)
        done = self.succeed("importance", "planted", code=1)
        self.assertIn("6 trials are too few", done.stderr)
        self.assertEqual(done.stdout, "")
        report = json.loads(self.succeed("importance", "planted", "--json", code=1).stdout)
        self.assertIn("too few", report["reason"])
        self.assertEqual(report["parameters"], [])

    def test_noise_is_not_ranked(self):
        rng = random.Random(3)
        self.know("noise", lambda config: rng.gauss(0, 1), "x=uniform(0, 1)", "rate=loguniform(1e-4, 1)")
        self.assertIn("too little to rank", self.succeed("importance", "noise", code=1).stderr)
        self.assertIn("too little to rank", self.succeed("importance", "noise", "--method", "ped_anova", code=1).stderr)

    def test_early_stopping_compares_trials_where_half_of_them_came(self):
        self.succeed("simulate", "--benchmark", TABLE, "--task", "3945", "-n", 120, "--workers", 8,
                     "--scheduler", "asha:max_t=50,grace_period=2", "--results", "luthier-results", "--name", "early")
        (line,) = [each["experiment"] for each in self.lines("ls")]
        states = [each["state"] for each in self.lines("trials", line)]
        self.assertGreater(states.count("stopped"), 60)
        reached = sorted((each["iterations"] for each in self.lines("trials", line)), reverse=True)
        done = self.luthier("importance", line, "--json")
        report = json.loads(done.stdout)
        self.assertEqual(report["iteration"], reached[(len(reached) - 1) // 2])
        self.assertEqual(report["counted"], sum(each >= report["iteration"] for each in reached))
        self.assertEqual(report["counted"] + sum(report["left_out"].values()), 120)
        report = json.loads(self.luthier("importance", line, "--iteration", 9, "--json").stdout)
        self.assertEqual(report["counted"], sum(each >= 9 for each in reached))


class OverHttp(ServeTest):
    know = Importance.know
    planted = Importance.planted

    def test_says_what_the_command_says(self):
        self.planted()
        self.serve()
        (report,) = self.lines("importance", "planted", "--method", "ped_anova", "--seed", 5, "--where", "x < 0.7")
        self.assertEqual(self.get("experiments/planted/importance", method="ped_anova", seed=5, filter="x < 0.7"), report)
        (report,) = self.lines("importance", "planted", "--pairs", "--top", 1, "--metric", "seconds")
        self.assertEqual(self.get("experiments/planted/importance", pairs=1, top=1, metric="seconds"), report)
        self.assertIn("too few", self.get("experiments/planted/importance", iteration=1)["reason"])
        for query in ("method=x", "metric=x", "filter=x+%3C", "iteration=0", "iteration=x", "pairs=2", "top=0", "seed=-1",
                      "unknown=1"):
            self.assertEqual(self.status("/api/v1/experiments/planted/importance?" + query), 400, query)
        self.assertEqual(self.status("/api/v1/experiments/other/importance"), 404)
