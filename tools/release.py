#!/usr/bin/env python3
"""release.py check|commit|tag VERSION: the steps of ./dev release around the tests and packages.

check   refuses what can't be released: changes that are not committed, a version that does not follow
        the present one, a tag that is there, a changelog without news
commit  writes the version and the changelog's heading, and commits both
tag     tags the commit that HEAD is
"""

import datetime
import pathlib
import re
import subprocess
import sys

from version import PATTERN, version

UNRELEASED = "## Unreleased\n"


class Refusal(Exception):
    """Why there is no release, and what to do."""


def git(*words):
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True).stdout.strip()


def news(changelog):
    """What the changelog says of the next release."""
    _, heading, rest = changelog.partition(UNRELEASED)
    return re.split(r"^## ", rest, maxsplit=1, flags=re.M)[0].strip() if heading else ""


def numbers(text):
    return tuple(int(number) for number in text.split("."))


def check(new):
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", new):
        raise Refusal(f"'{new}' is no version; give three numbers, such as 1.2.0")
    if changed := git("status", "--porcelain"):
        raise Refusal(f"commit these changes or put them away first:\n{changed}")
    present = version(pathlib.Path("CMakeLists.txt"))
    released = bool(git("tag", "--list", f"v{present}"))
    if numbers(new) < numbers(present) or (released and new == present):
        raise Refusal(f"version {new} does not follow {present}; give a higher one")
    if git("tag", "--list", f"v{new}"):
        raise Refusal(f"there is a tag v{new} already; give a higher version")
    if not news(pathlib.Path("CHANGELOG.md").read_text()):
        raise Refusal("CHANGELOG.md says nothing under '## Unreleased'; write there what a user notices")


def commit(new):
    build, changelog = pathlib.Path("CMakeLists.txt"), pathlib.Path("CHANGELOG.md")
    today = datetime.datetime.now(datetime.timezone.utc).date()
    build.write_text(PATTERN.sub(new, build.read_text(), count=1))
    changelog.write_text(changelog.read_text().replace(UNRELEASED, f"{UNRELEASED}\n## {new} ({today})\n", 1))
    git("commit", "-q", "-m", f"Release {new}", "--", str(build), str(changelog))


def tag(new):
    notes = pathlib.Path("CHANGELOG.md").read_text().split(f"\n## {new} (", 1)[1].split("\n", 1)[1]
    notes = re.split(r"^## ", notes, maxsplit=1, flags=re.M)[0].strip()
    git("tag", "-a", f"v{new}", "--cleanup=verbatim", "-m", f"Luthier {new}\n\n{notes}\n")


STEPS = {"check": check, "commit": commit, "tag": tag}

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in STEPS:
        sys.exit(__doc__)
    try:
        STEPS[sys.argv[1]](sys.argv[2])
    except Refusal as refusal:
        sys.exit(f"no release: {refusal}")
