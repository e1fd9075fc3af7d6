"""What the pages show works as it stands."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", (DOCS / page).read_text(), re.M | re.S)


def test_the_readme_shows_what_the_python_page_shows():
    assert blocks("../README.md", "python")[0] == blocks("python.md", "python")[0]


PAGES = ("python.md", "scikit_learn.md", "callbacks.md", "trackers.md", "from_optuna.md", "from_ray_tune.md")
PROGRAMS = [(page, number) for page in PAGES for number in range(len(blocks(page, "python")))]


@pytest.mark.parametrize("page, number", PROGRAMS)
def test_programs_of_the_pages(page, number):
    pathlib.Path("page.py").write_text(blocks(page, "python")[number])
    ran = subprocess.run([sys.executable, "page.py"], capture_output=True, text=True, timeout=180)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip(), ran.stderr


def conversations():
    """What the page's clients say and read."""
    for text in blocks("client_protocol.md", ""):
        lines = text.splitlines()
        if lines[0].startswith("> "):
            assert [line[:2] for line in lines] == ["> ", "< "] * (len(lines) // 2)
            yield [line[2:] for line in lines[::2]], [line[2:] for line in lines[1::2]]


@pytest.mark.parametrize("said, heard", list(conversations()))
def test_the_conversations_of_the_protocol_page(said, heard):
    ran = subprocess.run([os.environ["LUTHIER_PROGRAM"], "client"], input="\n".join(said) + "\n",
                         capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0 and ran.stderr == ""
    assert [shown(line) for line in ran.stdout.splitlines()] == heard


def shown(line):
    """Without what differs from one run to the next, or is long."""
    line = re.sub(r'"version": "[^"]*"', '"version": "VERSION"', line)
    line = re.sub(r'"facts": \[{"experiment".*\]}$', '"facts": ["FACTS"]}', line)
    return re.sub(r'"seed": "\d+"', '"seed": "SEED"', line)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_client_in_node(monkeypatch):
    program = os.environ["LUTHIER_PROGRAM"]
    monkeypatch.setenv("PATH", f"{os.path.dirname(program)}{os.pathsep}{os.environ['PATH']}")
    pathlib.Path("client.mjs").write_text(blocks("client_protocol.md", "js")[0])
    ran = subprocess.run(["node", "client.mjs"], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert abs(float(re.fullmatch(r"x = (\S+), loss = \S+\n", ran.stdout)[1]) - 0.3) < 0.2


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_example_in_node():
    script = DOCS.parent / "examples/13_client_in_node/tune.mjs"
    ran = subprocess.run(["node", str(script)], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    stopped, loss = re.fullmatch(r"40 trials, (\d+) stopped early; loss (\S+) with lr \S+\n", ran.stdout).groups()
    assert 20 <= int(stopped) < 40 and float(loss) < 0.01


def test_every_request_of_the_protocol_is_on_its_page():
    ran = subprocess.run([os.environ["LUTHIER_PROGRAM"], "client"], input='{"id": 1, "do": "?"}\n',
                         capture_output=True, text=True, timeout=60)
    known = json.loads(ran.stdout)["error"]["message"].rpartition("known: ")[2].split(", ")
    text = (DOCS / "client_protocol.md").read_text()
    assert len(known) > 10
    for word in known:
        assert f'"do": "{word}"' in text or f"| `{word}` |" in text, word
