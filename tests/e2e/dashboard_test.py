"""The pages of `luthier serve` in a browser: each renders, by keyboard and by mouse, and what trials wrote stays text."""

import json
import pathlib
import shutil
import sys
import unittest
import urllib.parse

from luthier_program import interrupt
from serve_test import LEARNS, TOKEN, ServeTest

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

CHROMIUM = shutil.which("chromium")

# A metric and a log that would be markup, a value that is not a number, and one bad early value.
HOSTILE = """
import json, sys
lr, width = float(sys.argv[1]), int(sys.argv[2])
print("<script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>", flush=True)
for epoch in range(1, 10):
    loss = 5000.0 if epoch == 1 else (lr - 0.3) ** 2 + 1 / epoch
    if width > 48 and epoch == 4:
        loss = float("nan")
    print(json.dumps({"loss": loss, "size": width + lr, "<img src=x onerror='window.hurt = 1'>": epoch}), flush=True)
"""
MARKUP = "<img src=x onerror='window.hurt = 1'>"


@unittest.skipUnless(CHROMIUM and sync_playwright, "it needs chromium, and playwright for this Python (pip install playwright)")
class BrowserTest(ServeTest):
    @classmethod
    def setUpClass(cls):
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = cls.playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        super().setUp()
        (self.home / "hostile.py").write_text(HOSTILE)
        self.troubles = []

    def experiment(self, name="shown", *options, samples=8, objectives=("--min", "loss"), seed=5):
        self.succeed("run", "--name", name, *objectives, "-n", samples, "-j", 2, "-p", "lr=loguniform(0.001, 1)",
                     "-p", "width=randint(16, 64)", "-p", 'kind=choice(["a", "b", "c"])', "--searcher", "random", "--seed", seed,
                     *options, "--", sys.executable, "hostile.py", "{lr}", "{width}")

    def open(self, address="", theme="light", expected=()):
        """A page of its own; what the console says is a failure, but for the statuses that are expected."""
        context = self.browser.new_context(viewport={"width": 1200, "height": 900}, color_scheme=theme)
        self.addCleanup(context.close)
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda message: self.hear(message, expected))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"http://127.0.0.1:{self.port}/{address}")
        page.wait_for_selector("main :is(h1, .problem)")
        return page

    def hear(self, message, expected):
        if message.type in ("error", "warning") and not any(f"status of {status}" in message.text for status in expected):
            self.troubles.append(message.text)

    def wait(self, page, expression):
        """Until it is true. (The pages' own rules allow no text to be run, so playwright can't wait inside them.)"""
        self.wait_until(lambda: page.evaluate(expression), expression)

    def assert_untroubled(self, page):
        self.assertEqual(self.troubles, [])
        self.assertEqual(page.evaluate("window.hurt"), None)

    @staticmethod
    def drag(page, box, start, end):
        """Between two places in a box, as shares of its width and height."""
        def place(at):
            return box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"]
        page.mouse.move(*place(start))
        page.mouse.down()
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        page.mouse.move(*place(middle))
        page.mouse.move(*place(end))
        page.mouse.up()


# The pixels of a canvas that differ from its corner.
DRAWN = """canvas => { const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const pixels = new Uint32Array(data.buffer); return pixels.filter(each => each !== pixels[0]).length; }"""


