"""Schedulers compared with those of Ray Tune and Optuna, on tables of learning curves in virtual time.

    ./dev bench schedulers [--tables FILE.json ...] [--workers 1,8,64] [--seeds 30] [--until 0.1]

Luthier runs in its own simulator. Ray's scheduler classes and Optuna's pruners run on the same tables in
loops in virtual_time/ and train the configurations that Luthier's random search proposes. Prints one JSON
line per run and, at the end, a table of ratios on stderr; `--write` puts the table into docs/comparison.md.
Runs are kept in build/schedulers.jsonl. A kept run whose inputs (version, program, table, rows, seed) are
unchanged is marked "reused" and not repeated, so an interrupted call can be continued. --fresh discards all
kept runs; use it after a change to virtual_time/, which is not one of the inputs. Seeds take turns, so that
a call that stops early (--minutes) compares whole seeds.
"""

import argparse
import functools
import importlib.metadata
import json
import logging
import multiprocessing
import os
import pathlib
import sys
import time
import zlib

from report.comparison_page import write_section
from report.kept_runs import KeptRuns
from virtual_time import comparison, luthier, optuna_pruners, ray_tune
from virtual_time.table import MARKS, Table

LCBENCH = pathlib.Path(__file__).parent / "data" / "lcbench.json"
# Chosen on lcbench: see docs/schedulers.md, "Which one".
BEST = ("asha:mode=promote,max_t={steps}", "bohb")
OURS = {
    "luthier_asha": ("asha:max_t={steps}", "random"),
    "luthier_hyperband": ("hyperband:max_t={steps}", "random"),
    "luthier_median": ("median_stopping", "random"),
    "luthier_halving": ("successive_halving", "random"),
    "luthier_promote": ("asha:mode=promote,max_t={steps}", "random"),
    "luthier_tpe": ("asha:mode=promote,max_t={steps}", "tpe"),
    "luthier_dehb": ("asha:mode=promote,max_t={steps}", "dehb"),
    "luthier_best": BEST,
}
PEERS = {name: module for module, names in ((ray_tune, ray_tune.SCHEDULERS), (optuna_pruners, optuna_pruners.PRUNERS)) for name in names}
MOST_ROWS = 16000  # more than any scheduler needs in the time
STARTED = time.monotonic()
tables = {}  # opened before the worker processes start, which then share them


def progress(text):
    print(f"{time.monotonic() - STARTED:4.0f}s  {text}", file=sys.stderr, flush=True)


class Input:
    """A table, and the rows that random search proposes for each seed."""

    def __init__(self, index, seeds):
        self.table = Table(index)
        files = b"".join(index.with_name(index.stem + ending).read_bytes() for ending in (".json", ".bin", "_parameters.csv"))
        self.digest = zlib.crc32(files)
        first_rows = luthier.random_rows(self.table, range(seeds), 100)
        self.digests_with_rows = [zlib.crc32(str(rows).encode(), self.digest) for rows in first_rows]


@functools.lru_cache(maxsize=4)
def rows_of(index, seed, until):
    return luthier.random_rows(tables[index].table, [seed], int(MOST_ROWS * min(1, 2 * until)))[0]


@functools.cache
def version_of(algorithm):
    if algorithm in OURS:
        return " ".join([f"{zlib.crc32(luthier.LUTHIER.read_bytes()):08x}", *OURS[algorithm]])
    package = algorithm.split("_")[0]
    return f"{package} {importlib.metadata.version(package)}"


def whole_run(index, name, workers, algorithm, seed):
    """The inputs of a run; its result depends on nothing else."""
    given = tables[index]
    data = given.digests_with_rows[seed] if algorithm in PEERS else given.digest
    return {"bench": "schedulers", "table": given.table.name, "data": f"{data:08x}", "task": name,
            "workers": workers, "seed": seed, "algorithm": algorithm, "version": version_of(algorithm)}


def run_key(run):
    """The inputs on which a run's result depends."""
    return tuple(run[field] for field in ("algorithm", "version", "data", "task", "workers", "seed"))


def reaches(run, until):
    """Whether there is a run and it lasted until this fraction of the time."""
    return run is not None and run["until"] >= until


