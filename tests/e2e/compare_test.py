"""`luthier compare` and bundles from outside, with experiments that the program itself makes."""

import gzip
import hashlib
import io
import json
import os
import sys
import tarfile
import unittest

from luthier_program import ProgramTest

# Reports at once, whatever the machine does: loss and its size come from the arguments.
STEPS = """
import sys
x, offset = float(sys.argv[1]), float(sys.argv[2])
for step in range(1, 6):
    print(f"loss={offset + (x - 0.3) ** 2 + 1 / step}", flush=True)
"""


class Comparing(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.home / "steps.py").write_text(STEPS)

    def experiment(self, name, seed, offset=0, tags=(), mode="--min"):
        words = ["run", "--name", name, mode, "loss", "-n", 3, "-j", 1, "--seed", seed, "-q",
                 "-p", "x=uniform(0, 1)", "--searcher", "random", "--log", "none", "--tag", f"kind={'good' if offset == 0 else 'poor'}"]
        for tag in tags:
            words += ["--tag", tag]
        self.succeed(*words, "--", sys.executable, "steps.py", "{x}", offset)

    def groups(self, seeds, **options):
        for seed in range(seeds):
            self.experiment(f"good-{seed}", seed, 0, **options)
            self.experiment(f"poor-{seed}", seed, 0.5, **options)

    def compare(self, *words, code=0):
        return self.succeed("compare", *words, code=code)

    def test_which_is_better(self):
        self.groups(6)
        done = self.compare("--by", "kind")
        self.assertIn("good is better", done.stdout)
        self.assertIn("a good\n", done.stdout)
        self.assertNotIn("\x1b", done.stdout)
        (report,) = self.lines("compare", "--by", "kind")
        self.assertEqual([group["group"] for group in report["groups"]], ["good", "poor"])
        (pair,) = report["pairs"]
        self.assertEqual((pair["pairs"], pair["wins"], pair["better"]), (6, 6, "good"))
        self.assertEqual(pair["p"], 2 / 2**6)
        self.assertAlmostEqual(pair["effect"]["centre"], -0.5)
        best = [self.lines("best", f"good-{seed}")[0]["best"] for seed in range(6)]
        self.assertEqual(sorted(report["groups"][0]["finals"]), sorted(best))

    def test_budget_axis_and_files(self):
        self.groups(2)
        self.compare("--by", "kind", "--at", "resource=7", "--axis", "resource",
                     "--csv", "out.csv")
        (report,) = self.lines("compare", "--by", "kind", "--at", "resource=7")
        self.assertEqual([group["resource"] for group in report["groups"]], [7, 7])
        self.assertEqual((self.home / "out.csv").read_text().splitlines()[0],
                         "axis,at,group,centre,quartile_1,quartile_3,low,high")
        self.assertIn("exists; name a new file",
                      self.compare("--by", "kind", "--csv", "out.csv", code=2).stderr)

    def test_an_experiment_counts_once_however_it_is_named(self):
        self.experiment("a", 0)
        words = ["a", "luthier-results/a", "./luthier-results/a", self.home / "luthier-results" / "a"]
        (group,) = json.loads(self.compare(*words, "--json").stdout)["groups"]
        self.assertEqual(group["experiments"], ["a"])

    def test_what_can_not_be_compared(self):
        self.experiment("a", 0)
        self.experiment("b", 1, mode="--max")
        self.assertIn("nothing to compare", self.compare(code=2).stderr)
        self.assertIn("did you mean 'a'", self.compare("aa", code=2).stderr)
        self.assertIn("have different objectives", self.compare("a", "b", code=2).stderr)
        self.assertIn("has no tag 'model'", self.compare("a", "--by", "model", code=2).stderr)
        self.assertIn("--at", self.compare("a", "--at", "tme=5", code=2).stderr)
        self.assertIn("it must be above 0", self.compare("a", "--at", "time=0", code=2).stderr)
        self.assertIn("finite number", self.compare("a", "--optimum", "x", code=2).stderr)
        self.assertIn("the optimum 5 is none", self.compare("a", "--optimum", 5, code=2).stderr)
        self.assertIn("no experiments in elsewhere",
                      self.compare("--by", "kind", "--results", "elsewhere", code=2).stderr)
        alone = self.compare("a")
        self.assertIn("too few seeds", alone.stderr)


