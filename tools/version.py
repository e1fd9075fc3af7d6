#!/usr/bin/env python3
"""Prints Luthier's version. It stands in CMakeLists.txt and nowhere else."""

import pathlib
import re

PLACE = pathlib.Path(__file__).resolve().parents[1] / "CMakeLists.txt"
PATTERN = re.compile(r"(?<=^project\(luthier VERSION )\d+\.\d+\.\d+", re.M)


def version(place=PLACE):
    return PATTERN.search(place.read_text())[0]


if __name__ == "__main__":
    print(version())
