"""The two-parameter problem of the PBT paper (Jaderberg et al. 2017, figure 2).

Maximise Q = 1.2 - (theta_0^2 + theta_1^2) by gradient ascent on 1.2 - (h_0 theta_0^2 + h_1 theta_1^2)
from theta = (0.9, 0.9), with h in [0, 1]: theta_i moves only as fast as h_i lets it, so a population
that adapts h and copies theta gets further than any fixed draw. Eight trials of 100 steps for both.
"""

import json
import os
import pathlib
import subprocess

import numpy as np

PROGRAM = pathlib.Path(os.environ.get("LUTHIER_BUILD", pathlib.Path(__file__).parents[2] / "build/dev")) / "bin" / "bench_schedulers"


def scores(scheduler, seeds):
    done = subprocess.run([PROGRAM, scheduler, str(seeds)], check=True, capture_output=True, text=True)
    return np.array([json.loads(line)["best"] for line in done.stdout.splitlines()])


def measure(seeds):
    pbt, fifo = scores("pbt", seeds), scores("fifo", seeds)
    gains = pbt - fifo
    draws = gains[np.random.default_rng(1).integers(0, seeds, (10_000, seeds))].mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return {"problem": "pbt_toy", "seeds": seeds, "pbt": float(pbt.mean()), "random": float(fifo.mean()),
            "gain": float(gains.mean()), "low": float(low), "high": float(high)}


def sentence(toy):
    return (f"Population based training on the paper's two-parameter problem (best possible 1.2), {toy['seeds']} seeds: `pbt` "
            f"{toy['pbt']:.4f}, random search with the same training {toy['random']:.4f}; paired gain {toy['gain']:.4f} "
            f"(95% {toy['low']:.4f} to {toy['high']:.4f}).")
