#!/usr/bin/env python3
"""Luthier's executor ray against Ray Tune, on one cluster of two loopback nodes, in one run.

    ./dev bench ray [--json] [--quick]

Measures no-op trials per second (from the first result to the last), results per second (while all trials
report: from the first result of the last trial to the last result of the first), seconds from the command to
the first result, and the driver's peak memory while trials report (PSS). Bare actor calls through ray.wait
show what Ray itself allows.
"""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from ray_cluster import Cluster, descendants  # noqa: E402

LUTHIER = str(pathlib.Path(os.environ["LUTHIER_BUILD"]) / "bin" / "luthier")
CPUS = 2  # per node; with the machine's real number there would be fewer workers than on any cluster

TRIALS = """
import luthier
def once(config):
    luthier.report(loss=config["x"])
def many(config):
    for step in range(RESULTS):
        if not luthier.report(loss=config["x"]):
            return
"""

TUNE = """
import json, os, sys, time
begun = time.time()
import ray
from ray import tune
what, trials, results, reuse = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "reuse"
ray.init(address=os.environ["RAY_ADDRESS"], _node_ip_address="127.0.0.2", log_to_driver=False, logging_level="ERROR")
class Once(tune.Trainable):
    def setup(self, config): self.x = config["x"]; self.left = results
    def step(self):
        self.left -= 1
        return {"loss": self.x, "done": self.left <= 0}
    def save_checkpoint(self, directory): pass
    def load_checkpoint(self, state): pass
    def reset_config(self, config): self.x = config["x"]; self.left = results; return True
at, memory = [], [(0, 0)]
class Watch(tune.Callback):
    def on_trial_result(self, trial, **_):
        at.append((time.time(), trial.trial_id))
        if at[-1][0] - memory[-1][0] > 0.2: memory.append((at[-1][0], pss()))
def pss():
    return sum(int(line.split()[1]) for line in open("/proc/self/smaps_rollup") if line.startswith("Pss:"))
tune.Tuner(Once, param_space={"x": tune.uniform(0, 1)},
           tune_config=tune.TuneConfig(num_samples=trials, metric="loss", mode="min", reuse_actors=reuse),
           run_config=tune.RunConfig(storage_path=os.environ["STORAGE"], verbose=0, callbacks=[Watch()])).fit()
print(json.dumps({"results": at, "pss_kb": max(kb for _, kb in memory)}))
"""

BARE = """
import os, sys, time, ray
ray.init(address=os.environ["RAY_ADDRESS"], _node_ip_address="127.0.0.2", log_to_driver=False, logging_level="ERROR")
@ray.remote
class Actor:
    def step(self): return 1.0
actors = [Actor.remote() for _ in range(int(sys.argv[1]))]
ray.get([actor.step.remote() for actor in actors])
calls = {actor.step.remote(): actor for actor in actors}
done, begun = 0, time.time()
while time.time() - begun < 4:
    ready, _ = ray.wait(list(calls), num_returns=1)
    for call in ready:
        actor = calls.pop(call)
        ray.get(call)
        done += 1
        calls[actor.step.remote()] = actor
print(done / (time.time() - begun))
"""