class Pages(BrowserTest):
    def setUp(self):
        super().setUp()
        self.experiment("shown", "--scheduler", "asha:max_t=9,grace_period=3")
        self.experiment("two", objectives=("--min", "loss", "--max", "size"))
        self.serve()

    def test_each_renders_in_both_themes(self):
        views = ["#/", "#/shown", "#/shown/curves", "#/shown/curves?smooth=0.6&by=time&axis=log&x=log", "#/shown/parameters", "#/shown/contour", "#/shown/importance", "#/shown/importance?method=ped_anova",
                 "#/shown/parameters?axis=log&top=50", "#/shown/decisions", "#/shown/decisions?axis=trimmed", "#/shown/timeline",
                 "#/shown/trials/0", "#/two/front", "#/two/front?axis=log", "#/two/decisions"]
        for theme in ("light", "dark"):
            for address in views:
                with self.subTest(address=address, theme=theme):
                    page = self.open(address, theme)
                    page.wait_for_timeout(200)
                    self.assert_untroubled(page)
                    self.assertEqual(page.locator(".problem").count(), 0)
                    for picture in page.locator(".plane").all():
                        self.assertGreater(picture.locator("canvas").first.evaluate(DRAWN), 500)
                        self.assertGreater(len(picture.locator("[role=img]").get_attribute("aria-label")), 20)
                    if "/curves" in address or "/decisions?" in address or "/timeline" in address:
                        self.assertGreater(page.locator(".plane").count(), 0)
                        self.assertGreater(page.locator("table").count(), 0)
                    page.context.close()

    def test_what_trials_wrote_stays_text(self):
        for address in ["#/shown", "#/shown/trials/0", "#/shown/curves", "#/shown/parameters"]:
            page = self.open(address)
            page.wait_for_timeout(200)
            self.assertEqual(page.locator("main img, main script").count(), 0)
            self.assertIn(MARKUP, page.content().replace("&lt;", "<").replace("&gt;", ">"))
            self.assert_untroubled(page)

    def test_views_are_reached_by_keyboard(self):
        page = self.open("#/shown")
        page.locator(".tabs a").first.focus()
        for expected in ["Curves", "Parameters", "Contour", "Importance", "Decisions", "Timeline"]:
            page.keyboard.press("ArrowRight")
            page.keyboard.press("Enter")
            self.wait(page, f"document.querySelector('.tabs [aria-current]').textContent === '{expected}'")
            self.assertEqual(page.evaluate("document.activeElement.textContent"), expected)
        page.keyboard.press("ArrowRight")
        self.assertEqual(page.evaluate("document.activeElement.textContent"), "Trials")
        self.assertEqual(page.locator(".tabs a", has_text="Front").count(), 0)
        self.assert_untroubled(page)

    def test_sorts_and_filters(self):
        page = self.open("#/shown")
        page.get_by_role("button", name="loss", exact=False).first.click()
        page.wait_for_selector("th[aria-sort=ascending] >> text=loss")
        values = [float(each) for each in page.locator("table[aria-label=Trials] tbody tr td:nth-child(3)").all_inner_texts()]
        self.assertEqual(values, sorted(values))
        page.fill("[name=filter]", f"loss <= {values[2] + 1e-6}")
        page.keyboard.press("Enter")
        self.wait(page, "document.querySelectorAll('table[aria-label=Trials] tbody tr').length === 3")
        page.fill("[name=filter]", "los < 1")
        page.keyboard.press("Enter")
        self.troubles.clear()
        page.wait_for_selector(".problem >> text=did you mean")

    def test_a_bad_early_value_can_be_taken_out_of_the_picture(self):
        page = self.open("#/two/trials/0")
        top = "[...document.querySelectorAll('svg')][0].querySelectorAll('text')"
        highest = f"Math.max(...[...{top}].filter(e => e.getAttribute('text-anchor') === 'end').map(e => Number(e.textContent)))"
        self.assertGreater(page.evaluate(highest), 2000)
        page.select_option("[name=axis]", "trimmed")
        self.wait(page, highest + " < 2000")
        self.assertIn("axis=trimmed", page.url)
        page.reload()
        page.wait_for_selector("svg")
        self.assertLess(page.evaluate(highest), 2000)

    def test_what_is_not_there_is_said(self):
        page = self.open("#/shown/trials/1")
        page.evaluate("location.hash = '#/nothing'")
        page.wait_for_selector("text=There is no experiment ‘nothing’")
        self.assertEqual(page.locator("#trail li").all_inner_texts(), ["nothing"])
        self.assertNotIn("/api/", page.inner_text("main"))
        page.click("text=All experiments")
        page.wait_for_selector("h1 >> text=Experiments")
        page.evaluate("location.hash = '#/shown/trials/99'")
        page.wait_for_selector("text=there is no trial 99")
        page.click("text=The experiment shown")
        page.wait_for_selector("h1 >> text=shown")
        page.evaluate("location.hash = '#/shown/nonsense'")
        page.wait_for_selector("text=There is no such page")

    def test_numbers_and_decisions_are_short(self):
        page = self.open("#/shown")
        self.assertIn("max_t=9,grace_period=3", page.inner_text("dl"))
        page = self.open("#/shown/trials/0")
        rows = page.locator("table[aria-label=Decisions] tbody tr td:first-child").all_inner_texts()
        self.assertIn("1 to 2", rows)

    def test_the_icon_is_there(self):
        self.assertEqual(self.status("/favicon.ico"), 200)


