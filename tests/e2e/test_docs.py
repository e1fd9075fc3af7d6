"""README and docs: every shell line works when typed in the pages' order, every C++ program compiles and runs."""

import re
import subprocess
import time

import pytest

from markdown_blocks import BUILD, ROOT, Checkout, blocks

# What README leaves to its reader.
MODEL = """
#include <string>
struct Model {
  Model(double rate, const std::string&) : rate(rate) {}
  double train_epoch() { return 1 / (1 + rate * ++epochs); }
  template <class Path> void save(const Path&) const {}
  template <class Path> void load(const Path&) {}
  double rate, momentum = 0, epochs = 0;
};
"""
PAGES_TYPED = ["docs/space.md", "docs/stop_rules.md"]
PAGES_WITH_PROGRAMS = ["docs/space.md", "docs/stop_rules.md", "docs/ask_and_tell.md"]


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


def readme_blocks():
    """Those that can be typed here: one holds ./dev's two commands, one needs a Ray cluster (test_ray.py)."""
    found = blocks("README.md")
    elsewhere = [block for block in found if "./dev demo" in block or "ray:address" in block]
    assert len(elsewhere) == 2
    return [block for block in found if block not in elsewhere]


def test_readme_can_be_typed_from_top_to_bottom(checkout):
    during, after = [], []
    for block in readme_blocks():
        (during if "luthier pause" in block else after).append(block)
    assert len(during) == 1
    printed = checkout.type("".join(after))
    assert re.search(r"trial 0*12\b|proposed by", printed), printed
    assert "tpe" in printed and "random" in printed and re.search(r"\bp\b", printed), printed


def test_what_readme_types_from_another_terminal(checkout):
    (block,) = [each for each in readme_blocks() if "luthier pause" in each]
    running = subprocess.Popen(
        ["luthier", "run", "--name", "first", "--min", "loss", "-n", "3", "-j", "3", "--cpus", "3", "--grace", "1", "-p",
         "x=uniform(0, 1)", "--", "sh", "-c", "while :; do echo loss={x}; sleep 0.2; done"],
        cwd=checkout.path, env=checkout.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + 60
        while not (checkout.path / "luthier-results/first/trials").exists() and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(2)
        checkout.type(block)
        assert "Traceback" not in running.communicate(timeout=60)[1]
    finally:
        if running.poll() is None:
            running.kill()


def test_dev_knows_what_readme_builds():
    named = re.findall(r"^\./dev build (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert named
    for target in named:
        subprocess.run(["ninja", "-C", BUILD, "-t", "query", target], check=True, capture_output=True)


@pytest.mark.parametrize("page", PAGES_TYPED)
def test_shell_blocks_of_docs(checkout, page):
    checkout.type("".join(blocks(page)))


def test_the_plugin_of_the_page_is_compiled_and_loaded(checkout):
    (checkout.path / "curfew.cc").write_text(blocks("docs/plugins.md", "cpp")[0])
    printed = checkout.type("".join(blocks("docs/plugins.md")))
    assert "everybody goes home" in printed


@pytest.mark.parametrize("example", ["03_python_script", "04_any_program", "08_plugin"])
def test_shell_blocks_of_examples(checkout, example):
    """As typed in the example's own folder, the built programs at hand."""
    for name in (ROOT / "examples" / example).iterdir():
        (checkout.path / name.name).symlink_to(name)
    for name in BUILD.glob("bin/example_*.so"):
        (checkout.path / name.name).symlink_to(name)
    checkout.type("".join(blocks(f"examples/{example}/README.md")))


def test_programs_against_the_installation(tmp_path):
    """README's project as it stands, with the programs of the other pages beside its own."""
    prefix, source, build = (tmp_path / name for name in ("luthier", "project", "build"))
    subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, capture_output=True)
    source.mkdir()
    (source / "main.cc").write_text(MODEL + blocks("README.md", "cpp")[0])
    project = blocks("README.md", "cmake")[0]
    programs = ["tuned"]
    for page in PAGES_WITH_PROGRAMS:
        name = re.sub(r"\W", "_", page)
        (source / f"{name}.cc").write_text("\n".join(blocks(page, "cpp")))
        project += f"add_executable({name} {name}.cc)\ntarget_link_libraries({name} PRIVATE luthier::luthier)\n"
        programs.append(name)
    (source / "CMakeLists.txt").write_text(project)
    for command in (["cmake", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}"], ["cmake", "--build", build]):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    for program in programs:
        done = subprocess.run([build / program], cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, program + done.stdout + done.stderr
