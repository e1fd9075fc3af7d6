"""Notes and tags: from the command line, the API and the pages, on experiments that run and that have ended."""

import gzip
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tarfile
import unittest

from dashboard_test import BrowserTest
from luthier_program import LUTHIER, ProgramTest, interrupt
from serve_test import INTENT, TOKEN, ServeTest

HURT = "window.hurt = 1"
# Markup of every kind, addresses that are no web's, and what takes long to read.
HOSTILE = [
    f"<script>{HURT}</script>", f"<img src=x onerror='{HURT}'>", f"<svg/onload={HURT}>", f"<svg><animate onbegin={HURT} attributeName=x dur=1s>",
    f"<iframe srcdoc='<script>parent.{HURT}</script>'></iframe>", f"<details open ontoggle={HURT}>", f"<a href=javascript:{HURT}>x</a>",
    f"<math><mtext></p><style><img src=x onerror={HURT}></style></math>", f"<!--><script>{HURT}</script>-->", f"<![CDATA[<script>{HURT}</script>]]>",
    f"<body onload={HURT}>", f"<input autofocus onfocus={HURT}>", f"<form action=javascript:{HURT}><button>x", f"<base href=javascript:{HURT}//>",
    f"<object data=javascript:{HURT}>", f"<meta http-equiv=refresh content='0;url=javascript:{HURT}'>", f"<link rel=stylesheet href=javascript:{HURT}>",
    f"</textarea><script>{HURT}</script>", f"</title></style></script><img src=x onerror={HURT}>", f"&lt;img src=x onerror={HURT}&gt;", f"<scr<script>ipt>{HURT}</scr</script>ipt>",
    f"[x](javascript:{HURT})", f"[x](JaVaScRiPt:{HURT})", f"[x]( javascript:{HURT})", f"[x](java\tscript:{HURT})", f"[x](data:text/html,<script>{HURT}</script>)",
    f"[x](vbscript:{HURT})", f"[x](//evil.example)", f"[x](/api/v1/session)", f"[x](file:///etc/passwd)", f"[x](blob:http://127.0.0.1/1)", f"[x](&#106;avascript:{HURT})",
    f"[x](https://a.example\"onmouseover=\"{HURT})", f"[x](https://a.example' onmouseover='{HURT})", f"![x](javascript:{HURT})", f"![x](x\"onerror=\"{HURT})",
    f"[<img src=x onerror='{HURT}'>](https://a.example)", f"[x]: javascript:{HURT}\n\n[x]", f"<javascript:{HURT}>", f"<https://a.example/<script>{HURT}</script>>",
    f"**<img src=x onerror={HURT}>**", f"`<img src=x onerror={HURT}>`", f"```\n</pre><script>{HURT}</script>\n```", f"# <script>{HURT}</script>", f"> <script>{HURT}</script>",
    f"- <img src=x onerror={HURT}>\n  - <svg onload={HURT}>", f"1. <script>{HURT}</script>", f"***\n<script>{HURT}</script>", f"https://a.example/?<script>{HURT}</script>",
    "[" * 3000, "*a " * 3000, "> " * 3000 + "x", "- " * 3000 + "x", "`" * 3001, "https://" * 1000, "**" * 4000, "(((((" * 1000 + "[x](https://" + "a" * 3000 + ")",
]
TAGS = [f"<img src=x onerror='{HURT}'>", f"\"onclick=\"{HURT}", "javascript:alert(1)", "a b", "a\u202eb"]


