#!/usr/bin/env python3
"""try_packages.py PACKAGES [ROOT]: installs each package of ./dev package and tunes something with it.

ROOT is the root folder of another system without Luthier, such as debootstrap makes: the packages are
installed into it, so give a copy, and run as root. Without ROOT they are unpacked here into a folder of their own.
--only static or --only debian tries those alone; an older system runs the static one only.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import tempfile

TRAIN = """#!/bin/sh
# Two results; the second one is the better.
echo "loss=$1"
echo "loss=0.$1"
"""


class Machine:
    """Runs programs within a root, in a folder of it that is removed again."""

    def __init__(self, root):
        self.root = root
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="luthier-package-", dir=root / "tmp"))
        self.folder.chmod(0o755)
        self.place = "/" + str(self.folder.relative_to(root))

    def run(self, *words, status=0):
        """What the program writes to both streams. No variable of this machine reaches it."""
        enter = [] if self.root == pathlib.Path("/") else ["chroot", self.root]
        done = subprocess.run([*enter, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", f"HOME={self.place}", "LANG=C.UTF-8",
                               "sh", "-c", 'cd "$HOME" && exec "$@"', "sh", *words],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        if done.returncode != status:
            raise SystemExit(f"{' '.join(map(str, words))}: status {done.returncode}, expected {status}\n{done.stdout}")
        return done.stdout


def the_one(packages, pattern):
    found = sorted(packages.glob(pattern))
    if len(found) != 1:
        raise SystemExit(f"{packages} holds {len(found)} files {pattern}; make the packages anew: ./dev package")
    return found[0]


def tune(machine, luthier):
    """An experiment from beginning to end: space, program, guardian, log, a second process that reads it."""
    train = machine.folder / "train.sh"
    train.write_text(TRAIN)
    train.chmod(0o755)
    machine.run(luthier, "run", "--name", "tried", "--min", "loss", "-n", "1", "-j", "2", 
                "-p", "x=grid(4, 3, 2, 1)", "-p", "y=uniform(0, 1)", "--", "./train.sh", "{x}", "{y}")
    machine.run(luthier, "extend", "tried", "-n", "1")
    best = json.loads(machine.run(luthier, "best", "tried", "--json"))
    assert best["config"]["x"] == 1, best
    assert "0.1" in machine.run(luthier, "explain", "tried", str(best["trial"])), "explain says nothing of the result"
    assert len(machine.run(luthier, "trials", "tried", "--json").splitlines()) == 8
    assert machine.run(luthier, "replay", "tried")
    assert "tried" in machine.run(luthier, "ls")


def try_pages(share):
    """Pages of the program and of its commands, and completions, below a folder share."""
    pages = {page.name for page in (share / "man/man1").glob("*.1.gz")}
    assert {"luthier.1.gz", "luthier-run.1.gz", "luthier-best.1.gz"} <= pages, pages
    assert "complete -F" in (share / "bash-completion/completions/luthier").read_text()


def try_static(packages, machine):
    tarball = the_one(packages, "luthier-*-linux-x86_64.tar.gz")
    subprocess.run(["tar", "-xzf", tarball, "-C", machine.folder, "--no-same-owner"], check=True)
    folder = the_one(machine.folder, "luthier-*")
    luthier = f"{machine.place}/{folder.name}/bin/luthier"
    tune(machine, luthier)
    (machine.folder / "own.so").write_bytes(b"")
    refused = machine.run(luthier, "run", "--plugin", "./own.so", "--min", "loss", "-n", "1", "--", "./train.sh", status=2)
    assert "static program, which can't load libraries" in refused, refused
    assert "Ray" in machine.run(luthier, "run", "--executor", "ray:address=127.0.0.1:1", "--min", "loss", "-n", "1", "--", "./train.sh", status=2)
    try_pages(folder / "share")


def try_debian(packages, machine):
    program, development = the_one(packages, "luthier_*.deb"), the_one(packages, "libluthier-dev_*.deb")
    if machine.root == pathlib.Path("/"):
        system = machine.folder / "unpacked"
        for package in (program, development):
            subprocess.run(["dpkg-deb", "-x", package, system], check=True)
        luthier = f"{machine.place}/unpacked/usr/bin/luthier"
    else:
        system, luthier = machine.root, "luthier"
        shutil.copy(program, machine.folder)
        shutil.copy(development, machine.folder)
        machine.run("dpkg", "-i", program.name)
        # Of the libraries it is linked with an empty system has none.
        machine.run("dpkg", "--force-depends", "-i", development.name)
    tune(machine, luthier)
    try_pages(system / "usr/share")
    for file in ("include/luthier/luthier.h", "lib/libluthier.a", "lib/cmake/luthier/luthierConfig.cmake"):
        assert (system / "usr" / file).exists(), f"libluthier-dev has no {file}"
    if machine.root == pathlib.Path("/"):
        build_consumer(machine.folder, system / "usr")


def build_consumer(folder, prefix):
    """A project that knows the development package only."""
    source = pathlib.Path(__file__).resolve().parents[1] / "tests/e2e/consumer"
    for command in (["cmake", "-S", source, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={prefix}"],
                    ["cmake", "--build", folder / "build"], [folder / "build/consumer"]):
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=pathlib.Path)
    parser.add_argument("root", type=pathlib.Path, nargs="?", default=pathlib.Path("/"))
    parser.add_argument("--only", choices=("static", "debian"))
    given = parser.parse_args()
    for name, attempt in (("static", try_static), ("debian", try_debian)):
        if given.only in (None, name):
            machine = Machine(given.root.resolve())
            try:
                attempt(given.packages.resolve(), machine)
            finally:
                shutil.rmtree(machine.folder, ignore_errors=True)
            print(f"{name}: installed, and tuned with")


if __name__ == "__main__":
    main()
