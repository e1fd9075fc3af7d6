"""Regrets of algorithms side by side: ratios with paired intervals."""

import numpy as np

from .table import MARKS

DRAWS = 2000


def regrets_of(lines, table, workers, algorithm, mark):
    """Regrets in units of each task's scale, by (task, seed)."""
    at = MARKS.index(mark)
    return {
        (line["task"], line["seed"]): line["regrets"][at] / line["scale"]
        for line in lines
        if (line["table"], line["workers"], line["algorithm"]) == (table, workers, algorithm)
        and len(line["regrets"]) > at
    }


def ratio(ours, theirs):
    """Mean regret over mean regret, with the 95% interval of a bootstrap over pairs (task, seed)."""
    pairs = sorted(ours.keys() & theirs.keys())
    a, b = (np.array([each[pair] for pair in pairs]) for each in (ours, theirs))
    draws = np.random.default_rng(1).integers(0, len(pairs), (DRAWS, len(pairs)))
    floor = 1e-9  # both may have found the best there is
    ratios = (a[draws].mean(axis=1) + floor) / (b[draws].mean(axis=1) + floor)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return {"ratio": float((a.mean() + floor) / (b.mean() + floor)), "low": float(low), "high": float(high), "pairs": len(pairs)}


def compare(lines):
    """For each table, number of workers and mark: the best peer, and every algorithm's ratio to it."""
    order = lambda key: sorted({line[key] for line in lines})
    for table in order("table"):
        for workers in order("workers"):
            for mark in MARKS:
                found = {
                    name: each for name in order("algorithm") if (each := regrets_of(lines, table, workers, name, mark))}
                peers = {name: np.mean(list(each.values())) for name, each in found.items() if not name.startswith("luthier")}
                if not peers:
                    continue
                best = min(peers, key=peers.get)
                yield {
                    "table": table, "workers": workers, "mark": mark, "best_peer": best,
                    "ratios": {name: ratio(each, found[best]) for name, each in found.items()}}


def markdown(rows, command, seeds):
    names = sorted({name for row in rows for name in row["ratios"] if name.startswith("luthier")})
    yield f"Regret over the best peer's, mean over tasks and {seeds} seeds, with paired 95% intervals; below 1 Luthier is better."
    yield f"Marks are shares of the time in which random search trains 200 configurations fully. Made by `{command}`."
    yield ""
    yield "| table | workers | mark | best peer | " + " | ".join(name.removeprefix("luthier_") for name in names) + " |"
    yield "|---|---|---|---|" + "---|" * len(names)
    for row in rows:
        cells = [
            f"{r['ratio']:.2f} ({r['low']:.2f}-{r['high']:.2f})" if (r := row["ratios"].get(name)) else "" for name in names]
        yield f"| {row['table']} | {row['workers']} | {row['mark']:.0%} | {row['best_peer']} | " + " | ".join(cells) + " |"
