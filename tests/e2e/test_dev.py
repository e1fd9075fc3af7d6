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
    for name in ("pip", "mypy"):
        program(tmp_path / ".venv/bin" / name, "")
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


def test_a_package_of_no_kind_is_refused(machine):
    done = dev(machine, "package", "static", "wheel")
    assert done.returncode == 1 and "package takes static, debian and source, not 'wheel'" in done.stderr


@pytest.fixture
def packaging(machine):
    """Making and trying a package says what it would do."""
    (machine / "tools").mkdir()
    for tool in ("make_packages", "try_packages"):
        (machine / f"tools/{tool}.py").write_text(f"import sys\nprint('{tool}', *sys.argv[1:], file=open('.steps', 'a'))\n")
    return machine


def steps_of_package(machine, *parts):
    done = dev(machine, "package", *parts)
    steps = machine / ".steps"
    return done, [line.replace("_packages build/dev", "").replace("build/packages ", "")
                  for line in (steps.read_text().splitlines() if steps.exists() else [])]


def test_packages_are_made_and_tried(packaging):
    done, steps = steps_of_package(packaging)
    assert done.returncode == 0, done.stderr
    assert steps == ["make static debian source", "try_packages --only static", "try_packages --only debian"]


def test_one_package_is_made_and_tried(packaging):
    assert steps_of_package(packaging, "debian")[1] == ["make debian", "try_packages --only debian"]


def test_where_no_static_program_can_be_linked_it_is_left_out_and_said(packaging):
    program(packaging / "bin/ninja", 'case "$*" in *query*) exit 1 ;; esac\n')
    done, steps = steps_of_package(packaging)
    assert done.returncode == 0 and "left out: the static package; this system lacks an archive" in done.stdout
    assert steps == ["make debian source", "try_packages --only debian"]


def test_a_static_package_that_is_asked_for_is_not_left_out(packaging):
    program(packaging / "bin/ninja", 'case "$*" in *query*) exit 1 ;; esac\n')
    done, steps = steps_of_package(packaging, "static")
    assert done.returncode == 1 and "this system lacks an archive" in done.stderr and steps == []


def git(machine, *words):
    subprocess.run(["git", "-c", "user.name=Ada", "-c", "user.email=ada@localhost", *words], cwd=machine, check=True, capture_output=True)


@pytest.fixture
def repository(machine):
    """Two sources on the branch main; on the branch `change` one is changed, one removed and two added."""
    program(machine / ".venv/bin/clang-tidy", 'for word; do case $word in src/*) echo "tidied $word" ;; esac; done\n')
    (machine / "src").mkdir()
    for name in ("kept", "changed", "removed"):
        (machine / f"src/{name}.cc").write_text(f"// {name}\n")
    git(machine, "init", "-q", "-b", "main")
    git(machine, "add", "dev", "src")
    git(machine, "commit", "-q", "-m", "begin")
    git(machine, "checkout", "-q", "-b", "change")
    (machine / "src/changed.cc").write_text("// otherwise\n")
    (machine / "src/removed.cc").unlink()
    (machine / "src/added.cc").write_text("// added\n")
    (machine / "src/header.h").write_text("// no source\n")
    git(machine, "add", "src")
    git(machine, "commit", "-q", "-am", "change")
    return machine


def tidied(machine, *words):
    done = dev(machine, "lint", *words)
    assert done.returncode == 0, done.stderr
    return sorted(line.removeprefix("tidied src/") for line in done.stdout.splitlines() if line.startswith("tidied "))


def test_what_changed_since_main_is_linted(repository):
    assert tidied(repository, "--changed") == ["added.cc", "changed.cc"]
    assert tidied(repository) == ["added.cc", "changed.cc", "kept.cc"]


def test_what_main_got_meanwhile_is_no_change_of_this_branch(repository):
    git(repository, "checkout", "-q", "main")
    (repository / "src/kept.cc").write_text("// meanwhile\n")
    git(repository, "commit", "-q", "-am", "meanwhile")
    git(repository, "checkout", "-q", "change")
    assert tidied(repository, "--changed") == ["added.cc", "changed.cc"]


def test_on_main_the_last_commit_is_linted(repository):
    git(repository, "checkout", "-q", "main")
    git(repository, "merge", "-q", "change")
    assert tidied(repository, "--changed") == ["added.cc", "changed.cc"]


def test_a_change_without_sources_is_linted(repository):
    assert tidied(repository, "--changed", "HEAD") == []


def test_a_change_of_many_sources_is_left_to_the_whole_lint(repository):
    for number in range(26):
        (repository / f"src/more{number}.cc").write_text("// more\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "many")
    done = dev(repository, "lint", "--changed")
    assert done.returncode == 0 and "tidied" not in done.stdout, done.stderr
    assert "28 sources changed" in done.stdout + done.stderr and "./dev lint" in done.stdout + done.stderr
    assert len(tidied(repository)) == 29


def test_a_commit_that_is_not_there_is_refused(repository):
    done = dev(repository, "lint", "--changed", "nowhere")
    assert done.returncode == 1 and "there is no commit nowhere to compare with" in done.stderr


def test_without_main_the_last_commit_is_linted(repository):
    git(repository, "branch", "-q", "-D", "main")
    assert tidied(repository, "--changed") == ["added.cc", "changed.cc"]


def test_a_single_commit_is_compared_with_nothing_and_that_is_said(repository, tmp_path_factory):
    shallow = tmp_path_factory.mktemp("shallow") / "checkout"
    git(repository, "clone", "-q", "--depth", "1", "--branch", "change", f"file://{repository}", str(shallow))
    for folder in ("bin", ".venv"):
        shutil.copytree(repository / folder, shallow / folder)
    for file in repository.glob("requirements-*.txt"):
        shutil.copy(file, shallow)
    done = dev(shallow, "lint", "--changed")
    assert done.returncode == 0 and "no commit to compare with" in done.stderr and "tidied" not in done.stdout
