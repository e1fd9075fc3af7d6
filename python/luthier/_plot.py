"""Pictures of experiments, drawn by the program."""

from __future__ import annotations

import os
import subprocess
from typing import List, Optional, Union

from ._engine import program
from ._errors import Error, UsageError


class Plot:
    """A picture. Notebooks show it; str() is its SVG."""

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes the SVG file, over one that exists."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.svg)

    def __str__(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Plot: {len(self.svg)} bytes of SVG>"

    def _repr_svg_(self) -> str:
        return self.svg


def plot(kind: str, directory: str, *parameters: str, axis: Optional[str] = None, metric: Optional[str] = None,
         log: bool = False, width: Optional[int] = None, height: Optional[int] = None) -> Plot:
    words: List[str] = [program(), "plot", "--output", "-"]
    options = {"axis": axis, "metric": metric, "width": width, "height": height}
    words += [f"--{name}={value}" for name, value in options.items() if value is not None]
    words += ["--log"] if log else []
    done = subprocess.run([*words, kind, directory, *parameters], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        message = "\n".join(line[len("luthier: "):] if line.startswith("luthier: ") else line for line in said.split("\n"))
        raise UsageError(message) if done.returncode == 2 else Error(message)
    return Plot(done.stdout.decode())