class OnTheCommandLine(ProgramTest):
    def setUp(self):
        super().setUp()
        self.succeed(*self.run_words("digits", samples=3), *self.train())

    def log(self, name="digits"):
        return (self.home / "luthier-results" / name / "experiment.db").read_bytes()

    def test_a_note_and_tags_are_said_wherever_the_experiment_is(self):
        before = self.log()
        self.assertEqual(self.succeed("note", "digits", "the *baseline*").stderr, "luthier: wrote the note on digits\n")
        self.assertEqual(self.succeed("tag", "digits", "paper", "good").stderr, "luthier: digits is tagged paper, good\n")
        self.assertEqual(self.succeed("note", "digits", 1, "odd", "--append").stderr, "luthier: wrote the note on trial 00001\n")
        self.assertEqual(self.succeed("tag", "digits", 1, "suspect", "later").stderr, "luthier: trial 00001 is tagged suspect, later\n")
        self.assertEqual(self.succeed("tag", "digits", 1, "--remove", "later").stderr, "luthier: trial 00001 is tagged suspect\n")
        said = self.succeed("note", "digits")
        self.assertEqual((said.stdout, said.stderr), ("the *baseline*\n", "luthier: trials with notes or tags: 00001\n"))
        self.assertEqual(self.succeed("note", "digits", 1).stdout, "odd\n")
        self.assertEqual(self.succeed("tag", "digits").stdout, "paper\ngood\n")
        shown = self.succeed("show", "digits").stdout
        self.assertRegex(shown, r"(?m)^tags +paper good$")
        self.assertRegex(shown, r"(?m)^note +the \*baseline\*$")
        self.assertRegex(self.succeed("ls").stdout, r"digits .* paper,good\n")
        self.assertRegex(self.succeed("trials", "digits").stdout, r"(?m)^00001 +completed +suspect ")
        self.assertRegex(self.succeed("trials", "digits", "--columns", "trial,tags").stdout, r"(?m)^00000 +-$")
        self.assertEqual([line["trial"] for line in self.lines("trials", "digits", "--where", '"suspect" in tags')], [1])
        self.assertEqual(self.lines("trials", "digits")[1]["remarks"]["note"], "odd")
        self.assertNotIn("remarks", self.lines("trials", "digits")[0])
        self.assertEqual(self.lines("show", "digits")[0]["remarks"]["tags"], ["paper", "good"])
        self.assertEqual(self.lines("show", "digits")[0]["remarked_trials"], [1])
        self.assertEqual([line["trial"] for line in self.lines("note", "digits")], [None, 1])
        self.assertEqual(self.log(), before)  # the log is as it was
        self.succeed("replay", "digits")
        self.succeed("doctor", "digits")

    def test_experiments_are_found_by_tag(self):
        self.succeed(*self.run_words("other", samples=1), *self.train())
        self.succeed("tag", "digits", "paper")
        self.assertEqual([line["experiment"] for line in self.lines("ls", "--tag", "paper")], ["digits"])
        self.assertEqual(len(self.lines("ls")), 2)
        self.assertIn("has these tags", self.succeed("ls", "--tag", "absent").stderr)

    def test_notes_come_from_standard_input_and_go(self):
        text = "# What was tried\n\n- `lr`\n- 'quotes' \"and\" $dollars\n"
        subprocess.run([LUTHIER, "note", "digits", "-"], input=text, text=True, cwd=self.home, check=True, capture_output=True)
        self.assertEqual(self.succeed("note", "digits").stdout, text)
        self.succeed("note", "digits", "--", "- a list")
        self.assertEqual(self.succeed("note", "digits").stdout, "- a list\n")
        self.assertEqual(self.succeed("note", "digits", "--remove").stderr, "luthier: the note on digits was removed\n")
        self.assertEqual(self.succeed("note", "digits").stdout, "")
        self.assertNotIn("note", self.succeed("show", "digits").stdout)

    def test_standard_input_that_holds_nothing_removes_nothing(self):
        self.succeed("note", "digits", "precious")
        directory = os.open(self.home, os.O_RDONLY)
        self.addCleanup(os.close, directory)
        for end in (subprocess.DEVNULL, directory):
            done = subprocess.run([LUTHIER, "note", "digits", "-"], stdin=end, text=True, cwd=self.home, capture_output=True)
            self.assertIn(done.returncode, (2, 5), done.stderr)
            self.assertIn("standard input", done.stderr)
        self.assertEqual(self.succeed("note", "digits").stdout, "precious\n")

    def test_a_hard_link_in_place_of_the_new_file_is_not_written_through(self):
        victim = self.home / "victim"
        victim.write_text("kept")
        os.link(victim, self.home / "luthier-results" / "digits" / "remarks.json.new")
        self.succeed("note", "digits", "x")
        self.assertEqual(victim.read_text(), "kept")

    def test_what_is_wrong_is_said(self):
        for words, sentence in [(("tag", "digits", "a b"), "can't be a tag"), (("tag", "digits", 7, "good"), "has no trial 00007"), (("note", "digits", "two", "words"), "in quotes"),
                                (("note", "digits", "--remove", "x"), "takes no TEXT"), (("note", "nothing", "x"), "nothing"), (("note", "digits", "x" * 40000), "may have 32768")]:
            done = self.luthier(*words)
            self.assertIn(sentence, done.stderr, words)
            self.assertEqual(done.returncode, 2, words)
        self.assertFalse((self.home / "luthier-results" / "digits" / "remarks.json").exists())

    def test_a_running_experiment_is_not_disturbed_and_a_kill_loses_nothing(self):
        runs = self.start(*self.run_words("live", samples=4, jobs=2), *self.train("--epochs", 30, "--sleep", 0.05))
        self.wait_for_results("live", 4)
        self.succeed("note", "live", "said while it ran")
        self.succeed("tag", "live", 0, "early")
        runs.send_signal(signal.SIGKILL)
        runs.wait()
        self.assertEqual(self.succeed("note", "live").stdout, "said while it ran\n")
        self.succeed("resume", "live", "--jobs", 2)
        self.succeed("replay", "live")
        self.assertEqual(self.succeed("note", "live").stdout, "said while it ran\n")
        self.assertEqual([line["trial"] for line in self.lines("trials", "live", "--where", '"early" in tags')], [0])
        self.assertNotIn("said while", self.succeed("export", "live", "--format", "jsonl").stdout)

    def test_a_simulation_and_an_indexed_log_take_them_too(self):
        self.succeed("simulate", "--benchmark", "bbob:function=3,dimension=2", "-n", 6000, "--searcher", "random", "--name", "many", "--results", "luthier-results", timeout=120)
        index = self.home / "luthier-results" / "many-0" / "experiment.index"
        self.assertTrue(index.exists())
        before = index.read_bytes()
        self.succeed("tag", "many-0", 5999, "last")
        self.assertEqual([line["trial"] for line in self.lines("trials", "many-0", "--where", '"last" in tags')], [5999])
        self.assertEqual(index.read_bytes(), before)

    def test_they_go_where_the_experiment_goes(self):
        self.succeed("note", "digits", "the baseline")
        self.succeed("tag", "digits", 2, "good")
        self.succeed("export", "digits", "--bundle", "digits.bundle")
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress((self.home / "digits.bundle").read_bytes()))) as archive:
            about = json.load(archive.extractfile("bundle.json"))
        self.assertEqual((about["remarks"]["experiment"]["note"], about["remarks"]["trials"][0]["tags"]), ("the baseline", ["good"]))
        self.succeed("run", "--from", "digits.bundle", "--jobs", 1, "--tolerance", 0.99)
        self.assertEqual(self.succeed("note", "digits-again").stdout, "")  # another experiment
        self.succeed("doctor", "digits", "--salvage")
        self.assertEqual(self.succeed("note", "digits.salvaged").stdout, "the baseline\n")
        page = self.succeed("report", "digits", "-o", "-").stdout
        self.assertIn("the baseline", page)
        self.succeed("rm", "digits", "--yes")
        self.assertFalse((self.home / "luthier-results" / "digits").exists())

    def test_a_strangers_file_is_no_obstacle(self):
        remarks = self.home / "luthier-results" / "digits" / "remarks.json"
        remarks.write_text("{")
        for command in ("show", "trials", "best", "ls", "doctor", "replay"):
            self.assertIn(self.luthier(*[command] + (["digits"] if command != "ls" else [])).returncode, (0,), command)
        self.assertIn("can't read the notes", self.succeed("show", "digits").stdout)
        self.assertIn("can't read the notes", self.succeed("note", "digits", code=4).stderr)
        self.assertIn("can't read the notes", self.succeed("note", "digits", "x", code=4).stderr)
        remarks.unlink()
        remarks.symlink_to("/etc/passwd")
        self.assertIn("remarks.json: ", self.succeed("show", "digits").stdout)
        remarks.unlink()
        os.mkfifo(remarks)
        self.assertIn("remarks.json: ", self.succeed("show", "digits").stdout)

    def test_a_note_moves_no_cursor(self):
        remarks = self.home / "luthier-results" / "digits" / "remarks.json"
        remarks.write_text(json.dumps({"schema": 1, "experiment": {"note": "a\u202eb \u2028c", "by": "x\u001b[2J"}}))
        for words in (("note", "digits"), ("show", "digits"), ("note", "digits", "--json")):
            for character in ("\x1b", "\u202e", "\u2028"):
                self.assertNotIn(character, self.succeed(*words).stdout)


