"""Builds the Python package: the pages of python/luthier and the program luthier in one wheel.

The program is the one that LUTHIER_PROGRAM names, else the static one that `./dev package` makes, else
that of a build. A static program runs on every Linux of its processor, and the wheel says so; another
one runs where it was built.

    pip install .                       or, without pip:
    python tools/wheel/luthier_wheel.py DIRECTORY
"""

import base64
import hashlib
import os
import pathlib
import platform
import re
import struct
import subprocess
import sys
import tarfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "python" / "luthier"
PLACES = ("build/packages/static/luthier", "build/dev/bin/luthier")
DATE = (1980, 1, 1, 0, 0, 0)  # the same files give the same wheel
EXTRAS = {"pandas": ("pandas",), "sklearn": ("scikit-learn>=1.5",), "optuna": ("optuna>=4.0",)}


def version():
    return re.search(r"^project\(luthier VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.M)[1]


def program():
    given = os.environ.get("LUTHIER_PROGRAM")
    places = [pathlib.Path(given)] if given else [ROOT / place for place in PLACES]
    for place in places:
        if os.access(place, os.X_OK):
            return place
    raise SystemExit(f"there is no program luthier at {places[0]}; make it with `./dev package`, or name "
                     "one in LUTHIER_PROGRAM")


def is_static(file):
    """Whether an ELF program asks for no interpreter (a dynamic linker)."""
    with open(file, "rb") as binary:
        head = binary.read(64)
        if head[:6] != b"\x7fELF\x02\x01":
            raise SystemExit(f"{file} is no program of a 64-bit Linux")
        offset, = struct.unpack_from("<Q", head, 32)
        size, count = struct.unpack_from("<HH", head, 54)
        binary.seek(offset)
        table = binary.read(size * count)
    return all(struct.unpack_from("<I", table, at * size)[0] != 3 for at in range(count))


def platforms(file):
    machine = platform.machine()
    if not is_static(file):
        return [f"linux_{machine}"]
    return [f"manylinux2014_{machine}", f"manylinux_2_17_{machine}", f"musllinux_1_1_{machine}"]


def metadata():
    lines = ["Metadata-Version: 2.1", "Name: luthier", f"Version: {version()}",
             "Summary: Model selection and training, distributed", "License: Apache-2.0",
             "Requires-Python: >=3.9", "Requires-Dist: cloudpickle>=2.0",
             "Description-Content-Type: text/markdown"]
    for extra, packages in EXTRAS.items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f"Requires-Dist: {package}; extra == '{extra}'" for package in packages]
    return "\n".join(lines) + "\n\n" + (ROOT / "docs" / "python.md").read_text(encoding="utf-8")


class Wheel:
    def __init__(self, directory, tags, name="luthier"):
        self.name = f"{name}-{version()}-py3-none-{'.'.join(tags)}.whl"
        self.info = f"{name}-{version()}.dist-info"
        self.zip = zipfile.ZipFile(os.path.join(directory, self.name), "w", zipfile.ZIP_DEFLATED)
        self.record = []
        self.tags = tags

    def add(self, name, data, mode=0o644):
        info = zipfile.ZipInfo(name, DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = (0o100000 | mode) << 16
        self.zip.writestr(info, data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        self.record.append(f"{name},sha256={digest},{len(data)}")

    def finish(self):
        tags = "".join(f"Tag: py3-none-{tag}\n" for tag in self.tags)
        self.add(f"{self.info}/WHEEL", (f"Wheel-Version: 1.0\nGenerator: luthier {version()}\n"
                                        f"Root-Is-Purelib: false\n{tags}").encode())
        self.add(f"{self.info}/METADATA", metadata().encode())
        self.add(f"{self.info}/licenses/LICENSE", (ROOT / "LICENSE").read_bytes())
        self.add(f"{self.info}/entry_points.txt", b"[console_scripts]\nluthier = luthier._engine:main\n")
        record = "\n".join([*self.record, f"{self.info}/RECORD,,", ""])
        self.add(f"{self.info}/RECORD", record.encode())
        self.zip.close()
        return self.name


def build_wheel(directory, config_settings=None, metadata_directory=None):
    binary = program()
    wheel = Wheel(directory, platforms(binary))
    for file in sorted(PACKAGE.rglob("*")):
        inside = file.relative_to(PACKAGE).as_posix()
        if file.suffix in (".py", ".typed") and not inside.startswith("bin/"):
            wheel.add(f"luthier/{inside}", file.read_bytes())
    wheel.add("luthier/bin/luthier", binary.read_bytes(), 0o755)
    return wheel.finish()


def build_editable(directory, config_settings=None, metadata_directory=None):
    """The package is used from the tree; the program is that of LUTHIER_PROGRAM or of PATH."""
    wheel = Wheel(directory, [f"linux_{platform.machine()}"])
    wheel.add("luthier.pth", f"{PACKAGE.parent}\n".encode())
    return wheel.finish()


def build_sdist(directory, config_settings=None):
    stem = f"luthier-{version()}"
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True)
    with tarfile.open(os.path.join(directory, stem + ".tar.gz"), "w:gz") as archive:
        for name in filter(None, listed.stdout.decode().split("\0")):
            archive.add(ROOT / name, f"{stem}/{name}", recursive=False)
    return stem + ".tar.gz"


if __name__ == "__main__":
    print(build_wheel(sys.argv[1] if len(sys.argv) > 1 else "."))
