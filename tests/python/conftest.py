"""The package from the tree and the program from the build."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
os.environ.setdefault("LUTHIER_PROGRAM", str(pathlib.Path(
    os.environ.get("LUTHIER_BUILD", ROOT / "build" / "quick")) / "bin" / "luthier"))
os.environ["LUTHIER_PROGRAM"] = str(pathlib.Path(os.environ["LUTHIER_PROGRAM"]).resolve())
os.environ["PYTHONPATH"] = str(ROOT / "python")
sys.dont_write_bytecode = True


@pytest.fixture(autouse=True)
def own_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
