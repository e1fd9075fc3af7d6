"""tools/write_pages.py: manual pages and completions say what the program says of itself."""

import gzip
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LUTHIER = pathlib.Path(os.environ["LUTHIER_BUILD"]) / "bin/luthier"


def write(program, folder):
    subprocess.run([sys.executable, ROOT / "tools/write_pages.py", program, folder], check=True)
    return {page.name.removesuffix(".1.gz"): gzip.decompress(page.read_bytes()).decode() for page in (folder / "man/man1").iterdir()}


def shown(page):
    """A page as man shows it, unformatted enough to search."""
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=4000n"], input=page, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


def plain(page):
    """The text of a page without its escapes, for machines without groff."""
    for escape, text in (("\\fB", ""), ("\\fI", ""), ("\\fR", ""), ("\\&", ""), ("\\-", "-"), ("\\(aq", "'"), ("\\(ga", "`"),
                         ("\\(ha", "^"), ("\\(ti", "~"), ("\\e", "\\")):
        page = page.replace(escape, text)
    return page


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    return write(LUTHIER, tmp_path_factory.mktemp("share"))


@pytest.fixture(scope="module")
def commands():
    said = subprocess.run([LUTHIER, "help", "--json"], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in said.splitlines()]


def test_every_command_has_a_page_that_the_main_page_names(pages, commands):
    assert set(pages) == {"luthier", *(f"luthier-{each['command']}" for each in commands)}
    for each in commands:
        assert f"luthier-{each['command']}(1)\n{each['summary']}" in plain(pages["luthier"])


def test_a_page_has_every_option_and_example(pages, commands):
    for each in commands:
        page = plain(pages[f"luthier-{each['command']}"])
        assert each["usage"] in page
        for example in each["examples"]:
            assert example in page
        for option in each["options"]:
            assert f"--{option['name']}" + (f" {option['argument']}" if option["argument"] else "") in page
            assert option["meaning"] in page


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_groff_has_nothing_to_complain_of(pages):
    for name, page in pages.items():
        assert name.upper() in shown(page).upper()


def strange_program(folder):
    """Says of itself what roff would take for requests, escapes and accents."""
    command = {"schema": 1, "command": "odd", "summary": "back\\slash, 'quote' and `tick`", "usage": "luthier odd [OPTIONS]",
               "examples": [".TH at the beginning", "'br at the beginning\n.so /etc/passwd", "a\\fBb ~x^y -- \\n(yr"],
               "options": [{"name": "dot", "letter": "d", "argument": ".X", "meaning": ".SH in a meaning", "group": "", "repeatable": True}]}
    program = folder / "luthier"
    program.write_text(f"#!{sys.executable}\nimport sys\nprint({{'help': {json.dumps(json.dumps(command))},\n"
                       f"  'version': '{{\"version\": \"1.2.3\"}}', 'completion': 'complete -F x luthier'}}[sys.argv[1]])\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program, command


def test_no_text_is_taken_for_a_request(tmp_path):
    program, command = strange_program(tmp_path)
    page = write(program, tmp_path / "share")["luthier-odd"]
    requests = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert requests == {".TH", ".SH", ".nf", ".fi", ".TP"}
    texts = [command["summary"], *command["examples"], command["options"][0]["meaning"] + "; may repeat"]
    assert all(text in plain(page) for text in texts)
    if shutil.which("groff"):
        assert all(line in shown(page) for text in texts for line in text.split("\n"))


def test_the_same_bytes_each_time(tmp_path):
    for folder in ("one", "two"):
        write(LUTHIER, tmp_path / folder)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert files
    assert all((tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes() for file in files)


def test_the_completion_is_the_programs_own(tmp_path):
    write(LUTHIER, tmp_path)
    said = subprocess.run([LUTHIER, "completion", "bash"], check=True, capture_output=True, text=True).stdout
    assert (tmp_path / "bash-completion/completions/luthier").read_text() == said
