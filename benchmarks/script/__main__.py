"""How many epochs of an unmodified script fit into a given time, against the peers: `./dev bench script`.

Luthier starts the script itself, so each trial loads its data. Optuna (two processes that
share a journal) and Ray Tune (with and without reuse_actors) call the same training as a Python
function, which loads its data once. All use random search and stop trials by successive halving.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import tasks

HERE = Path(__file__).parent
BIN = Path(os.environ.get("LUTHIER_BUILD", HERE.parents[1] / "build" / "dev")) / "bin"
PEERS = HERE / "peers"
STARTED = time.monotonic()
PATIENCE_S = 180


def progress(text):
    print(f"{time.monotonic() - STARTED:4.0f}s  {text}", file=sys.stderr, flush=True)


def luthier(options, task, seed, directory, cold=False):
    command = [BIN / "luthier", "run", "--results", directory, "--name", "bench", "--min", "val_loss", "-q"]
    command += ["--log", "none", "-n", 0, "--time", f"{options.seconds}s", "-j", options.jobs, "--seed", seed]
    command += ["--searcher", "random", "--grace", "1s"]
    command += ["--scheduler", f"asha:max_t={tasks.EPOCHS},reduction_factor=3,grace_period=1"]
    for name, kind, low, high in tasks.SPACES[task]:
        command += ["-p", f"{name}={kind}({low}, {high})"]
    command += ["--cold"] if cold else []
    run([*command, "--", *tasks.command(task)], options)
    words = [BIN / "luthier", "export", "bench", "--results", directory, "--format", "jsonl"]
    events = [json.loads(line) for line in run(words, options).splitlines()]
    losses = [event["metrics"]["val_loss"] for event in events if event["event"] == "result_reported"]
    notes = [event["text"] for event in events if event["event"] == "note"]
    trials = sum(event["event"] == "attempt_started" for event in events)
    return {"trials": trials, "epochs": len(losses), "best": min(losses), "notes": notes}


def optuna(options, task, seed, directory):
    journal = directory / "journal.log"
    words = [sys.executable, PEERS / "optuna_peer.py", task]
    processes = [subprocess.Popen([str(w) for w in [*words, seed * options.jobs + job, journal, options.seconds]])
                 for job in range(options.jobs)]
    for process in processes:
        if process.wait(timeout=options.seconds + PATIENCE_S) != 0:
            raise RuntimeError("optuna failed")
    import optuna as library
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    library.logging.set_verbosity(library.logging.ERROR)
    study = library.load_study(study_name="bench", storage=JournalStorage(JournalFileBackend(str(journal))))
    losses = [loss for trial in study.trials for loss in trial.intermediate_values.values()]
    return {"trials": len(study.trials), "epochs": len(losses), "best": min(losses)}


def ray_tune(options, task, seed, directory, reuse=0):
    words = [sys.executable, PEERS / "ray_tune_peer.py", task, seed, directory, options.seconds, options.jobs, reuse]
    return json.loads(run(words, options).strip().splitlines()[-1])


def run(words, options):
    words = [str(word) for word in words]
    done = subprocess.run(words, capture_output=True, text=True, timeout=options.seconds + PATIENCE_S)
    if done.returncode != 0:
        raise RuntimeError(f"{Path(words[0]).name} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


CONTENDERS = {
    "luthier": luthier,
    "luthier_cold": lambda *arguments: luthier(*arguments, cold=True),
    "optuna": optuna,
    "ray_tune": ray_tune,
    "ray_tune_reuse": lambda *arguments: ray_tune(*arguments, reuse=1),
}
OURS = ("luthier", "luthier_cold")


def measure(options, task, contender, seed, directory):
    progress(f"{task} seed {seed}: {contender} ...")
    folder = directory / f"{task}-{contender}-{seed}"
    folder.mkdir()
    figures = CONTENDERS[contender](options, task, seed, folder)
    return {"schema": 1, "bench": task, "contender": contender, "seed": seed, **figures,
            "load": round(os.getloadavg()[0], 1)}


def summary(task, lines):
    """Medians over the seeds, and Luthier's ratio to the best peer."""
    medians = {}
    for contender in CONTENDERS:
        own = [line for line in lines if line["bench"] == task and line["contender"] == contender]
        if own:
            medians[contender] = {key: statistics.median(line[key] for line in own)
                                  for key in ("trials", "epochs", "best")}
    line = {"schema": 1, "bench": task, "seeds": len({each["seed"] for each in lines}), "medians": medians}
    peers = [figures for contender, figures in medians.items() if contender not in OURS]
    if peers and "luthier" in medians:
        line["epochs_to_best_peer"] = round(medians["luthier"]["epochs"] / max(p["epochs"] for p in peers), 3)
        line["loss_to_best_peer"] = round(medians["luthier"]["best"] / min(p["best"] for p in peers), 3)
    return line


def as_text(line):
    text = f"{line['bench']}, median of {line['seeds']} seeds"
    for contender, figures in line["medians"].items():
        text += f"\n  {contender:16} {figures['trials']:8,.0f} trials {figures['epochs']:8,.0f} epochs   "
        text += f"best loss {figures['best']:.5f}"
    if "epochs_to_best_peer" in line:
        text += f"\n  Luthier against the best peer: {line['epochs_to_best_peer']:.2f} times the epochs, "
        text += f"{line['loss_to_best_peer']:.3f} times its loss"
    return text


def choices(text, known, parser):
    chosen = text.split(",") if text else list(known)
    if unknown := set(chosen) - set(known):
        parser.error(f"'{unknown.pop()}' is not one of {', '.join(known)}")
    return chosen


def main():
    parser = argparse.ArgumentParser(prog="./dev bench script", description=__doc__.split("\n\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON line per run, then the summaries")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=45, help="duration of each run (default 45)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="programs, separated by commas: " + ", ".join(tasks.SPACES))
    parser.add_argument("--contenders", default="", help="contenders, separated by commas: " + ", ".join(CONTENDERS))
    options = parser.parse_args()
    chosen = choices(options.only, tasks.SPACES, parser)
    contenders = choices(options.contenders, CONTENDERS, parser)
    directory = Path(tempfile.mkdtemp(prefix="luthier-script-"))
    lines, failed = [], []
    try:
        for task in chosen:
            for seed in range(options.seeds):
                for contender in contenders:
                    try:
                        lines.append(measure(options, task, contender, seed, directory))
                    except (RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
                        progress(str(error))
                        failed.append(f"{task} {contender}")
                        continue
                    if options.json:
                        print(json.dumps(lines[-1]), flush=True)
            line = summary(task, lines)
            print(json.dumps(line) if options.json else as_text(line), flush=True)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if failed:
        sys.exit("script: not measured: " + ", ".join(sorted(set(failed))))
    progress("done")


if __name__ == "__main__":
    main()
