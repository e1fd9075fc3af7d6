"""The wheel: installed where there is nothing but Python."""

import os
import pathlib
import subprocess
import sys
import zipfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "wheel"))
import luthier_wheel as wheel  # noqa: E402

ASK = """
import luthier
e = luthier.Experiment({"x": luthier.uniform(0, 1)}, minimize="loss")
for trial in e.ask(5):
    e.tell(trial, loss=trial["x"])
print(luthier.__file__, len(e.trials))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    place = tmp_path_factory.mktemp("wheel")
    return place / wheel.build_wheel(str(place))


def test_what_is_in_it(built):
    with zipfile.ZipFile(built) as archive:
        names = archive.namelist()
        info = archive.getinfo("luthier/bin/luthier")
        record = archive.read(next(name for name in names if name.endswith("/RECORD"))).decode()
    assert info.external_attr >> 16 & 0o111
    assert "luthier/py.typed" in names and "luthier/_engine.py" in names
    assert [line.split(",")[0] for line in record.splitlines()] == names
    static = wheel.is_static(os.environ["LUTHIER_PROGRAM"])
    assert ("manylinux" in built.name) == static


def test_it_is_installed_and_used(built, tmp_path):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("LUTHIER_PROGRAM", "PYTHONPATH")}
    environment["PATH"] = f"{tmp_path / 'venv' / 'bin'}:{environment['PATH']}"

    def run(*words):
        return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120)

    assert run(sys.executable, "-m", "venv", str(tmp_path / "venv")).returncode == 0
    python = str(tmp_path / "venv" / "bin" / "python")
    installed = run(python, "-m", "pip", "install", "--no-index", "--no-deps", "-q", str(built))
    assert installed.returncode == 0, installed.stderr
    ran = run(python, "-c", ASK)
    assert ran.returncode == 0, ran.stderr
    where, trials = ran.stdout.split()
    assert where.startswith(str(tmp_path)) and trials == "5"
    assert run("luthier", "version").stdout.startswith("luthier ")


def test_a_function_of_a_script_needs_cloudpickle(tmp_path):
    (tmp_path / "script.py").write_text(
        "import sys\nsys.modules['cloudpickle'] = None\nimport luthier\n"
        "luthier.Tuner(lambda config: 1, {}, minimize='loss').run()\n")
    ran = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True)
    assert ran.returncode == 1 and "pip install cloudpickle" in ran.stderr
