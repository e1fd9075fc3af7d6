#!/usr/bin/env python3
"""Processor time and memory of large simulations: one JSON line each.

    ./dev bench simulation [--json] [--full]

--full adds a million trials on a hundred thousand workers. There are no peers, because none of them simulates clusters.
"""

import argparse
import json
import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
LUTHIER = pathlib.Path(os.environ["LUTHIER_BUILD"]) / "bin" / "luthier"
BBOB = ["--benchmark", "bbob:function=3"]
TABLE = ["--benchmark", HERE / "data" / "lcbench.json", "--task", "3945"]
ASHA = ["--scheduler", "asha:max_t=50"]
QUESTIONS = [("fifo", BBOB, 10_000, 1_000), ("asha", TABLE + ASHA, 10_000, 1_000)]
LARGE = [("fifo", BBOB, 1_000_000, 100_000), ("asha", TABLE + ASHA, 1_000_000, 100_000)]


def run(words):
    """The last point of the curve, the processor time in seconds, and the peak memory in bytes."""
    reading, writing = os.pipe()
    words = [str(word) for word in [LUTHIER, "simulate", *words, "--json"]]
    child = os.posix_spawn(words[0], words, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)])
    os.close(writing)
    with os.fdopen(reading) as stream:
        line = json.loads(stream.read())
    _, status, used = os.wait4(child, 0)
    assert status == 0, status
    return line["curve"][-1], used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="nothing but JSON lines")
    parser.add_argument("--full", action="store_true", help="also run a million trials")
    arguments = parser.parse_args()
    for name, benchmark, trials, workers in QUESTIONS + (LARGE if arguments.full else []):
        (_, started, results, _), seconds, size = run([*benchmark, "--workers", workers, "-n", trials])
        assert started == trials
        print(json.dumps({
            "bench": f"simulate_{name}_{trials}_trials_{workers}_workers", "unit": "cpu_seconds",
            "luthier": round(seconds, 3), "peers": {}, "ratios": {}, "results": results,
            "bytes_per_trial": round(size / trials)}), flush=True)


if __name__ == "__main__":
    main()