class Pictures(BrowserTest):
    def setUp(self):
        super().setUp()
        self.experiment("shown", "--scheduler", "asha:max_t=9,grace_period=1", samples=12)
        self.serve()

    def box(self, page):
        page.wait_for_selector(".plane canvas")
        page.wait_for_timeout(150)
        return page.locator(".plane").first.bounding_box()

    def chosen(self, page):
        return page.locator("text=/of 12 trials are chosen/").inner_text()

    def test_a_brush_survives_a_reload(self):
        page = self.open("#/shown/parameters")
        box = self.box(page)
        self.assertIn("12 of 12", self.chosen(page))
        self.drag(page, box, (60 / box["width"], 0.3), (60 / box["width"], 0.62))  # along the first axis
        self.wait(page, "location.hash.includes('brush=')")
        said, address = self.chosen(page), page.url
        self.assertNotIn("12 of 12", said)
        rows = page.locator("table[aria-label='Chosen trials'] tbody tr").all_inner_texts()
        self.assertEqual(len(rows), int(said.split()[0]))
        page.reload()
        self.box(page)
        self.assertEqual((page.url, self.chosen(page)), (address, said))
        self.assertEqual(page.locator("table[aria-label='Chosen trials'] tbody tr").all_inner_texts(), rows)
        page.click("text=Clear")
        page.wait_for_selector("text=12 of 12 trials are chosen")
        self.assert_untroubled(page)

    def test_a_choice_without_a_pointer(self):
        page = self.open("#/shown/parameters")
        self.box(page)
        page.click("text=Axes and what is chosen on them")
        page.fill("[name='bound 0 width']", "40")
        page.keyboard.press("Tab")
        self.wait(page, "location.hash.includes('brush=width')")
        widths = [row["config"]["width"] for row in self.get("experiments/shown/trials")["trials"]]
        self.assertTrue(self.chosen(page).startswith(f"{sum(width >= 40 for width in widths)} of 12"))
        before = page.locator("table[aria-label=Axes] tbody td:first-child").all_inner_texts()
        page.get_by_label("to the right: " + before[0]).click()
        self.wait(page, "location.hash.includes('order=')")
        after = page.locator("table[aria-label=Axes] tbody td:first-child").all_inner_texts()
        self.assertEqual(after[:2], before[1::-1])

    def test_an_axis_is_moved(self):
        page = self.open("#/shown/parameters")
        box = self.box(page)
        self.drag(page, box, (60 / box["width"], 0.02), (0.97, 0.02))
        self.wait(page, "location.hash.includes('order=')")
        page.click("text=Axes and what is chosen on them")
        names = page.locator("table[aria-label=Axes] tbody td:first-child").all_inner_texts()
        self.assertEqual(names[-1], "lr")

    def test_a_drag_zooms_and_a_click_opens_the_trial(self):
        for view in ["curves?axis=log", "decisions?axis=log", "timeline"]:
            page = self.open("#/shown/" + view)
            box = self.box(page)
            self.drag(page, box, (0.3, 0.3), (0.6, 0.7))
            page.wait_for_selector(".plane .reset:visible")
            page.mouse.dblclick(box["x"] + 0.5 * box["width"], box["y"] + 0.99 * box["height"])
            page.wait_for_selector(".plane .reset", state="hidden")
            self.assert_untroubled(page)
        page.mouse.click(box["x"] + 0.15 * box["width"], box["y"] + 38)  # a bar in the first row
        self.wait(page, "/trials\\/\\d+$/.test(location.hash)")

    def test_rungs_are_those_of_the_log(self):
        page = self.open("#/shown/decisions")
        rows = [row.split("\t") for row in page.locator("table[aria-label=Rungs] tbody tr").all_inner_texts()]
        entries = self.get("experiments/shown/rungs")["entries"]
        first = [each for each in entries if each["rung"] == 1]
        self.assertEqual([rows[0][0], rows[0][1]], ["1", str(len(first))])
        self.assertEqual(rows[0][4], str(sum(each["decision"] == "stop" for each in first)))

    def test_values_that_are_no_number_are_told(self):
        page = self.open("#/shown/curves")
        missing = sum(each["not_finite_count"] for each in self.get("experiments/shown/curves", limit=100)["curves"])
        self.assertGreater(missing, 1)
        self.assertIn(f"{missing} values are not finite numbers", page.inner_text("figcaption"))


    def test_values_as_large_as_numbers_get(self):
        (self.home / "large.py").write_text("import sys\nfor each in (-1e308, 1.7e308, 0): print(f'a={each * float(sys.argv[1])} b={-each}')")
        self.succeed("run", "--name", "large", "--min", "a", "--max", "b", "-n", 3, "-j", 1, "-p", "i=grid([1, -1, 0.5])", "--searcher", "random",
                     "--", sys.executable, "large.py", "{i}")
        for view, ink in [("curves", 4000), ("parameters", 3000), ("front", 4000)]:
            page = self.open("#/large/" + view)
            self.box(page)
            self.assertGreater(page.locator(".plane canvas").first.evaluate(DRAWN), ink, view)
            self.assert_untroubled(page)


