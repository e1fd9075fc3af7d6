"""Tuner: the engine trains, in processes of this machine."""

import asyncio
import json
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import time

import pytest

import functions
import luthier

X = {"x": luthier.uniform(0, 1)}
HERE = pathlib.Path(__file__).resolve().parent


def tune(train, space=None, **options):
    options = {"minimize": "loss", "verbosity": 0, "jobs": 2, **options}
    return luthier.Tuner(train, X if space is None else space, **options)


def text_of(result, trial, name):
    return pathlib.Path(result.directory, "trials", f"{trial:05}", name).read_text()


def script(text, **environment):
    """A script in a process of its own, as a user starts one."""
    pathlib.Path("script.py").write_text(textwrap.dedent(text))
    return subprocess.Popen([sys.executable, "script.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, env={**os.environ, **environment})


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_function_that_returns_its_value(start):
    result = tune(functions.square, samples=6, start=start, name="squares").run()
    assert result.finished and len(result) == 6
    assert {trial.state for trial in result} == {"completed"}
    assert result.best.metrics["loss"] == min(trial.metrics["loss"] for trial in result)
    assert result.best.metrics["loss"] == pytest.approx((result.best.config["x"] - 0.3) ** 2)
    assert luthier.open(result.directory).trials == result.trials


def test_a_closure_is_sent_by_value():
    offset = 5.0
    result = tune(lambda config: config["x"] + offset, samples=2, results=None).run()
    assert result.directory is None
    assert all(trial.metrics["loss"] == trial.config["x"] + 5 for trial in result)


def test_priors_are_tried_first():
    tuner = tune(functions.square, samples=2, jobs=1, name="believed", prior="x ~ 0.25", searcher="tpe")
    assert next(iter(tuner.run())).config["x"] == 0.25
    assert tuner.replay().differences == 0


def test_the_best_of_a_related_experiment_is_tried_first():
    earlier = tune(functions.square, samples=6, jobs=1, name="earlier", searcher="tpe").run()
    tuner = tune(functions.square, samples=2, jobs=1, name="later", related="earlier", searcher="tpe")
    assert next(iter(tuner.run())).config["x"] == pytest.approx(earlier.best.config["x"])
    assert tuner.replay().differences == 0


def test_a_scheduler_stops_trials_early():
    result = tune(functions.steps, {"x": luthier.grid([1, 2, 3, 4, 5, 6])}, jobs=1,
                  scheduler=luthier.asha(max_t=20, grace_period=1, reduction_factor=3)).run()
    counts = [trial.iterations for trial in result]
    assert counts[0] == 20 and min(counts) < 20
    assert {trial.state for trial in result} == {"completed", "stopped"}


def test_a_class_is_driven():
    result = tune(functions.Model, samples=2, checkpoint_at_end=True).run()
    assert [trial.iterations for trial in result] == [5, 5]
    assert "cleaned up" in text_of(result, 0, "stdout.log")


@pytest.mark.parametrize("train", [functions.steps, functions.Model])
@pytest.mark.parametrize("at_end", [True, False])
def test_a_stopped_trial_saves_if_it_is_to(train, at_end):
    result = tune(train, {"x": luthier.uniform(1, 2)}, stop="training_iteration >= 3", checkpoint_at_end=at_end).run()
    assert result.trials[0].iterations == 3 and result.trials[0].state == "completed"
    saved = list(pathlib.Path(result.directory).glob("trials/00000/checkpoints/*/*"))
    assert bool(saved) == at_end


@pytest.mark.parametrize("train", [functions.steps, functions.Model])
def test_population_based_training_uses_checkpoints(train):
    result = tune(train, {"x": luthier.uniform(1, 2)}, samples=4, jobs=4, iterations=5,
                  scheduler=luthier.pbt(perturbation_interval=2)).run()
    assert {trial.state for trial in result} == {"completed"}
    assert {trial.iterations for trial in result} == {5}


def test_any_program():
    result = tune([sys.executable, "-c", "import sys; print('loss=' + sys.argv[1])", "{x}"],
                  {"x": luthier.grid([3, 1, 2])}).run()
    assert result.best.config == {"x": 1} and result.best.metrics["loss"] == 1


@pytest.mark.parametrize("searcher", [
    luthier.repeat(times=3, searcher=luthier.concurrency_limit(most=2, searcher=luthier.tpe(candidates=8, startup_trials=2))),
    ("repeat", {"times": 3, "searcher": luthier.tpe()}),
    "repeat:times=3,searcher=random",
])
def test_searchers_around_searchers(searcher):
    def train(config):
        return {"loss": config["x"], "drawn": luthier.seed() % 1000}

    tuner = tune(train, {"x": luthier.uniform(0, 1)}, samples=9, jobs=2, name="repeated", searcher=searcher)
    result = tuner.run()
    values = [trial.config["x"] for trial in result]
    assert len(set(values)) == 3 and values[0::3] == values[1::3] == values[2::3]
    assert len({trial.metrics["drawn"] for trial in result}) > 3
    assert {trial.proposed_by for trial in result} == {"repeat"}
    assert tuner.replay().differences == 0


def test_results_and_replay():
    tuner = tune(functions.steps, samples=8, name="again", scheduler="asha:max_t=20", searcher="tpe")
    result = tuner.run()
    counted = tuner.replay()
    assert counted.differences == 0 and counted.decisions == sum(trial.iterations for trial in result)
    with pytest.raises(luthier.UsageError, match="again"):
        tuner.run()  # the name is taken
    more = tuner.resume(more_samples=2)
    assert len(more) == 10
    assert repr(result).startswith("8 trials") and "<table>" in result._repr_html_()


def test_nested_spaces_and_the_trials_own_facts():
    def train(config):
        assert luthier.config() == config
        assert luthier.seed() > 0 and luthier.directory()
        luthier.report({"val": {"loss": config["a"]["b"]}}, trial=luthier.trial_id())

    result = tune(train, {"a": {"b": luthier.grid([2, 1])}}, minimize="val/loss").run()
    assert result.best.config == {"a": {"b": 1}}
    assert [trial.metrics["trial"] for trial in result] == [0, 1]


def test_a_trial_may_tune_itself():
    def train(config):
        e = luthier.Experiment({"y": luthier.grid([config["x"], 5])}, minimize="loss")
        for trial in e.ask(2):
            e.tell(trial, loss=trial["y"])
        return e.best.metrics["loss"]

    result = tune(train, {"x": luthier.grid([1, 7])}).run()
    assert [trial.metrics["loss"] for trial in result] == [1, 5]


def test_the_command_line_says_who_goes_on():
    tune(functions.square, samples=1, name="mine").run()
    program = os.environ["LUTHIER_PROGRAM"]
    shown = subprocess.run([program, "best", "mine", "--json"], capture_output=True, text=True)
    assert '"state": "completed"' in shown.stdout
    extended = subprocess.run([program, "extend", "mine", "-n", "1"], capture_output=True, text=True)
    assert extended.returncode == 2 and "luthier.Tuner" in extended.stderr


# ---- what goes wrong


@pytest.mark.parametrize("start", ["fork", "spawn"])
@pytest.mark.parametrize("train, said", [
    (functions.fails, "is no good"),
    (functions.crashes, "7"),
    (functions.aborts, "Segmentation fault"),
    (functions.says_nothing, "returned without a value of 'loss'"),
])
def test_a_failure_says_why(train, said, start):
    result = tune(train, samples=1, start=start).run()
    assert result.trials[0].state == "failed"
    assert said in result.trials[0].reason
    assert result.best is None


def test_exceptions_keep_their_traceback():
    result = tune(functions.fails, samples=1).run()
    log = text_of(result, 0, "stderr.log")
    assert "Traceback" in log and "functions.py" in log and "in fails" in log


def test_sys_exit_is_no_failure():
    assert tune(functions.leaves, samples=1).run().trials[0].state == "completed"


def test_a_flood_of_output_is_cut_and_harms_nobody():
    result = tune(functions.chatty, samples=1).run()
    assert result.trials[0].state == "completed"
    assert 1_000_000 < len(text_of(result, 0, "stdout.log")) <= 11_000_000


def test_no_trial_harms_another():
    kinds = ["exit", "directory", "handlers", "thread", "fork", "environment", "recursion", "none"]
    result = tune(functions.harmless_or_not, {"kind": luthier.grid(kinds)}, max_failures=9).run()
    states = {trial.config["kind"]: trial.state for trial in result}
    assert states == {**dict.fromkeys(kinds, "completed"), "exit": "failed", "recursion": "failed"}


def test_a_module_that_fails_at_import(monkeypatch):
    pathlib.Path("broken_module.py").write_text(
        "import sys\nif 'luthier._pool' in sys.modules:\n    raise RuntimeError('no licence')\n"
        "def train(config):\n    return 1\n")
    monkeypatch.syspath_prepend(os.getcwd())
    import broken_module
    result = tune(broken_module.train, samples=1).run()
    assert result.trials[0].state == "failed" and "no licence" in result.trials[0].reason


def test_a_thread_of_jemalloc_does_not_prevent_a_fork(monkeypatch):
    """Apache Arrow, which pandas imports, has one; jemalloc prepares it for a fork by itself."""
    pathlib.Path("allocating_module.py").write_text(
        "import ctypes, threading, time\nBORN = time.time()\nnamed = threading.Event()\n"
        "def allocate():\n    ctypes.CDLL(None).prctl(15, b'jemalloc_bg_thd', 0, 0, 0)\n    named.set()\n"
        "    time.sleep(60)\n"
        "threading.Thread(target=allocate, daemon=True).start()\nnamed.wait()\n"
        "def train(config):\n    return BORN\n")
    monkeypatch.syspath_prepend(os.getcwd())
    import allocating_module
    result = tune(allocating_module.train, samples=3).run()
    assert len({trial.metrics["loss"] for trial in result}) == 1, "each trial has imported the module anew"


def test_a_module_that_starts_threads_is_not_forked(monkeypatch):
    pathlib.Path("threaded_module.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "def train(config):\n    return config['x']\n")
    monkeypatch.syspath_prepend(os.getcwd())
    import threaded_module
    result = tune(threaded_module.train, samples=3).run()
    assert {trial.state for trial in result} == {"completed"}


def test_what_can_not_be_sent():
    lock = __import__("threading").Lock()
    with pytest.raises(luthier.UsageError, match="can't be sent to another process"):
        tune(lambda config: lock, samples=1).run()
    assert luthier.ls() == []


@pytest.mark.parametrize("options, said", [
    (dict(train="train.py"), "a list of words"),
    (dict(train=[]), "a list of words"),
    (dict(start="thread"), "'fork' or 'spawn'"),
    (dict(searcher="tpee"), "did you mean 'tpe'"),
    (dict(searcher=luthier.repeat(searcher=luthier.tpe(candidates=0))), "candidates of searcher 'tpe' is 0"),
    (dict(jobs=0), "at least 1"),
    (dict(prior="x ~ 99"), "99 is not in"),
    (dict(prior="x ~ 1", searcher="sobol"), "does not use priors"),
    (dict(name="a/b"), "can't be the name of a directory"),
    (dict(resources={"cpu": "many"}), "many"),
])
def test_what_can_not_be_is_refused_before_anything_is_made(options, said):
    with pytest.raises(luthier.UsageError) as caught:
        tune(options.pop("train", functions.square), **options).run()
    assert said in str(caught.value)
    assert luthier.ls() == []


# ---- interruption


def test_in_asyncio_other_tasks_continue():
    async def main():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.01)

        ticking = asyncio.ensure_future(tick())
        result = await tune(functions.square, samples=3, results=None).run_async()
        ticking.cancel()
        return len(result), ticks

    trials, ticks = asyncio.run(main())
    assert trials == 3 and ticks > 3


def test_a_cancelled_run_can_be_resumed():
    async def main():
        run = asyncio.ensure_future(tune(functions.sleep, samples=2, name="e", grace=1).run_async())
        while not pathlib.Path("luthier-results/e/trials/00000/stdout.log").exists():
            await asyncio.sleep(0.02)
        run.cancel()
        await run

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())
    assert not luthier.open("luthier-results/e").finished
    assert len(tune(functions.square, name="e").resume()) == 2


TUNE = """
    import sys
    sys.path.insert(0, {here!r})
    import functions, luthier
    result = luthier.Tuner(functions.{train}, {{"x": luthier.uniform(0, 1)}}, minimize="loss", samples=4,
                           jobs=2, name="e", verbosity=0, grace=1).{what}()
    print("done", len(result), flush=True)
"""


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_ctrl_c_leaves_in_good_order_and_it_goes_on():
    run = script(TUNE.format(here=str(HERE), train="sleep", what="run"))
    until(lambda: len(list(pathlib.Path().glob("luthier-results/e/trials/*/stdout.log"))) == 2)
    until(lambda: "pid" in pathlib.Path("luthier-results/e/trials/00000/stdout.log").read_text())
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=30)
    assert run.returncode == -signal.SIGINT and "KeyboardInterrupt" in err
    stored = luthier.open("luthier-results/e")
    assert not stored.finished and stored.reason == "interrupted"
    run = script(TUNE.format(here=str(HERE), train="square", what="resume"))
    assert run.communicate(timeout=30)[0] == "done 4\n"


