"""The checks of tools/ find what they are for, and no test hides another."""

import ast
import collections
import pathlib
import subprocess
import sys
from xml.etree import ElementTree

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def check_layers(tree):
    done = subprocess.run([sys.executable, ROOT / "tools/check_layers.py", tree], capture_output=True, text=True)
    return done.returncode, done.stdout


def make_tree(tmp_path, files):
    for name, text in {"tests/CMakeLists.txt": (ROOT / "tests/CMakeLists.txt").read_text(), **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for folder in ("include", "src"):
        (tmp_path / folder).mkdir(exist_ok=True)
    return tmp_path


@pytest.mark.parametrize(
    "name, text",
    [
        ("src/engine/loop.cc", '#include "luthier/event.h"\n#include "core/fold.h"\n#include "engine/plan.h"\n#include <fmt/core.h>\n'),
        ("src/tuner/tuner.cc", '#include "store/log.h"\n#include "search/parzen/kernel.h"\n'),
        ("src/cli/main.cc", '#include "tuner/assembly.h"\n'),
        ("src/tuner/run.cc", '#include "laboratory/simulation/benchmarks/bbob.h"\n'),
        ("src/laboratory/bundles/tar.cc", '#include "tuner/assembly.h"\n'),
        ("include/luthier/event.h", '#include <span>\n#include "luthier/trial.h"\n'),
        ("tests/unit/engine/plan_test.cc", ""),
        ("tests/conformance/scheduler_test.cc", ""),
    ],
)
def test_layers_in_order_pass(tmp_path, name, text):
    assert check_layers(make_tree(tmp_path, {name: text})) == (0, "")


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("src/store/log.cc", '#include "engine/plan.h"\n', "src/store/log.cc:1: store may not include engine"),
        ("src/base/text.cc", '\n#include "core/fold.h"\n', "src/base/text.cc:2: base may not include core"),
        ("src/core/fold.h", '# include "tuner/x.h"\n', "core may not include tuner"),
        ("src/core/fold.h", '#include "fold.h"\n', "does not begin with a layer's folder"),
        ("src/laboratory/comparison/x.cc", '#include "laboratory/simulation/x.h"\n', "may not include laboratory/simulation"),
        ("src/tuner/x.cc", '#include "laboratory/bundles/tar.h"\n', "tuner may not include laboratory/bundles"),
        ("src/misc/x.cc", "", "'misc' is not a layer"),
        ("include/luthier/event.h", "#include <fmt/core.h>\n", "only the standard library, not <fmt/core.h>"),
        ("include/luthier/event.h", '#include "core/fold.h"\n', "may not include the private header core/fold.h"),
        ("tests/unit/web/page_test.cc", "", "tests/unit/web/page_test.cc: no program"),
        ("tests/lonely_test.cc", "", "tests/lonely_test.cc: no program"),
    ],
)
def test_layers_out_of_order_are_named(tmp_path, name, text, said):
    status, output = check_layers(make_tree(tmp_path, {name: text}))
    assert status == 1 and said in output and output.count("\n") == 1, output


@pytest.mark.parametrize(
    "text, said",
    [
        ("see /" + "work/main/build", "a path of one machine"),
        ("see ../" + "shared/design", "a path outside the checkout"),
        ("curl https://files.python" + "hosted.org/x", "a registry's host"),
        ("pip install --index" + "-url=x", "a registry chosen here"),
        ("# TO" + "DO: later", "unfinished work"),
    ],
)
def test_words_are_named(tmp_path, text, said):
    status, output = check_words(tmp_path, "script.py", f"first = 1\n{text}\n")
    assert status == 1 and output.startswith(f"script.py:2: {said}: "), output


def check_words(tree, name, text):
    subprocess.run(["git", "init", "-q", tree], check=True)
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text(text)
    done = subprocess.run([sys.executable, ROOT / "tools/check_words.py"], cwd=tree, capture_output=True, text=True)
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    "phrase, prose",
    [
        ("goes on", "The trial goes on with it."),
        ("went on", "It then went\n  on."),
        ("is said", "It is missing, which is said."),
        ("are told", "Failures are told once."),
        ("is no benchmark", "A script is no benchmark."),
        ("is no metric", "A setting\nis no metric."),
        ("one's own", "Write one's own scheduler."),
        ("so many", "Keep so many of them."),
        ("for which reason", "It waits, for which reason it is slow."),
        ("So is it when", "It is refused. So is it when empty."),
        ("in a sentence", "It is refused in a\nsentence."),
        ("one object a line", "It prints one object a line."),
        ("any more", "It is not read any more."),
        ("save and leave", "Running trials save and leave."),
        ("heard", "Metrics are heard."),
        ("mended", "The bug was mended."),
        ("is not there", "A program that is not there fails."),
        ("beside its peers", "Luthier beside its peers."),
    ],
)
def test_phrases_that_are_not_plain_english_are_named(tmp_path, phrase, prose):
    status, output = check_words(tmp_path, "page.md", f"# Title\n\n{prose}\n")
    line = 3 + prose.count("\n")
    assert status == 1 and output.startswith(f"page.md:{line}: not plain English: {phrase.strip()} "), output