class Compared(BrowserTest):
    def setUp(self):
        super().setUp()
        for scheduler in ("fifo", "asha:max_t=9,grace_period=1"):
            for seed in (1, 2):
                self.experiment(f"{scheduler.split(':')[0]}-{seed}", "--scheduler", scheduler, samples=6, seed=seed)
        self.serve()

    def test_from_the_list_to_the_comparison(self):
        page = self.open()
        button = page.locator("[name=compare]")
        self.assertTrue(button.is_disabled())
        page.get_by_label("Compare fifo-1").focus()
        page.keyboard.press("Space")
        self.assertTrue(button.is_disabled())
        page.get_by_label("Compare asha-1").check()
        self.assertEqual(button.inner_text(), "Compare 2 experiments")
        page.reload()
        page.wait_for_selector("[name=compare]:enabled")
        self.assertTrue(page.get_by_label("Compare fifo-1").is_checked())
        page.locator("[name=compare]").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("h1 >> text=Comparison by loss")
        self.assertTrue(page.url.endswith("#compare/fifo-1,asha-1"), page.url)
        self.assertEqual(page.locator("table[aria-label='Compared experiments'] a").all_inner_texts(), ["fifo-1", "asha-1"])
        self.assert_untroubled(page)

    def address(self, *names, **view):
        return "#compare/" + ",".join(map(urllib.parse.quote, names)) + ("?" + urllib.parse.urlencode(view) if view else "")

    def test_shows_groups_seeds_tests_and_warnings(self):
        names = ["fifo-1", "fifo-2", "asha-1", "asha-2"]
        for theme in ("light", "dark"):
            page = self.open(self.address(*names), theme)
            page.wait_for_timeout(200)
            self.assertEqual(page.locator(".plane").count(), 2)
            for picture in page.locator(".plane").all():
                self.assertGreater(picture.locator("canvas").first.evaluate(DRAWN), 500)
            rows = [row.split("\t") for row in page.locator("table[aria-label=Groups] tbody tr").all_inner_texts()]
            self.assertEqual([(row[0].strip().split(":")[0], row[1], row[2]) for row in rows], [("asha", "2", "2"), ("fifo", "2", "2")])
            self.assertIn("Too few seeds", page.inner_text(".warnings"))
            (pair,) = page.locator("table[aria-label='Which is better'] tbody tr").all_inner_texts()
            line = self.lines("compare", *names)[0]["pairs"][0]
            self.assertEqual(float(pair.split("\t")[5]), line["p"])
            self.assertIn("luthier compare fifo-1 fifo-2 asha-1 asha-2 --results", page.inner_text("main code"))
            self.assert_untroubled(page)

    def test_the_address_keeps_what_is_shown(self):
        page = self.open(self.address("fifo-1", "asha-1", "asha-2"))
        drawn = "document.querySelector('.plane canvas').toDataURL()"
        page.wait_for_timeout(300)
        before = page.evaluate(drawn)
        page.check("[name=singles]")
        self.wait(page, "location.hash.includes('singles=1')")
        self.wait(page, "document.querySelector('figcaption').innerText.includes('Thin lines are the single experiments')")
        page.wait_for_timeout(300)
        self.assertNotEqual(page.evaluate(drawn), before)
        page.select_option("[name=x]", "resource")
        self.wait(page, "location.hash.includes('x=resource')")
        page.select_option("[name=by]", "experiment")
        self.wait(page, "document.querySelectorAll('table[aria-label=Groups] tbody tr').length === 3")
        page.reload()
        page.wait_for_selector("table[aria-label=Groups]")
        self.assertEqual(page.locator("table[aria-label=Groups] tbody tr").count(), 3)
        self.assertTrue(page.is_checked("[name=singles]"))
        self.assertEqual(page.locator("[name=x]").input_value(), "resource")
        self.assert_untroubled(page)

    def test_what_can_not_be_compared_gets_a_sentence(self):
        self.experiment("other", objectives=("--max", "loss"), samples=1)
        for name in ("empty", "void"):
            self.succeed("run", "--name", name, "--min", "loss", "-n", 1, "-p", "lr=uniform(0, 1)", "--", "sh", "-c", "exit 3", "{lr}", code=1)
        for names, words in [(["fifo-1", "other"], "have different objectives"), (["fifo-1", "nothing"], "There is no experiment 'nothing'"), (["fifo-1"], "2 to 100 experiments"),
                             (["empty", "void"], "None of these experiments has a finite loss yet, so there is nothing to compare.")]:
            page = self.open(self.address(*names), expected=(400, 404))
            self.assertIn(words, page.inner_text("main"))
            self.assert_untroubled(page)