class Simulated(ProgramTest):
    def simulate(self, searcher, function, seeds):
        self.succeed("simulate", "--benchmark", f"bbob:function={function},dimension=2",
                     "--searcher", searcher, "-n", 20, "--seeds", seeds, "--results", "sim")

    def test_optima_are_known_and_tasks_are_put_together(self):
        for searcher in ("random", "tpe"):
            self.simulate(searcher, 1, 4)
        (report,) = self.lines("compare", "--by", "searcher", "--results", "sim")
        self.assertEqual((report["measure"], report["blocks"]), ("regret", 4))
        for group in report["groups"]:
            self.assertEqual((group["trials"], group["time_s"], group["resource"]), (20, 20, 20))
            self.assertGreaterEqual(min(group["finals"]), 0)
        for searcher in ("random", "tpe"):
            self.simulate(searcher, 3, 4)
        (report,) = self.lines("compare", "--by", "searcher", "--results", "sim")
        self.assertEqual((report["measure"], report["blocks"]), ("relative_regret", 8))
        self.assertEqual(len(report["tasks"]), 2)

    def test_curves_are_those_that_simulate_prints(self):
        done = self.succeed("simulate", "--benchmark", "bbob:function=3,dimension=2", "-n", 30,
                            "--workers", 4, "--results", "sim", "--name", "s", "--json")
        simulated = json.loads(done.stdout)
        (report,) = self.lines("compare", "s-0", "--results", "sim")
        regret = dict((step[0], step[1]) for step in report["groups"][0]["curves"]["resource"])
        for _, _, resource, best in simulated["curve"]:
            self.assertAlmostEqual(regret[resource], best - simulated["optimum"])

    def test_a_rerun_has_no_differences(self):
        self.succeed("simulate", "--benchmark", "bbob:function=3,dimension=2", "-n", 40,
                     "--workers", 8, "--searcher", "tpe", "--results", "sim", "--name", "s")
        self.succeed("export", "s-0", "--results", "sim", "--bundle", "s.bundle")
        (report,) = self.lines("run", "--from", "s.bundle", "--results", "elsewhere")
        self.assertEqual((report["trials"], report["differences"]), (40, 0))
        self.assertIn("--jobs is for programs, and 's-0' was simulated with 8 workers",
                      self.succeed("run", "--from", "s.bundle", "--jobs", 2, code=2).stderr)

    def test_a_bundle_made_elsewhere_can_not_know_its_table(self):
        curves = {"name": "valley", "space": {"parameters": {"x": "uniform(0, 1)"}}, "iterations": 3,
                  "curves": {"loss": "x + 1 / training_iteration"},
                  "objective": {"metric": "loss", "mode": "min"}}
        (self.home / "valley.json").write_text(json.dumps(curves))
        self.succeed("simulate", "--benchmark", "valley.json", "-n", 5, "--results", "sim", "--name", "s")
        (self.home / "valley.json").rename(self.home / "moved.json")
        packed = self.succeed("export", "s-0", "--results", "sim", "--bundle", "s.bundle")
        self.assertIn("there is no valley.json here", packed.stderr)
        self.assertIn("resume it in the directory where it was simulated",
                      self.succeed("extend", "s-0", "--results", "sim", "-n", 2, code=2).stderr)
        done = self.succeed("run", "--from", "s.bundle", "--benchmark", "moved.json")
        self.assertIn("made where there was no valley.json, so a changed one is not noticed", done.stderr)
        self.assertIn("all are the same", done.stdout)