@pytest.mark.parametrize("victims", ["interpreter", "engine", "both"])
def test_nothing_survives(victims):
    run = script(TUNE.format(here=str(HERE), train="stubborn", what="run"), PIDS="pids")
    pids = pathlib.Path("pids")
    until(lambda: pids.exists() and pids.read_text().count("\n") == 4)
    engine = [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and is_engine_of(entry, run.pid)]
    assert len(engine) == 1
    for pid in {"interpreter": [run.pid], "engine": engine, "both": [run.pid, *engine]}[victims]:
        os.kill(pid, signal.SIGKILL)
    out, err = run.communicate(timeout=30)
    if victims == "engine":
        assert "has ended by signal 9" in err
    until(lambda: not any(alive(int(pid)) for pid in [*engine, *pids.read_text().split()]), 15)
    again = script(TUNE.format(here=str(HERE), train="square", what="resume"))
    assert again.communicate(timeout=30)[0] == "done 4\n"


def is_engine_of(entry, parent):
    try:
        with open(f"/proc/{entry}/cmdline", "rb") as file:
            words = file.read().split(b"\0")
        with open(f"/proc/{entry}/stat") as file:
            return words[1:2] == [b"client"] and int(file.read().rpartition(")")[2].split()[1]) == parent
    except OSError:
        return False


