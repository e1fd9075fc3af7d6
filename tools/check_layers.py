#!/usr/bin/env python3
"""Fails if a file includes from a layer it may not use, or if a test file is in no program.

A layer is a folder of src. It may include the public headers, itself, and the layers in earlier columns;
layers in the same column never include each other. Public headers include only each other and the
standard library, so that a program built against Luthier needs no other package. Tests may include everything.
"""

import pathlib
import re
import sys

COLUMNS = [
    ["base"],
    ["core"],
    ["search", "schedulers", "engine", "executors", "store", "loggers", "laboratory/simulation",
     "laboratory/comparison"],
    ["tuner"],
    ["laboratory/bundles", "laboratory/importance"],
    ["service"],
    ["cli"],
]


def visible_layers():
    """Layer -> the set of layers its files may include."""
    visible, left = {}, set()
    for column in COLUMNS:
        for layer in column:
            visible[layer] = left | {layer}
        left = left | set(column)
    return visible


def layer_of(path, visible):
    """The layer that contains a path below src, or the name of the path's first folder."""
    folder, *rest = path.split("/")
    nested = "/".join([folder, *rest[:1]])
    return nested if nested in visible else folder


def includes(file):
    """(line number, '<' or '"', what is included) for each include in a file."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if found := re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line):
            yield number, found[1], found[2]


def public_problems(root):
    for file in sorted((root / "include").rglob("*.h")):
        for number, bracket, target in includes(file):
            where = f"{file.relative_to(root)}:{number}"
            if bracket == '"' and not target.startswith("luthier/"):
                yield f"{where}: a public header may not include the private header {target}"
            if bracket == "<" and not re.fullmatch(r"[a-z_0-9]+", target):
                yield f"{where}: a public header may include only the standard library, not <{target}>"


def private_problems(root):
    visible = visible_layers()
    for file in sorted((root / "src").rglob("*.[hc]*")):
        layer = layer_of(file.relative_to(root / "src").as_posix(), visible)
        if layer not in visible:
            if file.suffix in (".h", ".cc"):
                yield f"{file.relative_to(root)}: '{layer}' is not a layer; known: {', '.join(visible)}"
            continue
        for number, bracket, target in includes(file):
            folder = layer_of(target, visible)
            if bracket == "<" or folder == "luthier":
                continue
            where = f"{file.relative_to(root)}:{number}"
            if folder not in visible:
                yield f'{where}: "{target}" does not begin with a layer\'s folder'
            elif folder not in visible[layer]:
                yield f"{where}: {layer} may not include {folder}"


def test_folders(root):
    """The folders that tests/CMakeLists.txt builds into a program."""
    text = (root / "tests/CMakeLists.txt").read_text(encoding="utf-8")
    for variable, values, body in re.findall(r"foreach\((\w+) ([^)]*)\)(.*?)endforeach", text, re.S):
        for folder in re.findall(r"luthier_test_program\(\S+ ([^\s)]+)", body):
            for value in values.split():
                yield folder.replace("${%s}" % variable, value)
    for folder in re.findall(r"^luthier_test_program\(\S+ ([^\s)$]+)", text, re.M):
        yield folder


def test_problems(root):
    folders = {root / "tests" / folder for folder in test_folders(root)}
    for file in sorted((root / "tests").rglob("*_test.cc")):
        if file.parent not in folders:
            yield f"{file.relative_to(root)}: no program of tests/CMakeLists.txt compiles this folder"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    problems = [*public_problems(root), *private_problems(root), *test_problems(root)]
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
