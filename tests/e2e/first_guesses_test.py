"""What a person types wrongly first: each ends soon, with one sentence whose advice, typed, works.

The test types the advice: a command after "type:", or what "did you mean" says in place of what is
quoted before it.
"""

import os
import pathlib
import re
import shlex
import sys
import unittest

from luthier_program import ProgramTest

SCRIPT = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--learning-rate", type=float, default=0.1)
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--optimizer", choices=["sgd", "adam"], default="sgd")
arguments = parser.parse_args()
print(f"loss={arguments.learning_rate + arguments.batch}")
"""
PYTHON = sys.executable
SPACE = ["-p", "lr=uniform(0, 1)"]
SHORT = ["-n", "2", "--searcher", "random"]
RUN = ["run", "--min", "loss", *SPACE]
TRAIN = ["--", PYTHON, "train.py", "--lr", "{lr}"]
GIVEN = [*SHORT, *TRAIN]


def instead_of(option, value="3"):
    return [*RUN, option, value, "--searcher", "random", *TRAIN]


def space(text):
    return ["run", "--min", "loss", "-p", text, *GIVEN]


def program(*words):
    return [*RUN, *SHORT, "--", *words]


def script(parameter, *words):
    return ["run", "--min", "loss", "-n", "2", "-p", parameter, "--searcher", "random", "--", PYTHON, "script.py",
            *words]


# Options of Optuna, Ray Tune, HyperOpt, scikit-optimize and of scripts.
OPTIONS = {
    "--n-trials": instead_of("--n-trials"),
    "--n_trials=": [*RUN, "--n_trials=3", *TRAIN],
    "--num-samples": instead_of("--num-samples"),
    "--max-evals": instead_of("--max-evals"),
    "--trials": instead_of("--trials"),
    "--n-jobs": [*RUN, "--n-jobs", "2", *GIVEN],
    "--max-concurrent-trials": [*RUN, "--max-concurrent-trials", "2", *GIVEN],
    "--timeout": [*RUN, "--timeout", "60", *GIVEN],
    "--time-budget-s": [*RUN, "--time-budget-s", "60", *GIVEN],
    "--study-name": [*RUN, "--study-name", "mine", *GIVEN],
    "--storage": [*RUN, "--storage", "sqlite:///mine.db", *GIVEN],
    "--local-dir": [*RUN, "--local-dir", "there", *GIVEN],
    "--random-state": [*RUN, "--random-state", "1", *GIVEN],
    "--sampler": [*RUN, "--sampler", "TPESampler", "-n", "2", *TRAIN],
    "--search-alg": [*RUN, "--search-alg", "hyperopt", "-n", "2", *TRAIN],
    "--pruner": [*RUN, "--pruner", "MedianPruner", *GIVEN],
    "--max-t": [*RUN, "--max-t", "9", "--grace-period", "1", *GIVEN],
    "--epochs": [*RUN, "--epochs", "2", *GIVEN],
    "--metric and --mode": ["run", "--metric", "loss", "--mode", "min", *SPACE, *GIVEN],
    "--metric": ["run", "--metric", "loss", *SPACE, *GIVEN],
    "--direction": [*RUN, "--direction", "minimize", *GIVEN],
    "--minimize": ["run", "--minimize", "loss", *SPACE, *GIVEN],
    "--minimise=": ["run", "--minimise=loss", *SPACE, *GIVEN],
    "--maximize": ["run", "--maximize", "loss", *SPACE, *GIVEN],
    "-min": ["run", "-min", "loss", *SPACE, *GIVEN],
    "--parameter": ["run", "--min", "loss", "--parameter", "lr=uniform(0, 1)", *GIVEN],
    "the parameter as an option": ["run", "--min", "loss", "--lr", "uniform(0, 1)", *GIVEN],
    "a slip": [*RUN, "--sampels", "2", "--searcher", "random", *TRAIN],
    "--n": [*RUN, "--n", "2", "--searcher", "random", *TRAIN],
    "several at once": ["run", "--metric", "loss", "--direction", "minimize", "--n-trials", "2", "--sampler",
                        "random", "--pruner", "nop", *SPACE, *TRAIN],
    "--script": [*RUN, *SHORT, "--script", "always.py"],
    "no objective": ["run", *SPACE, *GIVEN],
}
VALUES = {
    "--scheduler median": [*RUN, "--scheduler", "median", *GIVEN],
    "--scheduler hyperopt": [*RUN, "--scheduler", "hyperopt", "-n", "2", *TRAIN],
    "--scheduler AsyncHyperBandScheduler": [*RUN, "--scheduler", "AsyncHyperBandScheduler", *GIVEN],
    "--searcher optuna": [*RUN, "--searcher", "optuna", "-n", "2", *TRAIN],
    "--searcher bayesian": [*RUN, "--searcher", "bayesian", "-n", "2", *TRAIN],
    "--searcher CmaEsSampler": [*RUN, "--searcher", "CmaEsSampler", "-n", "2", *TRAIN],
    "--searcher hyperband": [*RUN, "--searcher", "hyperband", "-n", "2", *TRAIN],
    "an option of asha": [*RUN, "--scheduler", "asha:eta=3", *GIVEN],
    "another option of asha": [*RUN, "--scheduler", "asha:max_resource=9", *GIVEN],
    "an option of tpe": [*RUN, "--searcher", "tpe:n_startup_trials=3", "-n", "2", *TRAIN],
}
SPACES = {
    "a range": space("lr=0.1..0.9"),
    "a range on a log scale": space("lr=1e-5..1e-1"),
    "log": space("lr=log(1e-5, 1e-1)"),
    "int": space("lr=int(1, 5)"),
    "no comma": space("lr=loguniform(1e-5 1e-1)"),
    "square brackets": space("lr=uniform[0, 1]"),
    "tune.loguniform": space("lr=tune.loguniform(1e-5, 1e-1)"),
    "suggest_float": space("lr=suggest_float(0, 1)"),
    "values with commas": space("lr=0.1,0.2,0.3"),
    "a colon": space("lr:uniform(0, 1)"),
    "a slip": space("lr=unifrom(0, 1)"),
    "a blank": ["run", "--min", "loss", "-p", "lr", "uniform(0, 1)", *GIVEN],
}
PROGRAMS = {
    "no dashes": [*RUN, *SHORT, PYTHON, "train.py", "--lr", "{lr}"],
    "no dashes, no python": [*RUN, *SHORT, "train.py", "--lr", "{lr}"],
    "a Python file": program("train.py", "--lr", "{lr}"),
    "a Python file here": program("./train.py", "--lr", "{lr}"),
    "a script that may not run": program("./plain.sh"),
    "a script without #!": program("./bare.sh"),
    "a script that is not in PATH": program("runs.sh"),
    "one text": program(f"{PYTHON} train.py --lr {{lr}}"),
    "one text for a shell": program("echo loss=1 | cat"),
    "a variable first": program("SEED=1", PYTHON, "train.py", "--lr", "{lr}"),
    "a misspelt file": program(PYTHON, "trian.py", "--lr", "{lr}"),
    "a misspelt script": program("./runs.hs"),
    "a misspelt placeholder": program(PYTHON, "train.py", "--lr", "{rl}"),
    "a placeholder in capitals": program(PYTHON, "train.py", "--lr", "{LR}"),
    "$lr": program(PYTHON, "train.py", "--lr", "$lr"),
    "${lr}": program(PYTHON, "train.py", "--lr=${lr}"),
    "%lr%": program(PYTHON, "train.py", "--lr", "%lr%"),
    "%(lr)s": program(PYTHON, "train.py", "--lr", "%(lr)s"),
    "{{lr}}": program(PYTHON, "train.py", "--lr", "{{lr}}"),
    "<lr>": program(PYTHON, "train.py", "--lr", "<lr>"),
    "$lr for a shell": program("sh", "-c", "echo loss=$lr"),
    "no command": ["--min", "loss", *SPACE, *GIVEN],
    "tune for run": ["tune", *RUN[1:], *GIVEN],
}
# The program refuses what it is given: its own words are shown, and what would work.
REFUSALS = {
    "an option it does not have": script("lr=uniform(0, 1)"),
    "an option it does not have, by a placeholder": script("lr=uniform(0, 1)", "--lr", "{lr}"),
    "a slip in its option": script("lr=uniform(0, 1)", "--learning-rat", "{lr}", "--leraning_rate={lr}"),
    "a fraction for a whole number": script("batch=uniform(8, 64)"),
    "a value it does not know": script("optimizer=choice(\"adagrad\")"),
}
METRICS = {
    "a slip": ["run", "--min", "los", *SPACE, *GIVEN],
    "a slip in a named experiment": ["run", "--name", "named", "--min=los", *SPACE, *GIVEN],
    "a name that nothing has": ["run", "--min", "cost_of_it", *SPACE, *GIVEN],
    "so early that the run ends": ["run", "--min", "los", "-n", "9", "-j", "1", *SPACE, "--searcher", "random", *TRAIN],
}
COMMANDS = {
    "list": ["list"],
    "history": ["history", "done"],
    "no experiment": ["best"],
    "a misspelt experiment": ["best", "dnoe"],
    "delete": ["delete", "done", "--yes"],
}


def corrected(words, wrong, right):
    return [word.replace(wrong, right) if wrong in word else word for word in words]


def typed(message, words):
    """The words that the advice makes of those that were typed; None: it advises nothing."""
    if found := re.search(r"type: luthier (.*)", message):
        return shlex.split(found[1])
    if found := re.search(r"no (\w+) '([^']+)'; did you mean (searcher|scheduler) '([^']+)'", message):
        kind, wrong, other, right = found.groups()
        return corrected(corrected(words, f"--{kind}", f"--{other}"), wrong, right)
    if found := re.search(r"did you mean (?:\w+=)?(\w+\([^?]*\))\?", message):
        name = words[words.index("-p") + 1].replace(":", "=").split("=")[0]
        return [f"{name}={found[1]}" if word == words[words.index("-p") + 1] else word for word in words]
    if found := re.search(r"'([^']+)'[^']*; (?:metrics seen: .*)?\(?did you mean '([^']+)'", message):
        return corrected(words, found[1], found[2])
    if found := re.search(r"ended without a value of '([^']+)'.*did you mean '([^']+)'", message):
        return corrected(words, found[1], found[2])
    if "'last'" in message:
        return [*words, "last"]
    return None


class FirstGuesses(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.home / "script.py").write_text(SCRIPT)
        (self.home / "always.py").write_text("print('loss=1')")
        for name, text, mode in [("plain.sh", "#!/bin/sh\necho loss=1\n", 0o644), ("bare.sh", "echo loss=1\n", 0o755),
                                 ("runs.sh", "#!/bin/sh\necho loss=1\n", 0o755)]:
            (self.home / name).write_text(text)
            (self.home / name).chmod(mode)

    def type_advice(self, words, most_sentences=1):
        done = self.luthier(*words, timeout=20)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        message = done.stderr
        if most_sentences:
            self.assertEqual(len(message.splitlines()), most_sentences, message)
        advice = typed(message, [str(word) for word in words])
        self.assertIsNotNone(advice, message)
        again = self.luthier(*advice, timeout=60)
        self.assertEqual(again.returncode, 0, f"{message}\n{shlex.join(advice)}\n{again.stderr}")

    def type_all(self, guesses, most_sentences=1):
        for name, words in guesses.items():
            with self.subTest(name):
                self.type_advice(words, most_sentences)

    def test_there_are_as_many_as_people_need(self):
        self.assertGreaterEqual(sum(map(len, [OPTIONS, VALUES, SPACES, PROGRAMS, REFUSALS, METRICS, COMMANDS])), 70)

    def test_options_of_other_tools(self):
        self.type_all(OPTIONS)

    def test_algorithms_of_other_tools(self):
        self.type_all(VALUES)

    def test_spaces(self):
        self.type_all(SPACES)

    def test_programs(self):
        self.type_all(PROGRAMS)

    def test_what_the_program_refuses(self):
        self.type_all(REFUSALS, most_sentences=0)

    def test_metrics(self):
        self.type_all(METRICS, most_sentences=0)

    def test_commands(self):
        self.succeed(*self.run_words("done"), *self.train())
        for name, words in COMMANDS.items():
            with self.subTest(name):
                self.type_advice(words)

    def test_python_where_only_python3_is(self):
        folder = self.home / "bin"
        folder.mkdir()
        (folder / "python3").symlink_to(PYTHON)
        words = [*RUN, *SHORT, "--", "python", "train.py", "--lr", "{lr}"]
        environment = {**os.environ, "PATH": f"{folder}:/bin"}
        if pathlib.Path("/bin/python").exists():
            self.skipTest("there is a python")
        done = self.luthier(*words, env=environment)
        self.assertIn("did you mean 'python3'?", done.stderr)
        again = self.luthier(*typed(done.stderr, words), env=environment)
        self.assertEqual(again.returncode, 0, again.stderr)

    def test_what_a_shell_sets_itself_is_no_guess(self):
        for text in ["lr=$1; echo loss=$lr", "for lr in 1 2; do echo loss=$lr; done", "echo loss=$LUTHIER_PARAM_LR"]:
            self.succeed("run", "--min", "loss", *SPACE, *SHORT, "--", "sh", "-c", text, "sh", "{lr}")

    def test_braces_that_are_meant_stay(self):
        self.succeed(*RUN, *SHORT, "--", "sh", "-c", "echo loss={lr}; echo '{{lr}}'")

    def test_keys_of_other_tools_in_a_file(self):
        (self.home / "tune.toml").write_text("n_trials = 3\nmin = 'loss'\n")
        done = self.luthier("run", "tune.toml", *SPACE, *TRAIN)
        self.assertIn("did you mean 'samples'?", done.stderr)


if __name__ == "__main__":
    unittest.main()
