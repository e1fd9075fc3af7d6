"""Programs as their users know them, unedited, tuned by what they print, write and take.

Python children don't inherit PYTHONUNBUFFERED here. Debian's programs come from test_packages of ./dev."""

import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

import pytest

LUTHIER = str(pathlib.Path(os.environ["LUTHIER_BUILD"]) / "bin" / "luthier")
PROGRAMS = pathlib.Path(__file__).resolve().parent / "real_programs"
DIGITS = pathlib.Path(__file__).resolve().parents[2] / "examples/data/digits.csv"
EPOCHS = 27
TRIALS = 16  # enough that the share that asha trains does not hang on the order of good draws


class Home:
    def __init__(self, path):
        self.path = path
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.environment.pop("PYTHONUNBUFFERED", None)

    def luthier(self, *words):
        done = subprocess.run([LUTHIER, *map(str, words)], cwd=self.path, env=self.environment, timeout=300,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def trials(self, name):
        return [json.loads(line) for line in self.luthier("trials", name, "--json").stdout.splitlines()]

    def run(self, *words, name="real"):
        self.luthier("run", "--name", name, "-j", 1, "--searcher", "random", "--log", "none", *words)
        trials = self.trials(name)
        assert trials and all(trial["state"] in ("completed", "stopped") for trial in trials), trials
        return trials

    def printed(self, name):
        """What the trials of an experiment printed, all together."""
        return "".join(file.read_text() for file in
                       sorted((self.path / "luthier-results" / name / "trials").glob("*/stdout.log")))


def needs(*programs):
    """Releases of Debian that have no such package do without the test; ./dev says so."""
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {missing}")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def values(trials):
    return [trial["best"] for trial in trials]


def digits():
    rows = [line.split(",") for line in DIGITS.read_text().splitlines() if line[:1].isdigit()]
    return [(row[-1], [int(pixel) / 16 for pixel in row[:-1]]) for row in rows]


def svm_file(path, count):
    lines = [label + " " + " ".join(f"{i + 1}:{x:g}" for i, x in enumerate(pixels)) for label, pixels in digits()[:count]]
    path.write_text("\n".join(lines) + "\n")


# --- Python scripts that train for epochs, stopped early for real


@pytest.mark.parametrize(
    "script, objective, space, epoch",
    [
        ("mlp.py", ("--min", "loss"),
         ["-p", "learning-rate-init=loguniform(1e-5, 1e-1)", "-p", "alpha=loguniform(1e-6, 1e-1)"], r"^Iteration \d+, loss"),
        ("xgboost_demo.py", ("--min", "eval-logloss"),
         ["-p", "eta=loguniform(1e-3, 1)", "-p", "max_depth=randint(2, 9)"], r"^\[\d+\]\ttrain-logloss"),
        ("lightgbm_demo.py", ("--max", "auc"),
         ["-p", "learning_rate=loguniform(1e-3, 1)", "-p", "num_leaves=lograndint(4, 64)"], r"^\[\d+\]\tvalid_0's auc"),
        ("mnist_log.py", ("--max", "accuracy"), ["-p", "lr=uniform(0, 1.4)", "-p", "epochs=27"], r"^Test set:"),
    ],
)
def test_asha_stops_a_python_script_early(home, script, objective, space, epoch):
    """By the epochs the script really printed; the time only has to follow."""
    epochs, seconds = {}, {}
    for scheduler in ("fifo", f"asha:max_t={EPOCHS},grace_period=1,reduction_factor=4"):
        name = scheduler.split(":")[0]
        begin = time.monotonic()
        trials = home.run(*objective, "-n", TRIALS, "--seed", 1, "--scheduler", scheduler, *space, "--",
                          sys.executable, PROGRAMS / script, name=name)
        seconds[name] = time.monotonic() - begin
        epochs[name] = len(re.findall(epoch, home.printed(name), re.MULTILINE))
        assert len(trials) == TRIALS and all(value is not None for value in values(trials))
    assert epochs["fifo"] == TRIALS * EPOCHS
    assert epochs["asha"] <= 0.6 * epochs["fifo"], epochs
    assert seconds["asha"] < seconds["fifo"], seconds


def test_mnist_log_gives_an_accuracy_an_epoch(home):
    (trial,) = home.run("--max", "accuracy", "-n", 1, "-p", "lr=0.7", "-p", "epochs=3", "--",
                        sys.executable, PROGRAMS / "mnist_log.py")
    assert trial["iterations"] == 3 and trial["best"] == 9233


# --- Solvers, learners and benchmarks of Debian


def random_3sat(path, variables=120, clauses=500):
    draws = random.Random(7)
    with open(path, "w") as file:
        print("p cnf", variables, clauses, file=file)
        for _ in range(clauses):
            chosen = draws.sample(range(1, variables + 1), 3)
            print(*(draws.choice((-1, 1)) * variable for variable in chosen), 0, file=file)


@needs("minisat")
def test_minisat_by_conflicts(home):
    random_3sat(home.path / "problem.cnf")
    trials = home.run("--min", "conflicts", "-n", 4, "--ok-status", "10,20", "-p", "decay=uniform(0.8, 0.99)", "--",
                      "minisat", "-var-decay={decay}", "problem.cnf")
    said = [int(each) for each in re.findall(r"^conflicts\s*: (\d+)", home.printed("real"), re.MULTILINE)]
    assert sorted(values(trials)) == sorted(said) and len(said) == 4


def knapsack(path, items=30):
    draws = random.Random(3)
    value, weight = ([draws.randint(20, 99) for _ in range(items)] for _ in range(2))
    terms = [[f"{numbers[i]} x{i}" for i in range(items)] for numbers in (value, weight)]
    path.write_text("Maximize\n obj: " + "\n + ".join(terms[0]) + "\nSubject To\n c: " + "\n + ".join(terms[1])
                    + f"\n <= {sum(weight) // 2}\nBinary\n" + "\n".join(f" x{i}" for i in range(items)) + "\nEnd\n")


@needs("glpsol")
def test_glpk_by_what_it_found(home):
    knapsack(home.path / "knapsack.lp")
    trials = home.run("--max", "mip", "-n", 3, "-p", "gap=loguniform(1e-4, 0.2)", "--",
                      "glpsol", "--lp", "knapsack.lp", "--mipgap", "{gap}")
    found = [float(each) for each in re.findall(r"mip =\s+(\S+) ", home.printed("real")) if each != "not"]
    assert max(values(trials)) == max(found)


@needs("svm-train", "liblinear-train")
@pytest.mark.parametrize(
    "program, option", [("svm-train", ["-g", "0.02"]), ("liblinear-train", [])])
def test_cross_validation_of_libsvm_and_liblinear(home, program, option):
    svm_file(home.path / "digits.svm", 400)
    trials = home.run("--max", "Cross Validation Accuracy", "-n", 3, "-p", "cost=loguniform(1, 100)", "--",
                      program, "-q", "-v", 5, "-c", "{cost}", *option, "digits.svm")
    said = [float(each) for each in re.findall(r"Cross Validation Accuracy = ([\d.]+)%", home.printed("real"))]
    assert sorted(values(trials)) == sorted(said) and max(said) > 80


@needs("fasttext")
def test_fasttext_by_its_bar_on_stderr(home):
    words = {label: [f"{label}{i}" for i in range(30)] for label in ("red", "green", "blue")}
    draws = random.Random(1)
    lines = []
    for _ in range(3000):
        label = draws.choice(list(words))
        lines.append(f"__label__{label} " + " ".join(draws.choices(words[label] + ["the", "of"] * 5, k=8)))
    (home.path / "train.txt").write_text("\n".join(lines) + "\n")
    trials = home.run("--min", "avg.loss", "-n", 3, "-p", "lr=loguniform(1e-3, 1)", "--",
                      "fasttext", "supervised", "-input", "train.txt", "-output", "{trial.dir}/model", "-lr", "{lr}",
                      "-epoch", 5, "-thread", 1)
    assert all(0 < value < 1.2 for value in values(trials))
    by_rate = sorted((trial["config"]["lr"], trial["best"]) for trial in trials)
    assert by_rate[0][1] > by_rate[-1][1], by_rate


@needs("hyperfine")
def test_hyperfine_by_its_json_file(home):
    (trial_short, trial_long) = sorted(
        home.run("--min", "mean", "-n", 1, "--metric-file", "times.json", "-p", "pause=grid(0.01, 0.3)", "--",
                 "hyperfine", "-N", "--runs", 2, "--export-json", "{trial.dir}/times.json", "sleep {pause}"),
        key=lambda trial: trial["config"]["pause"])
    for trial in (trial_short, trial_long):
        assert trial["best"] == pytest.approx(trial["config"]["pause"], abs=0.25)
    assert trial_short["best"] < trial_long["best"]


@needs("sysbench")
def test_sysbench_by_events_per_second(home):
    trials = home.run("--max", "events per second", "-n", 1, "-p", "prime=grid(500, 20000)", "--",
                      "sysbench", "cpu", "--cpu-max-prime={prime}", "--time=1", "run")
    said = [float(each) for each in re.findall(r"events per second:\s+([\d.]+)", home.printed("real"))]
    assert sorted(values(trials)) == sorted(said) and len(said) == 2


# --- Programs that were compiled here


def test_printf_without_flush_is_heard_at_the_end_and_with_a_terminal_at_once(home):
    subprocess.run(["cc", "-O1", "-o", home.path / "relax", PROGRAMS / "relax.c", "-lm"], check=True)
    words = ["--min", "residual", "-n", 9, "-p", "rate=uniform(0.01, 0.9)", "--scheduler",
             f"asha:max_t={EPOCHS},grace_period=1,reduction_factor=4"]
    program = ["--", "./relax", "{rate}", EPOCHS]
    buffered = home.run(*words, *program, name="buffered")
    assert all(trial["iterations"] >= 1 for trial in buffered)
    at_once = home.run(*words, "--tty", *program, name="terminal")
    assert sum(trial["iterations"] for trial in at_once) <= 0.6 * 9 * EPOCHS
    lines = home.printed("terminal").count("residual")
    assert lines <= 0.6 * 9 * EPOCHS, lines


def test_compiler_flags_by_the_time_a_makefile_takes(home):
    for name in ("Makefile", "sieve.c"):
        shutil.copy(PROGRAMS / name, home.path)
    trials = home.run("--min", "wall_s", "-n", 1, "-p", "flags=grid('-O0', '-O2')", "--",
                      "make", "-s", "bench", "CFLAGS={flags}", "OUT={trial.dir}")
    assert len(trials) == 2 and all(0 < value < 120 for value in values(trials))
    assert home.printed("real").count("right") == 2
