"""`luthier serve` from outside: the API, live events, control, and those who are kept out."""

import csv
import gzip
import http.client
import json
import math
import pathlib
import shlex
import socket
import sys
import threading
import time
import unittest
import urllib.parse

from luthier_program import ProgramTest, interrupt

WEB = pathlib.Path(__file__).resolve().parents[2] / "web"
TOKEN = "an-example-token-of-thirty-chars"
INTENT = {"X_Luthier": "1", "Content_Type": "application/json"}


class ServeTest(ProgramTest):
    def serve(self, *words):
        self.server = self.start("serve", "--port", 0, "--json", *words)
        said = json.loads(self.server.stdout.readline())
        self.port = said["port"]
        return said

    def ask(self, path, method="GET", body=None, host=None, **headers):
        """(status, headers, body) of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True)
            connection.putheader("Host", host if host is not None else f"127.0.0.1:{self.port}")
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body.encode() if body is not None else None)
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read().decode()
        finally:
            connection.close()

    def status(self, *words, **options):
        return self.ask(*words, **options)[0]

    def get(self, path, **query):
        text = "?" + urllib.parse.urlencode(query) if query else ""
        status, _, body = self.ask("/api/v1/" + path + text)
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def post(self, path, **members):
        status, _, body = self.ask("/api/v1/" + path, "POST", json.dumps(members), **INTENT)
        return status, json.loads(body)

    def raw(self, data, seconds=20):
        """What comes back for these bytes, until the service closes or the time is over."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as client:
            received = b""
            try:
                client.sendall(data)
                while piece := client.recv(65536):
                    received += piece
            except (socket.timeout, ConnectionError):
                pass
            return received


