"""How good Luthier's `tpe` is compared with its peers, measured in one run: `./dev bench quality`.

Every searcher gets the same functions, instances, budgets and seeds, and the functions are computed by
the same machine code. Each run is one JSON line in build/quality.jsonl. Peer runs found there are
not repeated, so an interrupted call can be continued (their results depend only on seed and version).
The score of a searcher is the geometric mean over functions of its mean regret divided by random
search's median regret on the same problem: lower is better. The default is a subset that takes about
ten minutes on an idle machine; --full runs everything.
"""

import argparse
import collections
import dataclasses
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from report.comparison_page import write_section
from report.kept_runs import KeptRuns
from search import peers
from search.problems import Problem
from search.scores import Scores, interval

ROOT = Path(__file__).parent.parent
BUILD = Path(os.environ.get("LUTHIER_BUILD", ROOT / "build" / "dev"))
OURS = "tpe"
RANDOM_RUNS = 51
STARTED = time.monotonic()


def progress(text):
    print(f"{time.monotonic() - STARTED:4.0f}s  {text}", file=sys.stderr, flush=True)


@dataclasses.dataclass
class Suite:
    name: str
    title: str
    functions: dict  # name -> its runs: (problem, seed), ...
    marks: list
    rivals: list
    workers: int = 1
    floor: float = 1e-6  # regrets below this fraction of random search's are raised to it

    def runs(self):
        """(function, problem, seed) of every run."""
        return [(name, *run) for name, runs in self.functions.items() for run in runs]

    def count(self):
        return len(self.runs())


def bbob(dimension, instances, seeds, marks, workers=1):
    functions = {
        f"f{number}": [
            (f"bbob:function={number},dimension={dimension},instance={instance}", seed)
            for instance in instances
            for seed in range(seeds)
        ]
        for number in range(1, 25)
    }
    crowd = "" if workers == 1 else f", {workers} workers"
    return Suite(
        name=f"bbob{dimension}" + ("" if workers == 1 else f"_{workers}_workers"),
        title=f"BBOB, {dimension} dimensions, {', '.join(map(str, marks))} evaluations{crowd}",
        functions=functions,
        marks=marks,
        rivals=["optuna", "rustuna"] + (["hyperopt"] if workers == 1 else []),
        workers=workers,
    )


def conditional(seeds):
    return Suite(
        name="conditional",
        title="Conditional suite, 50, 100 and 200 trials",
        functions={
            f"c{number}": [
                (f"conditional:function={number},instance={1 + seed % 15}", seed) for seed in range(seeds)
            ]
            for number in range(1, 7)
        },
        marks=[50, 100, 200],
        rivals=["optuna", "optuna_group", "rustuna"],
    )


# Troubles of real training. Settings of searchers are chosen on the problems of the half "settings" and
# reported on those of "report": other functions, and other instances.
HALVES = {
    "settings": {"bbob": [1, 8, 15], "mixed": 0, "instances": range(201, 206)},
    "report": {"bbob": [6, 14, 20], "mixed": 1, "instances": range(301, 306)},
}
# name -> the text of a benchmark, {0} its function; trials; the functions of `mixed` by half.
FAMILIES = {
    "plain": ("bbob:function={0}", 100),
    "few_trials": ("bbob:function={0}", 20),
    "noise": ("noise:function={0}", 100),
    "failures": ("failures:function={0}", 100),
    "failing_region": ("failing_region:function={0}", 100),
    "nan_region": ("nan_region:function={0}", 100),
    "ties": ("ties:function={0}", 100),
    "rows": ("rows:function={0}", 100),
    "heavy_tail": ("heavy_tail:function={0}", 100),
    "integers": ("mixed:function={0}", 100, (6, 7)),
    "choices": ("mixed:function={0}", 100, (8, 9)),
    "log_ranges": ("mixed:function={0}", 100, (10, 11)),
    "fifty": ("mixed:function={0}", 100, (12, 13)),
}


