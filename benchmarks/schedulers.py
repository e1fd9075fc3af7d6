"""Schedulers beside Ray Tune's and Optuna's, on tables of learning curves in virtual time.

    ./dev bench schedulers [--tables FILE.json ...] [--workers 1,8,64] [--seeds 30] [--until 0.1]

Luthier runs in its own simulator; Ray's scheduler classes and Optuna's pruners decide over the same
tables in a loop of this folder, and train the configurations that Luthier's random search proposes.
One JSON line a run; at the end, on stderr, a table of ratios. `--write` puts it into docs/comparison.md.
The last lines are the population based training toy: `pbt` and random search at the same budget.
"""

import argparse
import json
import logging
import multiprocessing
import os
import pathlib
import sys

from report.comparison_page import write_section
from virtual_time import comparison, luthier, optuna_pruners, pbt_toy, ray_tune
from virtual_time.table import MARKS, Table

LCBENCH = pathlib.Path(__file__).parent / "data" / "lcbench.json"
# Chosen on lcbench: see docs/schedulers.md, "Which one".
BEST = ("asha:mode=promote,max_t={steps}", "bohb:draw_from=space,candidates=8,guided_trials=300")
OURS = {
    "luthier_asha": ("asha:max_t={steps}", "random"),
    "luthier_hyperband": ("hyperband:max_t={steps}", "random"),
    "luthier_median": ("median_stopping", "random"),
    "luthier_halving": ("successive_halving", "random"),
    "luthier_promote": ("asha:mode=promote,max_t={steps}", "random"),
    "luthier_best": BEST,
}
PEERS = {name: module for module, names in ((ray_tune, ray_tune.SCHEDULERS), (optuna_pruners, optuna_pruners.PRUNERS)) for name in names}
MOST_ROWS = 8000  # no scheduler gets through more trials in the time
tables = {}


def line(task, workers, algorithm, seed, curve, until):
    regrets = [regret for mark, regret in zip(MARKS, task.regrets(curve, workers)) if mark <= until]
    return {"bench": "schedulers", "table": task.table.name, "task": task.name, "workers": workers, "seed": seed,
            "algorithm": algorithm, "marks": list(MARKS[: len(regrets)]), "regrets": regrets, "scale": task.scale}


def open_table(index):
    return tables.setdefault(index, Table(index))


def run_ours(job):
    index, name, workers, algorithm, seeds, until = job
    task = open_table(index).task(name)
    scheduler, searcher = (words.format(steps=task.table.steps) for words in OURS[algorithm])
    curves = luthier.best_curves(task, workers, scheduler, searcher, seeds, until)
    return [line(task, workers, algorithm, seed, curve, until) for seed, curve in enumerate(curves)]


def run_peer(job):
    index, name, workers, algorithm, seed, rows, until = job
    logging.disable(logging.WARNING)
    task = open_table(index).task(name)
    # Ray's median rule walks every result of every trial: to the end it takes minutes a run.
    until = min(until, 0.1) if algorithm == "ray_median" else until
    return [line(task, workers, algorithm, seed, PEERS[algorithm].best_curve(task, workers, algorithm, rows, until), until)]


def run(job):
    return (run_ours if job[3] in OURS else run_peer)(job)


def jobs(options):
    for index in options.tables:
        table = open_table(index)
        rows = luthier.random_rows(table, options.seeds, int(MOST_ROWS * min(1, options.until * 2)))
        for name in table.tasks:
            for workers in options.workers:
                for algorithm in OURS:
                    yield index, name, workers, algorithm, options.seeds, options.until
                for algorithm in PEERS:
                    for seed in range(options.seeds):
                        yield index, name, workers, algorithm, seed, rows[seed], options.until


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", nargs="+", type=pathlib.Path, default=[LCBENCH])
    parser.add_argument("--workers", type=lambda text: [int(each) for each in text.split(",")], default=[1, 8, 64])
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--until", type=float, default=1.0, help="stop after this share of the time")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="put the table into docs/comparison.md")
    parser.add_argument("--json", action="store_true", help="JSON lines only")
    return parser.parse_args()


def main():
    options = arguments()
    lines = []
    with multiprocessing.Pool(options.processes) as pool:
        for done in pool.imap_unordered(run, jobs(options)):
            for each in done:
                lines.append(each)
                print(json.dumps(each), flush=True)
    rows = list(comparison.compare(lines))
    for row in rows:
        print(json.dumps({"bench": "schedulers", **row}), flush=True)
    toy = pbt_toy.measure(options.seeds)
    print(json.dumps({"bench": "schedulers", **toy}), flush=True)
    command = "./dev bench schedulers " + " ".join(
        pathlib.Path(word).name if word.endswith(".json") else word for word in sys.argv[1:])
    text = "\n".join([*comparison.markdown(rows, command.strip(), options.seeds), "", pbt_toy.sentence(toy)])
    if not options.json:
        print(text, file=sys.stderr)
    if options.write:
        write_section("schedulers", f"## Schedulers\n\n{text}")


if __name__ == "__main__":
    main()
