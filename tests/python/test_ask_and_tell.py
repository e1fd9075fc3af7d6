"""Experiment: the caller trains."""

import gc
import math
import os
import pickle
import subprocess
import sys
import threading

import pytest

import luthier


def square(trial):
    return (trial.config["x"] - 0.3) ** 2


def test_finds_the_minimum():
    with luthier.Experiment({"x": luthier.uniform(0, 1)}, minimize="loss", searcher="tpe") as e:
        for _ in range(60):
            trial = e.ask()
            e.tell(trial, loss=square(trial))
        assert abs(e.best.config["x"] - 0.3) < 0.1
        assert len(e.trials) == 60
    assert e.result.best == e.best


def test_maximize_and_the_state_of_trials():
    e = luthier.Experiment({"x": [1, 2, 3]}, maximize="gain", searcher="grid", samples=1)
    while (trial := e.ask()) is not None:
        e.tell(trial, gain=trial["x"])
    result = e.close()
    assert result.finished and {trial.state for trial in result} == {"completed"}
    assert result.best.metrics["gain"] == max(trial.config["x"] for trial in result)


def test_the_end_is_told_from_waiting():
    e = luthier.Experiment({"x": luthier.uniform(0, 1)}, minimize="loss", samples=1)
    trial = e.ask()
    assert e.ask() is None and not e.finished
    e.tell(trial, loss=1)
    assert e.ask() is None and e.finished


def test_report_says_when_to_stop():
    e = luthier.Experiment({"x": luthier.grid([1, 2, 3, 4])}, minimize="loss", searcher="grid",
                           scheduler=luthier.asha(max_t=9, grace_period=1, reduction_factor=3))
    reports = {}
    while (trial := e.ask()) is not None:
        reports[trial.id] = 1
        while e.report(trial, loss=trial.config["x"]):
            reports[trial.id] += 1
        e.tell(trial)
    assert reports[0] == 9 and min(reports.values()) == 1
    assert {each.state for each in e.trials} == {"completed", "stopped"}


def test_a_failure_is_asked_again():
    e = luthier.Experiment({"x": luthier.uniform(0, 1)}, minimize="loss", samples=1, retries=1,
                           retry_delay=0)
    first = e.ask()
    e.fail(first, "out of memory")
    second = e.ask()
    assert second.id == first.id and second.config == first.config and second.seed == first.seed
    e.fail(second, "out of memory")
    assert e.trials[0].state == "failed" and "out of memory" in e.trials[0].reason


def test_a_path_makes_it_durable(tmp_path):
    path = tmp_path / "kept" / "mine"
    space = {"x": luthier.uniform(0, 1)}
    e = luthier.Experiment(space, minimize="loss", samples=3, path=path)
    told, out = e.ask(2)
    e.tell(told, loss=1)
    e.close()
    again = luthier.Experiment(space, minimize="loss", samples=3, path=path)
    assert again.ask() == out
    again.tell(out, loss=0.5)
    again.tell(again.ask(), loss=2)
    assert again.close().finished
    stored = luthier.open(path)
    assert [trial.metrics["loss"] for trial in stored] == [1, 0.5, 2] and stored.best.id == out.id
    assert luthier.ls(tmp_path / "kept") == [str(path)]


def test_checkpoints_are_kept(tmp_path):
    def save(directory):
        with open(os.path.join(directory, "state"), "w") as file:
            file.write("7")

    path = tmp_path / "saved"
    e = luthier.Experiment({"x": 1}, minimize="loss", path=path, checkpoint_every=1)
    trial = e.ask()
    assert trial.checkpoint is None
    assert e.report(trial, loss=1, save=save)
    e.close()
    again = luthier.Experiment({"x": 1}, minimize="loss", path=path).ask()
    assert again.iteration == 1
    with open(os.path.join(again.checkpoint, "state")) as file:
        assert file.read() == "7"


def test_nested_spaces_give_nested_configurations():
    e = luthier.Experiment({"optimizer": {"lr": luthier.loguniform(1e-3, 1), "name": ["sgd", "adam"]},
                            "depth": 3}, minimize="loss")
    trial = e.ask()
    assert trial.config["depth"] == 3
    assert trial.config["optimizer"]["name"] in ("sgd", "adam")
    assert 1e-3 <= trial.config["optimizer"]["lr"] < 1


@pytest.mark.parametrize("value", [True, None, "text with 'quotes' and \"more\"", "a, b)", -3, 1e-300, "π",
                                   2 ** 60, "", "uniform(0, 1)", "if x", [1, "a"]])
def test_values_come_back_as_they_are(value):
    e = luthier.Experiment({"a": luthier.constant(value), "b": luthier.choice(["no", value])},
                           minimize="loss", points=[{"b": value}])
    config = e.ask().config
    assert config == {"a": value, "b": value} and type(config["b"]) is type(value)


def test_conditions_and_constraints():
    e = luthier.Experiment(
        {"kind": luthier.grid(["a b", "c"]), "x": luthier.uniform(0, 1).when("kind", "a b"),
         "low": luthier.randint(0, 10), "high": luthier.randint(0, 10)},
        minimize="loss", constraints="low < high")
    for trial in e.ask(20):
        assert ("x" in trial.config) == (trial.config["kind"] == "a b")
        assert trial.config["low"] < trial.config["high"]