def family(name, half, seeds):
    """Problems of one kind: ten runs of each function by default, two for each of five instances."""
    text, trials, *mixed = FAMILIES[name]
    numbers = [mixed[0][half["mixed"]]] if mixed else half["bbob"]
    functions = {
        f"f{number}": [
            (text.format(number) + f",instance={instance}", seed)
            for instance in half["instances"]
            for seed in range(max(1, seeds // len(half["instances"])))
        ]
        for number in numbers
    }
    return Suite(name=name, title=f"{name}, {trials} trials", functions=functions, marks=[trials], rivals=[], floor=1e-3)


def chosen_families(arguments):
    names = arguments.only or list(FAMILIES)
    chosen = [family(name, HALVES[arguments.families], arguments.seeds) for name in names if name in FAMILIES]
    for suite in chosen:
        suite.rivals = arguments.native + arguments.peers
    return chosen


def suites(arguments):
    if arguments.families:
        return chosen_families(arguments)
    first, last = map(int, arguments.instances.split("-"))
    instances = range(first, last + 1)
    known = [
        bbob(5, instances, arguments.seeds, arguments.evaluations),
        bbob(10, instances, arguments.seeds, arguments.evaluations),
        conditional(30 if arguments.full else 10),
        bbob(5, instances, arguments.seeds, arguments.evaluations, workers=8),
    ]
    chosen = [suite for suite in known if not arguments.only or suite.name in arguments.only]
    for suite in chosen:
        suite.rivals = [name for name in suite.rivals if name not in arguments.without] + arguments.native
    return chosen


class Kept:
    """The lines of build/quality.jsonl: runs of earlier calls and of this one."""

    def __init__(self, path):
        self._runs = KeptRuns(path, self._key)

    @staticmethod
    def _key(run):
        marks = tuple(int(mark) for mark in run["regret"])
        return run["searcher"], run["version"], run["workers"], run["problem"], run["seed"], marks

    def find(self, searcher, suite, problem, seed):
        key = (searcher, peers.version_of(searcher), suite.workers, problem, seed, tuple(suite.marks))
        run = self._runs.find(key)
        return None if run is None else by_mark(run["regret"])

    def add(self, searcher, suite, problem, seed, regret):
        run = {"searcher": searcher, "version": peers.version_of(searcher), "workers": suite.workers}
        self._runs.add(run | {"problem": problem, "seed": seed, "regret": regret})


def native_runs(suite, searcher, runs):
    """Regrets by mark for each run of one of our own searchers."""
    marks = ",".join(map(str, suite.marks))
    lines = "".join(f"{seed} {problem}\n" for _, problem, seed in runs)
    done = subprocess.run(
        [BUILD / "bin" / "bench_quality", searcher, str(suite.workers), marks],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    return [by_mark(json.loads(line)["regret"]) for line in done.stdout.splitlines()]


def by_mark(regret):
    return {int(mark): value for mark, value in regret.items()}


def peer_runs(suite, searcher, runs, kept):
    said = time.monotonic()
    for done, (_, problem, seed) in enumerate(runs):
        if time.monotonic() - said > 15:
            said = time.monotonic()
            progress(f"... {suite.name}: {searcher}, {done} of {len(runs)} runs")
        regret = kept.find(searcher, suite, problem, seed)
        if regret is None:
            regret = peers.PEERS[searcher](Problem.open(problem), seed, suite.marks, suite.workers)
            kept.add(searcher, suite, problem, seed, regret)
        yield regret


def own_runs(suite, searcher, runs, kept):
    for (_, problem, seed), regret in zip(runs, native_runs(suite, searcher, runs), strict=True):
        kept.add(searcher, suite, problem, seed, regret)
        yield regret


def random_medians(suite):
    """Random search's median regret at each mark of each problem."""
    problems = sorted({problem for _, problem, _ in suite.runs()})
    runs = [("", problem, 10_000 + seed) for problem in problems for seed in range(RANDOM_RUNS)]
    found = collections.defaultdict(list)
    for (_, problem, _), regret in zip(runs, native_runs(suite, "random", runs), strict=True):
        found[problem].append(regret)
    return {
        (problem, mark): statistics.median(regret[mark] for regret in regrets)
        for problem, regrets in found.items()
        for mark in suite.marks
    }


def measure(suite, kept):
    """Scores of every searcher at every mark: {(searcher, mark): Scores}."""
    runs = suite.runs()
    progress(f"{suite.name}: {len(runs)} runs of each searcher")
    medians = random_medians(suite)
    out = {}
    for searcher in [OURS, *suite.rivals]:
        run = peer_runs if searcher in peers.PEERS else own_runs
        regrets = run(suite, searcher, runs, kept)
        relative = collections.defaultdict(lambda: collections.defaultdict(list))
        for (function, problem, _), regret in zip(runs, regrets, strict=True):
            for mark in suite.marks:
                relative[mark][function].append(regret[mark] / max(medians[problem, mark], 1e-12))
        for mark in suite.marks:
            out[searcher, mark] = Scores(relative[mark], suite.floor)
    return out


def _ratio(ours, theirs, statistic):
    value = getattr(ours, statistic)() / getattr(theirs, statistic)()
    low, high = interval(
        lambda chosen: getattr(ours, statistic)(chosen) / getattr(theirs, statistic)(chosen), ours
    )
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"


def table(suite, scores):
    """A Markdown table with one row per searcher and mark."""
    rows = [
        "| trials | searcher | score | 95% interval | ratio of scores, tpe / this | ratio of typical regrets, tpe / this |",
        "|---|---|---|---|---|---|",
    ]
    for mark in suite.marks:
        ours = scores[OURS, mark]
        for searcher in [OURS, *suite.rivals]:
            theirs = scores[searcher, mark]
            low, high = interval(theirs.score, theirs)
            ratios = ["", ""] if searcher == OURS else [_ratio(ours, theirs, s) for s in ("score", "typical")]
            rows.append(
                f"| {mark} | {searcher} | {theirs.score():.3f} | {low:.3f} to {high:.3f} | {' | '.join(ratios)} |"
            )
    return "\n".join(rows)


def section(tables, arguments):
    command = "./dev bench quality" + (f" {' '.join(arguments)}" if arguments else "")
    versions = ", ".join(f"{name} {peers.version_of(name)}" for name in ("optuna", "rustuna", "hyperopt"))
    text = [
        "## Searchers",
        f"Made by `{command}` with {versions}. The score is the geometric mean over functions of the mean "
        "regret divided by random search's median; the typical regret is the geometric mean over "
        "functions and runs. Lower is better; a ratio whose interval ends below 1 is significant "
        "(paired bootstrap over instances and seeds). `optuna` and `rustuna` run with their defaults, "
        "which are multivariate; `optuna_group` sets `group=True`.",
    ]
    for suite, rows in tables:
        text += [f"### {suite.title}", f"{suite.count()} runs of each searcher.", rows]
    return "\n\n".join(text)


def numbers(text):
    return [int(each) for each in text.split(",")]


def parse(words):
    parser = argparse.ArgumentParser(prog="./dev bench quality", description=__doc__)
    parser.add_argument("--full", action="store_true", help="instances 1-15, 10 seeds: takes several hours")
    parser.add_argument("--instances", metavar="A-B", help="instances of BBOB (default 1-5)")
    parser.add_argument("--seeds", type=int, metavar="N", help="seeds of each BBOB instance (default 1)")
    parser.add_argument("--without", nargs="+", default=[], metavar="PEER", help="leave out these peers")
    parser.add_argument("--peers", nargs="+", default=[], choices=list(peers.PEERS), metavar="PEER",
                        help="families: also run these: " + " ".join(peers.PEERS))
    parser.add_argument("--native", nargs="+", default=[], metavar="SEARCHER", help="also run these searchers of Luthier")
    parser.add_argument("--evaluations", type=numbers, default=[100], metavar="N,...",
                        help="numbers of evaluations after which BBOB is scored (default 100)")
    parser.add_argument("--families", choices=list(HALVES), help="instead, families of problems with the troubles of real "
                        "training: the half on which settings are chosen, or the other")
    parser.add_argument("--only", nargs="+", metavar="SUITE",
                        help="bbob5 bbob10 conditional bbob5_8_workers, or families: " + " ".join(FAMILIES))
    parser.add_argument("--write", action="store_true", help="write the tables into docs/comparison.md")
    arguments = parser.parse_args(words)
    arguments.instances = arguments.instances or ("1-15" if arguments.full else "1-5")
    arguments.seeds = arguments.seeds or (10 if arguments.full or arguments.families else 1)
    if not re.fullmatch(r"[1-9]\d*-[1-9]\d*", arguments.instances):
        parser.error(f"--instances takes a range like 1-15, not '{arguments.instances}'")
    if not suites(arguments):
        known = " ".join(FAMILIES) if arguments.families else "bbob5 bbob10 conditional bbob5_8_workers"
        parser.error(f"no suite among {' '.join(arguments.only)}; known: {known}")
    return arguments


def main():
    arguments = parse(sys.argv[1:])
    tables = []
    kept = Kept(BUILD.parent / "quality.jsonl")
    for suite in suites(arguments):
        tables.append((suite, table(suite, measure(suite, kept))))
        print(f"{suite.title}, {suite.count()} runs of each searcher\n{tables[-1][1]}\n", flush=True)
    if arguments.write:
        write_section("quality", section(tables, sys.argv[1:]))


if __name__ == "__main__":
    main()