class OverHttp(ServeTest):
    def setUp(self):
        super().setUp()
        self.succeed(*self.run_words("digits", samples=3), *self.train())
        self.serve()

    def test_posts_do_what_the_commands_do(self):
        status, answer = self.post("experiments/digits/note", text="the baseline", revision=0, id="one")
        self.assertEqual((status, answer["answer"], answer["trial"]), (200, "wrote the note on digits", None))
        self.assertEqual(answer["remarks"]["revision"], 1)
        self.assertEqual(self.post("experiments/digits/note", text="the baseline", revision=1, id="one")[0], 200)
        status, answer = self.post("experiments/digits/note", text="another", revision=0)
        self.assertEqual(status, 409)
        self.assertIn("changed the note in the meantime", answer["error"])
        status, answer = self.post("experiments/digits/trials/2/tag", add=["good", "odd"], remove=["odd"])
        self.assertEqual((status, answer["trial"], answer["remarks"]["tags"]), (200, 2, ["good", "odd"]))
        self.assertEqual(self.post("experiments/digits/trials/2/tag", remove=["odd"])[1]["remarks"]["tags"], ["good"])
        self.assertEqual(self.succeed("tag", "digits", 2).stdout, "good\n")
        listed = self.get("experiments/digits/trials", filter='"good" in tags')
        self.assertEqual(([each["trial"] for each in listed["trials"]], listed["columns"][2]), ([2], "tags"))
        self.assertEqual(self.get("experiments/digits/trials/2")["remarks"]["tags"], ["good"])
        self.assertEqual(self.get("experiments/digits/columns", also="tags")["columns"][-1]["values"], [[], [], ["good"]])
        self.assertEqual(self.get("experiments/digits/curves", filter='"good" in tags')["total"], 1)
        (row,) = self.get("experiments")["experiments"]
        self.assertEqual(row["remarks"]["note"], "the baseline")
        self.assertIn("@", row["remarks"]["by"])

    def test_what_is_wrong_is_refused(self):
        for path, members, status in [("digits/note", {}, 400), ("digits/note", {"text": 3}, 400), ("digits/note", {"text": "a", "revision": "x"}, 400), ("digits/note", {"text": "a", "more": 1}, 400),
                                      ("digits/tag", {"add": "x"}, 400), ("digits/tag", {"add": [3]}, 400), ("digits/tag", {"add": ["a b"]}, 400), ("digits/trials/9/note", {"text": "a"}, 404),
                                      ("digits/trials/9/tag", {"add": ["a"]}, 404), ("absent/note", {"text": "a"}, 404), ("digits/note", {"text": "a" * 33000}, 400), ("digits/note", {"text": "\x00"}, 400)]:
            answered, answer = self.post("experiments/" + path, **members)
            self.assertEqual(answered, status, (path, members))
            self.assertGreater(len(answer["error"]), 10)
        self.assertEqual(self.post("experiments/digits/note", text="a" * 33000)[0], 400)
        self.assertEqual(self.status("/api/v1/experiments/digits/note", "POST", "{}"), 403)  # without X-Luthier
        self.assertEqual(self.status("/api/v1/experiments/digits/note", "GET"), 405)
        self.assertFalse((self.home / "luthier-results" / "digits" / "remarks.json").exists())

    def test_a_viewer_may_read_them_only(self):
        end = self.server
        interrupt(end)
        end.wait()
        (self.home / "token").write_text(TOKEN + "\n")
        (self.home / "viewers").write_text(TOKEN[::-1] + "\n")
        self.serve("--token-file", "token", "--viewer-token-file", "viewers")
        for token, status in [(TOKEN[::-1], 403), (TOKEN, 200)]:
            self.assertEqual(self.status("/api/v1/experiments/digits/note", "POST", json.dumps({"text": "a"}), Authorization=f"Bearer {token}", **INTENT), status)
        self.assertIn("dashboard", self.lines("note", "digits")[0]["remarks"]["by"] + " dashboard")


