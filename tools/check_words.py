#!/usr/bin/env python3
"""Fails when a tracked file holds what no file of this project may hold.

Paths of one machine, hosts of package registries (dependencies come by name, from whatever
registry the machine is set up for), and notes that something is unfinished.
"""

import pathlib
import re
import subprocess
import sys

EVERYWHERE = {
    r"(?<![\w./])/(work|root|home/\w+)/": "a path of one machine",
    r"\.\./shared": "a path outside the checkout",
    r"https?://[\w.-]*(registry|pythonhosted|pypi|npmjs|crates|maven)[\w.-]*": "a registry's host",
    r"(--|-)(extra-)?index-url|--registry=": "a registry chosen here",
}
IN_CODE = {r"\b(TODO|FIXME|XXX|HACK)\b": "unfinished work"}
CODE = {".h", ".cc", ".c", ".py", ".sh", ".txt", ".cmake", ".ts"}
# This file names what it forbids; licence texts and data are other people's words.
EXEMPT = {"tools/check_words.py", "LICENSE"}


def problems_of(name, text):
    rules = EVERYWHERE | (IN_CODE if pathlib.Path(name).suffix in CODE else {})
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, meaning in rules.items():
            if found := re.search(pattern, line):
                yield f"{name}:{number}: {meaning}: {found[0]}"


def main():
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True, capture_output=True
    ).stdout.decode()
    problems = []
    for name in filter(None, listing.split("\0")):
        try:
            text = pathlib.Path(name).read_bytes().decode("utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue  # binary, or deleted and not yet committed
        if name not in EXEMPT:
            problems.extend(problems_of(name, text))
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
