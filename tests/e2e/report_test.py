"""`luthier report`: one file that opens without a network, holds what hostile programs wrote as text, and stays small."""

import base64
import hashlib
import json
import os
import re
import shutil
import sys
import unittest

from luthier_program import ProgramTest

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

CHROMIUM = shutil.which("chromium")
MARKUP = "</script><!--<script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>"

# A metric and a log that would be markup, a value that is not a number, and a trial that fails.
HOSTILE = f"""
import json, sys
lr = float(sys.argv[1])
markup = {MARKUP!r}
print(markup, flush=True)
print(markup, file=sys.stderr, flush=True)
if lr > 0.9:
    sys.exit("it can't go on: " + markup)
for epoch in range(1, 8):
    loss = float("nan") if lr > 0.7 and epoch == 4 else (lr - 0.3) ** 2 + 1 / epoch
    print(json.dumps({{"loss": loss, "size": lr + epoch, markup: epoch}}), flush=True)
"""
WIDE = {
    "name": "wide", "iterations": 20, "objective": {"metric": "loss", "mode": "min"},
    "space": {"parameters": {**{f"p{i:02d}": ["loguniform(0.00001, 1)", "uniform(0, 1)"][i % 2] for i in range(10)},
                             "batch": "randint(16, 512)", "opt": 'choice(["adam", "sgd", "rmsprop"])'}},
    "curves": {"loss": "p01 * p01 + (p03 - 0.5) ** 2 + 1 / (1 + training_iteration * (p05 + 0.1))",
               "accuracy": "1 - 0.3 * p01 - 1 / (2 + training_iteration)"}}


