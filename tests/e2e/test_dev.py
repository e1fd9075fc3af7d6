"""./dev on machines that lack something; nothing is installed or built."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path):
    """A checkout whose tools do nothing; every package is there."""
    shutil.copy(ROOT / "dev", tmp_path)
    for file in ROOT.glob("requirements-*.txt"):
        shutil.copy(file, tmp_path)
    program(tmp_path / "bin/dpkg-query", "printf installed\n")
    for name in ("cmake", "ninja", "ctest"):
        program(tmp_path / "bin" / name, "")
    program(tmp_path / ".venv/bin/python", "echo Python 3.99.0\n")
    program(tmp_path / ".venv/bin/pip", "")
    return tmp_path


def dev(machine, *words):
    return subprocess.run(["./dev", *words], cwd=machine, capture_output=True, text=True, timeout=60,
                          env={**os.environ, "PATH": f"{machine / 'bin'}:{os.environ['PATH']}"})


def test_a_package_that_this_debian_lacks_is_said(machine):
    program(machine / "bin/dpkg-query", 'case "$*" in *hyperfine*) exit 1 ;; *) printf installed ;; esac\n')
    program(machine / "bin/apt-cache", "exit 0\n")
    done = dev(machine, "test", "--fast")
    assert done.returncode == 0, done.stderr
    assert "this Debian release has no package hyperfine: skipping the tests that need it" in done.stdout


def pip_without(machine, said):
    program(machine / ".venv/bin/pip",
            f'case "$*" in *requirements-ray*) echo "{said}" >&2; exit 1 ;; esac\n')


def test_ray_is_installed_where_it_is_there(machine):
    done = dev(machine, "test", "--fast")
    assert done.returncode == 0, done.stderr
    assert (machine / ".venv/.installed-ray").exists() and "skipping" not in done.stdout


def test_a_python_without_a_wheel_of_ray_is_said_and_tested(machine):
    pip_without(machine, "ERROR: No matching distribution found for ray==2.60.0")
    done = dev(machine, "test", "--fast")
    assert done.returncode == 0, done.stderr
    assert "Ray has no wheel for Python 3.99.0: skipping the tests that need it" in done.stdout
    assert "fast tests passed" in done.stdout
    assert not (machine / ".venv/.installed-ray").exists()


def test_another_failure_of_pip_is_no_missing_wheel(machine):
    pip_without(machine, "ERROR: no space left on device")
    done = dev(machine, "test", "--fast")
    assert done.returncode == 1 and "no space left" in done.stderr
