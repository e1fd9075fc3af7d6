"""Long loops take no more memory and descriptors than short ones. LUTHIER_TEST_FULL=1 makes them long."""

import gc
import os

import luthier

FULL = os.environ.get("LUTHIER_TEST_FULL") == "1"
MB = 1 << 20
X = {"x": luthier.uniform(0, 1)}


def resident(pid="self"):
    gc.collect()
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors(pid="self"):
    gc.collect()
    return len(os.listdir(f"/proc/{pid}/fd"))


def children():
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return file.read().split()


def ask_and_tell(experiment, pairs):
    for _ in range(pairs):
        trial = experiment.ask()
        experiment.tell(trial, loss=trial.config["x"])


def test_pairs_of_ask_and_tell():
    pairs = 100_000 if FULL else 3_000
    with luthier.Experiment(X, minimize="loss", searcher="random") as e:
        engine = e._engine._process.pid
        ask_and_tell(e, pairs // 10)
        e.ask()
        before = resident(), resident(engine)
        opened = descriptors(), descriptors(engine)
        ask_and_tell(e, pairs)
        assert len(e.ask(1)) == 1
        assert (descriptors(), descriptors(engine)) == opened
        assert resident() - before[0] < 2 * MB
        # What a trial is costs some hundred bytes; nothing else stays.
        assert resident(engine) - before[1] < 4 * MB + 1024 * pairs


def test_questions_to_a_searcher():
    class Own(luthier.Searcher):
        def suggest(self, view, trial):
            return view.sample()

    pairs = 20_000 if FULL else 1_000
    with luthier.Experiment(X, minimize="loss", searcher=Own) as e:
        engine = e._engine._process.pid
        ask_and_tell(e, pairs // 10)
        before = resident(), resident(engine)
        ask_and_tell(e, pairs)
        # The view has each trial and its result.
        assert resident() - before[0] < 4 * MB + 4096 * pairs
        assert resident(engine) - before[1] < 4 * MB + 1024 * pairs


def test_experiments_in_one_process():
    def one():
        with luthier.Experiment(X, minimize="loss", searcher="random", samples=2) as e:
            ask_and_tell(e, 2)

    for _ in range(3):
        one()
    memory, opened = resident(), descriptors()
    for _ in range(1_000 if FULL else 25):
        one()
    assert descriptors() == opened and children() == []
    assert resident() - memory < 2 * MB