def test_metrics_of_other_libraries():
    numpy = pytest.importorskip("numpy")
    e = luthier.Experiment({"x": numpy.float64(0.5)}, minimize="loss")
    trial = e.ask()
    assert trial.config == {"x": 0.5}
    e.report(trial, loss=numpy.float32(0.25), count=numpy.int64(3), flag=numpy.bool_(True),
             shape=numpy.array(7), list=numpy.arange(2))
    assert e.trials[0].last_metrics == {"loss": 0.25, "count": 3, "flag": True, "shape": 7, "list": [0, 1]}


def test_not_a_number_never_wins():
    e = luthier.Experiment({"x": luthier.uniform(0, 1)}, minimize="loss")
    worst, fine = e.ask(2)
    e.tell(worst, loss=float("nan"))
    e.tell(fine, loss=1e9)
    assert e.best.id == fine.id
    assert math.isnan(e.trials[worst.id].metrics["loss"])


@pytest.mark.parametrize("arguments, said", [
    (dict(space=3, minimize="l"), "must be a dict"),
    (dict(space={}, ), "minimize="),
    (dict(space={"x": object()}, minimize="l"), "the parameter 'x'"),
    (dict(space={1: 2}, minimize="l"), "must be text"),
    (dict(space={"x": luthier.uniform(1, 0)}, minimize="l"), "x"),
    (dict(space={"x": 1}, minimize="l", searcher="tpee"), "did you mean 'tpe'?"),
    (dict(space={"x": 1}, minimize="l", searcher=3), "is no searcher"),
    (dict(space={"x": 1}, minimize="l", scheduler="asha:max=3"), "max"),
    (dict(space={"x": 1}, minimize="l", sampels=3), "did you mean 'samples'?"),
    (dict(space={"x": 1}, minimize="l", retries="many"), "retries is 'many'"),
    (dict(space={"x": 1}, minimize="l", stop="l <"), "l <"),
])
def test_what_can_not_be_is_a_sentence(arguments, said):
    with pytest.raises(luthier.UsageError) as caught:
        luthier.Experiment(arguments.pop("space"), **arguments)
    assert said in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_errors_of_calls():
    e = luthier.Experiment({"x": 1}, minimize="loss")
    trial = e.ask()
    with pytest.raises(luthier.UsageError, match="at least one metric"):
        e.report(trial)
    with pytest.raises(luthier.NotFoundError, match="is not out"):
        e.report(99, loss=1)
    e.tell(99, loss=1)  # does not wait ...
    with pytest.raises(luthier.NotFoundError, match="is not out"):
        e.ask()  # ... so this says it
    e.tell(trial, loss=1)
    e.close()
    with pytest.raises(luthier.Error, match="closed"):
        e.ask()


def test_many_pipelined_tells():
    e = luthier.Experiment({"x": luthier.uniform(0, 1)}, minimize="loss", searcher="random")
    for _ in range(5):
        for trial in e.ask(1000):
            e.tell(trial, loss=trial.config["x"])
    assert len(e.trials) == 5000


def test_several_threads():
    e = luthier.Experiment({"x": luthier.uniform(0, 1)}, minimize="loss", searcher="random")

    def work():
        for _ in range(50):
            trial = e.ask()
            e.report(trial, loss=trial.config["x"])
            e.tell(trial)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trials = e.trials
    assert len(trials) == 200 and {trial.state for trial in trials} == {"completed"}


def test_a_forked_process_is_refused():
    e = luthier.Experiment({"x": 1}, minimize="loss")
    pid = os.fork()
    if pid == 0:
        try:
            e.ask()
        except luthier.Error as error:
            os._exit(17 if "forked" in str(error) else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 17
    assert e.ask() is not None


def test_pickling_gives_the_path(tmp_path):
    e = luthier.Experiment({"x": 1}, minimize="loss", path=tmp_path / "e")
    e.tell(e.ask(), loss=2)
    assert pickle.loads(pickle.dumps(e)).best.metrics == {"loss": 2}
    with pytest.raises(TypeError, match="path"):
        pickle.dumps(luthier.Experiment({"x": 1}, minimize="loss"))


def test_experiments_leave_nothing_behind():
    def descriptors():
        gc.collect()
        return len(os.listdir("/proc/self/fd"))

    luthier.Experiment({"x": 1}, minimize="loss").close()
    before = descriptors()
    for round in range(20):
        e = luthier.Experiment({"x": 1}, minimize="loss")
        e.ask()
        if round % 2:
            e.close()
        del e
    assert descriptors() == before
    assert children(os.getpid()) == []


def children(pid):
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    if int(file.read().rpartition(")")[2].split()[1]) == pid:
                        found.append(int(entry))
            except OSError:
                pass
    return found


def test_the_engine_dies_with_a_sentence():
    e = luthier.Experiment({"x": 1}, minimize="loss")
    e.ask()
    os.kill(e._engine._process.pid, 9)
    with pytest.raises(luthier.Error, match="has ended by signal 9"):
        e.ask()


def test_importing_is_quick_and_loads_little():
    said = subprocess.run(
        [sys.executable, "-c", "import sys; before = set(sys.modules); import luthier; "
         "print(*sorted(set(sys.modules) - before))"], capture_output=True, text=True, check=True).stdout
    assert not {"subprocess", "socket", "numpy", "pandas", "ray", "cloudpickle"} & set(said.split())


def test_every_name_is_there():
    for name in luthier.__all__:
        if name not in ("bundle", "shared"):  # these need Ray
            assert getattr(luthier, name) is not None
    assert set(luthier.__all__) <= set(dir(luthier))
    with pytest.raises(AttributeError, match="no attribute 'tuna'"):
        luthier.tuna