class Bundles(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.home / "steps.py").write_text(STEPS)
        self.succeed("run", "--name", "first", "--min", "loss", "-n", 6, "-j", 1, "--seed", 3,
                     "-p", "x=uniform(0, 1)", "--searcher", "tpe", "--scheduler",
                     "median_stopping", "--log", "none", "--grace", 1, "--", sys.executable,
                     "steps.py", "{x}", 0)
        self.packed = self.succeed("export", "first", "--bundle", "first.bundle")

    def test_a_rerun_is_the_same(self):
        self.assertIn("steps.py", self.packed.stderr)
        done = self.succeed("run", "--from", "first.bundle")
        self.assertIn("all are the same", done.stdout)
        (report,) = self.lines("run", "--from", "first.bundle", "--name", "third")
        self.assertEqual((report["differences"], report["trials"]), (0, 6))
        self.assertEqual(self.succeed("export", "third", "--canonical").stdout,
                         self.succeed("export", "first", "--canonical").stdout)

    def test_another_program_differs(self):
        (self.home / "steps.py").write_text(STEPS.replace("0.3", "0.3001"))
        done = self.succeed("run", "--from", "first.bundle", code=1)
        self.assertIn("first difference: trial 0, iteration 1", done.stdout)
        self.assertIn("steps.py is not the file the bundle was made with", done.stderr)
        near = self.succeed("run", "--from", "first.bundle", "--tolerance", 0.01)
        self.assertIn("they agree", near.stdout)

    def test_bundles_are_plain_archives_and_repeat(self):
        self.succeed("export", "first", "--bundle", "again.bundle")
        self.assertEqual((self.home / "again.bundle").read_bytes(),
                         (self.home / "first.bundle").read_bytes())
        with tarfile.open(self.home / "first.bundle") as archive:
            self.assertEqual(archive.getnames(), ["README.txt", "bundle.json", "spec.json",
                                                  "canonical.jsonl", "events.jsonl"])
            about = json.load(archive.extractfile("bundle.json"))
            canonical = archive.extractfile("canonical.jsonl").read().decode()
        self.assertEqual(about["experiment"], "first")
        self.assertEqual(canonical, self.succeed("export", "first", "--canonical").stdout)

    def forge(self, name, change):
        """Makes forged.bundle of first.bundle, with sums that are right."""
        with tarfile.open(self.home / "first.bundle") as archive:
            texts = {each.name: archive.extractfile(each).read() for each in archive}
        texts[name] = change(texts[name])
        about = json.loads(texts["bundle.json"])
        for file in about["files"]:
            text = texts[file["name"]]
            file.update(bytes=len(text), sha256=hashlib.sha256(text).hexdigest())
        texts["bundle.json"] = json.dumps(about).encode()
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for each, text in texts.items():
                entry = tarfile.TarInfo(each)
                entry.size = len(text)
                archive.addfile(entry, io.BytesIO(text))
            end = archive.offset
        (self.home / "forged.bundle").write_bytes(gzip.compress(packed.getvalue()[:end] + bytes(1024)))

    def test_what_is_refused(self):
        def told(*words, code=2):
            return self.succeed("run", *words, code=code).stderr
        before = sorted(os.listdir(self.home / "luthier-results"))
        self.assertIn("--seed and --from can't be used together", told("--from", "first.bundle", "--seed", 1))
        self.assertIn("can't be used with a file or a program", told("--from", "first.bundle", "--", "true"))
        self.assertIn("--tolerance is", told("--from", "first.bundle", "--tolerance", "-1"))
        self.assertIn("for simulated experiments",
                      told("--from", "first.bundle", "--benchmark", "x.json"))
        self.assertIn("there is no file", told("--from", "nothing"))
        self.assertIn("not a complete gzip file", told("--from", "steps.py", code=4))
        self.assertIn("goes with --from", told("--tolerance", 0.1))
        self.assertIn("can't be combined", self.succeed(
            "export", "first", "--bundle", "x", "--canonical", code=2).stderr)
        with tarfile.open(self.home / "evil.bundle", "w:gz",
                          format=tarfile.USTAR_FORMAT) as archive:
            archive.add(self.home / "steps.py", "../steps.py")
        self.assertIn("which no bundle holds", told("--from", "evil.bundle"))
        self.forge("canonical.jsonl", lambda text: text[:-9])
        self.assertIn("forged.bundle: canonical.jsonl: line 6 of a canonical export is not a trial",
                      told("--from", "forged.bundle", code=4))
        self.forge("spec.json", lambda text: text.replace(b"median_stopping", b"mine"))
        self.assertRegex(told("--from", "forged.bundle", "--dry-run"),
                         "no scheduler 'mine'.*; one of a library needs its --plugin")
        self.assertEqual(sorted(os.listdir(self.home / "luthier-results")), before)


if __name__ == "__main__":
    unittest.main()
