"""./dev release and tools/release.py in a repository of their own: what is refused, and what is left behind."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHANGELOG = """# Changelog

## Unreleased

- Heard in every language.

## 0.1.0 (2026-01-02)

- The first.
"""


class Checkout:
    def __init__(self, folder):
        self.folder = folder
        (folder / "tools").mkdir()
        for tool in ("release.py", "version.py"):
            shutil.copy(ROOT / "tools" / tool, folder / "tools")
        (folder / ".gitignore").write_text("__pycache__/\n")
        (folder / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(luthier VERSION 0.1.0 LANGUAGES C CXX)\n")
        (folder / "CHANGELOG.md").write_text(CHANGELOG)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ada")
        self.git("config", "user.email", "ada@localhost")
        self.commit("begin")
        self.git("tag", "v0.1.0")

    def git(self, *words):
        return subprocess.run(["git", *words], cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def write(self, file, text):
        (self.folder / file).write_text(text)

    def release(self, step, version):
        return subprocess.run([sys.executable, "tools/release.py", step, version], cwd=self.folder, capture_output=True, text=True)

    def says_no(self, version):
        done = self.release("check", version)
        assert done.returncode != 0 and done.stderr.startswith("no release: "), done
        return done.stderr


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


@pytest.mark.parametrize("version", ["1", "1.2", "v1.2.3", "1.2.3.4", "1.2.3-rc1", "01.2.3", "1.2.x", ""])
def test_what_is_no_version_is_refused(checkout, version):
    assert "is no version; give three numbers" in checkout.says_no(version)


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9", "0.0.10"])
def test_a_version_that_does_not_follow_is_refused(checkout, version):
    assert f"version {version} does not follow 0.1.0" in checkout.says_no(version)


@pytest.mark.parametrize("version", ["0.1.1", "0.2.0", "0.10.0", "1.0.0"])
def test_one_that_follows_is_not(checkout, version):
    assert checkout.release("check", version).returncode == 0


def test_the_first_release_may_have_the_version_that_stands_there(checkout):
    checkout.git("tag", "-d", "v0.1.0")
    assert checkout.release("check", "0.1.0").returncode == 0


@pytest.mark.parametrize("change", ["CMakeLists.txt", "new-file"])
def test_changes_that_are_not_committed_are_refused(checkout, change):
    with (checkout.folder / change).open("a") as file:
        file.write("# changed\n")
    assert f"commit these changes or put them away first:\n" in checkout.says_no("0.2.0") and change in checkout.says_no("0.2.0")


def test_a_tag_that_is_there_is_refused(checkout):
    checkout.git("tag", "v0.2.0")
    assert "there is a tag v0.2.0 already" in checkout.says_no("0.2.0")


@pytest.mark.parametrize("unreleased", ["## Unreleased\n\n", ""])
def test_a_changelog_without_news_is_refused(checkout, unreleased):
    checkout.write("CHANGELOG.md", f"# Changelog\n\n{unreleased}## 0.1.0 (2026-01-02)\n\n- The first.\n")
    checkout.commit("no news")
    assert "says nothing under '## Unreleased'" in checkout.says_no("0.2.0")


def test_commit_and_tag(checkout):
    assert checkout.release("commit", "0.2.0").returncode == 0
    assert checkout.release("tag", "0.2.0").returncode == 0
    assert checkout.git("status", "--porcelain") == ""
    assert checkout.git("log", "-1", "--format=%s").strip() == "Release 0.2.0"
    assert checkout.git("rev-list", "-n1", "v0.2.0") == checkout.git("rev-parse", "HEAD")
    assert "project(luthier VERSION 0.2.0 LANGUAGES" in (checkout.folder / "CMakeLists.txt").read_text()
    assert "cmake_minimum_required(VERSION 3.25)" in (checkout.folder / "CMakeLists.txt").read_text()
    changelog = (checkout.folder / "CHANGELOG.md").read_text()
    assert re.search(r"## Unreleased\n\n## 0\.2\.0 \(20\d\d-\d\d-\d\d\)\n\n- Heard in every language\.\n\n## 0\.1\.0", changelog)
    notes = checkout.git("tag", "-l", "--format=%(contents)", "v0.2.0")
    assert notes.strip() == "Luthier 0.2.0\n\n- Heard in every language."
    # What comes next begins with an empty heading.
    assert "says nothing" in checkout.says_no("0.3.0")


@pytest.fixture
def project(checkout, tmp_path_factory):
    """With ./dev, on a machine where building does nothing. The steps of a release are noted in .steps."""
    shutil.copy(ROOT / "dev", checkout.folder)
    (checkout.folder / ".gitignore").write_text("__pycache__/\n/build/\n/.steps\n")
    checkout.tools = tmp_path_factory.mktemp("bin")
    for path, text in ((checkout.tools / "dpkg-query", "printf installed"), (checkout.tools / "cmake", ""), (checkout.tools / "ninja", ""),
                       (checkout.folder / ".ci/run", "echo ci >>.steps")):
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    for tool, step in (("make_packages.py", "made"), ("try_packages.py", "tried")):
        checkout.write(f"tools/{tool}", "import pathlib, sys, version\n"
                       f"with open('.steps', 'a') as file: print('{step}', version.version(), *[word for word in sys.argv[2:] if not word.startswith(('build', '--'))], file=file)\n"
                       "pathlib.Path('build/packages/static').mkdir(parents=True, exist_ok=True)\n"
                       "pathlib.Path('build/packages/luthier.tar.gz').touch()\n")
    checkout.commit("a project")
    return checkout


def dev_release(project, *words):
    done = subprocess.run(["./dev", "release", *words], cwd=project.folder, capture_output=True, text=True,
                          env={**os.environ, "PATH": f"{project.tools}:{os.environ['PATH']}",
                               "GIT_AUTHOR_NAME": "Ada", "GIT_COMMITTER_NAME": "Ada"})
    steps = project.folder / ".steps"
    return done, steps.read_text().splitlines() if steps.exists() else []


def test_a_release_is_tested_then_committed_packaged_and_tagged(project):
    done, steps = dev_release(project, "0.2.0")
    assert done.returncode == 0, done.stderr
    assert steps == ["ci", "made 0.2.0 static debian source", "tried 0.2.0 static", "tried 0.2.0 debian"]
    assert "v0.2.0" in project.git("tag") and "tagged v0.2.0" in done.stdout
    assert project.git("status", "--porcelain") == ""


def test_a_release_that_is_refused_tests_nothing(project):
    project.write("new-file", "")
    done, steps = dev_release(project, "0.2.0")
    assert done.returncode != 0 and "commit these changes" in done.stderr and steps == []


def test_a_failing_test_leaves_no_commit(project):
    project.write(".ci/run", "#!/bin/sh\nexit 1\n")
    project.commit("a failing test")
    before = project.git("rev-parse", "HEAD")
    done, _ = dev_release(project, "0.2.0")
    assert done.returncode != 0 and project.git("rev-parse", "HEAD") == before and "v0.2.0" not in project.git("tag")


@pytest.mark.parametrize("tool", ["make_packages.py", "try_packages.py"])
def test_a_failing_package_leaves_no_tag_and_the_way_back(project, tool):
    project.write(f"tools/{tool}", "raise SystemExit('it fails')\n")
    project.commit("a package that fails")
    before = project.git("rev-parse", "HEAD")
    done, _ = dev_release(project, "0.2.0")
    assert done.returncode != 0 and "it fails" in done.stderr and "v0.2.0" not in project.git("tag")
    assert "take the release commit back with: git reset --hard HEAD~1" in done.stderr
    project.git("reset", "-q", "--hard", "HEAD~1")
    assert project.git("rev-parse", "HEAD") == before


def test_without_a_version_the_present_one_is_said(project):
    done, _ = dev_release(project)
    assert done.returncode == 1 and "release takes a version; this one is 0.1.0" in done.stderr


def test_the_version_stands_in_one_place():
    version = subprocess.run([sys.executable, ROOT / "tools/version.py"], check=True, capture_output=True, text=True).stdout.strip()
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "*CMakeLists.txt", "*.cmake", "*.in", "*.toml", "*.py", "src", "include"],
                           check=True, capture_output=True, text=True).stdout.split()
    holds = [name for name in names if not name.startswith(("tests/", "benchmarks/"))
             and re.search(rf"\b{re.escape(version)}\b", (ROOT / name).read_text(errors="replace"))]
    assert holds == ["CMakeLists.txt"]
