"""Whether it pays to adapt configurations during training: `pbt` against random search with the same budget.

    ./dev bench adaptation [--seeds 30] [--first-seed 0] [--only toy digits] [--write]

Two jobs: the two-parameter problem of the PBT paper (Jaderberg et al. 2017, figure 2), 8 trials of 100
steps; and the handwritten digits network of examples/digits, 16 trials of 40 epochs, where each seed
has its own split of the images and initial weights. Both schedulers start from the same random
configurations. The best result is the one with the best objective (on the digits, the loss on the
validation images); the test accuracy is that of the same result.
"""

import argparse
import json
import os
import pathlib
import subprocess

import numpy as np
from report.comparison_page import write_section

PROGRAM = pathlib.Path(os.environ.get("LUTHIER_BUILD", pathlib.Path(__file__).parents[1] / "build/dev")) / "bin" / "bench_adaptation"
# The metrics shown for each job, with the sign of a gain.
SHOWN = {"toy": {"score": 1}, "digits": {"loss": -1, "accuracy": 1, "test_accuracy": 1}}
NAMES = {"toy": "two-parameter problem", "digits": "digits"}


def best_results(job, scheduler, options):
    done = subprocess.run([PROGRAM, job, scheduler, str(options.first_seed), str(options.seeds)],
                          check=True, stdout=subprocess.PIPE, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    for line in lines:
        print(json.dumps({"bench": "adaptation", "job": job, "scheduler": scheduler, **line}), flush=True)
    return lines


def compare(job, metric, sign, pbt, fifo):
    """Means, and the mean paired gain with its 95% bootstrap interval over seeds."""
    ours, theirs = (np.array([line[metric] for line in lines]) for lines in (pbt, fifo))
    gains = sign * (ours - theirs)
    draws = np.random.default_rng(1).integers(0, len(gains), (10_000, len(gains)))
    low, high = np.quantile(gains[draws].mean(axis=1), [0.025, 0.975])
    return {"bench": "adaptation", "job": job, "metric": metric, "seeds": len(gains), "pbt": float(ours.mean()),
            "random": float(theirs.mean()), "gain": float(gains.mean()), "low": float(low), "high": float(high),
            "wins": int((gains > 0).sum()), "losses": int((gains < 0).sum())}


def table(rows):
    yield "| job | metric of the best result | pbt | random + fifo | paired gain (95%) | seeds won, lost |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        yield (f"| {NAMES[row['job']]} | {row['metric']} | {row['pbt']:.4f} | {row['random']:.4f} | "
               f"{row['gain']:.4f} ({row['low']:.4f} to {row['high']:.4f}) | {row['wins']}, {row['losses']} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=list(SHOWN), default=list(SHOWN))
    parser.add_argument("--write", action="store_true", help="put the table into docs/comparison.md")
    options = parser.parse_args()
    rows = []
    for job in options.only:
        pbt, fifo = (best_results(job, scheduler, options) for scheduler in ("pbt", "fifo"))
        rows += [compare(job, metric, sign, pbt, fifo) for metric, sign in SHOWN[job].items()]
    for row in rows:
        print(json.dumps(row), flush=True)
    text = "\n".join(table(rows))
    print(text)
    if options.write:
        about = f"Means over {options.seeds} seeds; a gain above 0 means that `pbt` is better. Made by `./dev bench adaptation --write`."
        write_section("adaptation", f"## Adaptation\n\n{about}\n\n{text}")


if __name__ == "__main__":
    main()
