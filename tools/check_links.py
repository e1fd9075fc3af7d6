#!/usr/bin/env python3
"""Fails if a tracked Markdown file links to a missing file or heading."""

import pathlib
import re
import subprocess
import sys


def anchors(text):
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def problems_of(path):
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^()\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        linked = path.parent / name if name else path
        if not linked.exists():
            yield f"{path}: there is no {target}"
        elif anchor and anchor not in anchors(linked.read_text()):
            yield f"{path}: {name or path} has no heading #{anchor}"


def main():
    listing = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
                             check=True, capture_output=True, text=True).stdout
    problems = [problem for name in listing.splitlines() for problem in problems_of(pathlib.Path(name))]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
