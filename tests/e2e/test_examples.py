"""What the examples say of themselves."""

import difflib
import os
import pathlib
import pty
import re
import shlex
import subprocess

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"


def test_the_cooperative_script_differs_by_at_most_three_lines():
    folder = EXAMPLES / "03_python_script"
    before, after = ((folder / name).read_text().splitlines() for name in ("train.py", "train_cooperative.py"))
    changes = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
    assert 1 <= len(changes) <= 3, changes
    assert not any("luthier" in line.lower() for line in before)


def test_every_example_is_listed():
    listed = (EXAMPLES / "README.md").read_text()
    for folder in EXAMPLES.iterdir():
        if folder.is_dir() and not folder.name.startswith((".", "__")):
            assert f"`{folder.name}" in listed, folder.name


def test_the_demo_says_what_was_gained_and_its_commands_work(tmp_path):
    build = pathlib.Path(os.environ["LUTHIER_BUILD"])
    home = tmp_path / "a place"
    home.mkdir()

    def typed(command):
        done = subprocess.run(["bash", "-c", command], cwd=home, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, command + done.stdout + done.stderr
        return done.stdout

    said = typed(f"{shlex.quote(str(build / 'bin/example_digits'))} -n 9 -j 2 --results 'my results'")
    trained, full = map(int, re.search(r"epochs trained: (\d+) of the (\d+) of full training", said).groups())
    assert trained < full == 9 * 81
    assert re.search(r"test accuracy of the default configuration, 81 epochs: 0\.9\d+", said)
    commands = re.findall(r"^\$ (.*)$", said, re.MULTILINE)
    assert [re.search(r"luthier'? (\w+) ", command)[1] for command in commands] == ["explain", "trials", "show"]
    for command in commands:
        typed(command)
    assert "-> stop by asha" in said, "the story of the trial is shown, not only how to ask for it"


def test_the_demo_shows_a_live_table_on_a_terminal(tmp_path):
    build = pathlib.Path(os.environ["LUTHIER_BUILD"])
    ours, theirs = pty.openpty()
    demo = subprocess.Popen([build / "bin/example_digits", "-n", "3", "-j", "2"], cwd=tmp_path, stdout=subprocess.DEVNULL,
                            stderr=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # what a terminal says once nobody writes to it
        pass
    finally:
        os.close(ours)
    assert demo.wait(timeout=60) == 0
    assert re.search(rb"\x1b\[\d*[AFJ]", shown), "the table is redrawn in its place"