def run(job):
    index, described, until, deadline = job
    if time.monotonic() > deadline:
        return None
    logging.disable(logging.WARNING)
    algorithm, workers, seed = described["algorithm"], described["workers"], described["seed"]
    table = tables[index].table
    task = table.task(described["task"])
    started = time.process_time()
    if algorithm in OURS:
        scheduler, searcher = (words.format(steps=table.steps) for words in OURS[algorithm])
        curve = luthier.best_curve(task, workers, scheduler, searcher, seed, until)
    else:
        curve = PEERS[algorithm].best_curve(task, workers, algorithm, rows_of(index, seed, until), seed, until)
    marks = [mark for mark in MARKS if mark <= until]
    regrets = task.regrets(curve, workers)[: len(marks)]
    return described | {"until": until, "marks": marks, "regrets": regrets, "scale": task.scale,
                        "cpu_s": round(time.process_time() - started, 2)}


def whole_runs(options):
    for seed in range(options.seeds):
        for index in options.tables:
            for name in tables[index].table.tasks:
                for workers in options.workers:
                    for algorithm in options.only:
                        yield index, whole_run(index, name, workers, algorithm, seed)


def shown(line, is_new, until):
    """Prints a kept line up to the requested time."""
    marks = [mark for mark in line["marks"] if mark <= until]
    line = line | {"marks": marks, "regrets": line["regrets"][: len(marks)], "reused": not is_new}
    print(json.dumps(line), flush=True)
    return line


def measure(options, kept):
    """All lines, from this call and earlier ones."""
    runs = list(whole_runs(options))
    deadline = time.monotonic() + 60 * options.minutes
    jobs = [(index, each, options.until, deadline) for index, each in runs if not reaches(kept.find(run_key(each)), options.until)]
    progress(f"{len(runs) - len(jobs)} runs are kept, {len(jobs)} to do")
    new, said = set(), time.monotonic()
    with multiprocessing.get_context("fork").Pool(options.processes) as pool:
        for number, line in enumerate(pool.imap_unordered(run, jobs)):
            if line is not None:
                kept.add(line)
                new.add(run_key(line))
            if time.monotonic() - said > 15:
                said = time.monotonic()
                progress(f"... {number + 1} of {len(jobs)} runs")
    found = [kept.find(run_key(each)) for _, each in runs]
    return [shown(line, run_key(line) in new, options.until) for line in found if line is not None]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", nargs="+", type=pathlib.Path, default=[LCBENCH])
    parser.add_argument("--workers", type=lambda text: [int(each) for each in text.split(",")], default=[1, 8, 64])
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--until", type=float, default=1.0, help="stop after this fraction of the time")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="start no run after this many minutes")
    parser.add_argument("--only", nargs="+", default=[*PEERS, *OURS], choices=[*PEERS, *OURS], metavar="ALGORITHM")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--fresh", action="store_true", help="run again what is kept")
    parser.add_argument("--write", action="store_true", help="put the table into docs/comparison.md")
    parser.add_argument("--json", action="store_true", help="JSON lines only")
    return parser.parse_args()


def main():
    options = arguments()
    for index in options.tables:
        tables[index] = Input(index, options.seeds)
    path = luthier.BUILD.parent / "schedulers.jsonl"
    if options.fresh:
        path.unlink(missing_ok=True)
    kept = KeptRuns(path, run_key)
    lines = measure(options, kept)
    rows = list(comparison.compare(lines))
    for row in rows:
        print(json.dumps({"bench": "schedulers", **row}), flush=True)
    command = "./dev bench schedulers " + " ".join(
        pathlib.Path(word).name if word.endswith(".json") else word for word in sys.argv[1:])
    packages = [version_of(name) for name in ("ray", "optuna")]
    text = "\n".join(comparison.markdown(rows, command.strip(), packages, OURS))
    if not options.json:
        print(text, file=sys.stderr)
        reused = sum(line["reused"] for line in lines)
        print(f"{reused} of {len(lines)} runs were reused from build/schedulers.jsonl", file=sys.stderr)
    if options.write:
        write_section("schedulers", f"## Schedulers\n\n{text}")


if __name__ == "__main__":
    main()
