"""`luthier plot`: each kind is well-formed SVG with what it shows in it, small, the same each time, and harmless."""

import json
import sys
import unittest
import urllib.request
import xml.etree.ElementTree

from luthier_program import ProgramTest

SVG = "{http://www.w3.org/2000/svg}"
MARKUP = "</text><script>hurt()</script>"
TRAIN = f"""
import json, sys
lr = float(sys.argv[1])
for epoch in range(1, 6):
    print(json.dumps({{"loss": float("nan") if lr > 0.8 and epoch == 3 else (lr - 0.3) ** 2 + 1 / epoch, "size": lr, {MARKUP!r}: epoch}}), flush=True)
"""


class Plots(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.home / "program.py").write_text(TRAIN)

    def experiment(self, name, *options, objectives=("--min", "loss"), samples=30):
        self.succeed("run", "--name", name, *objectives, "-n", samples, "-j", 2, "-p", "lr=loguniform(0.001, 1)", "-p", f'kind=choice(["a", "{MARKUP}"])',
                     "--searcher", "random", "--seed", 5, "-q", *options, "--", sys.executable, "program.py", "{lr}")

    def plot(self, *words):
        """The root of the picture and its texts; nothing in it is fetched or run."""
        text = self.succeed("plot", *words, "-o", "-").stdout
        self.assertEqual(text, self.succeed("plot", *words, "-o", "-").stdout)
        root = xml.etree.ElementTree.fromstring(text)
        self.assertEqual(root.tag, SVG + "svg")
        for each in root.iter():
            self.assertIn(each.tag, [SVG + tag for tag in ("svg", "title", "style", "rect", "path", "text", "circle", "g")])
            self.assertFalse([name for name in each.attrib if name.startswith("on") or "href" in name])
            for value in each.attrib.values():
                self.assertNotRegex(value, r"nan|inf", each.attrib)
        self.assertNotRegex(text.replace("http://www.w3.org/2000/svg", ""), r"url\(|@import|https?:")
        return root, [each.text for each in root.iter(SVG + "text")]

    def marks(self, root, kind):
        return [each for each in root.iter() if kind in each.attrib.get("class", "").split()]

    def test_each_kind(self):
        self.experiment("one")
        self.experiment("two", objectives=("--min", "loss", "--max", "size"))
        root, texts = self.plot("best", "one", "two", "--axis", "trials")
        self.assertLessEqual({"one", "two", "trials", "loss"}, set(texts))
        self.assertEqual(len([each for each in self.marks(root, "curve") if each.find(SVG + "title") is not None]), 2)
        root, texts = self.plot("curves", "one", "--log")
        self.assertLessEqual({"iteration", "loss (log scale)"}, set(texts))
        self.assertEqual(len(self.marks(root, "curve")), 30)
        root, texts = self.plot("curves", "one", "--metric", MARKUP)
        self.assertIn(MARKUP, texts)
        root, texts = self.plot("importance", "one")
        self.assertLessEqual({"lr", "kind"}, set(texts))
        self.assertEqual(len(self.marks(root, "bar")), 2)
        root, texts = self.plot("slice", "one", "lr", "kind", "--width", 700, "--height", 300)
        self.assertEqual((root.attrib["width"], root.attrib["height"]), ("700", "300"))
        self.assertLessEqual({"lr (log scale)", "kind", "a"}, set(texts))
        self.assertEqual((len(self.marks(root, "dot")), len(self.marks(root, "ring"))), (60, 2))
        root, texts = self.plot("contour", "one")
        self.assertLessEqual({"lr (log scale)", "kind", "a", "0.001"}, set(texts))
        self.assertEqual(len(self.marks(root, "mark")) + len(self.marks(root, "missing")) // 2, 30)
        root, texts = self.plot("contour", "one", "kind", "lr", "--metric", MARKUP, "--width", 500)
        self.assertTrue([text for text in texts if text.startswith(MARKUP[:10])])
        root, texts = self.plot("front", "two")
        self.assertLessEqual({"loss (min)", "size (max)"}, set(texts))
        self.assertEqual(len(self.marks(root, "dot")) + len(self.marks(root, "bar")), 30)
        root, texts = self.plot("compare", "one", "--by", "experiment")
        self.assertIn("seconds", texts)

    def test_many_parameters_and_many_trials_fit(self):
        self.succeed("simulate", "--benchmark", "bbob:function=3,dimension=20", "-n", 400, "--searcher", "random", "--name", "wide", "--results", "luthier-results")
        root, _ = self.plot("slice", "wide-0")
        self.assertEqual(len(self.marks(root, "axis")), 12)
        self.assertLess(len(self.succeed("plot", "slice", "wide-0", "-o", "-").stdout), 1_000_000)
        root, _ = self.plot("curves", "wide-0")
        self.assertEqual(len(self.marks(root, "curve")), 200)

    def test_a_contour_has_the_cells_of_the_dashboard(self):
        self.succeed("simulate", "--benchmark", "bbob:function=1,dimension=2", "-n", 40, "--searcher", "random", "--name", "round", "--results", "luthier-results")
        root, texts = self.plot("contour", "round-0")
        cells = [each for each in self.marks(root, "cell") if float(each.attrib["width"]) > 5]
        self.assertEqual(len(cells), 1600)
        self.assertEqual({each.attrib["opacity"] for each in cells}, {"0.9", "0.35"})  # near a trial, and not
        self.assertEqual((len(self.marks(root, "hatch")), len(self.marks(root, "mark"))), (1, 40))
        server = self.start("serve", "--port", 0, "--json")
        port = json.loads(server.stdout.readline())["port"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/experiments/round-0/contour") as answer:
            contour = json.load(answer)
        near = [each == 1 for row in contour["has_data"] for each in row]
        self.assertEqual([each.attrib["opacity"] == "0.9" for each in cells], near)
        values = [each for row in contour["values"] for each in row]
        best, worst = min(range(1600), key=values.__getitem__), max(range(1600), key=values.__getitem__)
        blue = lambda cell: int(cells[cell].attrib["fill"][5:], 16) - int(cells[cell].attrib["fill"][1:3], 16)  # noqa: E731
        self.assertGreater(blue(best), 60)
        self.assertLess(blue(worst), -60)

    def test_files_and_refusals(self):
        self.experiment("one", samples=3)
        self.assertEqual(self.succeed("plot", "best", "one").stdout, "best.svg\n")
        def told(*words, code=2):
            return self.succeed("plot", *words, code=code).stderr
        self.assertIn("best.svg exists; name another file or write over it with --force", told("best", "one"))
        self.succeed("plot", "best", "one", "--force")
        self.assertIn("did you mean 'best'? known: best, curves, importance, slice, contour, front, compare", told("bets", "one"))
        self.assertIn("name an experiment", told("best"))
        self.assertIn("one objective, so there is no front", told("front", "one"))
        self.assertIn("no parameter 'x'; known: lr, kind", told("slice", "one", "x", "-o", "x.svg"))
        self.assertIn("no metric 'los'; did you mean 'loss'?", told("curves", "one", "--metric", "los", "-o", "x.svg"))
        self.assertIn("not ranked", told("importance", "one", "-o", "x.svg"))
        self.assertIn("no parameter that varies 'x'", told("contour", "one", "x", "-o", "x.svg"))
        self.assertIn("same parameter", told("contour", "one", "lr", "lr", "-o", "x.svg"))
        self.assertIn("name two", told("contour", "one", "lr", "kind", "lr", "-o", "x.svg"))
        self.assertIn("drop it", told("contour", "one", "--log", "-o", "x.svg"))
        self.assertIn("shows one experiment", told("curves", "one", "one", "-o", "x.svg"))
        self.assertIn("at most 4000", told("best", "one", "--width", 5000, "-o", "x.svg"))
        self.assertIn("no axis 'tme'", told("best", "one", "--axis", "tme", "-o", "x.svg"))
        self.succeed("run", "--name", "failed", "--min", "loss", "-n", 1, "-p", "x=uniform(0, 1)", "--", "sh", "-c", "exit 3", "{x}", code=1)
        for kind in ("best", "curves", "slice"):
            self.assertRegex(told(kind, "failed", "-o", "x.svg"), "there is nothing to draw: no trial of 'failed' has a finite value of loss")
        self.assertIn("fewer than two parameters vary", told("contour", "failed", "-o", "x.svg"))
        self.assertFalse((self.home / "x.svg").exists())
        self.assertFalse([each for each in self.home.iterdir() if "partial" in each.name])


if __name__ == "__main__":
    unittest.main()
