"""Compares the regrets of algorithms: ratios with paired intervals."""

import collections

import numpy as np

from .table import MARKS

DRAWS = 2000


def relative_regrets(lines):
    """(table, workers, mark) -> algorithm -> (seed, task) -> regret in units of the task's scale."""
    found = collections.defaultdict(lambda: collections.defaultdict(dict))
    for line in lines:
        for mark, regret in zip(line["marks"], line["regrets"]):
            cell = found[line["table"], line["workers"], mark]
            cell[line["algorithm"]][line["seed"], line["task"]] = regret / line["scale"]
    return found


def is_ours(name):
    return name.startswith("luthier")


def whole_seeds(many_runs, tasks):
    """The seeds for which all of these algorithms have run on every task."""
    seeds = {seed for runs in many_runs for seed, _ in runs}
    return {seed for seed in seeds if all((seed, task) in runs for runs in many_runs for task in tasks)}


def ratio(ours, theirs, tasks):
    """Mean regret over mean regret, with the 95% interval of a bootstrap over pairs (seed, task)."""
    pairs = sorted(ours.keys() & theirs.keys())
    a, b = (np.array([each[pair] for pair in pairs]) for each in (ours, theirs))
    draws = np.random.default_rng(1).integers(0, len(pairs), (DRAWS, len(pairs)))
    floor = 1e-9  # both may have found the optimum
    ratios = (a[draws].mean(axis=1) + floor) / (b[draws].mean(axis=1) + floor)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return {"ratio": float((a.mean() + floor) / (b.mean() + floor)), "low": float(low), "high": float(high),
            "seeds": len(pairs) // tasks}


def compare(lines):
    """For each table, number of workers and mark: the best peer, and every algorithm's ratio to it."""
    cells = relative_regrets(lines)
    for table, workers, mark in sorted(cells, key=lambda key: (key[0], key[1], MARKS.index(key[2]))):
        cell = cells[table, workers, mark]
        tasks = {task for runs in cell.values() for _, task in runs}
        peers = [runs for name, runs in cell.items() if not is_ours(name)]
        seeds = whole_seeds(peers, tasks)
        if not seeds:
            continue
        for name, runs in cell.items():
            own = seeds & whole_seeds([runs], tasks)
            cell[name] = {pair: regret for pair, regret in runs.items() if pair[0] in own}
        means = {name: np.mean(list(runs.values())) for name, runs in cell.items() if not is_ours(name)}
        best = min(means, key=means.get)
        yield {
            "table": table, "workers": workers, "mark": mark, "seeds": len(seeds), "best_peer": best, "regret": float(means[best]),
            "ratios": {name: ratio(runs, cell[best], len(tasks)) for name, runs in sorted(cell.items()) if runs}}


def cell(row, found):
    if found is None:
        return ""
    fewer = f", {found['seeds']} seeds" if found["seeds"] < row["seeds"] else ""
    return f"{found['ratio']:.2f} ({found['low']:.2f}-{found['high']:.2f}){fewer}"


def markdown(rows, command, packages, ours):
    yield (
        f"Regret divided by that of the best peer ({', '.join(packages)}), mean over tasks and seeds, with paired 95% intervals; below 1 Luthier "
        f"is better. Marks are fractions of the time that random search needs to train 200 configurations fully. Made by `{command}`."
    )
    yield ""
    yield "The columns (searcher `random` unless another is named):"
    for name, (scheduler, searcher) in ours.items():
        yield f"- {name.removeprefix('luthier_')}: `{scheduler}`" + ("" if searcher == "random" else f" with `{searcher}`")
    yield ""
    yield "| table | workers | mark | seeds | best peer | " + " | ".join(name.removeprefix("luthier_") for name in ours) + " |"
    yield "|---|---|---|---|---|" + "---|" * len(ours)
    for row in rows:
        cells = [cell(row, row["ratios"].get(name)) for name in ours]
        yield (
            f"| {row['table']} | {row['workers']} | {row['mark']:.0%} | {row['seeds']} | {row['best_peer']} | "
            + " | ".join(cells) + " |"
        )
