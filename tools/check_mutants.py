#!/usr/bin/env python3
"""Fails if a planted bug of tests/mutants/mutants.toml no longer applies to the source tree."""

import dataclasses
import pathlib
import sys
import tomllib

LIST = "tests/mutants/mutants.toml"
FEWEST = 25


@dataclasses.dataclass(frozen=True)
class Edit:
    file: str
    old: str
    new: str


@dataclasses.dataclass(frozen=True)
class Mutant:
    name: str
    what: str
    first: tuple  # "program filter"
    edits: tuple


def read_mutants(root):
    tables = tomllib.loads((root / LIST).read_text(encoding="utf-8"))["mutant"]
    return [Mutant(table["name"], table["what"], tuple(table["first"]),
                   tuple(Edit(**edit) for edit in table["edit"])) for table in tables]


def changed_files(root, mutant):
    """File -> its text with the bug. Raises ValueError if an edit does not apply."""
    texts = {}
    for edit in mutant.edits:
        text = texts.get(edit.file)
        if text is None:
            path = root / edit.file
            if not path.is_file():
                raise ValueError(f"{mutant.name}: there is no file {edit.file}")
            text = path.read_text(encoding="utf-8")
        if edit.old == edit.new:
            raise ValueError(f"{mutant.name}: an edit of {edit.file} changes nothing")
        if text.count(edit.old) != 1:
            raise ValueError(f"{mutant.name}: the old text occurs {text.count(edit.old)} times in {edit.file}, "
                             f"not once; update {LIST}")
        texts[edit.file] = text.replace(edit.old, edit.new)
    return texts


def problems(root):
    mutants = read_mutants(root)
    if len(mutants) < FEWEST:
        yield f"{LIST}: {len(mutants)} planted bugs; there must be at least {FEWEST}"
    names = [mutant.name for mutant in mutants]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{LIST}: two planted bugs have the name {name}"
    for mutant in mutants:
        try:
            changed_files(root, mutant)
        except ValueError as problem:
            yield str(problem)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    found = list(problems(root))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
