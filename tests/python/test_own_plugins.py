"""Searchers, schedulers, stop functions and loggers of a program's own."""

import itertools
import os
import pathlib
import random
import subprocess
import sys
import textwrap
import time

import pytest

import functions
import luthier
import own_plugins

X = {"x": luthier.uniform(0, 1)}
HERE = str(pathlib.Path(__file__).resolve().parent)


def tune(train=own_plugins.train, space=None, **options):
    options = {"minimize": "loss", "verbosity": 0, "jobs": 1, "samples": 5, "name": "e", **options}
    return luthier.Tuner(train, X if space is None else space, **options)


def canonical(name="e"):
    return subprocess.run([os.environ["LUTHIER_PROGRAM"], "export", name, "--canonical"], capture_output=True,
                          text=True, check=True).stdout


# ---- what they do


def test_a_searcher_and_a_scheduler():
    result = tune(searcher=own_plugins.Climber(), scheduler=own_plugins.OneRung()).run()
    assert result.finished
    assert {trial.proposed_by for trial in result} == {"Climber"}
    assert sorted(trial.iterations for trial in result) == [2, 2, 2, 2, 4]
    assert {trial.state for trial in result} == {"completed", "stopped"}
    assert result.best.iterations == 4
    explained = subprocess.run([os.environ["LUTHIER_PROGRAM"], "explain", "e", "1"], capture_output=True, text=True)
    assert "at the rung" in explained.stdout


def test_every_call_arrives_in_its_order():
    calls = []

    class Watching(luthier.Searcher):
        def __deepcopy__(self, memo):
            return self

        def suggest(self, view, trial):
            assert len(view.trials) == trial and view.more_trials
            return view.sample()

        def on_trial_added(self, view, trial):
            calls.append(("added", trial.id, trial.state, trial.config["x"]))

        def on_result(self, view, trial, result):
            assert trial.results[-1] == result and view.trials[trial.id] is trial
            calls.append(("result", trial.id, result.iteration, result["loss"]))

        def on_trial_ended(self, view, trial):
            calls.append(("ended", trial.id, trial.state, trial.ended))

    e = luthier.Experiment(X, minimize="loss", searcher=Watching(), samples=2)
    first, second = e.ask(2)
    e.report(second, loss=5)
    e.tell(first, loss=4)
    e.fail(second)
    assert e.close().finished
    assert calls == [
        ("added", 0, "pending", first["x"]), ("added", 1, "pending", second["x"]), ("result", 1, 1, 5),
        ("result", 0, 1, 4), ("ended", 0, "completed", True), ("ended", 1, "failed", True)]


def test_what_a_suggestion_leaves_open_is_drawn():
    class Half(luthier.Searcher):
        def suggest(self, view, trial):
            assert set(view.space) == {"a.low", "a.high", "kind"}
            assert view.sample()["a"]["low"] < view.sample()["a"]["high"]
            return {"kind": "c"}

    e = luthier.Experiment({"a": {"low": luthier.randint(0, 9), "high": luthier.randint(0, 9)},
                            "kind": luthier.grid(["b", "c"])},
                           minimize="loss", constraints="a.low < a.high", searcher=Half, samples=10)
    trials = e.ask(20)
    assert len(trials) == 20
    assert all(trial["a"]["low"] < trial["a"]["high"] and trial["kind"] == "c" for trial in trials)
    assert len({trial["a"]["low"] for trial in trials}) > 3


def test_a_searcher_waits_and_ends():
    class Three(luthier.Searcher):
        def suggest(self, view, trial):
            if trial == 3:
                return luthier.Exhausted("three are enough")
            if any(not each.ended for each in view.trials):
                return luthier.Wait()
            return view.sample()

    e = luthier.Experiment(X, minimize="loss", searcher=Three())
    for _ in range(3):
        trial, = e.ask(5)
        e.tell(trial, loss=1)
    assert e.ask() is None and e.finished
    assert e.close().reason == "three are enough"