@pytest.mark.parametrize(
    "name, text",
    [
        ("page.md", "There is no link. There\n  is no file. It is no longer read, and is no better or worse."),
        ("page.md", "Processes are told to exit and go on to run. It has many hearings and amends them."),
        ("page.md", "The message is `it goes on` and\n```\nthe best 2 go on\n```\n"),
        ("page.md", "Are any more trials needed? One object per line, beside the table. They do not save. They leave."),
        ("script.py", "# The trial goes on.\n"),
        ("docs/design/001-x.md", "The trial goes on.\n"),
        ("docs/cli.md", "# Text\n\n## Commands\n\ngo on with an experiment.\n"),
        ("CONTRIBUTING.md", "# Text\n\n## Words\n\n| write | not |\n|---|---|\n| continues | goes on |\n"),
    ],
)
def test_plain_english_and_code_pass(tmp_path, name, text):
    assert check_words(tmp_path, name, text) == (0, "")


MUTANT = '[[mutant]]\nname = "m{0}"\nwhat = "x"\nfirst = ["unit_base *"]\n[[mutant.edit]]\nfile = "a.cc"\nold = {1!r}\nnew = "z"\n'


def check_mutants(tree, source, olds):
    (tree / "tests/mutants").mkdir(parents=True)
    (tree / "a.cc").write_text(source)
    (tree / "tests/mutants/mutants.toml").write_text("".join(MUTANT.format(i, old) for i, old in enumerate(olds)))
    done = subprocess.run([sys.executable, ROOT / "tools/check_mutants.py", tree], capture_output=True, text=True)
    return done.returncode, done.stdout


def test_planted_bugs_that_apply_pass(tmp_path):
    assert check_mutants(tmp_path, "one two", ["one"] * 25) == (0, "")


@pytest.mark.parametrize(
    "source, olds, said",
    [
        ("one two", ["one"] * 24, "24 planted bugs; there must be at least 25"),
        ("one two", ["one"] * 24 + ["three"], "m24: the old text occurs 0 times in a.cc"),
        ("one one two", ["two"] * 24 + ["one"], "m24: the old text occurs 2 times in a.cc"),
        ("one z", ["one"] * 24 + ["z"], "m24: an edit of a.cc changes nothing"),
    ],
)
def test_planted_bugs_that_do_not_apply_are_named(tmp_path, source, olds, said):
    status, output = check_mutants(tmp_path, source, olds)
    assert status == 1 and said in output and output.count("\n") == 1, output


def test_a_terminal_is_drawn_as_it_looks(tmp_path):
    picture = tmp_path / "shown.svg"
    words = r'printf "gone\r\033[2K\033[1;32mtrial\033[0m  <7>\n"; sleep 60'
    subprocess.run([sys.executable, ROOT / "tools/draw_terminal.py", "--at", "2", "-o", picture, "--", "sh", "-c", words],
                   check=True, timeout=30)
    texts = [(element.text, element.get("fill"), element.get("font-weight"))
             for element in ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [("trial", "#98c379", "bold"), ("<7>", "#d8dee9", None)]


def defined_twice(text):
    """Classes and functions of which Python keeps the second alone."""
    tree = ast.parse(text)
    bodies = [tree.body, *(each.body for each in ast.walk(tree) if isinstance(each, ast.ClassDef))]
    kinds = (ast.FunctionDef, ast.ClassDef)
    counts = [collections.Counter(each.name for each in body if isinstance(each, kinds) and not each.decorator_list)
              for body in bodies]
    return [name for count in counts for name, times in count.items() if times > 1]


def test_no_test_hides_another():
    assert defined_twice("class A:\n  def f(self): 0\n  def f(self): 1\nclass A: 2\n") == ["A", "f"]
    for file in sorted((ROOT / "tests").rglob("*.py")):
        assert defined_twice(file.read_text()) == [], file
