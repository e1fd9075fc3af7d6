"""What the examples say of themselves."""

import difflib
import pathlib

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