def test_a_script_that_defines_its_function():
    run = script("""
        import luthier

        FACTOR = 3

        def helper(x):
            return x * FACTOR

        def train(config):
            return helper(config["x"])

        print(luthier.Tuner(train, {"x": luthier.grid([1, 2])}, minimize="loss", verbosity=0).run().best.metrics)
        """)
    out, err = run.communicate(timeout=30)
    assert out == "{'loss': 3}\n", err


# ---- reuse


def test_kept_processes_remember():
    result = tune(functions.remembers, {"x": luthier.grid([1, 2, 3, 4, 5])}, jobs=1, reuse=True).run()
    assert [trial.metrics["loss"] for trial in result] == [1, 2, 3, 4, 5]
    assert len({trial.metrics["pid"] for trial in result}) == 1
    assert [trial.metrics["x"] for trial in result] == [trial.config["x"] for trial in result]
    assert len({trial.metrics["dir"] for trial in result}) == 5
    for trial in result:
        assert text_of(result, trial.id, "stdout.log") == f"trial {trial.id}\n"


def test_kept_processes_keep_objects_that_can_be_reconfigured():
    result = tune(functions.Kept, {"x": luthier.grid([1, 2, 3, 4])}, jobs=1, reuse=True).run()
    assert [trial.metrics["loss"] for trial in result] == [1, 2, 1, 2]


