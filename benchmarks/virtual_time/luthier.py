"""Runs of Luthier's own simulator."""

import json
import os
import pathlib
import subprocess
import tempfile

BUILD = pathlib.Path(os.environ.get("LUTHIER_BUILD", pathlib.Path(__file__).parents[2] / "build/dev"))
LUTHIER = BUILD / "bin" / "luthier"


def call(*words):
    done = subprocess.run([LUTHIER, *map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"luthier {' '.join(map(str, words))}\n{done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def best_curve(task, workers, scheduler, searcher, seed, until=1.0):
    """The curve of best losses, [(seconds, loss), ...]."""
    table = task.table
    [run] = call(
        "simulate", "--benchmark", table.index, "--task", task.name, "--scheduler", scheduler, "--searcher", searcher,
        "--workers", workers, "--time", f"{until * task.seconds(workers):.3f}s", "--seed", seed, "--json")
    sign = -1 if table.is_max else 1
    return [(time, sign * best) for time, _, _, best in run["curve"] if best is not None]


def random_rows(table, seeds, count):
    """For each seed, the rows that searcher `random` proposes; the peers train the same rows."""
    with tempfile.TemporaryDirectory() as directory:
        call(
            "simulate", "--benchmark", table.index, "--task", table.tasks[0], "--scheduler", "asha:max_t=1", "-n", count,
            "--seed", seeds[0], "--seeds", len(seeds), "--results", directory, "--name", "rows", "--json")
        return [
            [table.nearest_row(trial["config"]) for trial in call("trials", f"rows-{seed}", "--results", directory, "--json")]
            for seed in seeds]