def test_a_scheduler_changes_configurations():
    """As in population based training: a trial continues from another one's checkpoint."""
    class Copying(luthier.Scheduler):
        def on_result(self, view, trial, result):
            return "checkpoint" if trial.id == 0 else "pause"

        def choose_trial_to_run(self, view):
            paused = view.first_paused
            if paused is None or view.trials[0].checkpoint is None:
                return view.first_pending
            return luthier.Choice(paused, config={"x": view.trials[0].config["x"]},
                                  checkpoint=view.trials[0].checkpoint, reason="a copy")

    e = luthier.Experiment({"x": luthier.uniform(0, 1), "y": luthier.uniform(0, 1)}, minimize="loss", samples=2,
                           scheduler=Copying(), path="copies")
    first, second = e.ask(2)
    assert not e.report(second, loss=2, save=lambda directory: None)
    e.tell(second)
    assert e.report(first, loss=1, save=lambda directory: None)
    again = e.ask()
    assert again.id == second.id and again["x"] == first["x"] and again["y"] == second["y"]
    assert again.iteration == 1 and "00000" in again.checkpoint


def test_stop_functions():
    stops = ["loss < 0", lambda trial, result: result.iteration == 3 and trial.config["x"] > 0]
    result = tune(functions.steps, stop=stops, scheduler="fifo", samples=2).run()
    assert [(trial.iterations, trial.state) for trial in result] == [(3, "completed")] * 2
    assert tune().replay().differences == 0  # what it said is a fact of the log


def test_loggers():
    class Keeps(luthier.Logger):
        def __init__(self):
            self.calls = []

        def on_open(self, view):
            self.calls.append(f"open {len(view.trials)}")

        def on_trial_added(self, view, trial):
            self.calls.append(f"added {trial.id}")

        def on_result(self, view, trial, result):
            self.calls.append(f"result {trial.id} {result.iteration}")

        def on_trial_ended(self, view, trial):
            self.calls.append(f"ended {trial.id} {trial.state}")

        def on_event(self, view, event):
            assert event["sequence"] > 0 and view.objectives[0]["metric"] == "loss"

        def on_close(self, view):
            self.calls.append(f"close {len(view.trials)}")

    logger = Keeps()
    tune(samples=1, loggers=logger, scheduler="fifo").run()
    assert logger.calls == ["open 0", "added 0", *(f"result 0 {i}" for i in range(1, 5)), "ended 0 completed",
                            "close 1"]
    again = Keeps()
    tune(loggers=[again]).resume(more_samples=1)
    assert again.calls[:2] == ["open 1", "added 1"]


def test_random_numbers_repeat():
    class Random(luthier.Searcher):
        def suggest(self, view, trial):
            return {"x": view.random(trial).random()}

    def configs(seed):
        return [trial["x"] for trial in luthier.Experiment(X, minimize="loss", searcher=Random, seed=seed).ask(5)]

    assert configs(1) == configs(1) != configs(2)


# ---- interruption


ASKING = """
    import sys
    sys.path.insert(0, {here!r})
    import luthier, own_plugins
    e = luthier.Experiment({{"x": luthier.uniform(0, 1)}}, minimize="loss", samples=5, path="e",
                           searcher=own_plugins.Climber(), scheduler=own_plugins.OneRung())
    own_plugins.engine = lambda: e._engine._process.pid
    while (trial := e.ask()) is not None:
        for step in range(trial.iteration + 1, 5):
            loss = abs(trial["x"] - 0.3) + 1 / step
            if not e.report(trial, loss=loss, save=lambda directory: open(directory + "/step", "w").close()):
                break
        e.tell(trial)
    assert e.close().finished
"""


def until_left(directory):
    """An engine whose driver was killed leaves by itself."""
    end = time.monotonic() + 30
    while any(works_in(entry, directory) for entry in os.listdir("/proc") if entry.isdigit()):
        assert time.monotonic() < end, "the engine does not leave"
        time.sleep(0.02)


def works_in(pid, directory):
    try:
        return pid != str(os.getpid()) and os.readlink(f"/proc/{pid}/cwd") == str(directory)
    except OSError:
        return False


def run_asking(directory, die=None):
    directory.mkdir(exist_ok=True)
    script = directory / "script.py"
    script.write_text(textwrap.dedent(ASKING.format(here=HERE)))
    environment = {**os.environ, "DIE": die} if die else os.environ
    return subprocess.run([sys.executable, "script.py"], cwd=directory, env=environment, capture_output=True,
                          text=True, timeout=60)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    directory = tmp_path_factory.mktemp("whole")
    ran = run_asking(directory)
    assert ran.returncode == 0, ran.stderr
    return canonical(directory / "e")


