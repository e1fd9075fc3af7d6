"""The programs of the script benchmark and their search spaces, the same for every contender.

A parameter is (name, kind, low, high); kinds: uniform, loguniform, randint (both ends included).
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(__file__).parent / "programs"
DESCENT = Path(os.environ.get("LUTHIER_BUILD", "build/dev")) / "bin" / "bench_descent"
EPOCHS = 27

SPACES = {
    "mlp": [("hidden", "randint", 8, 128), ("alpha", "loguniform", 1e-6, 1e-1),
            ("learning_rate", "loguniform", 1e-4, 1e-1), ("beta_1", "uniform", 0.5, 0.99),
            ("batch", "randint", 16, 256)],
    "boosting": [("eta", "loguniform", 0.01, 1), ("max_depth", "randint", 1, 10), ("subsample", "uniform", 0.3, 1),
                 ("colsample_bytree", "uniform", 0.2, 1), ("min_child_weight", "loguniform", 0.1, 20)],
    "descent": [("rate", "loguniform", 1e-4, 1), ("momentum", "uniform", 0, 0.99),
                ("decay", "loguniform", 1e-6, 1e-1), ("batch", "randint", 1, 512)],
}


def command(task):
    """The program as a user starts it, with Luthier's placeholders."""
    if task == "descent":
        return [str(DESCENT), *(f"{{{name}}}" for name, *_ in SPACES[task])]
    words = [sys.executable, str(PROGRAMS / f"{task}.py")]
    for name, *_ in SPACES[task]:
        words += [f"--{name}", f"{{{name}}}"]
    return words


def _train_descent(settings, report):
    words = [str(DESCENT), *(str(settings[name]) for name, *_ in SPACES["descent"])]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if not report(float(line.split("=")[1])):
                process.kill()
                break


def training_function(task):
    """train(settings, report), which the peers call; it loads its data once per process."""
    if task == "descent":
        return _train_descent
    spec = importlib.util.spec_from_file_location(task, PROGRAMS / f"{task}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.train
