"""Programs that print, report and are given what nobody expects: endless lines, bytes that are no
text, escapes, odd numbers, values that look like shell or like options."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from luthier_program import ProgramTest

# What a terminal obeys; none of it may come through, whoever wrote it.
EVIL = "\x1b]0;title\x07\x1b[31mred\x1b[2J\x9b31m\u202eltr"
EVIL_BYTES = b"\x1b]0;title\x07\x1b[31mred\x1b[2J\xc2\x9b31m\xe2\x80\xae"

# (what is written as JSON, what the log holds)
NUMBERS = [
    ("NaN", "NaN"), ("Infinity", "Infinity"), ("-Infinity", "-Infinity"), ('"NaN"', "NaN"),
    ("1e308", 1e308), ("-1e308", -1e308), ("1e400", "Infinity"), ("-1e400", "-Infinity"),
    ("-0.0", -0.0), ("5e-324", 5e-324), ("2.2250738585072011e-308", 2.225073858507201e-308),
    ("1e-400", 0.0), ("9007199254740993", 2**53 + 1), ("-9007199254740993", -(2**53) - 1),
    ("9223372036854775807", 2**63 - 1), ("-9223372036854775808", -(2**63)),
    ("18446744073709551616", float(2**64)), ("0.1", 0.1), ("true", True),
]

HOSTILE_VALUES = [";touch x", "$(touch x)", "`touch x`", "a\nb", "a\tb", "--flag", "-x", "", " ",
                  "*", "{lr}", "{{", "'", '"', "\\", "&&", "é", "\U0001f600", "x" * 100_000]


class HostileProgram(ProgramTest):
    def run_script(self, name, script, *options, samples=1, code=0, **more):
        (self.home / "program.py").write_text(script)
        return self.succeed(*self.run_words(name, "--log", "none", *options, samples=samples), "--",
                            sys.executable, "program.py", "{args}", code=code, **more)

    def results(self, name):
        events = map(json.loads, self.succeed("export", name, "--format", "jsonl").stdout.splitlines())
        return [event["metrics"] for event in events if event["event"] == "result_reported"]


class Output(HostileProgram):
    def test_a_line_of_200_megabytes(self):
        script = ("import sys\nfor _ in range(200): sys.stdout.write('x' * 1_000_000)\n"
                  "print('\\nloss=1')")
        (self.home / "program.py").write_text(script)
        words = [*self.run_words("l", "--log", "none", samples=1), "--", sys.executable, "program.py"]
        process = self.start(*words)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        self.assertLess(usage.ru_maxrss, 100 * 1024)  # KiB, of the controller alone
        (trial,) = self.lines("trials", "l")
        self.assertEqual(trial["best"], 1)
        log = self.home / "luthier-results/l/trials/00000/stdout.log"
        self.assertLess(log.stat().st_size, 70_000)
        self.assertIn("[line cut here]", self.succeed("logs", "l", 0).stdout)

    def test_output_without_any_newline(self):
        done = self.run_script("n", "import sys\nsys.stdout.write('y' * 10_000_000 + 'loss=1')", code=1)
        self.assertIn("loss", done.stderr)
        self.run_script("m", "import sys\nsys.stdout.write('loss=1')")

    def test_log_files_keep_to_their_quota(self):
        self.run_script("q", "for i in range(2_000_000): print('a line of the log that nobody reads', i)\n"
                             "print('loss=1')", timeout=120)
        folder = self.home / "luthier-results/q/trials/00000"
        self.assertTrue((folder / "stdout.log.1").exists())
        self.assertLess(sum(path.stat().st_size for path in folder.glob("stdout.log*")), 65 << 20)

    def test_bytes_that_are_no_text(self):
        self.run_script("b", "import os\nos.write(1, bytes(range(256)) + b'\\nloss=1\\n')\n"
                             "os.write(2, bytes(reversed(range(256))))")
        text = self.succeed("logs", "b", 0).stdout
        self.assertIn(r"\x00\x01", text)
        self.assertIn("loss=1", text)
        self.succeed("logs", "b", 0, "--json")
        self.assertIn("\ufffd", self.succeed("logs", "b", 0, "--stderr").stdout)

    def test_no_escape_reaches_the_terminal(self):
        script = (f"import os, sys\nos.write(1, {EVIL_BYTES!r} + b'\\n')\nos.write(2, {EVIL_BYTES!r})\n"
                  "print('{\"loss\": 1, \"' + %r + '\": \"' + %r + '\"}')\nsys.exit(3)"
                  % (json.dumps(EVIL)[1:-1], json.dumps(EVIL)[1:-1]))
        space = f"opt=choice({json.dumps(EVIL)}, 'b')"
        done = self.run_script("e", script, "-p", space, "--tag", f"note={EVIL}", samples=4, code=1)
        said = done.stdout + done.stderr
        for words in [["ls"], ["show", "e"], ["trials", "e"], ["best", "e"], ["logs", "e", 0],
                      ["logs", "e", 0, "-e"], ["explain", "e", 0], ["show", EVIL],
                      ["trials", "e", "--sort", EVIL], ["run", EVIL], ["export", "e", "--canonical"],
                      ["trials", "e", "--json"], ["logs", "e", 0, "--json"]]:
            shown = self.luthier(*words)
            said += shown.stdout + shown.stderr
            data = "--json" in words or "--canonical" in words  # JSON escapes what it must
            for escape in ["\x1b", "\x07"] if data else ["\x1b", "\x07", "\x9b", "\u202e"]:
                self.assertNotIn(escape, shown.stdout + shown.stderr, words)
        self.assertIn("red", said)

    def test_a_locale_with_decimal_commas(self):
        locales = pathlib.Path(tempfile.mkdtemp(dir=self.home))
        subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", str(locales / "de_DE.UTF-8")],
                       check=True, capture_output=True)
        german = {**os.environ, "LOCPATH": str(locales), "LC_ALL": "de_DE.UTF-8"}
        comma = subprocess.run(["bash", "-c", "printf %.1f 0,5"], env=german, capture_output=True)
        self.assertEqual(comma.stdout, b"0,5")
        self.run_script("d", "print('loss=0.5 acc=1,5')", "--stop", "loss < 0.25", env=german)
        for words in [["trials", "d"], ["show", "d"], ["export", "d", "--format", "jsonl"]]:
            self.assertEqual(self.succeed(*words, env=german).stdout, self.succeed(*words).stdout)
        (trial,) = self.lines("trials", "d")
        self.assertEqual(trial["metrics"], {"loss": 0.5})


class Numbers(HostileProgram):
    def check(self, name, script):
        self.run_script(name, script)
        logged = [metrics["loss"] for metrics in self.results(name)]
        self.assertEqual(list(map(repr, logged)), [repr(value) for _, value in NUMBERS])
        (trial,) = self.lines("trials", name)
        self.assertEqual(trial["best"], -1e308)  # infinities rank worst on both sides
        (counts,) = self.lines("replay", name)
        self.assertEqual(counts["differences"], 0)
        self.succeed("export", name, "--format", "csv")
        self.assertEqual(len(self.succeed("explain", name, 0).stdout.splitlines()), len(NUMBERS) + 7)

    def test_printed(self):
        self.check("p", "".join(f"print('{{\"loss\": {text}}}')\n" for text, _ in NUMBERS))

    def test_reported(self):
        self.check("r", "import os\nlink = os.fdopen(3, 'r+b', buffering=0)\n" + "".join(
            f"link.write(b'{{\"loss\": {text}}}\\n'); link.readline()\n" for text, _ in NUMBERS))

    def test_plain_text(self):
        said = ["loss=nan", "loss=-inf", "loss=1e400", "loss=abc", "loss=", "loss", "loss=1 loss=2",
                "loss = 3", "loss: 4.", "loss=1_0", "loss=0x10", "LOSS=1", "xloss=1", "loss=+5",
                "loss=.5", "loss=9007199254740993"]
        self.run_script("t", "".join(f"print({line!r})\n" for line in said))
        self.assertEqual([metrics["loss"] for metrics in self.results("t")],
                         ["NaN", "-Infinity", "Infinity", 2, 3, 4, 5, 0.5, 2**53 + 1])

    def test_other_metrics_may_be_anything_and_the_first_of_an_iteration_stands(self):
        self.run_script("o", "import json\nprint(json.dumps({'loss': 1, 'text': 'a', 'none': None, "
                             "'list': [1, [2]], 'deep': {'a': {'b': 3}}, '': 5}))\n"
                             "print('{\"loss\": 2, \"loss\": 3}')\nprint('{\"text\": \"no loss\"}')")
        first, second = self.results("o")
        self.assertEqual((first["text"], first["list"], first["deep/a/b"]), ("a", [1, [2]], 3))
        self.assertEqual(second, {"loss": 3})

    def test_a_trial_of_nothing_but_nan_is_never_the_best(self):
        self.run_script("w", "import os\ntrial = int(os.environ['LUTHIER_TRIAL_ID'])\n"
                             "print('loss=' + ('nan' if trial != 2 else '1e300'))",
                        "--scheduler", "asha:max_t=4,grace_period=1", samples=4)
        (best,) = self.lines("best", "w")
        self.assertEqual(best["trial"], 2)

    def test_a_metric_that_is_text_alone(self):
        done = self.run_script("x", "print('{\"loss\": \"good\"}')", code=1)
        self.assertIn("'loss'", done.stderr)


class Arguments(HostileProgram):
    def test_values_come_through_as_they_are(self):
        (self.home / "points.json").write_text(
            json.dumps([{"lr": 0.5, "s": value} for value in HOSTILE_VALUES]))
        (self.home / "program.py").write_text(
            "import json, os, sys\n"
            "with open(os.environ['LUTHIER_TRIAL_DIR'] + '/seen.json', 'w') as out:\n"
            "    json.dump([sys.argv[1:], os.environ['LUTHIER_PARAM_S'],\n"
            "               json.load(open(os.environ['LUTHIER_PARAMS']))['s']], out)\nprint('loss=1')\n")
        choices = ", ".join(json.dumps(value, ensure_ascii=False) for value in HOSTILE_VALUES)
        self.succeed(*self.run_words("a", "-p", f"s=choice({choices})", "--points", "points.json",
                                     samples=len(HOSTILE_VALUES)),
                     "--", sys.executable, "program.py", "{s}", "--in={s}", "{args}", timeout=120)
        for trial, value in enumerate(HOSTILE_VALUES):
            seen = self.home / f"luthier-results/a/trials/{trial:05}/seen.json"
            self.assertEqual(json.loads(seen.read_text()),
                             [[value, f"--in={value}", "--lr=0.5", f"--s={value}"], value, value])
        self.assertFalse((self.home / "x").exists())

    def test_what_no_argument_can_hold_fails_its_trial_with_the_remedy(self):
        program = ["--", sys.executable, "-c", "import json, sys\njson.load(open(sys.argv[1]))\n"
                   "print('loss=1')"]
        for name, value in [("nul", "a\0b"), ("long", "x" * 200_000)]:
            (self.home / "space.toml").write_text(f"[space]\ns = [{json.dumps(value)}]\n")
            file = ["space.toml", "--log", "console"]
            done = self.succeed(*self.run_words(name, *file, samples=1), *program, "{s}", code=1)
            self.assertIn("{params.file:json}", done.stderr)
            self.succeed(*self.run_words(name + "-file", *file, samples=1), *program,
                         "{params.file:json}")


class Files(HostileProgram):
    # A pipe would be waited for, for ever, and a link leads to what nobody asked for.
    def test_pipes_and_links_in_place_of_what_is_read(self):
        (self.home / "secret").write_text("loss=0.125 precious\n")
        script = ("import os, pathlib\nhome = pathlib.Path.cwd()\n"
                  "os.chdir(os.environ['LUTHIER_TRIAL_DIR'])\n"
                  "for name in ('stdout.log', 'stderr.log.1', 'metrics.csv'):\n"
                  "    pathlib.Path(name).unlink(missing_ok=True)\n    os.mkfifo(name)\n"
                  "for name in ('stderr.log', 'stdout.log.1', 'metrics.jsonl'):\n"
                  "    pathlib.Path(name).unlink(missing_ok=True)\n"
                  "    os.symlink(home / 'secret', name)\nprint('loss=1', flush=True)\n")
        run = self.run_script("f", script)
        shown = [run.stdout, run.stderr, self.succeed("logs", "f", 0, code=4).stderr]
        (trial,) = self.lines("trials", "f")
        self.assertEqual(trial["best"], 1)
        words = ["--min", "loss", "-p", "x=uniform(0,1)", "--", sys.executable, "program.py", "{args}"]
        tried = self.succeed("try", "--verbose", *words)
        self.assertIn("loss was 1", tried.stdout)
        self.assertNotIn("precious", "".join([*shown, tried.stdout, tried.stderr]))


class Message(ProgramTest):
    def test_about_a_long_value_is_short(self):
        (self.home / "points.json").write_text(json.dumps({"s": "x" * 131072}))
        done = self.luthier("run", "--min", "loss", "-p", "s=choice('a', 'b')", "--points",
                            "points.json", "--", "true", "{s}")
        self.assertEqual(done.returncode, 2)
        self.assertLess(len(done.stderr), 3000)
        self.assertIn("parameter 's'", done.stderr)


if __name__ == "__main__":
    unittest.main()