class Population(BrowserTest):
    def setUp(self):
        super().setUp()
        (self.home / "learns.py").write_text(LEARNS)
        self.succeed("run", "--name", "population", "--min", "loss", "-n", 6, "-j", 3, "-p", "lr=loguniform(0.01, 0.3)", "-p", 'kind=choice(["a", "b"])',
                     "--searcher", "random", "--seed", 7, "--scheduler", "pbt:perturbation_interval=3,quantile_fraction=0.5", "--", sys.executable, "learns.py", timeout=120)
        self.serve()

    def test_the_tree_the_way_and_the_schedule(self):
        answer = self.get("experiments/population/lineage")
        for theme in ("light", "dark"):
            page = self.open("#/population/lineage", theme)
            page.wait_for_timeout(200)
            self.assertEqual(page.locator(".tabs [aria-current]").inner_text(), "Lineage")
            self.assertEqual(page.locator(".plane").count(), 3)  # the tree and two parameters
            for picture in page.locator(".plane").all():
                self.assertGreater(picture.locator("canvas").first.evaluate(DRAWN), 500)
            rows = page.locator("table[aria-label=Schedule] tbody tr td:first-child").all_inner_texts()
            self.assertEqual(rows, [str(step["iteration"]) for step in answer["steps"]])
            self.assertEqual(page.locator("table[aria-label='The way to it'] tbody a").all_inner_texts(), [str(each[1]) for each in answer["ancestry"]])
            page.click("text=The clones")
            self.assertEqual(page.locator("table[aria-label=Clones] tbody tr").count(), answer["clone_count"])
            self.assert_untroubled(page)
        with page.expect_download() as saved:
            page.click("text=Save as CSV")
        self.assertEqual(len(pathlib.Path(saved.value.path()).read_text().split("\n")) - 2, len(answer["steps"]))
        page.select_option("[name=trial]", "2")
        page.wait_for_selector("h2 >> text=The way to trial 2")
        page.reload()
        page.wait_for_selector("h2 >> text=The way to trial 2")
        self.assert_untroubled(page)

    def test_without_clones_it_is_said(self):
        self.experiment(samples=2)
        page = self.open("#/shown/lineage")
        self.assertIn("No trial has become a clone of another", page.inner_text("main"))
        page = self.open("#/shown")
        self.assertEqual(page.locator(".tabs a", has_text="Lineage").count(), 0)