def pss_of(pids):
    """Memory in kB; shared pages are divided among the processes that share them."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total


class Bench:
    def __init__(self, cluster, home, quick):
        self.home, self.quick = home, quick
        self.environment = {**os.environ, "RAY_ADDRESS": cluster.address, "RAY_AUTH_MODE": "disabled",
                            "RAY_DISABLE_USAGE_STATS": "1", "LUTHIER_RAY_PYTHON": sys.executable,
                            "STORAGE": str(home / "tune")}
        self.number = 0

    def luthier(self, function, trials, results, jobs, per_worker=1, cpu=1.0):
        """Runs it. Returns the seconds from the command to the first result, the results (time, trial), and the
        memory of luthier and luthier-ray in kB."""
        self.number += 1
        name = f"bench-{self.number}"
        (self.home / "bench_trials.py").write_text(TRIALS.replace("RESULTS", str(results)))
        begun = time.time()
        process = subprocess.Popen(
            [LUTHIER, "run", "--name", name, "--executor", f"ray:per_worker={per_worker}", "-n", str(trials),
             "-j", str(jobs), "--cpu", str(cpu), "--min", "loss", "-p", "x=uniform(0, 1)", "--searcher", "random",
             "--log", "none", "-q", "--python", f"bench_trials:{function}"],
            cwd=self.home, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        memory = []
        while process.poll() is None:
            memory.append((time.time(), pss_of([process.pid, *descendants(process.pid)])))
            time.sleep(0.2)
        if process.returncode != 0:
            raise RuntimeError(process.stderr.read())
        log = subprocess.run([LUTHIER, "export", name, "--format", "jsonl"], cwd=self.home, check=True,
                             capture_output=True, text=True).stdout.splitlines()
        events = [json.loads(line) for line in log if '"result_reported"' in line]
        if len(events) != trials * results:
            raise RuntimeError(f"{len(events)} results of {trials * results}")
        at = [(event["time"] / 1e6, event["trial"]) for event in events]
        while_training = [kb for when, kb in memory if at[0][0] <= when <= at[-1][0]]
        peak = max(kb for _, kb in memory)
        return {"first": at[0][0] - begun, "results": at, "pss_kb": max(while_training, default=peak), "peak_kb": peak}

    def script(self, text, *words):
        begun = time.time()
        done = subprocess.run([sys.executable, "-c", text, *map(str, words)], cwd=self.home, env=self.environment,
                              capture_output=True, text=True, timeout=400)
        if done.returncode != 0:
            raise RuntimeError(done.stderr[-3000:])
        return begun, json.loads(done.stdout.splitlines()[-1])

    def tune(self, trials, results, reuse):
        begun, answer = self.script(TUNE, "run", trials, results, "reuse" if reuse else "default")
        return {"first": answer["results"][0][0] - begun, **answer}

    def run(self):
        jobs = 2 * CPUS
        few = 12 if self.quick else 24
        default = self.tune(few, 1, False)
        reused = self.tune(10 * few, 1, True)
        flood = self.tune(jobs, 250 if self.quick else 1000, True)
        noop = self.luthier("once", 400, 1, jobs)
        mine = self.luthier("many", jobs, 5000, jobs)
        shared = self.luthier("many", 64, 500, 64, per_worker=16, cpu=0.05)
        _, bare = self.script(BARE, jobs)
        yield line("ray_noop_trials", "trials/s", rate(noop),
                   {"ray_tune": rate(default), "ray_tune_reuse_actors": rate(reused)})
        yield line("ray_results", "results/s", steady_rate(mine),
                   {"bare_actor_calls": bare, "ray_tune": steady_rate(flood)})
        yield line("ray_results_shared_workers", "results/s", steady_rate(shared),
                   {"bare_actor_calls": bare, "ray_tune": steady_rate(flood)})
        yield line("ray_first_result", "s", noop["first"], {"ray_tune": default["first"]}, less_is_better=True)
        yield line("ray_driver_memory", "MB (PSS)", mine["pss_kb"] / 1024, {"ray_tune": flood["pss_kb"] / 1024},
                   less_is_better=True, peak_with_start_up=round(mine["peak_kb"] / 1024, 1))
        for workers in (1, 4, 16):
            many = self.luthier("once", 500, 1, 500, per_worker=-(-500 // workers), cpu=0.004)
            yield line(f"ray_500_concurrent_over_{workers}", "trials/s since the command started",
                       len(many["results"]) / (many["first"] + many["results"][-1][0] - many["results"][0][0]), {},
                       driver_mb=round(many["pss_kb"] / 1024, 1))


def rate(run):
    """Results per second, from the first to the last."""
    at = run["results"]
    return (len(at) - 1) / (at[-1][0] - at[0][0])


def steady_rate(run):
    """Results per second while all trials report, because workers start one after the other."""
    first, last = {}, {}
    for at, trial in run["results"]:
        first.setdefault(trial, at)
        last[trial] = at
    begin, end = max(first.values()), min(last.values())
    return sum(begin < at <= end for at, _ in run["results"]) / (end - begin)


def line(name, unit, value, peers, less_is_better=False, **more):
    ratios = {peer: round(other / value if less_is_better else value / other, 2) for peer, other in peers.items()}
    return {"bench": name, "unit": unit, "luthier": round(value, 2),
            "peers": {peer: round(other, 2) for peer, other in peers.items()}, "ratios": ratios, **more}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="run fewer Ray Tune trials")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="luthier-bench-") as home, Cluster(cpus=CPUS) as cluster:
        for each in Bench(cluster, pathlib.Path(home), arguments.quick).run():
            if arguments.json:
                print(json.dumps(each), flush=True)
            else:
                print(", ".join(f"{key} {value}" for key, value in each.items()), flush=True)


if __name__ == "__main__":
    main()
