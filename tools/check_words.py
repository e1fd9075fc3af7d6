#!/usr/bin/env python3
"""Fails if a tracked file contains text that no file of this project may contain.

That is: paths of one machine, hosts of package registries (dependencies are installed by name, from
the registry that the machine is configured for), notes about unfinished work and, in Markdown,
some phrases that are not plain English (CONTRIBUTING.md, "Words").
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
# Phrase -> what to write; a blank matches a line break too. Only phrases without a correct use in these pages.
IN_PROSE = {
    r"\b(go|goes|going|gone|went) on\b(?! to\b)": "continues, resumes",
    r"\b(is|are|was|were) (said|told)\b(?! to\b)": "is reported, the message says",
    r"(?<!there)(?<!\s) (is|are) no (?!more\b|less\b|worse\b|\w+er\b)[a-z]+": "is not a",
    r"\bone's own\b": "your own",
    r"\bso many\b": "at most N, this many",
    r"\bfor which reason\b": "therefore",
    r"\bso (is|are|does|do) it (when|where|if)\b": "this also applies when",
    r"\bin (a|one) sentence\b": "with a message",
    r"\bone \w+ a (line|run|seed|trial|file|group)\b": "one per",
    r"\bany more(?=[.,;:)])": "no longer",
    r"\b(saves?|saved) and (leaves?|left)\b": "saves a checkpoint and exits",
    r"\b(hears?|heard)\b": "reads from the output",
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\b(is|are|was|were) not there\b": "is missing",
    r"\bbeside (Optuna|Ray|(its|the|their) peers)\b": "compared with",
}
# The design notes wait for an edit; the commands are printed by the program; the table lists the phrases.
NOT_PROSE = {"docs/design/": "", "docs/cli.md": "## Commands", "CONTRIBUTING.md": "## Words"}
# This file names what it forbids; licence texts and data are other people's words.
EXEMPT = {"tools/check_words.py", "LICENSE"}


def problems_of(name, text):
    rules = EVERYWHERE | (IN_CODE if pathlib.Path(name).suffix in CODE else {})
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, meaning in rules.items():
            if found := re.search(pattern, line):
                yield f"{name}:{number}: {meaning}: {found[0]}"


def prose_of(name, text):
    """The text with code blanked out, up to the heading where prose ends; line numbers stay."""
    for start, heading in NOT_PROSE.items():
        if name.startswith(start):
            text = text.partition(f"\n{heading}\n")[0] if heading else ""
    return re.sub(r"```.*?```|`[^`]*`", lambda code: re.sub(r"\S", "`", code[0]), text, flags=re.DOTALL)


def phrases_of(name, text):
    prose = prose_of(name, text)
    for pattern, better in IN_PROSE.items():
        for found in re.finditer(pattern.replace(" ", r"\s+"), prose, re.IGNORECASE):
            line = prose.count("\n", 0, found.end()) + 1
            phrase = " ".join(found[0].split())
            yield f"{name}:{line}: not plain English: {phrase} (write: {better})"


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
            if name.endswith(".md"):
                problems.extend(phrases_of(name, text))
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