class Contours(BrowserTest):
    def test_cells_points_and_choices(self):
        self.experiment(samples=12)
        self.serve()
        for address in ["#/shown/contour", "#/shown/contour?x=kind&y=lr", "#/shown/contour?x=width&y=kind&metric=size"]:
            for theme in ("light", "dark"):
                page = self.open(address, theme)
                page.wait_for_timeout(200)
                self.assertGreater(page.locator(".plane canvas").first.evaluate(DRAWN), 50000, address)
                self.assertGreater(page.locator("table tbody tr").count(), 5)
                self.assert_untroubled(page)
        page.select_option("[name=x]", "lr")
        self.wait(page, "location.hash.includes('x=lr')")
        page.wait_for_selector("h2 >> text=size over lr and kind")
        page.get_by_role("button", name="Swap").click()
        page.wait_for_selector("h2 >> text=size over kind and lr")
        page.reload()
        page.wait_for_selector("h2 >> text=size over kind and lr")
        page.fill("[name=filter]", "lr > 5")
        page.keyboard.press("Tab")
        page.wait_for_selector("text=No trial like that has a finite value there.")
        self.assert_untroubled(page)


class Running(BrowserTest):
    def test_pictures_are_renewed(self):
        running = self.start(*self.run_words("digits", samples=1000, jobs=2), *self.train("--sleep", 0.1, "--epochs", 5))
        self.wait_for_results("digits", 2)
        self.serve()
        said = {}
        for view in ["curves", "parameters", "timeline"]:
            page = self.open("#/digits/" + view)
            said[page] = page.inner_text("main")
        for page, before in said.items():
            self.wait(page, f"document.querySelector('main').innerText !== {json.dumps(before)}")
            self.assertEqual(page.locator(".problem").count(), 0)
            self.assert_untroubled(page)
        interrupt(running)

    def test_it_is_made_longer_from_its_page(self):
        running = self.start(*self.run_words("digits", samples=2, jobs=2), *self.train("--sleep", 0.2, "--epochs", 1000))
        self.wait_for_results("digits", 2)
        self.serve()
        page = self.open("#/digits", expected=(400,))
        page.click("summary >> text=Make it longer")
        page.fill("[name='more samples']", "20")
        extend = page.locator("form[aria-label=Extend]")
        self.wait(page, "document.querySelector('form[aria-label=Extend] code').textContent === 'luthier extend digits -n 20'")
        extend.get_by_role("button").dblclick()
        page.wait_for_selector(".said >> text=20 more samples")
        self.wait_until(lambda: self.get("experiments/digits")["samples"] == 22, "the extension")
        page.wait_for_selector("[name='parameter lr']")
        page.fill("[name='parameter lr']", "7")
        page.get_by_role("button", name="Add this configuration").click()
        page.wait_for_selector("label:has([name='parameter lr']) .wrong >> text=which is not in")
        self.assertEqual(page.get_attribute("[name='parameter lr']", "aria-invalid"), "true")
        page.fill("[name='parameter lr']", "0.25")
        page.wait_for_timeout(1500)  # the page around it is renewed meanwhile
        self.assertEqual(page.input_value("[name='parameter lr']"), "0.25")
        self.assertEqual(page.locator("form[aria-label='Add this configuration'] code").inner_text(), "luthier enqueue digits lr=0.25")
        page.get_by_role("button", name="Add this configuration").dblclick()
        page.wait_for_selector(".said >> text=trial 00002 is added")
        page.wait_for_timeout(1500)
        log = self.succeed("export", "digits", "--format", "jsonl").stdout
        self.assertEqual(log.count('"control_requested"'), 2)
        self.assertEqual(self.get("experiments/digits/trials/2")["config"]["lr"], 0.25)
        self.assert_untroubled(page)
        interrupt(running)
        page.wait_for_selector("text=these pages start nothing", timeout=20000)
        self.assertEqual(page.locator(".actions button:visible").count(), 0)
        self.assertEqual(extend.locator("code").inner_text(), "luthier extend digits -n 20")

    def test_viewers_see_no_buttons_and_are_told_once(self):
        running = self.start(*self.run_words("digits", samples=2, jobs=2), *self.train("--sleep", 0.2, "--epochs", 1000))
        self.wait_for_results("digits", 2)
        (self.home / "token").write_text(TOKEN)
        (self.home / "viewers").write_text(TOKEN[::-1])
        self.serve("--token-file", "token", "--viewer-token-file", "viewers")
        for token, buttons in [(TOKEN[::-1], 0), (TOKEN, 1)]:
            for address in ("#/digits", "#/digits/trials/0"):
                page = self.open(f"?token={token}{address}")
                self.assertEqual(page.get_by_role("button", name="Stop", exact=True).count(), buttons)
                self.assertEqual(page.locator("text=change nothing").count(), 1 - buttons)
                self.assertNotIn(token, page.url)
                self.assert_untroubled(page)
        interrupt(running)

    def test_the_stop_button_stops(self):
        running = self.start(*self.run_words("digits", samples=2, jobs=2), *self.train("--sleep", 0.2, "--epochs", 1000))
        self.wait_for_results("digits", 2)
        self.serve()
        page = self.open("#/digits/timeline")
        page.get_by_role("button", name="Stop").click()
        page.wait_for_selector(".said")
        self.assertIsNotNone(running.wait(30))
        page.wait_for_selector("h1 >> text=finished", timeout=20000)
        self.assertEqual(page.locator(".controls button", has_text="Stop").count(), 0)
        self.assert_untroubled(page)


