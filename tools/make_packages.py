#!/usr/bin/env python3
"""make_packages.py BUILD OUTPUT PART...: packages of what is built in BUILD, into OUTPUT.

static  static/luthier, stripped, and a tarball of it with its manual pages and completions
debian  luthier_*.deb and libluthier-dev_*.deb
source  the sources of the last commit
SHA256SUMS lists what OUTPUT then holds.
"""

import gzip
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

from version import version

ROOT = pathlib.Path(__file__).resolve().parents[1]


def git(*words):
    return subprocess.run(["git", "-C", ROOT, *words], check=True, capture_output=True).stdout


def time_of_sources():
    """Seconds since 1970, for archives that are the same bytes each time."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    return int(git("log", "-1", "--format=%ct")) if (ROOT / ".git").exists() else int((ROOT / "CMakeLists.txt").stat().st_mtime)


def write_tarball(path, folder):
    """The folder and all below it, owned by root, in the order of their names."""
    time = time_of_sources()

    def plain(entry):
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = time
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    with path.open("wb") as file, gzip.GzipFile("", "wb", mtime=0, fileobj=file) as packed, \
            tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(folder, folder.name, filter=plain)


def make_static(build, output):
    program = output / "static/luthier"
    program.parent.mkdir(exist_ok=True)
    subprocess.run(["strip", "-o", program, build / "static/luthier"], check=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, f"luthier-{version()}")
        (folder / "bin").mkdir(parents=True)
        shutil.copy(program, folder / "bin")
        for page in ("man", "bash-completion"):
            shutil.copytree(build / "share" / page, folder / "share" / page)
        for file in ("LICENSE", "NOTICE", "CHANGELOG.md"):
            shutil.copy(ROOT / file, folder)
        write_tarball(output / f"{folder.name}-linux-x86_64.tar.gz", folder)


def make_debian(build, output):
    with tempfile.TemporaryDirectory(dir=output) as scratch:
        subprocess.run(["cpack", "-G", "DEB", "--config", build / "CPackConfig.cmake", "-B", scratch], check=True)
        for package in pathlib.Path(scratch).glob("*.deb"):
            package.replace(output / package.name)


def make_source(_build, output):
    if not (ROOT / ".git").exists():
        sys.exit("the source archive is made from the last commit, and this is no git checkout; make it in one")
    if git("status", "--porcelain"):
        print("the source archive holds the last commit; uncommitted changes are not in it", file=sys.stderr)
    name = f"luthier-{version()}"
    archive = git("archive", "--format=tar", f"--prefix={name}/", "HEAD")
    (output / f"{name}.tar.gz").write_bytes(gzip.compress(archive, mtime=0))


def write_sums(output):
    files = sorted(path for pattern in ("*.tar.gz", "*.deb", "static/luthier") for path in output.glob(pattern))
    (output / "SHA256SUMS").write_text("".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(output)}\n" for path in files))


PARTS = {"static": make_static, "debian": make_debian, "source": make_source}


def main(build, output, *parts):
    build, output = pathlib.Path(build).resolve(), pathlib.Path(output).resolve()
    output.mkdir(parents=True, exist_ok=True)
    for part in parts:
        PARTS[part](build, output)
    write_sums(output)


if __name__ == "__main__":
    if len(sys.argv) < 4 or not set(sys.argv[3:]) <= PARTS.keys():
        sys.exit(__doc__)
    main(*sys.argv[1:])
