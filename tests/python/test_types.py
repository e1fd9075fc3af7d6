"""The package's types, as a type checker reads them in a user's program."""

import pathlib
import subprocess
import sys

import pytest

pytest.importorskip("mypy")
ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "tests/python/typed_program.py"


def checked(*files, config):
    """What mypy says of files that import the package as an installed one."""
    words = ["--strict", "--config-file", str(config), "--cache-dir", "cache"]
    return subprocess.run([sys.executable, "-m", "mypy", *words, *map(str, files)], capture_output=True, text=True,
                          timeout=300)


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "mypy.ini"
    path.write_text(f"[mypy]\nmypy_path = {ROOT / 'python'}\nfollow_imports = silent\n")
    return path


def test_the_program_passes_and_runs(config):
    done = checked(PROGRAM, config=config)
    assert done.returncode == 0, done.stdout
    ran = subprocess.run([sys.executable, str(PROGRAM)], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0 and ran.stdout.splitlines()[-1] == "invalid_argument", ran.stderr


def test_a_checker_knows_the_types_and_finds_mistakes(config, tmp_path):
    """Names that are loaded on use must not be Any, which would hide every mistake."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import luthier\n"
                     "reveal_type(luthier.Tuner)\nreveal_type(luthier.Experiment)\nreveal_type(luthier.open)\n"
                     "reveal_type(luthier.report(loss=1.0))\nreveal_type(luthier.uniform(0, 1))\n"
                     "luthier.Tuner(print, {}, minimise='loss', samples='many')\n"
                     "luthier.open(3)\n"
                     "luthier.ls().best\n")
    said = checked(wrong, config=config).stdout
    for known in ["-> luthier._tuner.Tuner", "-> luthier._experiment.Experiment", "-> luthier._result.Result",
                  '"bool"', '"luthier._space.Domain"']:
        assert known in said, (known, said)
    assert all(f"wrong.py:{line}: error" in said for line in (7, 8, 9)), said