@pytest.mark.parametrize("train, said", [
    (functions.fails, "is no good"), (functions.crashes, "7"), (functions.aborts, "Segmentation fault"),
    (functions.says_nothing, "returned without a value of 'loss'")])
def test_a_kept_process_that_fails(train, said):
    result = tune(train, samples=3, jobs=1, reuse=True).run()
    assert {trial.state for trial in result} == {"failed"}
    assert all(said in trial.reason for trial in result)


def test_kept_processes_end_with_a_trial_that_takes_too_long():
    result = tune(functions.sleep, samples=2, jobs=2, reuse=True, trial_timeout=0.3, grace=0.2).run()
    assert {trial.state for trial in result} == {"failed"}
    assert "longer than" in result.trials[0].reason


def test_a_kept_process_serves_stopped_trials_too():
    result = tune(functions.steps, {"x": luthier.grid([1, 2, 3, 4, 5, 6])}, jobs=2, reuse=True,
                  scheduler=luthier.asha(max_t=20, grace_period=1, reduction_factor=3)).run()
    assert {trial.state for trial in result} == {"completed", "stopped"}


def test_nothing_of_kept_processes_survives():
    run = script(TUNE.format(here=str(HERE), train="stubborn", what="run").replace("jobs=2", "jobs=2, reuse=True"),
                 PIDS="pids")
    pids = pathlib.Path("pids")
    until(lambda: pids.exists() and pids.read_text().count("\n") == 4)
    run.kill()
    run.communicate(timeout=30)
    until(lambda: not any(alive(int(pid)) for pid in pids.read_text().split()), 15)


def test_a_command_is_told_of_the_end():
    """The words are given as a list; what they hold is passed on as it is."""
    told = pathlib.Path("told it")
    result = tune(functions.square, samples=3, name="told", notify=["sh", "-c", 'cat >> "$0"', str(told)],
                  notify_on=["done", "improved"]).run()
    events = [json.loads(line) for line in told.read_text().splitlines()]
    assert events[-1]["event"] == "done" and events[-1]["best"][0]["trial"] == result.best.id
    assert {event["event"] for event in events} == {"done", "improved"}


@pytest.mark.parametrize("options, said", [
    ({"notify": "no-such-program"}, "no-such-program"), ({"notify": ["true"], "notify_on": ["doen"]}, "did you mean 'done'"),
    ({"notify": "true", "notify_on": []}, "must be a list"), ({"notify": "a | b"}, "sh -c"),
    ({"notify": "true", "notify_stalled": -1}, "stalled_s"), ({"notify": "true", "notify_low_disk": -1}, "low_disk_bytes"),
    ({"notify_on": ["done"]}, "notify")])
def test_a_command_that_can_not_be_told_is_refused(options, said):
    with pytest.raises(luthier.UsageError, match=said.replace("|", "\\|")):
        tune(functions.square, name="told", **options).run()
    assert not pathlib.Path("luthier-results", "told").exists()