@pytest.mark.parametrize("die", [f"{place} {who}" for place, who in itertools.product(
    ["suggest 0", "suggest 3", "decide 0 1", "decide 2 2", "choose 2", "choose 5"], ["driver", "engine"])])
def test_killed_anywhere_it_decides_the_same(tmp_path, uninterrupted, die):
    killed = run_asking(tmp_path / "run", die)
    assert killed.returncode != 0
    assert killed.returncode == -9 or "has ended by signal 9" in killed.stderr
    until_left(tmp_path / "run")
    finished = run_asking(tmp_path / "run")
    assert finished.returncode == 0, finished.stderr
    assert canonical(tmp_path / "run" / "e") == uninterrupted


TUNING = """
    import sys
    sys.path.insert(0, {here!r})
    import luthier, own_plugins
    tuner = luthier.Tuner(own_plugins.train, {{"x": luthier.uniform(0, 1)}}, minimize="loss", samples=5, jobs=1,
                          name="e", verbosity=0, searcher=own_plugins.Climber(), scheduler=own_plugins.OneRung())
    result = tuner.{what}()
    print(tuner.replay().differences if result.finished else "interrupted")
"""


def run_tuning(what, die=None):
    pathlib.Path("script.py").write_text(textwrap.dedent(TUNING.format(here=HERE, what=what)))
    environment = {**os.environ, "DIE": die} if die else os.environ
    return subprocess.run([sys.executable, "script.py"], env=environment, capture_output=True, text=True,
                          timeout=60)


@pytest.mark.parametrize("die", ["suggest 2 driver", "decide 1 2 driver"])
def test_a_tuner_whose_driver_is_killed_in_the_middle_of_a_question(die):
    whole = run_tuning("run")
    assert whole.stdout == "0\n", whole.stderr
    expected = canonical()
    pathlib.Path("luthier-results").rename("whole")
    assert run_tuning("run", die).returncode == -9
    until_left(os.getcwd())
    stored = luthier.open("luthier-results/e")
    assert not stored.finished
    resumed = run_tuning("resume")
    assert resumed.stdout == "0\n", resumed.stderr
    assert canonical() == expected


def test_one_that_is_not_deterministic_is_reported():
    class Fickle(luthier.Searcher):
        def suggest(self, view, trial):
            return {"x": random.random()}

    tuner = tune(searcher=Fickle)
    result = tuner.run()
    counted = tuner.replay()
    assert counted.suggestions == counted.differences == 5
    assert "suggestion" in counted.first_difference
    assert luthier.open(result.directory).trials == result.trials  # the log wins


def test_a_scheduler_that_is_not_deterministic_is_noted_on_resume():
    class Moody(luthier.Scheduler):
        reason = 0

        def on_result(self, view, trial, result):
            return luthier.Decision("continue", numbers={"mood": random.random()})

    tuner = tune(scheduler=Moody())
    tuner.run()
    tuner.resume(more_samples=1)
    log = subprocess.run([os.environ["LUTHIER_PROGRAM"], "export", "e", "--format", "jsonl"], capture_output=True,
                         text=True).stdout
    assert "decisions came out differently; the log wins" in log


def test_a_new_version_is_named():
    class Steady(luthier.Scheduler):
        def on_result(self, view, trial, result):
            return luthier.Decision("continue", numbers={"version": self.version})

    tune(scheduler=Steady, samples=1).run()
    Steady.version = 2
    counted = tune(scheduler=Steady).replay()
    assert counted.differences == counted.decisions
    assert "Steady version 1, here 2" in counted.first_difference


# ---- what goes wrong


class Broken:
    """Fails once it has seen two results."""

    def on_result(self, view, trial, result):
        if sum(len(each.results) for each in view.trials) > 2:
            raise ValueError("no licence left")
        return "continue"


class Plugin(Broken, luthier.Searcher):
    def suggest(self, view, trial):
        return view.sample()


class Deciding(Broken, luthier.Scheduler):
    pass


class Logging(Broken, luthier.Logger):
    pass


@pytest.mark.parametrize("options", [
    dict(searcher=Plugin), dict(scheduler=Deciding), dict(loggers=[Logging()]),
    dict(stop=lambda trial, result: Broken().on_result(result, trial, result))])