class InTheBrowser(BrowserTest):
    def setUp(self):
        super().setUp()
        self.experiment(samples=3)
        self.experiment("other", samples=1)
        self.serve()

    def note(self, page, text):
        page.get_by_role("button", name="Write a note").or_(page.get_by_role("button", name="Edit the note")).click()
        page.fill("[name='the note']", text)
        page.click("text=Save the note")
        self.wait(page, "document.querySelector('form[aria-label=\"The note\"]').hidden")

    def test_an_operator_writes_and_removes(self):
        page = self.open("#/shown")
        self.note(page, "# Kept\n\nthe **baseline** of [the paper](https://a.example/x), see `lr`\n\n1. one\n2. two")
        part = page.locator("section.remarks")
        self.assertEqual(part.locator(".markdown h3").first.inner_text(), "Kept")
        self.assertEqual(part.locator(".markdown strong").first.inner_text(), "baseline")
        link = part.locator(".markdown a").first
        self.assertEqual((link.get_attribute("href"), "noopener" in link.get_attribute("rel")), ("https://a.example/x", True))
        self.assertEqual(part.locator(".markdown li").count(), 2)
        self.assertIn("# Kept", self.succeed("note", "shown").stdout)
        page.fill("[name='a tag']", "paper")
        self.assertIn("luthier tag shown paper", part.inner_text())
        page.keyboard.press("Enter")
        page.wait_for_selector(".tag >> text=paper")
        page = self.open("#/shown/trials/1")
        page.fill("[name='a tag']", "suspect")
        page.click("text=Add the tag")
        page.wait_for_selector(".tag >> text=suspect")
        page.get_by_role("button", name="Write a note").click()
        page.fill("[name='the note']", "it's odd")
        self.assertIn("luthier note shown 1 'it'\\''s odd'", page.locator("section.remarks").inner_text())
        self.assertEqual(page.locator(".preview .markdown").inner_text(), "it's odd")
        page.click("text=Save the note")
        page.wait_for_selector(".markdown >> text=it's odd")
        page = self.open("#/shown")
        self.assertIn("Notes and tags on trials: 1", page.inner_text("main"))
        page.click("table .tag >> text=suspect")
        self.wait(page, "location.hash.includes('filter=')")
        self.wait(page, "document.querySelectorAll('table[aria-label=Trials] tbody tr').length === 1")
        self.assert_untroubled(page)
        page = self.open("#/shown/trials/1")
        page.get_by_label("Remove the tag suspect").click()
        self.wait(page, "document.querySelectorAll('.remarks .tag').length === 0")
        self.assertEqual(self.succeed("tag", "shown", 1).stdout, "")
        self.assert_untroubled(page)

    def test_experiments_are_filtered_by_tag(self):
        page = self.open()
        self.assertEqual(page.locator("[name=tag]").count(), 0)
        self.succeed("tag", "shown", "paper")
        page = self.open()
        self.assertEqual(page.locator("tbody tr").count(), 2)
        page.select_option("[name=tag]", "paper")
        self.wait(page, "document.querySelectorAll('tbody tr').length === 1")
        page.reload()
        page.wait_for_selector("tbody tr")
        self.assertEqual(page.locator("tbody tr").count(), 1)
        self.assertIn("shown", page.inner_text("tbody"))
        self.assert_untroubled(page)

    def test_what_is_behind_a_link_has_no_page(self):
        (self.home / "luthier-results" / "other").rename(self.home / "elsewhere")
        (self.home / "luthier-results" / "other").symlink_to(self.home / "elsewhere")
        page = self.open()
        self.assertEqual(page.locator("tbody a").all_inner_texts(), ["shown"])
        self.assertIn("links are not followed here", page.inner_text("tbody"))
        self.assert_untroubled(page)

    def test_what_is_being_written_outlives_the_renewal_of_the_page(self):
        runs = self.start("run", "--name", "live", "--min", "loss", "-n", 20, "-j", 1, "-p", "lr=uniform(0, 1)", "--searcher", "random", "--grace", 1, *self.train("--epochs", 3, "--sleep", 0.2))
        self.wait_for_results("live", 1)
        page = self.open("#/live")
        page.get_by_role("button", name="Write a note").click()
        page.locator("[name='the note']").press_sequentially("while it runs", delay=150)
        seen = page.locator("progress").get_attribute("value")
        self.wait_until(lambda: page.locator("progress").get_attribute("value") != seen, "another trial")
        page.locator("[name='the note']").press_sequentially(", still", delay=50)
        self.assertEqual(page.locator("[name='the note']").input_value(), "while it runs, still")
        page.click("text=Save the note")
        page.wait_for_selector(".markdown >> text=while it runs, still")
        interrupt(runs)
        self.assert_untroubled(page)

    def test_somebody_elses_note_is_not_lost(self):
        page = self.open("#/shown", expected=(409,))
        page.get_by_role("button", name="Write a note").click()
        page.fill("[name='the note']", "mine")
        self.succeed("note", "shown", "theirs")
        page.click("text=Save the note")
        page.wait_for_selector("text=changed the note in the meantime")
        page.wait_for_selector(".markdown >> text=theirs")
        self.assertEqual(page.locator("[name='the note']").input_value(), "mine")
        self.assertEqual(self.succeed("note", "shown").stdout, "theirs\n")
        self.assert_untroubled(page)

    def test_a_viewer_reads(self):
        self.succeed("note", "shown", "to **read**")
        interrupt(self.server)
        self.server.wait()
        (self.home / "token").write_text(TOKEN + "\n")
        (self.home / "viewers").write_text(TOKEN[::-1] + "\n")
        self.serve("--token-file", "token", "--viewer-token-file", "viewers")
        page = self.open(f"?token={TOKEN[::-1]}#/shown")
        self.assertEqual(page.locator(".markdown strong").inner_text(), "read")
        self.assertEqual(page.locator("section.remarks button, section.remarks form").count(), 0)
        page = self.open(f"?token={TOKEN[::-1]}#/other")
        self.assertTrue(page.locator("section.remarks").is_hidden())
        self.assert_untroubled(page)

    def assert_harmless(self, page):
        self.assert_untroubled(page)
        kinds = set(page.locator(".markdown *").evaluate_all("all => all.map(each => each.tagName)"))
        self.assertLessEqual(kinds, {"H3", "H4", "H5", "H6", "P", "UL", "OL", "LI", "PRE", "CODE", "STRONG", "EM", "A", "BR", "HR", "BLOCKQUOTE"})
        attributes = set(page.locator(".markdown *").evaluate_all("all => all.flatMap(each => [...each.attributes].map(one => one.name))"))
        self.assertLessEqual(attributes, {"href", "title", "rel", "target", "start", "tabindex"})
        for where, rel in page.locator(".markdown a").evaluate_all("all => all.map(each => [each.protocol, each.rel])"):
            self.assertIn(where, ("http:", "https:"))
            self.assertIn("noopener", rel)

    def test_markup_stays_text(self):
        page = self.open("#/shown")
        for text in HOSTILE:
            with self.subTest(text=text[:60]):
                page.get_by_role("button", name="Write a note").or_(page.get_by_role("button", name="Edit the note")).click()
                page.fill("[name='the note']", text)
                page.click("text=Leave it")
                self.assert_harmless(page)
        self.succeed("note", "shown", "--", "\n\n".join(HOSTILE)[:32000])
        self.succeed("note", "shown", 0, "--", "\n\n".join(reversed(HOSTILE))[:32000])
        remarks = self.home / "luthier-results" / "other" / "remarks.json"
        for address in ("#/", "#/shown", "#/shown/trials/0"):
            page = self.open(address)
            page.wait_for_timeout(300)
            self.assert_harmless(page)
        for tag in TAGS:  # no luthier writes these
            remarks.write_text(json.dumps({"schema": 1, "experiment": {"note": "x", "tags": [tag], "by": tag}}))
            page = self.open("#/other")
            self.assertIn("can't read the notes", page.inner_text("main"))
            self.assert_untroubled(page)
            page.context.close()
        remarks.write_text(json.dumps({"schema": 1, "experiment": {"note": "x", "by": TAGS[0]}, "trials": [{"trial": 0, "note": HOSTILE[0], "by": TAGS[1]}]}))
        for address in ("#/other", "#/other/trials/0"):
            page = self.open(address)
            self.assert_harmless(page)

    def test_the_report_has_them(self):
        self.succeed("note", "shown", "--", "\n\n".join(["the **baseline**", *HOSTILE])[:32000])
        self.succeed("tag", "shown", "paper")
        self.succeed("note", "shown", 2, "odd")
        self.succeed("tag", "shown", 2, "suspect")
        for words, first in [(["shown"], ""), (["shown", "other"], "#/shown")]:
            self.succeed("report", *words, "-o", "page.html", "--force")
            context = self.browser.new_context()
            self.addCleanup(context.close)
            page = context.new_page()
            page.on("pageerror", lambda error: self.troubles.append(str(error)))
            page.on("console", lambda message: self.hear(message, ()))
            page.goto((self.home / "page.html").as_uri() + first)
            page.wait_for_selector(".markdown")
            self.assertEqual(page.locator(".markdown strong").first.inner_text(), "baseline")
            self.assertIn("paper", page.inner_text("section.remarks"))
            self.assertIn("suspect", page.inner_text("table[aria-label=Trials]"))
            self.assert_harmless(page)
            page.goto((self.home / "page.html").as_uri() + "#/shown/trials/2")
            page.wait_for_selector("h1 >> text=Trial 2")
            self.assertIn("odd", page.inner_text("section.remarks"))
            self.assertEqual(page.locator("section.remarks button").count(), 0)
            self.assert_harmless(page)


if __name__ == "__main__":
    unittest.main()