class Names(BrowserTest):
    """Names, choices and what people type are strangers' texts too."""

    TEXTS = [MARKUP, "<script>window.hurt = 1</script>", "<svg onload='window.hurt = 1'>", "</option></select><img src=x onerror='window.hurt = 1'>",
             "javascript:window.hurt=1", "{{window.hurt = 1}}", "${window.hurt = 1}", "&lt;img src=x&gt;", "\u202ehurt", "' onfocus='window.hurt = 1' autofocus='"]

    def test_they_stay_text(self):
        (self.home / "one.py").write_text("import time\nfor i in range(3000): print(f'epoch={i} loss={i}', flush=True); time.sleep(0.2)")
        choices = json.dumps(self.TEXTS)
        running = self.start("run", "--name", "plain", "--min", "loss", "-n", 1, "-p", f"kind=choice({choices})", "-p", "lr=uniform(0, 1)", "--grace", 1,
                             "--", sys.executable, "one.py", "{kind}", "{lr}")
        self.wait_for_results("plain", 1)
        name = "<img src=x onerror='window.hurt = 1'>"
        (self.home / "luthier-results" / name).symlink_to("plain")
        self.serve()
        page = self.open("#/")
        self.assertIn(name, page.inner_text("main"))
        self.assertEqual(page.locator("main img").count(), 0)
        (self.home / "luthier-results" / name).unlink()
        page = self.open("#/plain", expected=(400,))
        page.click("summary >> text=Make it longer")
        page.wait_for_selector("[name='parameter kind']")
        shown = page.locator("[name='parameter kind'] option").all_inner_texts()
        self.assertEqual(len(shown), len(self.TEXTS) + 1)
        for text in self.TEXTS:
            page.fill("[name='parameter lr']", text)
            page.get_by_role("button", name="Add this configuration").click()
            page.wait_for_selector("label:has([name='parameter lr']) .wrong >> text=is not in")
        self.assertEqual(page.locator("main img, main script, main svg[onload]").count(), 0)
        page.fill("[name='parameter lr']", "0.5")
        page.select_option("[name='parameter kind']", index=1)
        page.get_by_role("button", name="Add this configuration").click()
        page.wait_for_selector(".said >> text=is added")
        self.assertEqual(self.get("experiments/plain/trials/1")["config"]["kind"], MARKUP)
        page = self.open("#/plain/trials/1")
        self.assertEqual(page.locator("main img, main script").count(), 0)
        self.assert_untroubled(page)
        interrupt(running)


class Rebinding(BrowserTest):
    """A page of another site whose name was made to lead here, in a browser that believes it."""

    def test_it_reads_nothing(self):
        self.experiment("shown", samples=1)
        self.serve()
        browser = self.playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--host-resolver-rules=MAP evil.example 127.0.0.1"])
        self.addCleanup(browser.close)
        page = browser.new_page()
        answer = page.goto(f"http://evil.example:{self.port}/")
        self.assertEqual(answer.status, 421)
        for path in ["/", "/api/v1/experiments", "/api/v1/session", "/assets/app.js", "/api/v1/experiments/shown/trials/0/log"]:
            status, text = page.evaluate("async path => { const answer = await fetch(path); return [answer.status, await answer.text()]; }", path)
            self.assertEqual(status, 421, path)
            self.assertNotIn("shown", text)
        status = page.evaluate("""async () => (await fetch("/api/v1/experiments/shown/stop",
            { method: "POST", headers: { "X-Luthier": "1", "Content-Type": "application/json" }, body: "{}" })).status""")
        self.assertEqual(status, 421)


if __name__ == "__main__":
    unittest.main()
