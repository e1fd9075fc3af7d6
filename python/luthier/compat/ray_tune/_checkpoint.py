"""Checkpoints as directories, and the older ones as dicts."""

from __future__ import annotations

import contextlib
import os
import pickle
import shutil
import tempfile
from typing import Any, Dict, Iterator, Optional

_DICT = "_dict_checkpoint.pkl"


class Checkpoint:
    """A directory that holds a trial's state."""

    def __init__(self, path: str) -> None:
        self.path = os.fspath(path)

    @classmethod
    def from_directory(cls, path: str) -> Checkpoint:
        return cls(path)

    @classmethod
    def from_dict(cls, values: Dict[str, Any]) -> Checkpoint:
        directory = tempfile.mkdtemp(prefix="luthier-checkpoint-")
        write_dict(directory, values)
        return cls(directory)

    def to_directory(self, path: Optional[str] = None) -> str:
        """A copy of it."""
        path = path or tempfile.mkdtemp(prefix="luthier-checkpoint-")
        shutil.copytree(self.path, path, dirs_exist_ok=True)
        return path

    @contextlib.contextmanager
    def as_directory(self) -> Iterator[str]:
        yield self.path

    def to_dict(self) -> Dict[str, Any]:
        found = read_dict(self.path)
        if found is None:
            raise ValueError(f"the checkpoint {self.path} was not made from a dict; use as_directory()")
        return found

    def __repr__(self) -> str:
        return f"Checkpoint({self.path!r})"


def write_dict(directory: str, values: Dict[str, Any]) -> None:
    with open(os.path.join(directory, _DICT), "wb") as file:
        pickle.dump(values, file)


def read_dict(directory: str) -> Optional[Dict[str, Any]]:
    path = os.path.join(directory, _DICT)
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        found: Dict[str, Any] = pickle.load(file)
        return found
