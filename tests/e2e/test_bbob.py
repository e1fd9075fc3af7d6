"""The BBOB functions against the ioh package: what `luthier simulate` reports is what ioh computes."""

import csv
import io
import json
import os
import pathlib
import subprocess

import ioh
import pytest

LUTHIER = str(pathlib.Path(os.environ["LUTHIER_BUILD"]) / "bin" / "luthier")


def luthier(home, *words):
    return subprocess.run([LUTHIER, *map(str, words)], cwd=home, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("function", range(1, 25))
@pytest.mark.parametrize("dimension, instance", [(2, 1), (5, 71), (10, 3), (20, 1005)])
def test_values_agree(tmp_path, function, dimension, instance):
    luthier(tmp_path, "simulate", "--benchmark",
            f"bbob:function={function},dimension={dimension},instance={instance}",
            "-n", 20, "--seed", function, "--results", "results", "--name", "bbob")
    rows = list(csv.DictReader(io.StringIO(
        luthier(tmp_path, "export", f"bbob-{function}", "--results", "results", "--format", "csv"))))
    assert len(rows) == 20
    problem = ioh.get_problem(function, instance, dimension, ioh.ProblemClass.BBOB)
    names = [next(name for name in rows[0] if name.split("/")[-1] == f"x{i}") for i in range(dimension)]
    for row in rows:
        expected = problem([float(row[name]) for name in names])
        assert float(row["value"]) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    shown = json.loads(luthier(tmp_path, "show", f"bbob-{function}", "--results", "results", "--json"))
    assert float(shown["tags"]["optimum"]) == pytest.approx(problem.optimum.y, rel=1e-9, abs=1e-9)
