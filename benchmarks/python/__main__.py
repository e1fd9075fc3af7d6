"""Luthier in Python compared with its peers, in one run: `./dev bench python [--json] [--quick] [--only NAME]`.

Trials that do nothing, in processes of their own and in processes that are reused; results of four trials that
wait for each decision; ask and tell one by one and 64 at a time; and the time from `python script.py` to the first
result. Bare forks and round trips over a socket pair show what the machine allows at that moment.

On a machine that does other work, only the ratios mean something; each line has the load average.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = str(pathlib.Path(os.environ.get("LUTHIER_BUILD", ROOT / "build/dev")).resolve() / "bin" / "luthier")
ENVIRONMENT = {**os.environ, "LUTHIER_PROGRAM": PROGRAM, "PYTHONPATH": str(ROOT / "python")}


class Bench:
    def __init__(self, quick):
        self.scale = 5 if quick else 1
        self.figures = {}  # of the peers, measured once
        self.failed = []

    def script(self, file, *words, timeout=600):
        """The JSON line that a script prints."""
        done = subprocess.run([sys.executable, str(HERE / file), *map(str, words)], env=ENVIRONMENT, capture_output=True,
                              text=True, timeout=timeout)
        if done.returncode != 0:
            raise RuntimeError(f"{file} failed: {done.stderr.strip()[-1000:]}")
        return json.loads(done.stdout.strip().splitlines()[-1])

    def own(self, what, size):
        return self.script("own.py", what, size // self.scale)

    def peer(self, name, *sizes):
        """A peer's figures. The place of a peer that fails stays empty, and the run fails at its end."""
        if name not in self.figures:
            print(f"{name} ...", file=sys.stderr, flush=True)
            try:
                self.figures[name] = self.script(f"peers/{name}.py", *(size // self.scale for size in sizes))
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(error, file=sys.stderr, flush=True)
                self.failed.append(name)
                self.figures[name] = {}
        return self.figures[name]

    def bare(self):
        return self.peer("bare", 2000, 50_000)

    def optuna(self):
        return self.peer("optuna_peer", 20_000)

    def rustuna(self):
        return self.peer("rustuna_peer", 200_000)

    def ray(self):
        return self.peer("ray_tune_peer", 20, 1000)

    def trial_peers(self):
        return {"bare_fork": self.bare().get("forks"), "joblib": self.peer("joblib_peer", 10_000).get("trials"),
                "optuna_n_jobs": self.optuna().get("trials"), "rustuna": self.rustuna().get("trials"),
                "ray_tune": self.ray().get("trials")}

    def forked(self):
        return line("forked_trials", "trials/s", self.own("forked", 1000), self.trial_peers())

    def reused(self):
        return line("reused_trials", "trials/s", self.own("reused", 20_000), self.trial_peers())

    def results(self):
        return line("results", "results/s", self.own("results", 20_000),
                    {"bare_round_trips": self.bare().get("round_trips"), "optuna_threads": self.optuna().get("results"),
                     "ray_tune": self.ray().get("results")})

    def ask_peers(self):
        return {"bare_round_trips": self.bare().get("round_trips"), "optuna": self.optuna().get("ask_and_tell"),
                "rustuna": self.rustuna().get("ask_and_tell")}

    def ask_and_tell(self):
        return line("ask_and_tell", "pairs/s", self.own("ask_and_tell", 20_000), self.ask_peers())

    def ask_and_tell_batched(self):
        return line("ask_and_tell_batched", "pairs/s", self.own("ask_and_tell_batched", 100_000), self.ask_peers())

    def first_result(self):
        times = []
        for _ in range(5 if self.scale > 1 else 15):
            with tempfile.TemporaryDirectory() as directory:
                at = pathlib.Path(directory, "at")
                begun = time.time()
                subprocess.run([sys.executable, str(HERE / "first_result.py"), str(at)], env=ENVIRONMENT, check=True, timeout=120,
                               cwd=directory)
                times.append(1e3 * (float(at.read_text()) - begun))
        bare = statistics.median(1e3 * interpreter_start() for _ in times)
        ray_s = self.ray().get("first_result_s")
        return line("first_result", "ms", statistics.median(times),
                    {"bare_interpreter": bare, "ray_tune": ray_s and 1e3 * ray_s}, less_is_better=True, best=round(min(times), 1))


def interpreter_start():
    begun = time.time()
    subprocess.run([sys.executable, "-c", "import json, socket, subprocess"], check=True)
    return time.time() - begun


def line(name, unit, value, peers, less_is_better=False, **more):
    known = {peer: figure for peer, figure in peers.items() if figure}
    ratios = {peer: round(figure / value if less_is_better else value / figure, 3) for peer, figure in known.items()}
    return {"bench": name, "unit": unit, "luthier": round(value, 1),
            "peers": {peer: round(figure, 1) for peer, figure in known.items()}, "ratios": ratios,
            "load": round(os.getloadavg()[0], 1), **more}


def table_row(each):
    peers = ", ".join(f"{peer} {figure} (x{each['ratios'][peer]})" for peer, figure in each["peers"].items())
    return f"{each['bench']:22} {each['luthier']:>10} {each['unit']:9} {peers}; load {each['load']}"


MEASURES = ("forked", "reused", "results", "ask_and_tell", "ask_and_tell_batched", "first_result")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="a fifth of each measurement")
    parser.add_argument("--only", choices=MEASURES, help="one measurement")
    arguments = parser.parse_args()
    bench = Bench(arguments.quick)
    for name in [arguments.only] if arguments.only else MEASURES:
        each = getattr(bench, name)()
        print(json.dumps(each) if arguments.json else table_row(each), flush=True)
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
