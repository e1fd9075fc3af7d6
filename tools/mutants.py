#!/usr/bin/env python3
"""Plants the bugs of tests/mutants/mutants.toml one at a time in a copy of the source tree and reports
which test finds each. A bug that was found is not tried again while the sources and its text are
unchanged, so an interrupted run can be continued.

usage: mutants.py [NAME...]    LUTHIER_MUTANTS_AT: the copy and its build (default: build/mutants)
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from check_mutants import changed_files, read_mutants

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACE = pathlib.Path(os.environ.get("LUTHIER_MUTANTS_AT", ROOT / "build" / "mutants")).resolve()
TREE, RESULTS = (PLACE / "tree").resolve(), PLACE / "results.json"
BUILD = TREE / "build" / "mutants"
PATIENCE = 900  # seconds for one test program; a bug may make it hang
MAY_MISS = 1
# The sources of the fast tests.
PROGRAMS = ["unit_base", "unit_core", "unit_engine", "unit_store", "unit_schedulers", "unit_search", "conformance",
            "golden", "format", "unit_simulation", "unit_loggers", "unit_tuner", "unit_executors", "unit_cli",
            "unit_comparison"]


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.splitlines()
    return [name for name in listed if (ROOT / name).is_file()]


def copy_tree():
    """Updates the copy, touching only files that differ; returns a digest of its sources."""
    digest = hashlib.sha256()
    names = tracked_files()
    for name in names:
        content = (ROOT / name).read_bytes()
        if name.startswith(("src/", "include/")):
            digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
        copy = TREE / name
        if not copy.is_file() or copy.read_bytes() != content:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy)
    for folder in ("src", "include", "tests"):
        for path in set((TREE / folder).rglob("*")) - {TREE / name for name in names}:
            if path.is_file():
                path.unlink()
    return digest.hexdigest()


def build(programs):
    """Empty, or the end of the compiler's output."""
    if not (BUILD / "build.ninja").exists():
        subprocess.run(["cmake", "-S", TREE, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                        "-DCMAKE_CXX_FLAGS_DEBUG=-O0", "-DLUTHIER_EXAMPLES=OFF"], check=True, stdout=subprocess.DEVNULL)
    environment = dict(os.environ, CCACHE_BASEDIR=str(TREE), CCACHE_NOHASHDIR="1")
    jobs = os.environ.get("JOBS", str(os.cpu_count()))
    done = subprocess.run(["ninja", "-C", BUILD, "-j", jobs, *programs], env=environment, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout[-2000:]


def programs_of(several):
    return sorted({tests.partition(" ")[0] for tests in several})


def finder(tests):
    """The first of these tests ("program filter") that fails; None if all pass."""
    program, _, wanted = tests.partition(" ")
    try:
        done = subprocess.run([BUILD / "bin" / program, "--gtest_fail_fast", "--gtest_brief=1",
                               f"--gtest_filter={wanted or '*'}"], cwd=BUILD, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return f"{program} (it did not end)"
    if done.returncode == 0:
        return None
    failed = re.search(r"\[  FAILED  \] ([\w./]+)", done.stdout)
    return failed[1] if failed else f"{program} (it ended with status {done.returncode})"


def found_by(mutant):
    for several in [mutant.first, PROGRAMS]:
        if error := build(programs_of(several)):
            raise SystemExit(f"{mutant.name} does not compile; fix its text:\n{error}")
        for tests in several:
            if test := finder(tests):
                return test
    return None


def try_mutant(mutant):
    changed = changed_files(TREE, mutant)
    try:
        for name, text in changed.items():
            (TREE / name).write_text(text, encoding="utf-8")
        return found_by(mutant)
    finally:
        for name in changed:
            shutil.copy(ROOT / name, TREE / name)


def load_results():
    """Which test found each bug, by the bug's text and the sources in which it was planted."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def chosen(names):
    mutants = read_mutants(ROOT)
    known = {mutant.name for mutant in mutants}
    for name in names:
        if name not in known:
            raise SystemExit(f"no planted bug '{name}'; known: {', '.join(sorted(known))}")
    return [mutant for mutant in mutants if not names or mutant.name in names]


def check_the_tree_itself(mutants):
    """Checks that the tests pass without a bug, because a test that fails anyway finds nothing."""
    several = sorted({tests for mutant in mutants for tests in mutant.first})
    if error := build(programs_of(several)):
        raise SystemExit(f"the source tree does not compile:\n{error}")
    for tests in several:
        if test := finder(tests):
            raise SystemExit(f"{test} fails without a planted bug; fix that first")


def main():
    mutants = chosen(sys.argv[1:])
    start = time.monotonic()
    digest = copy_tree()
    found = load_results()
    keys = {mutant.name: f"{digest[:16]} {mutant.edits}" for mutant in mutants}
    if untried := [mutant for mutant in mutants if not found.get(keys[mutant.name])]:
        check_the_tree_itself(untried)
    for number, mutant in enumerate(mutants, 1):
        key = keys[mutant.name]
        if mutant in untried:
            found[key] = try_mutant(mutant)
            RESULTS.write_text(json.dumps(found, indent=1) + "\n")
        print(f"{time.monotonic() - start:5.0f}s  {number:2}/{len(mutants)}  {mutant.name}: "
              f"{found[key] or 'NOT FOUND'}", flush=True)
    missed = [mutant.name for mutant in mutants if not found[keys[mutant.name]]]
    print(f"{len(mutants) - len(missed)} of {len(mutants)} planted bugs found")
    return 1 if len(missed) > (MAY_MISS if len(mutants) > MAY_MISS else 0) else 0


if __name__ == "__main__":
    sys.exit(main())