def data_of(page):
    """The answers inside a report."""
    (text,) = re.findall(r'<script type="application/json" id="kept">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


class ReportTest(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.home / "hostile.py").write_text(HOSTILE)

    def hostile(self, name="shown", *options, objectives=("--min", "loss")):
        self.succeed("run", "--name", name, *objectives, "-n", 12, "-j", 2, "-p", "lr=uniform(0.001, 1)", "-p", f'kind=choice(["a", "{MARKUP}"])',
                     "--searcher", "random", "--seed", 5, "--max-failures", 12, *options, "--", sys.executable, "hostile.py", "{lr}")

    def simulated(self, name, *options, trials=1000, seeds=1):
        (self.home / "wide.json").write_text(json.dumps(WIDE))
        self.succeed("simulate", "--benchmark", "wide.json", "-n", trials, "--seeds", seeds, "--searcher", "random", "--name", name,
                     "--results", "luthier-results", *options)

    def report(self, *words, code=0):
        return self.succeed("report", *words, code=code, timeout=180)


class File(ReportTest):
    def check(self, page):
        """Nothing is fetched from anywhere, and only the file's own script and style may run."""
        self.assertNotRegex(page.replace("http://www.w3.org/2000/svg", ""), r"(src|href)\s*=\s*[\"']?\s*(https?:|//|/)")
        self.assertNotRegex(page, r"url\(|@import|\bimport [{*\"']|\bimport\(")
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        for tag, source in [('<script type="module">', "script-src"), ("<style>", "style-src")]:
            content = page.split(tag)[1].split("</" + tag[1:].split(" ")[0].rstrip(">") + ">")[0]
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            self.assertIn(f"{source} 'sha256-{digest}'", policy)
        scripts = re.findall(r"<script[^>]*>", page)
        self.assertEqual(scripts, ['<script type="application/json" id="kept">', '<script type="module">'])

    def test_has_the_answers_of_the_api_and_says_how_it_was_made(self):
        self.hostile()
        done = self.report("shown", "-o", "a file.html")
        self.assertEqual(done.stdout, "a file.html\n")
        page = (self.home / "a file.html").read_text()
        self.check(page)
        self.assertRegex(page, r"Made by luthier [0-9.]+ on \d{4}-\d\d-\d\d \d\d:\d\d UTC: luthier report shown --output &#39;a file.html&#39;")
        (experiment,) = data_of(page)["experiments"]
        answers = experiment["answers"]
        self.assertEqual(experiment["id"], "shown")
        self.assertEqual(answers["overview"]["searcher"], "random")
        trials = self.lines("trials", "shown")
        columns = {each["name"]: each for each in answers["columns"]["columns"]}
        self.assertEqual(answers["columns"]["trials"], list(range(12)))
        self.assertEqual(columns["lr"]["values"], [each["config"]["lr"] for each in trials])
        self.assertEqual(columns["kind"]["choices"], ["a", MARKUP])
        self.assertEqual(sorted(each["trial"]["trial"] for each in answers["trials"]), list(range(12)))
        self.assertIn("it can't go on", max((each.get("stderr", {}).get("text", "") for each in answers["trials"]), key=len))
        self.assertEqual({each["metric"] for each in answers["curves"]}, {"loss", "size", MARKUP})
        self.assertEqual(experiment["left_out"]["trials"], "")

    def test_writes_over_a_file_only_if_told(self):
        self.hostile()
        (self.home / "shown.html").write_text("mine")
        refused = self.report("shown", code=2)
        self.assertIn("shown.html exists; name another file or write over it with --force", refused.stderr)
        self.assertEqual((self.home / "shown.html").read_text(), "mine")
        self.report("shown", "--force")
        self.assertIn("</html>", (self.home / "shown.html").read_text())
        (self.home / "folder").mkdir()
        self.report("shown", "-o", "folder", "--force", code=2)
        self.assertIn("can't write nowhere/x.html: No such file", self.report("shown", "-o", "nowhere/x.html", code=5).stderr)
        self.assertEqual(self.report("shown", "-o", "-").stdout.count("</html>"), 1)
        self.assertIn("did you mean 'shown'", self.report("shwon", code=2).stderr)
        self.assertIn("name an experiment", self.report(code=2).stderr)

    def test_a_thousand_trials_need_less_than_two_megabytes(self):
        self.simulated("stopped", "--scheduler", "asha:max_t=20,grace_period=2")
        self.simulated("whole")
        for name in ("stopped-0", "whole-0"):
            page = self.report(name, "-o", "-").stdout
            self.assertLess(len(page.encode()), 2_000_000)
            (experiment,) = data_of(page)["experiments"]
            answers = experiment["answers"]
            self.assertEqual(len(answers["columns"]["trials"]), 1000)
            self.assertGreaterEqual(len(answers["curves"][0]["curves"]), 500)
            self.assertGreaterEqual(len(answers["trials"]), 20)
            best = self.lines("best", name)[0]["trial"]
            self.assertIn(best, [each["trial"]["trial"] for each in answers["trials"]])
            self.assertRegex(experiment["left_out"]["trials"], r"^\d+ of 1000 trials have their curves, decisions and output here\.$")

    def test_many_trials_are_the_best_and_some_of_the_others(self):
        self.succeed("simulate", "--benchmark", "bbob:function=3,dimension=40", "-n", 1500, "--searcher", "random", "--name", "many",
                     "--results", "luthier-results", timeout=180)
        page = self.report("many-0", "-o", "-").stdout
        self.assertLess(len(page.encode()), 2_000_000)
        (experiment,) = data_of(page)["experiments"]
        shown = experiment["answers"]["columns"]["trials"]
        self.assertRegex(experiment["left_out"]["parameters"], rf"^{len(shown)} of 1500 trials are here: the best \d+, and \d+ evenly spaced ones among the others\.$")
        ranked = [each["trial"] for each in self.lines("trials", "many-0", "--sort", "value")]
        half = (len(shown) + 1) // 2
        self.assertLess(len(shown), 1500)
        self.assertLessEqual(set(ranked[:half]), set(shown))
        self.assertTrue(set(ranked[-500:]) & set(shown))

    def test_an_experiment_without_trials_or_results(self):
        self.succeed("run", "--name", "failed", "--min", "loss", "-n", 2, "-p", "x=uniform(0, 1)", "--", "sh", "-c", "exit 3", "{x}", code=1)
        page = self.report("failed", "-o", "-").stdout
        self.check(page)
        self.assertEqual(data_of(page)["experiments"][0]["answers"]["overview"]["best"], [])

    def test_several_are_compared_first(self):
        self.hostile("a", "--tag", f"model={MARKUP}")
        self.hostile("b", "--tag", "model=plain")
        self.report("a", "b", "--by", "model", "-o", "both.html")
        page = (self.home / "both.html").read_text()
        self.check(page)
        comparison = data_of(page)["comparison"]
        (line,) = self.lines("compare", "a", "b", "--by", "model")
        self.assertEqual({name: comparison[name] for name in line}, line)
        self.assertEqual([each["group"] for each in comparison["groups"]], [MARKUP, "plain"])
        self.assertEqual(comparison["command"], "luthier compare a b --by model")
        self.assertEqual([each["id"] for each in data_of(page)["experiments"]], ["a", "b"])
        self.assertEqual(data_of(self.report("--by", "model", "-o", "-").stdout)["comparison"]["groups"], comparison["groups"])
        self.hostile("c", objectives=("--max", "size"))
        self.hostile("d")
        done = self.report("a", "c", "-o", "c.html")
        self.assertIn("not compared: ", done.stderr)
        self.assertIn("different objectives", data_of((self.home / "c.html").read_text())["comparison"]["reason"])
        self.assertIn("has no tag 'model'", self.report("a", "d", "--by", "model", "-o", "d.html", code=2).stderr)
        self.assertFalse((self.home / "d.html").exists())

    def test_compare_names_it(self):
        done = self.succeed("compare", "a", "--html", "a.html", code=2)
        self.assertIn("'luthier compare' has no option '--html'; `luthier report EXPERIMENT... -o FILE` writes the page", done.stderr)


@unittest.skipUnless(CHROMIUM and sync_playwright, "it needs chromium, and playwright for this Python (pip install playwright)")
class Browser(ReportTest):
    @classmethod
    def setUpClass(cls):
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = cls.playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        cls.addClassCleanup(cls.browser.close)

    def open(self, file, theme="light"):
        """Offline; what the console says and what is asked for elsewhere are failures."""
        context = self.browser.new_context(viewport={"width": 1200, "height": 900}, color_scheme=theme, offline=True)
        self.addCleanup(context.close)
        page = context.new_page()
        self.troubles = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda message: self.troubles.append(message.text) if message.type in ("error", "warning") else None)
        page.on("request", lambda request: self.troubles.append(request.url) if not request.url.startswith((self.address, "data:")) else None)
        self.address = (self.home / file).as_uri()
        page.goto(self.address)
        page.wait_for_selector("main :is(h1, .problem)")
        return page

    def show(self, page, view):
        page.evaluate("view => { location.hash = view; }", view)
        page.wait_for_timeout(250)
        self.assertEqual(self.troubles, [], view)
        self.assertIsNone(page.evaluate("window.hurt"), view)
        self.assertEqual(page.locator(".problem").all_inner_texts(), [], view)

    def test_every_view_in_both_themes(self):
        self.hostile("shown", "--scheduler", "asha:max_t=7,grace_period=2")
        self.hostile("two", objectives=("--min", "loss", "--max", "size"))
        self.report("shown", "two", "-o", "both.html")
        for theme in ("light", "dark"):
            page = self.open("both.html", theme)
            for view in ["#/", "#/shown", "#/shown?sort=loss&order=reversed", "#/shown?state=failed", "#/shown/curves", "#/shown/curves?smooth=0.6&axis=log",
                         "#/shown/parameters?top=50", "#/shown/importance", "#/shown/importance?method=ped_anova", "#/shown/decisions",
                         "#/shown/timeline", "#/shown/trials/3", "#/shown/contour", "#/shown/lineage", "#/two/front", "#/two", "#/two/curves?metric=size"]:
                self.show(page, view)
            page.context.close()

    def test_one_is_the_first_page_and_has_no_control_that_needs_a_service(self):
        self.hostile()
        self.report("shown")
        page = self.open("shown.html")
        self.assertEqual(page.locator("h1").inner_text().split()[0], "shown")
        self.assertEqual(page.locator("[name=filter]").count(), 0)
        self.assertEqual(page.locator("#connection").inner_text(), "")
        values = [float(each) for each in self.sorted_values(page, "lr")]
        self.assertEqual(values, sorted(values))
        self.assertEqual(len(values), 12)
        page.locator("[name=state]").select_option("failed")
        page.get_by_role("button", name="Show").click()
        page.wait_for_timeout(200)
        self.assertEqual(set(page.locator("tbody .state").all_inner_texts()), {"✗ failed"})
        self.show(page, "#/shown/curves")
        self.assertEqual(page.locator("[name=by]").count(), 0)
        page.locator("[name=metric]").select_option(MARKUP)
        page.wait_for_timeout(200)
        self.assertIn(MARKUP, page.locator("h2").first.inner_text())
        self.assertEqual(self.troubles, [])

    def test_a_link_and_an_experiment_of_the_same_name(self):
        self.hostile("shown")
        (self.home / "elsewhere").mkdir()
        (self.home / "elsewhere" / "shown").symlink_to(self.home / "luthier-results" / "shown")
        (self.home / "elsewhere" / "named").symlink_to(self.home / "luthier-results" / "shown")
        self.report("elsewhere/named", "-o", "named.html")
        page = self.open("named.html")
        self.assertEqual(page.locator("h1").inner_text().split()[0], "named")
        self.show(page, "#/named/trials/3")
        self.hostile("other")
        shutil.copytree(self.home / "luthier-results" / "other", self.home / "elsewhere" / "other")
        self.report("other", "elsewhere/other", "-o", "both.html")
        page = self.open("both.html")
        self.show(page, "#/other%20(2)")
        self.assertEqual(page.locator("h1").inner_text().split()[:2], ["other", "(2)"])
        self.show(page, "#/")
        self.assertEqual(page.locator("table[aria-label=Experiments] a").all_inner_texts(), ["other", "other (2)"])

    def sorted_values(self, page, column):
        page.get_by_role("button", name=column).click()
        page.wait_for_timeout(200)
        headings = page.locator("table[aria-label=Trials] thead th").all_inner_texts()
        at = [each.split(" ")[0] for each in headings].index(column) + 1
        return page.locator(f"table[aria-label=Trials] tbody td:nth-child({at})").all_inner_texts()

    def test_a_trial_that_is_left_out_is_shown_in_short(self):
        self.simulated("whole", trials=300)
        self.report("whole-0")
        page = self.open("whole-0.html")
        (experiment,) = data_of((self.home / "whole-0.html").read_text())["experiments"]
        kept = {each["trial"]["trial"] for each in experiment["answers"]["trials"]}
        left = next(each for each in range(300) if each not in kept)
        self.show(page, f"#/whole-0/trials/{left}")
        self.assertIn(f"luthier explain whole-0 {left}", page.locator("main").inner_text())
        page.evaluate("location.hash = '#/whole-0/trials/1000'")
        page.wait_for_selector(".problem")
        self.assertIn("Trial 1000 is not in this report", page.locator(".problem").inner_text())


if __name__ == "__main__":
    unittest.main()
