"""How fast Luthier is compared with its peers, measured in one run: `./dev bench speed [--json]`.

Each line is one measurement: Luthier's figure, the peers' figures, and how many times better Luthier is
(above 1 always favours Luthier). Absolute figures depend on the machine and its other load,
so each line includes the load average at the time and, if the processor is the limit, Luthier's
processor time.
"""

import argparse
import functools
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
BIN = Path(os.environ.get("LUTHIER_BUILD", HERE.parent / "build" / "dev")) / "bin"
PEERS = HERE / "speed" / "peers"
STARTED = time.monotonic()
JOBS = 8
SUGGEST_AFTER = ["1000", "10000"]
MANY_TRIALS, RESULTS_EACH = 100_000, 10
PROCESS_TRIALS = 600
STARTS = 15
LOGGERS = "csv,json,tensorboard"


def progress(text):
    print(f"{time.monotonic() - STARTED:4.0f}s  {text}", file=sys.stderr, flush=True)


def last_line(command, timeout):
    """The last line a program prints, as JSON. Raises if the program fails or times out."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        name = " ".join(Path(word).name for word in words[:2])
        raise RuntimeError(f"{name} failed: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


class Bench:
    """The measurements. Each yields lines: name, unit, Luthier's figure, the peers', extra."""

    def __init__(self, directory, seconds):
        self.directory = directory
        self.seconds = seconds
        self.fresh_count = 0
        self.failed_peers = []

    def fresh(self):
        """A directory that no measurement has used. Directories are removed only at the end, because a
        file system that has just deleted many files is slow to create new ones."""
        self.fresh_count += 1
        path = self.directory / str(self.fresh_count)
        path.mkdir()
        return path

    def own(self, *arguments, timeout=240):
        return last_line([BIN / "bench_speed", *arguments], timeout)

    def peer(self, name, *arguments, timeout):
        """A peer's figures. If a peer fails, its place stays empty and the run fails at its end, because
        the other figures are still useful."""
        progress(f"{name} ...")
        try:
            return last_line([sys.executable, PEERS / f"{name}_peer.py", *arguments], timeout)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            progress(str(error))
            self.failed_peers.append(name)
            return {}

    @functools.cached_property
    def ray(self):
        arguments = [self.fresh(), time.monotonic_ns(), self.seconds]
        return self.peer("ray_tune", *arguments, timeout=240 + 3 * self.seconds)

    @functools.cached_property
    def ray_decision(self):
        return self.peer("ray_decision", SUGGEST_AFTER[-1], timeout=120)

    @functools.cached_property
    def optuna(self):
        arguments = [self.fresh(), self.seconds / 3, *SUGGEST_AFTER]
        return self.peer("optuna", *arguments, timeout=200)

    @functools.cached_property
    def rustuna(self):
        arguments = [self.fresh(), self.seconds / 5, *SUGGEST_AFTER]
        return self.peer("rustuna", *arguments, timeout=120)

    @functools.cached_property
    def hyperopt(self):
        # With more trials it takes minutes to prepare and seconds to answer.
        return self.peer("hyperopt", SUGGEST_AFTER[0], timeout=200)

    def luthier_run(self, trials, jobs, program, *options):
        """Runs a program with `luthier run`; returns its results directory."""
        results = self.fresh()
        command = [BIN / "luthier", "run", "--results", results, "--min", "loss", "-n", trials]
        command += ["-j", jobs, "-q", "-p", "x=uniform(0, 1)", *options, "--", *program]
        subprocess.run([str(w) for w in command], capture_output=True, check=True, timeout=120)
        return results

    def help(self):
        times = []
        for _ in range(STARTS):
            start = time.monotonic()
            subprocess.run([BIN / "luthier", "--help"], stdout=subprocess.DEVNULL, check=True)
            times.append(1e3 * (time.monotonic() - start))
        yield "help", "ms", statistics.median(times), {}, {"best": min(times)}

    def first_trial(self):
        times = []
        for _ in range(STARTS):
            start = time.monotonic_ns()
            results = self.luthier_run(1, 1, [BIN / "bench_trial_stamp"])
            output = next(results.glob("*/trials/*/stdout.log")).read_text()
            times.append((int(re.search(r"began_ns (\d+)", output)[1]) - start) / 1e6)
        peers = {"ray_tune": self.ray.get("first_result_ms")}
        yield "first_trial", "ms", statistics.median(times), peers, {"best": min(times)}

    def noop_trials(self):
        own = self.own("noop_trials", self.fresh(), 40000, JOBS)
        peers = {"ray_tune": self.ray.get("noop_trials_per_s")}
        for name, peer in (("optuna", self.optuna), ("rustuna", self.rustuna)):
            for storage, rate in peer.get("noop_trials_per_s", {}).items():
                peers[f"{name}_{storage}"] = rate
        extra = {"cpu_us": 1e6 * own["cpu_s"] / own["trials"]}
        yield "noop_trials", "trials/s", own["trials"] / own["wall_s"], peers, extra

    def results(self):
        for name, loggers in (("results", ""), ("results_with_loggers", LOGGERS)):
            peers = {"ray_tune": self.ray.get(f"{name}_per_s")}
            if not loggers:
                for storage, rate in self.optuna.get("results_per_s", {}).items():
                    peers[f"optuna_{storage}"] = rate
            own = self.own("acknowledged_results", self.fresh(), self.seconds / 3, JOBS, loggers)
            extra = {"acknowledged_but_lost": own["acknowledged_but_lost"]}
            extra["cpu_us"] = own["cpu_us_each"]
            yield name, "results/s", own["results"] / own["wall_s"], peers, extra

    def process_trials(self):
        peers = {"ray_tune": self.ray.get("noop_trials_per_s")}
        for name, log in (("process_trials", ["--log", ""]), ("process_trials_with_loggers", [])):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            start = time.monotonic()
            self.luthier_run(PROCESS_TRIALS, JOBS, ["/bin/echo", "loss=1"], *log)
            wall = time.monotonic() - start
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            extra = {"cpu_us": 1e6 * cpu / PROCESS_TRIALS}
            yield name, "trials/s", PROCESS_TRIALS / wall, peers, extra

    def decision(self):
        schedulers = ["asha:max_t=9,reduction_factor=3", "hyperband:max_t=9", "median_stopping", "pbt"]
        for scheduler in schedulers:
            own = self.own("scheduler_decision", scheduler, SUGGEST_AFTER[-1])
            peers = {}
            if own["scheduler"] == "asha":
                peers = {"ray_tune": self.ray_decision.get("decision_us")}
                peers |= {"optuna": self.optuna.get("decision_us")}
            extra = {"median": own["median_us"], "p99": own["p99_us"], "trials": int(SUGGEST_AFTER[-1])}
            yield f"decision_{own['scheduler']}", "us", own["mean_us"], peers, extra

    def large(self):
        directory = self.fresh()
        progress(f"{MANY_TRIALS} trials with {RESULTS_EACH} results each ...")
        own = self.own("many_results", directory, MANY_TRIALS, RESULTS_EACH, JOBS)
        peers = {"ray_tune": self.ray.get("memory_mb")}
        extra = {"while_running": own["running_mb"], "results": own["results"]}
        yield "memory", "MB", own["peak_mb"], peers, extra

    def reopen(self):
        directory = self.fresh()
        # An experiment that was killed, with slightly more than a million events.
        progress("a log of a million events ...")
        self.own("acknowledged_results", directory, 0, JOBS, "", 1_000_000)
        own = self.own("reopen", directory / "results")
        extra = {"events": own["events"], "cpu_s": own["cpu_s"]}
        yield "reopen_a_million_events", "s", own["wall_s"] * 1e6 / own["events"], {}, extra

    def suggest(self):
        command = [BIN / "bench_suggest_latency", "tpe", "10", *SUGGEST_AFTER]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=200)
        for line in done.stdout.splitlines():
            own = json.loads(line)
            peers = {}
            for name in ("rustuna", "optuna", "hyperopt"):
                peer = getattr(self, name)
                peers[name] = peer.get("suggest_us", {}).get(str(own["trials"]))
            yield f"tpe_suggest_{own['trials']}", "us", own["suggest_us"], peers, {}


MEASUREMENTS = ["help", "first_trial", "noop_trials", "results", "process_trials", "decision"]
MEASUREMENTS += ["large", "reopen", "suggest"]


def line_of(name, unit, own, peers, extra):
    peers = {peer: figure for peer, figure in peers.items() if figure}
    faster = (lambda p: own / p) if unit.endswith("/s") else (lambda p: p / own)
    ratios = {peer: round(faster(figure), 2) for peer, figure in peers.items()}
    shown = {peer: round(figure, 3) for peer, figure in peers.items()}
    line = {"bench": name, "unit": unit, "luthier": round(own, 3), "peers": shown, "ratios": ratios}
    extra = {key: round(value, 3) for key, value in extra.items()}
    return {"schema": 1, **line, **extra, "load": round(os.getloadavg()[0], 1)}


def as_text(line):
    text = f"{line['bench']:28} {line['luthier']:>12,.6g} {line['unit']:9} load {line['load']:.1f}"
    for peer, figure in line["peers"].items():
        text += f"\n{'':10}{peer:18} {figure:>12,.6g} {line['unit']:9} Luthier {line['ratios'][peer]:,.6g}x"
    return text


def main():
    parser = argparse.ArgumentParser(prog="./dev bench speed", description=__doc__.split("\n\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON line per measurement")
    parser.add_argument("--only", help="measurements, separated by commas: " + ", ".join(MEASUREMENTS))
    parser.add_argument("--seconds", type=float, default=15, help="approximate duration of each rate measurement (default 15)")
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else MEASUREMENTS
    if unknown := set(wanted) - set(MEASUREMENTS):
        parser.error(f"no measurement '{unknown.pop()}'; known: {', '.join(MEASUREMENTS)}")
    directory = Path(tempfile.mkdtemp(prefix="luthier-speed-"))
    try:
        bench = Bench(directory, options.seconds)
        for name in wanted:
            progress(name)
            for measured in getattr(bench, name)():
                line = line_of(*measured)
                print(json.dumps(line) if options.json else as_text(line), flush=True)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if bench.failed_peers:
        sys.exit("speed: not measured: " + ", ".join(bench.failed_peers))
    progress("done")


if __name__ == "__main__":
    main()