def test_an_exception_ends_the_run_which_can_be_resumed(options):
    error = AttributeError if "stop" in options else ValueError
    with pytest.raises(error) as caught:
        tune(samples=3, **options).run()
    assert any(entry.name == "on_result" for entry in caught.traceback)
    stored = luthier.open("luthier-results/e")
    assert not stored.finished and error.__name__ in stored.reason
    names = {name: type(kept.__name__, (kept,), {"on_result": lambda *_: "continue"})
             for name, kept in options.items() if isinstance(kept, type)}
    assert tune(**names).resume().finished


def test_an_exception_in_ask_and_tell_is_raised_by_the_call():
    e = luthier.Experiment(X, minimize="loss", searcher=Plugin, path="e")
    for trial in e.ask(2):
        e.tell(trial, loss=1)
    with pytest.raises(ValueError, match="no licence left"):
        for trial in e.ask(2):
            e.tell(trial, loss=1)
        e.ask()
    with pytest.raises(luthier.Error, match="no licence left"):
        e.ask()
    with pytest.raises(luthier.Error):
        e.close()
    assert not luthier.open("e").finished


@pytest.mark.parametrize("suggestion, said", [
    (None, "returned None"),
    ({"x": 2}, "x"),
    ({"y": 0.5}, "y"),
    ({"x": "a"}, "x"),
    ({"x": object()}, ""),
])
def test_what_is_no_suggestion(suggestion, said):
    class Wrong(luthier.Searcher):
        def suggest(self, view, trial):
            return suggestion

    with pytest.raises((luthier.Error, TypeError)) as caught:
        tune(searcher=Wrong).run()
    assert said in str(caught.value)
    assert not luthier.open("luthier-results/e").finished
    assert len(luthier.open("luthier-results/e")) == 0


@pytest.mark.parametrize("decision, choice, said", [
    ("halt", None, "'halt'"),
    (None, None, "None"),
    (luthier.Decision("stop", numbers={"loss": "low"}), None, "'loss'"),
    ("continue", 7, "not there"),
    ("continue", luthier.Choice(0, stop=True), "pending"),
    ("continue", luthier.Choice(0, checkpoint=5), "checkpoint 5"),
    ("continue", luthier.Choice(0, config={"x": 9}), "x"),
    ("continue", "first", "'trial'"),
])
def test_what_is_no_decision_and_no_choice(decision, choice, said):
    class Wrong(luthier.Scheduler):
        def on_result(self, view, trial, result):
            return decision

        def choose_trial_to_run(self, view):
            return view.first_pending if choice is None or not view.trials else choice

    with pytest.raises((luthier.Error, TypeError)) as caught:
        tune(scheduler=Wrong).run()
    assert said in str(caught.value)
    assert not luthier.open("luthier-results/e").finished


def test_the_name_of_a_built_in_one_is_refused():
    tpe = type("tpe", (own_plugins.Climber,), {})
    with pytest.raises(luthier.UsageError, match="rename"):
        tune(searcher=tpe).run()
    assert luthier.ls() == []


def test_one_that_is_missing_is_named():
    tune(searcher=own_plugins.Climber).run()
    with pytest.raises(luthier.Error, match="Climber"):
        tune(searcher="random").resume(more_samples=1)
    ran = subprocess.run([os.environ["LUTHIER_PROGRAM"], "replay", "e"], capture_output=True, text=True)
    assert ran.returncode == 2 and "Climber" in ran.stderr


def test_an_experiment_can_not_be_used_while_it_asks():
    class Nosy(luthier.Searcher):
        def suggest(self, view, trial):
            return {"x": len(e.trials) / 2}

    e = luthier.Experiment(X, minimize="loss", searcher=Nosy)
    with pytest.raises(luthier.Error, match="use the view"):
        e.ask()


@pytest.mark.parametrize("options, said", [
    (dict(loggers=["csv"]), "luthier.Logger"),
    (dict(searcher=type("Locked", (own_plugins.Climber,), {"__deepcopy__": lambda *_: 1 / 0})()), "the class"),
    (dict(scheduler=own_plugins.Climber()), "is no searcher or scheduler"),
])
def test_what_is_no_plugin(options, said):
    with pytest.raises(luthier.UsageError) as caught:
        tune(**options).run()
    assert said in str(caught.value)