class Reading(ServeTest):
    def setUp(self):
        super().setUp()
        self.succeed(*self.run_words("digits", samples=4, jobs=2), *self.train())
        self.serve()

    def test_says_what_the_commands_say(self):
        (listed,) = self.get("experiments")["experiments"]
        (line,) = self.lines("ls")
        for name in set(line) - {"age_s"}:
            self.assertEqual(listed[name], line[name], name)
        shown = self.get("experiments/digits")
        (line,) = self.lines("show", "digits")
        self.assertEqual({name: shown[name] for name in line}, line)
        trials = self.get("experiments/digits/trials")
        self.assertEqual(trials["total"], 4)
        lines = self.lines("trials", "digits")
        self.assertEqual([{name: row[name] for name in line} for row, line in zip(trials["trials"], lines)], lines)

    def test_one_trial(self):
        trial = self.get("experiments/digits/trials/1")
        self.assertEqual(trial["decisions"], self.lines("explain", "digits", 1))
        self.assertEqual([each["iteration"] for each in trial["results"]], [1, 2, 3])
        self.assertEqual([each["outcome"] for each in trial["attempt_list"]], ["returned"])
        log = self.get("experiments/digits/trials/1/log")["text"]
        self.assertIn(r"a line with \x1b]0;title\x07 an escape", log)
        self.assertNotIn("\x1b", log)
        tail = self.get("experiments/digits/trials/1/log", bytes=20)
        self.assertTrue(tail["cut"])
        self.assertEqual(self.get("experiments/digits/trials/1/log", stream="stderr")["text"], "")

    def test_filters_sorts_and_pages(self):
        everything = self.get("experiments/digits/trials", sort="loss")["trials"]
        values = [row["best"] for row in everything]
        self.assertEqual(values, sorted(values))
        middle = repr(values[1])
        few = self.get("experiments/digits/trials", filter=f"loss <= {middle}", sort="loss", order="reversed")
        self.assertEqual([row["best"] for row in few["trials"]], values[1::-1])
        (page,) = self.get("experiments/digits/trials", sort="loss", offset=2, limit=1)["trials"]
        self.assertEqual(page["best"], values[2])
        same = self.lines("trials", "digits", "--where", f"loss <= {middle}", "--sort", "loss")
        self.assertEqual([row["best"] for row in same], values[:2])

    def test_curves(self):
        curves = self.get("experiments/digits/curves", sort="loss", limit=2)["curves"]
        self.assertEqual([len(each["points"]) for each in curves], [3, 3])
        few = self.get("experiments/digits/curves", trials="3,1", points=2)["curves"]
        self.assertEqual([each["trial"] for each in few], [3, 1])
        best = [point["best"] for point in self.get("experiments/digits/progress")["points"]]
        self.assertEqual(best, sorted(best, reverse=True))
        (line,) = self.lines("best", "digits")
        self.assertEqual(best[-1], line["best"])

    def test_curves_by_time(self):
        for by_time, by_count in zip(self.get("experiments/digits/curves", by="time")["curves"], self.get("experiments/digits/curves")["curves"]):
            times = [at for at, _ in by_time["points"]]
            self.assertEqual(times, sorted(times))
            self.assertGreaterEqual(times[0], 0)
            self.assertEqual([value for _, value in by_time["points"]], [value for _, value in by_count["points"]])

    def test_columns_are_the_trials(self):
        answer = self.get("experiments/digits/columns", filter="lr < 0.9")
        rows = self.get("experiments/digits/trials", filter="lr < 0.9")["trials"]
        self.assertEqual((answer["total"], answer["trials"]), (len(rows), [row["trial"] for row in rows]))
        self.assertEqual(answer["states"], [row["state"] for row in rows])
        columns = {column["name"]: column for column in answer["columns"]}
        self.assertEqual(columns["lr"]["values"], [row["config"]["lr"] for row in rows])
        self.assertEqual(columns["loss"]["values"], [row["best"] for row in rows])
        self.assertEqual((columns["lr"]["kind"], columns["lr"]["scale"]), ("parameter", "linear"))
        self.assertEqual((columns["loss"]["kind"], columns["loss"]["mode"]), ("objective", "min"))
        few = self.get("experiments/digits/columns", limit=2)
        self.assertEqual((few["total"], few["trials"]), (4, [0, 1]))
        self.assertEqual({len(column["values"]) for column in few["columns"]}, {2})

    def test_columns_of_named_trials(self):
        answer = self.get("experiments/digits/columns", trials="3,1", also="iterations,reason")
        rows = {row["trial"]: row for row in self.get("experiments/digits/trials")["trials"]}
        self.assertEqual((answer["total"], answer["trials"]), (2, [3, 1]))
        columns = {column["name"]: column for column in answer["columns"]}
        for name in ("iterations", "reason"):
            self.assertEqual(columns[name]["kind"], "about")
            self.assertEqual(columns[name]["values"], [rows[3][name], rows[1][name]])
        self.assertNotIn("about", {column["kind"] for column in self.get("experiments/digits/columns")["columns"]})

    def test_lists_end_with_the_last(self):
        timeline = self.get("experiments/digits/timeline")
        short = self.get("experiments/digits/timeline", limit=2)
        self.assertEqual(short["attempts"], timeline["attempts"][-2:])
        self.assertEqual(short["attempt_count"], timeline["attempt_count"])
        trial = self.get("experiments/digits/trials/1")
        few = self.get("experiments/digits/trials/1", decisions=1)
        self.assertEqual(few["decisions"], trial["decisions"][-1:])
        self.assertEqual(few["decision_count"], trial["decision_count"])

    def test_the_timeline_has_every_attempt(self):
        answer = self.get("experiments/digits/timeline")
        self.assertEqual((answer["running"], answer["jobs"], answer["attempt_count"]), (False, 2, 4))
        for trial, attempt, begin, end, outcome, first, last in answer["attempts"]:
            (told,) = self.get(f"experiments/digits/trials/{trial}")["attempt_list"]
            self.assertEqual([told["attempt"], told["started_s"], told["ended_s"], told["outcome"]], [attempt, begin, end, outcome])
            self.assertEqual((first, last), (0, 3))
            self.assertLessEqual(end, answer["end_s"])

    def test_pages_are_compressed_where_that_is_allowed(self):
        plain = self.ask("/assets/app.js")[2].encode()
        for accepted, compressed in [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("identity", False), ("notgzip", False)]:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            connection.request("GET", "/assets/app.js", headers={"Accept-Encoding": accepted})
            response = connection.getresponse()
            body = response.read()
            self.assertEqual(response.getheader("Content-Encoding"), "gzip" if compressed else None, accepted)
            self.assertEqual(response.getheader("Vary"), "Accept-Encoding")
            self.assertEqual(gzip.decompress(body) if compressed else body, plain)
            connection.close()

    def test_what_is_wrong_is_said(self):
        for path, status, words in [
                ("experiments/digitz", 404, "there is no experiment 'digitz'"),
                ("experiments/digits/trials/99", 404, "there is no trial 99"),
                ("experiments/digits/trials/-1", 404, "is no number of a trial"),
                ("experiments/digits/trials/1e9", 404, "is no number of a trial"),
                ("experiments/digits/trials?filter=los%3C1", 400, "did you mean 'loss'?"),
                ("experiments/digits/trials?filter=" + "(" * 5000, 400, ""),
                ("experiments/digits/trials?sort=los", 400, "did you mean 'loss'?"),
                ("experiments/digits/trials?limit=1000000000", 400, "from 1 to 1000"),
                ("experiments/digits/trials?limit=x", 400, "from 1 to 1000"),
                ("experiments/digits/trials?ofset=1", 400, "did you mean 'offset'?"),
                ("experiments/digits/trials?state=complete", 400, "did you mean 'completed'?"),
                ("experiments/digits/curves?trials=a", 400, "trials is a list"),
                ("experiments/digits/curves?by=day", 400, "it must be iteration or time"),
                ("experiments/digits/columns?limit=20001", 400, "from 1 to 20000"),
                ("experiments/digits/columns?filter=los%3C1", 400, "did you mean 'loss'?"),
                ("experiments/digits/columns?also=lr", 400, "also: no column 'lr'"),
                ("experiments/digits/columns?trials=0,x", 400, "trials is a list"),
                ("experiments/digits/columns?trials=99", 404, "99"),
                ("experiments/digits/rungs?points=1", 400, "points"),
                ("experiments/digits/rungs?limit=0", 400, "from 1 to 5000"),
                ("experiments/digits/timeline?limit=20001", 400, "from 1 to 20000"),
                ("experiments/digits/trials/0?decisions=0", 400, "from 1 to 500"),
                ("experiments/digitz/rungs", 404, "there is no experiment 'digitz'"),
                ("experiments/digits/events?after=x", 400, "is no place in the log"),
                ("comparison?experiments=digits", 400, "no parameter 'experiments'"),
                ("experiments/digits/nothing", 404, "nothing of that name")]:
            got, _, body = self.ask("/api/v1/" + path)
            self.assertEqual(got, status, path)
            self.assertIn(words, json.loads(body)["error"])
        self.assertEqual(self.status("/api/v1/experiments", "POST", X_Luthier="1"), 405)
        self.assertEqual(self.status("/api/v1/experiments/digits/stop"), 405)

    def test_nothing_outside_can_be_reached(self):
        (self.home / "secret").mkdir()
        (self.home / "secret" / "experiment.db").write_bytes((self.home / "luthier-results/digits/experiment.db").read_bytes())
        (self.home / "luthier-results" / "link").symlink_to(self.home / "secret")
        log = self.home / "luthier-results/digits/trials/00001/stdout.log"
        log.unlink()
        log.symlink_to("/etc/passwd")
        ways = ["link", "..", ".", "%2e%2e", "..%2fsecret", "..%2Fsecret", "%2e%2e%2fsecret", "..%5csecret", "..%252fsecret",
                "%2fetc", "/etc", "digits%00", "digits%2f..%2f..%2fsecret", "....//secret", "..;/secret", "%c0%ae%c0%ae",
                "digits/../../secret", "%", "%zz", "~", "file:%2f%2f%2fetc", "%2fproc%2fself%2froot", "digits%20", "DIGITS"]
        for way in ways:
            for rest in ["", "/trials", "/trials/1", "/trials/1/log", "/events", "/progress"]:
                self.assertIn(self.status(f"/api/v1/experiments/{way}{rest}"), (400, 404), way + rest)
        for way in ["/assets/../index.html", "/assets/%2e%2e/index.html", "/../etc/passwd", "/etc/passwd", "/assets/", "//"]:
            self.assertIn(self.status(way), (400, 404), way)
        status, _, body = self.ask("/api/v1/experiments/digits/trials/1/log")
        self.assertNotEqual(status, 200)
        self.assertNotIn("root:", body)

    def test_a_link_is_listed_as_what_the_api_makes_of_it(self):
        outside = self.home / "outside"
        (self.home / "luthier-results" / "digits").rename(outside)
        (self.home / "luthier-results" / "digits").symlink_to(outside)
        (row,) = self.get("experiments")["experiments"]
        self.assertEqual((row["id"], row["experiment"], row["state"]), (None, "digits", "unreadable"))
        self.assertIn("links are not followed", row["problem"])
        self.assertEqual(self.status("/api/v1/experiments/digits"), 404)

    def test_importance_is_that_of_the_command(self):
        self.succeed(*self.run_words("many", samples=30, jobs=4), *self.train("--epochs", 1))
        for words, query in [([], {}), (["--where", "trial > 3"], {"filter": "trial > 3"}), (["--method", "ped_anova"], {"method": "ped_anova"})]:
            for _ in range(2):  # folded, and as it was folded
                self.assertEqual(self.get("experiments/many/importance", **query), self.lines("importance", "many", *words)[0])

    def test_pages_need_nothing_from_elsewhere(self):
        status, headers, page = self.ask("/")
        self.assertEqual(status, 200)
        self.assertNotIn("unsafe", headers["Content-Security-Policy"])
        names = [file.name for file in WEB.iterdir()]
        self.assertIn("app.js", names)
        for name in names:
            status, headers, text = self.ask("/assets/" + name)
            self.assertEqual(status, 200, name)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            for forbidden in ["innerHTML", "insertAdjacentHTML", "document.write", "eval("]:
                self.assertNotIn(forbidden, text, name)
            self.assertNotIn("https://", text)
        for part in ['<html lang="en">', "<main", "<noscript>", 'role="status"']:
            self.assertIn(part, page)

    def test_pages_are_small(self):
        self.assertLess(sum(len(gzip.compress(file.read_bytes())) for file in WEB.iterdir()), 120 * 1024)

    def test_answers_several_requests_on_one_connection(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        for _ in range(20):
            connection.request("GET", "/api/v1/experiments/digits")
            self.assertEqual(connection.getresponse().read()[:1], b"{")
        connection.close()
        request = f"GET /healthz HTTP/1.1\r\nHost: localhost:{self.port}\r\n\r\n"
        last = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
        self.assertEqual(self.raw((request * 9 + last).encode()).count(b'{"ok": true}'), 10)

    def test_ends_in_good_order(self):
        interrupt(self.server)
        self.assertEqual(self.server.wait(10), 0)


# Loss falls with the epochs towards lr, size falls as lr grows; one value in between is no number.
OBJECTIVES = """
import sys
lr = float(sys.argv[1])
for epoch in range(1, 10):
    print(f"loss={lr + 1 / epoch if epoch != 5 else float('nan')} size={(1 - lr) ** 2}", flush=True)
"""


# The best is in the middle of a valley; one corner of it has no value.
VALLEY = """
import math, sys
a, b = float(sys.argv[1]), float(sys.argv[2])
loss = (math.log10(a) + 1.5) ** 2 + (b - 0.3) ** 2 + (sys.argv[3] == "y")
print(f"loss={loss if b < 0.85 else float('nan')}")
"""


class Pictured(ServeTest):
    def experiment(self, *options, name="pictured", samples=12):
        (self.home / "objectives.py").write_text(OBJECTIVES)
        self.succeed("run", "--name", name, "-n", samples, "-j", 2, "-p", "lr=uniform(0, 1)", "--searcher", "random",
                     "--seed", 3, *options, "--", sys.executable, "objectives.py", "{lr}")

    def rungs(self, name, scheduler):
        """The entries, and what `explain` says of all decisions that have numbers."""
        self.experiment("--min", "loss", "--scheduler", scheduler, name=name)
        told = {(trial, made["iteration"], made["decision"], made["reason"]) for trial in range(12)
                for made in self.lines("explain", name, trial) if made["numbers"]}
        return self.get(f"experiments/{name}/rungs")["entries"], told

    def test_rungs_are_the_decisions_with_numbers(self):
        self.serve()
        for name, scheduler in [("a", "asha:max_t=9,grace_period=1,reduction_factor=3"), ("m", "median_stopping")]:
            entries, told = self.rungs(name, scheduler)
            decided = {(each["trial"], each["iteration"], each["decision"].replace("complete", "stop"), each["reason"]) for each in entries}
            self.assertEqual(decided, told)
            self.assertTrue(entries)
            for each in entries:
                if each["cutoff"] is not None:
                    self.assertEqual(each["value"] > each["cutoff"], each["decision"] == "stop", each)
        entries, told = self.rungs("h", "hyperband:max_t=9")
        self.assertEqual(len({(each["rung"], each["trial"]) for each in entries}), len(entries))
        self.assertTrue(all(each["rank"] <= each["kept"] for each in entries if each["decision"] == "resume"))
        stopped = {each["trial"] for each in entries if each["decision"] == "stop"}
        rows = self.get("experiments/h/trials", state="stopped")["trials"]
        self.assertEqual(stopped, {row["trial"] for row in rows})

    def test_the_front_is_the_front(self):
        self.experiment("--min", "loss", "--min", "size")
        self.serve()
        answer = self.get("experiments/pictured/front")
        columns = {each["name"]: each["values"] for each in self.get("experiments/pictured/columns")["columns"]}
        points = list(zip(columns["loss"], columns["size"]))
        self.assertEqual(answer["scored"], 12)
        front = {trial for trial, (a, b) in enumerate(points)
                 if not any(c <= a and d <= b and (c, d) != (a, b) for c, d in points)}
        self.assertEqual({each["trial"] for each in answer["front"]}, front)
        self.assertEqual(answer["front_count"], len(front))
        right, top = answer["hypervolume"]["reference"]
        volume, height = 0, top
        for a, b in sorted(points[trial] for trial in front):
            volume += max(0, right - a) * max(0, height - b)
            height = min(height, b)
        self.assertAlmostEqual(answer["hypervolume"]["points"][-1][1], volume)
        volumes = [value for _, value in answer["hypervolume"]["points"]]
        self.assertEqual(volumes, sorted(volumes))

    def test_what_was_gathered_is_gathered_on(self):
        self.serve()
        words = self.run_words("pictured", "--scheduler", "asha:max_t=9,grace_period=1", "--log", "none", samples=500)
        paths = [f"experiments/pictured/{each}" for each in ("timeline", "rungs", "curves", "columns")]
        running = self.start(*words, *self.train("--sleep", 0.1, "--epochs", 9))
        self.wait_for_results("pictured", 3)
        early = [self.get(path) for path in paths]
        count = len(early[2]["curves"])
        self.wait_until(lambda: self.get("experiments/pictured/trials")["total"] > count, "another trial")
        self.assertEqual(self.post("experiments/pictured/stop")[0], 200)
        self.assertIsNotNone(running.wait(60))
        paths[2] += "?limit=1000"
        late = [self.get(path) for path in paths]
        self.serve()  # another one, which has gathered nothing yet
        self.assertEqual(late, [self.get(path) for path in paths])
        for before, after in zip(early, late):
            self.assertNotEqual(before, after)

    def test_a_log_in_the_place_of_another_is_another(self):
        """A file system may give a new log the number of the removed one's file."""
        self.serve()
        for samples in (2, 3, 1, 2):
            self.experiment("--min", "loss", "--log", "none", samples=samples)
            self.assertEqual(self.get("experiments/pictured/timeline")["attempt_count"], samples)
            self.assertEqual([len(each["points"]) for each in self.get("experiments/pictured/curves")["curves"]], [9] * samples)
            self.assertEqual(self.get("experiments/pictured/progress")["points"][-1]["trials"], samples)
            self.succeed("rm", "pictured", "--yes")

    def test_values_that_are_no_number_do_not_go_under(self):
        self.experiment("--min", "loss", samples=2)
        self.serve()
        for points in (2, 5, 100):
            for curve in self.get("experiments/pictured/curves", points=points)["curves"]:
                self.assertEqual((curve["not_finite_count"], curve["not_finite"]), (1, [5]))


    def test_a_contour_is_of_the_trials(self):
        (self.home / "valley.py").write_text(VALLEY)
        self.succeed("run", "--name", "valley", "--min", "loss", "-n", 30, "-j", 2, "-p", "a=loguniform(0.001, 1)", "-p", "b=uniform(0, 1)",
                     "-p", 'kind=choice(["x", "y"])', "--searcher", "random", "--seed", 3, "--", sys.executable, "valley.py", "{a}", "{b}", "{kind}")
        self.serve()
        answer = self.get("experiments/valley/contour", x="a", y="b", cells=10)
        columns = {each["name"]: each for each in self.get("experiments/valley/columns")["columns"]}
        self.assertEqual(answer["points"], [list(each) for each in zip(range(30), *(columns[name]["values"] for name in ("a", "b", "loss")))])
        finite = [each for each in answer["points"] if each[3] != "NaN"]
        self.assertEqual((answer["total"], answer["placed"], answer["counted"]), (30, 30, len(finite)))
        self.assertLess(len(finite), 30)
        self.assertEqual(answer["x"], {"name": "a", "scale": "log", "range": [0.001, 1]})
        self.assertEqual(answer["y"], {"name": "b", "scale": "linear", "range": [0, 1]})
        self.assertEqual([len(row) for row in answer["values"]], [10] * 10)
        ranked = sorted(each[3] for each in finite)
        for r, row in enumerate(answer["values"]):
            for c, value in enumerate(row):
                x, y = (c + 0.5) / 10, (r + 0.5) / 10
                apart = [((math.log10(a) / 3 + 1 - x) ** 2 + (b - y) ** 2, loss) for _, a, b, loss in finite]
                weights = [(square + 0.04 ** 2) ** -2 for square, _ in apart]
                rank = sum(weight * ranked.index(loss) for weight, (_, loss) in zip(weights, apart)) / sum(weights)
                below = int(rank)
                expected = ranked[below] + (rank - below) * (ranked[min(below + 1, len(ranked) - 1)] - ranked[below])
                self.assertAlmostEqual(value, expected)
                self.assertEqual(answer["has_data"][r][c], int(min(apart)[0] <= 1 / 144))
        bands = self.get("experiments/valley/contour", x="kind", y="b", cells=10)
        self.assertEqual((bands["x"], len(bands["values"][0])), ({"name": "kind", "scale": "category", "choices": ["x", "y"]}, 2))
        self.assertEqual(self.get("experiments/valley/contour", filter="b > 2")["reason"], "no trial has a finite value of the metric at these parameters yet")
        self.experiment("--min", "loss", samples=2)
        self.assertEqual(self.get("experiments/pictured/contour")["reason"], "fewer than two parameters vary")
        for query, words in [("x=c", "x: no parameter that varies 'c'"), ("x=a&y=a", "the same parameter"), ("metric=los", "did you mean 'loss'"), ("cells=61", "from 2 to 60")]:
            status, _, body = self.ask("/api/v1/experiments/valley/contour?" + query)
            self.assertEqual((status, words in body), (400, True), body)


# It learns faster with a larger lr, and says with which one it trained.
LEARNS = """
import pathlib, luthier
lr, learnt = luthier.config()["lr"], 0.0
if luthier.checkpoint():
    learnt = float(pathlib.Path(luthier.checkpoint(), "learnt").read_text())
while luthier.iteration() < 12:
    learnt += lr * (1 - learnt)
    if not luthier.report(loss=1 - learnt, used=lr, save=lambda where: pathlib.Path(where, "learnt").write_text(repr(learnt))):
        break
"""


class Population(ServeTest):
    def setUp(self):
        super().setUp()
        (self.home / "learns.py").write_text(LEARNS)
        self.learn("population", "--scheduler", "pbt:perturbation_interval=3,quantile_fraction=0.5", samples=6)
        self.serve()

    def learn(self, name, *options, samples):
        self.succeed("run", "--name", name, "--min", "loss", "-n", samples, "-j", 3, "-p", "lr=uniform(0.01, 0.3)", "-p", "width=randint(4, 64)",
                     "--searcher", "random", "--seed", 7, *options, "--", sys.executable, "learns.py", timeout=120)

    def events(self, name, kind):
        lines = self.succeed("export", name, "--format", "jsonl").stdout.splitlines()
        return [each for each in map(json.loads, lines) if each["event"] == kind]

    def recorded(self, trial):
        """Where the log says that a trial came from: [(from, trial, config)], by its attempts alone, the last first."""
        saved = {each["checkpoint"]: each for each in self.events("population", "checkpoint_committed")}
        begun = {each["trial"]: each["config"] for each in self.events("population", "trial_added")}
        chosen = [each for each in self.events("population", "trial_chosen") if each["choice"] == "run" and each.get("config")]
        way, before = [], float("inf")
        while trial is not None:
            started = [each for each in self.events("population", "attempt_started") if each["trial"] == trial and each["sequence"] < before]
            first = min(each["sequence"] for each in started if each["segment"] == started[-1]["segment"])
            (start,) = [each for each in started if each["sequence"] == first]
            configs = [each["config"] for each in chosen if each["trial"] == trial and each["sequence"] < first]
            way.append((start["base_iteration"], trial, configs[-1] if configs else begun[trial]))
            donor = saved.get(start["checkpoint"])
            trial, before = (donor["trial"], donor["sequence"]) if donor else (None, 0)
        return way

    def test_the_schedule_is_what_the_log_recorded(self):
        answer = self.get("experiments/population/lineage")
        (best,) = self.lines("best", "population")
        self.assertEqual(answer["trial"], best["trial"])
        self.assertGreater(answer["clone_count"], 3)
        cloned = 0
        for trial in range(6):
            steps = self.get(f"experiments/population/trials/{trial}/schedule")["steps"]
            way = self.recorded(trial)[::-1]
            expected = []
            for iteration, _, config in way:
                if expected and expected[-1]["iteration"] == iteration:
                    expected.pop()
                if not expected or expected[-1]["config"] != config:
                    expected.append({"iteration": iteration, "config": config})
            self.assertEqual(steps, expected)
            cloned += len(steps) > 1
            self.assert_trained(steps, way)
            line = self.get("experiments/population/lineage", trial=trial)
            self.assertEqual([[each[2], each[1]] for each in line["ancestry"]], [[iteration, who] for iteration, who, _ in way])
            self.assertEqual(line["steps"], steps)
        self.assertGreater(cloned, 1)

    def assert_trained(self, steps, way):
        """Every iteration on the way was trained with what the schedule has there."""
        results = self.events("population", "result_reported")
        ends = [each[0] for each in way[1:]] + [12]
        for (start, trial, _), end in zip(way, ends):
            for iteration in range(start + 1, end + 1):
                lr = [each["config"]["lr"] for each in steps if each["iteration"] < iteration][-1]
                used = [each["metrics"]["used"] for each in results if each["trial"] == trial and each["training_iteration"] == iteration]
                self.assertIn(lr, used, (trial, iteration))

    def test_stretches_are_those_of_the_log(self):
        answer = self.get("experiments/population/lineage")
        saved = {each["checkpoint"]: each for each in self.events("population", "checkpoint_committed")}
        segments, clones = set(), 0
        for each in self.events("population", "attempt_started"):
            if (each["trial"], each["segment"]) not in segments:
                segments.add((each["trial"], each["segment"]))
                clones += each["checkpoint"] in saved and saved[each["checkpoint"]]["trial"] != each["trial"]
        self.assertEqual((answer["stretch_count"], answer["clone_count"]), (len(segments), clones))
        for index, (trial, start, end, parent, value) in enumerate(answer["stretches"]):
            self.assertGreaterEqual(end, start)
            if parent is not None:
                self.assertLess(parent, index)
        few = self.get("experiments/population/lineage", limit=2)
        self.assertEqual((few["first"], few["stretches"]), (len(segments) - 2, answer["stretches"][-2:]))

    def test_files_say_the_same_and_are_replayed(self):
        best = self.get("experiments/population/lineage")["trial"]
        path = f"/api/v1/experiments/population/trials/{best}/schedule"
        steps = self.get(f"experiments/population/trials/{best}/schedule")["steps"]
        status, headers, text = self.ask(path + "?format=csv")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/csv; charset=utf-8"))
        self.assertIn(f'attachment; filename="schedule-{best:05}.csv"', headers["Content-Disposition"])
        rows = list(csv.DictReader(text.splitlines()))
        self.assertEqual([{"iteration": int(row["iteration"]), "config": {"lr": float(row["lr"]), "width": int(row["width"])}} for row in rows], steps)
        _, _, policy = self.ask(path + "?format=jsonl")
        self.assertEqual([json.loads(line) for line in policy.splitlines()], steps)
        self.assertEqual(policy, self.succeed("export", "population", "--policy", best).stdout)
        (self.home / "policy.jsonl").write_text(policy)
        self.learn("again", "--scheduler", "pbt_replay:policy=policy.jsonl", samples=1)
        used = {each["training_iteration"]: each["metrics"]["used"] for each in self.events("again", "result_reported")}
        self.assertEqual(used, {iteration: [each["config"]["lr"] for each in steps if each["iteration"] < iteration][-1] for iteration in range(1, 13)})

    def test_what_is_wrong_is_said(self):
        for path, status, words in [("trials/99/schedule", 404, "never ran, or is not there"), ("trials/0/schedule?format=xml", 400, "it must be json, csv, or jsonl"),
                                    ("lineage?limit=0", 400, "from 1 to 20000"), ("lineage?trial=x", 400, "trial is 'x'")]:
            got, _, body = self.ask("/api/v1/experiments/population/" + path)
            self.assertEqual((got, words in body), (status, True), body)

    def test_without_clones_there_is_no_tree(self):
        self.succeed(*self.run_words("plain", samples=2), *self.train())
        answer = self.get("experiments/plain/lineage")
        self.assertEqual((answer["stretches"], answer["clone_count"], len(answer["steps"])), ([], 0, 1))


class Compared(ServeTest):
    def setUp(self):
        super().setUp()
        for scheduler in ("fifo", "median_stopping"):
            for seed in (1, 2):
                self.succeed(*self.run_words(f"{scheduler}-{seed}", "--scheduler", scheduler, "--seed", seed, "--tag", f"model={scheduler}"), *self.train())
        self.names = [f"{scheduler}-{seed}" for scheduler in ("fifo", "median_stopping") for seed in (1, 2)]
        self.serve()

    def compared(self, names, **query):
        return self.get("comparison?" + urllib.parse.urlencode([("experiment", each) for each in names] + list(query.items())))

    def test_says_what_the_command_says(self):
        answer = self.compared(self.names)
        (line,) = self.lines("compare", *self.names)
        self.assertEqual({name: answer[name] for name in line}, line)
        self.assertEqual([each["id"] for each in answer["experiments"]], self.names)
        self.assertEqual(answer["tags"], ["model"])
        self.assertIn("too few seeds", " ".join(answer["warnings"]))
        for each in answer["experiments"]:
            self.assertEqual(each["points"][-1][3], self.lines("best", each["id"])[0]["best"])
            self.assertEqual(each["seed"], int(each["id"][-1]))
        words = shlex.split(answer["command"])
        self.assertEqual(json.loads(self.succeed(*words[1:], "--json").stdout), line)

    def test_a_directory_with_another_name(self):
        results = self.home / "luthier-results"
        (results / self.names[0]).rename(results / "a, b")
        answer = self.compared(["a, b", self.names[1]])
        self.assertEqual([each["id"] for each in answer["experiments"]], ["a, b", self.names[1]])
        self.assertIn("luthier compare 'a, b'", answer["command"])

    def test_groups_budgets_and_optima(self):
        for words, query in [(["--by", "model"], {"by": "model"}), (["--by", "experiment"], {"by": "experiment"}), (["--at", "trials=2"], {"at": "trials=2"}),
                             (["--at", "time=0.1"], {"at": "time=0.1"}), (["--optimum", "-1"], {"optimum": "-1"})]:
            answer = self.compared(self.names, **query)
            (line,) = self.lines("compare", *self.names, *words)
            self.assertEqual({name: answer[name] for name in line}, line, words)
            shown = shlex.split(answer["command"])
            self.assertEqual(json.loads(self.succeed(*shown[1:], "--json").stdout), line)

    def test_what_can_not_be_compared_is_said(self):
        self.succeed("run", "--name", "other", "--max", "loss", "-n", 1, "-p", "lr=uniform(0, 1)", "--searcher", "random", *self.train())
        for names, query, status, words in [
                (self.names[:1], {}, 400, "2 to 100 experiments"), ([], {}, 400, "2 to 100"), (["a"] * 3, {}, 400, "2 to 100"),
                ([self.names[0], "other"], {}, 400, "have different objectives"), ([self.names[0], "nothing"], {}, 404, "there is no experiment 'nothing'"),
                ([self.names[0], "../x"], {}, 404, "there is no experiment"), (self.names, {"by": "kind"}, 400, "has no tag 'kind'"),
                (self.names, {"at": "epochs=3"}, 400, "it must be time=SECONDS"), (self.names, {"at": "trials=0"}, 400, "above 0"),
                (self.names, {"optimum": "x"}, 400, "it must be a finite number"), (self.names, {"optimum": "1000"}, 400, "optimum")]:
            got, _, body = self.ask("/api/v1/comparison?" + urllib.parse.urlencode([("experiment", each) for each in names] + list(query.items())))
            self.assertEqual(got, status, body)
            self.assertIn(words, json.loads(body)["error"])

    def test_grows_with_what_runs(self):
        running = self.start(*self.run_words("running", samples=500), *self.train("--sleep", 0.05))
        self.wait_for_results("running", 2)
        early = self.compared([self.names[0], "running"])
        self.assertEqual([each["finished"] for each in early["experiments"]], [True, False])
        self.wait_until(lambda: self.compared([self.names[0], "running"])["experiments"][1]["points"][-1][0] > early["experiments"][1]["points"][-1][0], "a trial")
        interrupt(running)
        running.wait(30)


class KeptOut(ServeTest):
    def test_other_hosts_and_other_pages(self):
        self.serve()
        for host in ["evil.example", f"evil.example:{self.port}", "127.0.0.1", f"127.0.0.1:{self.port + 1}", ""]:
            for path in ["/", "/api/v1/experiments", "/assets/app.js", "/healthz"]:
                self.assertEqual(self.status(path, host=host), 421, host)
        for origin in ["http://evil.example", "null", f"http://127.0.0.1:{self.port + 1}", f"https://127.0.0.1:{self.port}"]:
            self.assertEqual(self.status("/api/v1/experiments", Origin=origin), 403)
            self.assertEqual(self.status("/api/v1/experiments/a/stop", "POST", "{}", Origin=origin, **{"X_Luthier": "1"}), 403)
        self.assertEqual(self.status("/api/v1/experiments", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="cors"), 403)
        self.assertEqual(self.status("/api/v1/experiments/a/stop", "POST", "{}"), 403)
        self.assertEqual(self.status("/api/v1/experiments/a/stop", "POST", "{}", X_Luthier="1", Content_Type="text/plain"), 415)
        for method in ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"]:
            self.assertGreaterEqual(self.status("/api/v1/experiments", method), 400, method)
        for _, headers, _ in [self.ask("/"), self.ask("/api/v1/experiments"), self.ask("/nothing")]:
            self.assertFalse([name for name in headers if name.lower().startswith("access-control")])

    def test_without_the_token(self):
        (self.home / "token").write_text(TOKEN + "\n")
        said = self.serve("--token-file", "token")
        self.assertNotIn(TOKEN, said["address"])
        for path in ["/", "/assets/app.js", "/api/v1/experiments", "/api/v1/experiments/a/trials/1/log"]:
            self.assertEqual(self.status(path), 401, path)
            self.assertEqual(self.status(path, Authorization="Bearer " + TOKEN[:-1]), 401, path)
        self.assertEqual(self.status("/api/v1/experiments/a/stop", "POST", "{}", X_Luthier="1", Content_Type="application/json"), 401)
        self.assertEqual(self.status("/healthz"), 200)
        self.assertEqual(self.status("/api/v1/experiments", Authorization="Bearer " + TOKEN), 200)
        status, headers, _ = self.ask("/?token=" + TOKEN)
        self.assertEqual((status, headers["Location"]), (303, "/"))
        cookie = headers["Set-Cookie"]
        self.assertIn("HttpOnly; SameSite=Strict", cookie)
        self.assertEqual(self.status("/api/v1/experiments", Cookie=cookie.split(";")[0]), 200)

    def documented(self):
        """(method, path, role) of each operation of docs/openapi.yaml, with the names of what there is in the path."""
        names = {"{experiment}": "digits", "{trial}": "0", "{action}": "resume"}
        path = method = None
        for line in (WEB.parent / "docs/openapi.yaml").read_text().split("components:")[0].splitlines():
            if line.startswith("  /"):
                path = "/".join(names.get(part, part) for part in line.strip().rstrip(":").split("/"))
            elif line.strip() in ("get:", "post:"):
                method = line.strip().rstrip(":").upper()
            elif method and "security: [{}, {token: [" in line:
                yield method, path, line.split("token: [")[1].split("]")[0]
                method = None

    def test_viewers_may_read_all_and_change_nothing(self):
        self.succeed(*self.run_words("digits", samples=2), *self.train())
        (self.home / "token").write_text(TOKEN + "\n")
        (self.home / "viewers").write_text(TOKEN[::-1] + "\n")
        self.assertIn("hold the same token", self.succeed("serve", "--token-file", "token", "--viewer-token-file", "token", code=2).stderr)
        self.serve("--token-file", "token", "--viewer-token-file", "viewers")
        for token, role in [(TOKEN, "operator"), (TOKEN[::-1], "viewer")]:
            body = self.ask("/api/v1/session", Authorization="Bearer " + token)[2]
            self.assertEqual(json.loads(body)["role"], role)
        found = list(self.documented())
        self.assertGreater(len(found), 15)
        for method, path, role in found:
            def ask(**headers):
                if path.endswith("/events"):
                    return self.begins("/api/v1" + path, headers)
                return self.status("/api/v1" + path, method, None if method == "GET" else "{}", **headers, **INTENT)
            self.assertEqual(ask(), 401, path)
            self.assertEqual(ask(Authorization="Bearer " + "x" * len(TOKEN)), 401, path)
            self.assertEqual(ask(Authorization="Bearer " + TOKEN[::-1]) == 403, role == "operator", path)
            self.assertIn(ask(Authorization="Bearer " + TOKEN), (200, 400), path)  # resume: nothing is paused
        self.assertNotIn("control_requested", self.succeed("export", "digits", "--format", "jsonl").stdout)

    def begins(self, path, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", path, headers=headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def test_every_answer_keeps_other_sites_out(self):
        self.succeed(*self.run_words("digits", samples=1), *self.train())
        self.serve()
        paths = ["/api/v1" + path for _, path, _ in self.documented() if not path.endswith("/events")]
        for path in [*paths, "/", "/assets/app.js", "/healthz", "/nothing", "/api/v2", "/?token=wrong"]:
            for options in [{}, {"host": "evil.example"}, {"Origin": "http://evil.example"}]:
                _, headers, _ = self.ask(path, **options)
                names = {name.lower(): value for name, value in headers.items()}
                self.assertFalse([name for name in names if name.startswith("access-control")], path)
                self.assertIn("frame-ancestors 'none'", names["content-security-policy"], path)
                self.assertEqual((names["cross-origin-opener-policy"], names["cross-origin-resource-policy"]), ("same-origin",) * 2, path)
                self.assertEqual(names["x-content-type-options"], "nosniff", path)

    def test_bodies_that_are_none(self):
        self.succeed(*self.run_words("digits", samples=1), *self.train())
        self.serve()
        for body in ["[" * 60000, "{" * 60000, '{"config":' * 6000, "null", "[]", "1", "{", '{"id": 1}', '{"config": {"lr": "' + "9" * 60000 + '"}}', "\x00"]:
            for action in ("enqueue", "extend", "retry", "stop"):
                status, _, said = self.ask("/api/v1/experiments/digits/" + action, "POST", body, **INTENT)
                self.assertEqual(status, 400, (action, body[:30]))
                self.assertLess(len(said), 200_000)

    def test_from_elsewhere_a_token_is_always_needed(self):
        said = self.serve("--host", "0.0.0.0")
        self.assertEqual(self.status("/api/v1/experiments"), 401)
        token = said["address"].split("token=")[1]
        self.assertGreaterEqual(len(token), 32)
        self.assertEqual(self.status("/api/v1/experiments", Authorization="Bearer " + token), 200)
        self.assertEqual(self.status("/", host=f"evil.example:{self.port}", Authorization="Bearer " + token), 421)
        running = self.start(*self.run_words("digits", samples=2), *self.train("--sleep", 0.2, "--epochs", 1000))
        self.wait_for_results("digits", 1)
        self.assertEqual(self.status("/api/v1/experiments/digits/stop", "POST", "{}", Authorization="Bearer " + token, **INTENT), 200)
        running.wait(60)
        self.assertIn("'s dashboard", self.get_reason("digits", token))
        viewers = said["viewer_address"].split("token=")[1]
        self.assertEqual(self.status("/api/v1/experiments", Authorization="Bearer " + viewers), 200)
        self.assertEqual(self.status("/api/v1/experiments/a/stop", "POST", "{}", Authorization="Bearer " + viewers, **INTENT), 403)
        self.assertEqual(self.status("/api/v1/experiments/a/stop", "POST", "{}", Authorization="Bearer " + token, **INTENT), 404)

    def get_reason(self, name, token):
        return json.loads(self.ask("/api/v1/experiments/" + name, Authorization="Bearer " + token)[2])["reason"]

    def test_wrong_options(self):
        (self.home / "short").write_text("abc\n")
        for words, message in [(["--token-file", "short"], "at least 22"), (["--token-file", "absent"], "absent or empty"),
                               (["--port", "70000"], "from 0 to 65535"), (["--host", "example.org"], "is no IP address")]:
            self.assertIn(message, self.succeed("serve", *words, code=2).stderr)
        self.serve()
        self.assertIn("choose another with --port", self.succeed("serve", "--port", self.port, code=3).stderr)

    def test_what_is_too_large_or_no_request(self):
        self.serve()
        host = f"Host: localhost:{self.port}\r\n"
        for data, status in [
                (f"GET / HTTP/1.1\r\n{host}A: {'x' * 20000}\r\n\r\n", b"431"),
                (f"GET /{'x' * 20000} HTTP/1.1\r\n{host}\r\n", b"431"),
                (f"POST /a HTTP/1.1\r\n{host}Content-Length: 1000000000\r\n\r\n" + "x" * 100000, b"413"),
                (f"POST /a HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\nfffff\r\n" + "x" * 100000, b"413"),
                (f"POST /a HTTP/1.1\r\n{host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
                ("\x16\x03\x01\x00\x00\r\n\r\n", b"400")]:
            received = self.raw(data.encode("latin-1"))
            self.assertTrue(received.startswith(b"HTTP/1.1 " + status) or received == b"", (data[:60], received[:60]))
        self.assertEqual(self.status("/healthz"), 200)

    def test_slow_clients_hold_up_nobody(self):
        self.serve()
        slow = [socket.create_connection(("127.0.0.1", self.port), timeout=20) for _ in range(700)]
        for client in slow:
            self.addCleanup(client.close)
        for client in slow:
            try:
                client.sendall(b"GET / HTTP/1.1\r\nHost: loc")
            except ConnectionError:
                pass  # there were too many, and this one had waited longest
        before = time.monotonic()
        self.assertEqual(self.status("/healthz"), 200)
        self.assertLess(time.monotonic() - before, 5)
        end = time.monotonic() + 30
        slow[-1].settimeout(30)
        self.assertIn(b"408", slow[-1].recv(4096))
        self.assertLess(time.monotonic(), end)


class Longer(ServeTest):
    """What makes an experiment longer, asked of the controller that runs it."""

    def setUp(self):
        super().setUp()
        self.running = self.start(*self.run_words("digits", samples=2, jobs=2), *self.train("--sleep", 0.3, "--epochs", 1000))
        self.wait_for_results("digits", 2)
        self.serve()

    def requests(self):
        events = [json.loads(line) for line in self.succeed("export", "digits", "--format", "jsonl").stdout.splitlines()]
        return [each for each in events if each["event"] == "control_requested"], events

    def test_more_samples_once_for_each_id(self):
        for _ in range(3):
            status, said = self.post("experiments/digits/extend", samples=2, id="one")
            self.assertEqual((status, said["answer"]), (200, "digits continues with 2 more samples"))
        self.assertEqual(self.post("experiments/digits/extend", samples=1)[0], 200)
        self.assertEqual(self.get("experiments/digits")["samples"], 5)
        asked, _ = self.requests()
        self.assertEqual([(each["request"], each["id"] == "one") for each in asked], [("extend", True), ("extend", False)])
        self.assertEqual(len({each["who"] for each in asked}), 1)
        for body, words in [({}, "nothing to extend by"), ({"samples": 0.5}, "whole number"), ({"samples": -1}, "not negative"),
                            ({"samples": "2"}, "must be a number"), ({"time_s": 5}, "no limit of time"), ({"sample": 2}, "did you mean 'samples'?"),
                            ({"samples": 1, "id": "../x"}, "id must be"), ({"samples": 1, "id": "x" * 65}, "id must be")]:
            status, said = self.post("experiments/digits/extend", **body)
            self.assertEqual(status, 400, body)
            self.assertIn(words, said["error"])
        self.assertEqual(len(self.requests()[0]), 2)

    def test_many_who_ask_the_same_at_once(self):
        said = []
        asking = [threading.Thread(target=lambda: said.append(self.post("experiments/digits/extend", samples=2, id="one"))) for _ in range(8)]
        for each in asking:
            each.start()
        for each in asking:
            each.join()
        self.assertEqual({status for status, _ in said}, {200})
        self.assertEqual((self.get("experiments/digits")["samples"], len(self.requests()[0])), (4, 1))

    def test_a_configuration(self):
        parameters = {each["name"]: each for each in self.get("experiments/digits/space")["parameters"]}
        self.assertEqual((parameters["lr"]["typed"], parameters["lr"]["choices"]), (True, []))
        status, said = self.post("experiments/digits/enqueue", config={"lr": "7", "rl": "1"}, id="two")
        self.assertEqual(status, 400)
        self.assertEqual([each["parameter"] for each in said["problems"]], ["lr", "rl"])
        self.assertIn("parameter 'lr' is 7, which is not in", said["problems"][0]["sentence"])
        for config in [{}, [], None, {"lr": {"a": 1}}]:
            self.assertEqual(self.post("experiments/digits/enqueue", config=config)[0], 400, config)
        for _ in range(2):
            status, said = self.post("experiments/digits/enqueue", config={"lr": "0.125"}, id="two")
            self.assertEqual((status, said["trial"]), (200, 2), said)
        self.post("experiments/digits/trials/0/stop")
        self.wait_until(lambda: self.get("experiments/digits/trials/2")["state"] == "running", "the configuration")
        trial = self.get("experiments/digits/trials/2")
        self.assertEqual((trial["config"]["lr"], trial["proposed_by"]), (0.125, "person"))
        self.post("experiments/digits/stop")
        self.running.wait(60)
        self.succeed("replay", "digits")
        self.assertEqual(self.post("experiments/digits/enqueue", config={"lr": "0.125"}, id="two")[1]["trial"], 2)
        status, said = self.post("experiments/digits/enqueue", config={"lr": "0.5"})
        self.assertEqual(status, 400)
        self.assertIn("digits is not running, and requests start no programs; `luthier enqueue digits lr=0.5` does", said["error"])

    def test_a_controller_that_is_killed_does_not_lose_what_it_answered(self):
        self.assertEqual(self.post("experiments/digits/extend", samples=3, id="three")[0], 200)
        self.assertEqual(self.post("experiments/digits/enqueue", config={"lr": 0.5}, id="four")[1]["trial"], 2)
        self.running.kill()
        self.running.wait(30)
        self.assertEqual(self.get("experiments/digits")["samples"], 5)
        self.assertEqual(self.get("experiments/digits/trials/2")["config"]["lr"], 0.5)
        self.assertEqual(self.post("experiments/digits/extend", samples=3, id="three")[0], 200)
        self.assertEqual(len(self.requests()[0]), 2)

    def test_the_commands_ask_the_same(self):
        self.assertIn("digits continues with 1 more sample", self.succeed("extend", "digits", "-n", 1).stderr)
        self.assertIn("trial 00002 is added", self.succeed("enqueue", "digits", "lr=0.25").stderr)
        self.assertIn("digits is running, and --jobs is for starting; drop it", self.succeed("extend", "digits", "-n", 1, "-j", 4, code=2).stderr)
        self.assertIn("no trial failed", self.succeed("retry", "digits", code=2).stderr)
        self.assertIn("is not in", self.succeed("enqueue", "digits", "lr=7", code=2).stderr)
        self.assertIn("NAME=VALUE", self.succeed("enqueue", "digits", "lr", code=2).stderr)
        (line,) = self.lines("enqueue", "digits", "lr=0.75")
        self.assertEqual((line["request"], line["trial"]), ("enqueue", 3))
        self.assertEqual([each["request"] for each in self.requests()[0]], ["extend", "enqueue", "enqueue"])

    def test_where_nothing_runs_the_command_starts_it(self):
        self.succeed("stop", "digits")
        self.running.wait(60)
        (self.home / "quick.py").write_text("print('loss=1')")
        self.succeed("run", "--name", "quick", "--min", "loss", "-n", 1, "-p", "lr=uniform(0, 1)", "--", sys.executable, "quick.py", "{lr}")
        self.succeed("enqueue", "quick", "lr=0.25")
        rows = self.lines("trials", "quick")
        self.assertEqual([(row["state"], row["proposed_by"]) for row in rows][1], ("completed", "person"))
        self.assertEqual(rows[1]["config"]["lr"], 0.25)
        self.succeed("replay", "quick")

    def test_failed_trials_again(self):
        self.succeed("stop", "digits")
        self.running.wait(60)
        (self.home / "once.py").write_text(
            "import os, sys, time\n"
            "if sys.argv[1] == '0' and not os.path.exists('seen'):\n    open('seen', 'w'); sys.exit('broken')\n"
            "for i in range(600 if sys.argv[1] == '1' else 1):\n    print(f'loss={i}', flush=True); time.sleep(0.1)\n")
        running = self.start("run", "--name", "once", "--min", "loss", "-n", 1, "-j", 2, "--retries", 0, "-p", "i=grid(0, 1)", "--",
                             sys.executable, "once.py", "{i}")
        self.wait_until(lambda: self.status("/api/v1/experiments/once/trials/0") == 200 and
                        self.get("experiments/once/trials/0")["state"] == "failed", "the failure")
        self.assertEqual(self.post("experiments/once/trials/1/retry")[0], 400)
        for _ in range(2):
            self.assertEqual(self.post("experiments/once/trials/0/retry", id="r")[0], 200)
        self.wait_until(lambda: self.get("experiments/once/trials/0")["state"] == "completed", "the second time")
        self.assertEqual(self.post("experiments/once/retry")[0], 400)
        self.succeed("stop", "once")
        running.wait(60)
        status, said = self.post("experiments/once/retry")
        self.assertEqual(status, 400)
        self.assertIn("luthier retry once", said["error"])


class Live(ServeTest):
    def events(self, name, wanted, **headers):
        """Server-sent events as (id, kind, data), until `wanted` says that there are enough."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        query = headers.pop("query", "")
        connection.request("GET", f"/api/v1/experiments/{name}/events{query}", headers=headers)
        response = connection.getresponse()
        self.assertEqual(response.status, 200)
        self.assertTrue(response.getheader("Content-Type").startswith("text/event-stream"))
        found, event, end = [], {}, time.monotonic() + 60
        while not wanted(found) and time.monotonic() < end:
            line = response.readline().decode().rstrip("\n")
            if line.startswith(":") or (not line and not event):
                continue
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            else:
                found.append((int(event.get("id", 0)), event["event"], json.loads(event["data"])))
                event = {}
        connection.close()
        self.assertTrue(wanted(found), found[-3:])
        return found

    @staticmethod
    def sequences(found):
        return [each[2]["sequence"] for each in found if each[1] == "log"]

    def test_follows_a_running_experiment_and_goes_on_where_it_was(self):
        running = self.start(*self.run_words("digits", samples=3, jobs=2), *self.train("--sleep", 0.3))
        self.wait_for_results("digits", 1)
        self.serve()
        found = self.events("digits", lambda all: len(self.sequences(all)) >= 8, query="?after=0")
        self.assertEqual(found[0][1], "ready")
        self.assertEqual((found[1][1], found[1][2]), ("state", {"running": True}))
        seen = self.sequences(found)
        self.assertEqual(seen, list(range(1, len(seen) + 1)))
        self.assertEqual([each[0] for each in found if each[1] == "log"], seen)
        more = self.events("digits", lambda all: any(each[1:] == ("state", {"running": False}) for each in all),
                           **{"Last-Event-ID": str(seen[-1])})
        running.wait(30)
        later = self.sequences(more)
        self.assertEqual(later, list(range(seen[-1] + 1, seen[-1] + 1 + len(later))))

    def test_control_is_what_the_commands_do(self):
        running = self.start(*self.run_words("digits", samples=2, jobs=2), *self.train("--sleep", 1, "--epochs", 1000))
        self.wait_for_results("digits", 2)
        self.serve()
        status, said = self.post("experiments/digits/trials/0/stop")
        self.assertEqual((status, said["request"], said["trial"]), (200, "stop", 0))
        self.wait_until(lambda: self.get("experiments/digits/trials/0")["state"] == "stopped", "the stop")
        self.assertEqual(self.get("experiments/digits/trials/1")["state"], "running")
        status, said = self.post("experiments/digits/trials/0/stop")
        self.assertEqual(status, 400)
        status, said = self.post("experiments/digits/trials/1/pause")
        self.assertEqual(status, 200)
        self.wait_until(lambda: self.get("experiments/digits/trials/1")["state"] == "paused", "the pause")
        self.assertEqual(self.post("experiments/digits/trials/1/resume")[0], 200)
        self.assertEqual(self.post("experiments/digits/trials/7/stop")[0], 404)
        self.assertEqual(self.post("experiments/digits/stop")[0], 200)
        self.assertIsNotNone(running.wait(30))
        self.wait_until(lambda: self.get("experiments/digits")["state"] == "finished", "the end")
        log = self.succeed("export", "digits", "--format", "jsonl").stdout
        self.assertEqual(log.count('"control_requested"'), 4)

    def test_many_who_come_and_go(self):
        running = self.start(*self.run_words("digits", samples=2, jobs=2), *self.train("--sleep", 0.2, "--epochs", 30))
        self.wait_for_results("digits", 1)
        self.serve()

        def come_and_go():
            for _ in range(5):
                self.raw(f"GET /api/v1/experiments/digits/events HTTP/1.1\r\nHost: localhost:{self.port}\r\n\r\n".encode(), 0.2)
        threads = [threading.Thread(target=come_and_go) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(running.wait(60), 0)
        self.assertEqual(self.get("experiments/digits")["trials"]["completed"], 2)


if __name__ == "__main__":
    unittest.main()
