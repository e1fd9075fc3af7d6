"""Luthier's side of `./dev bench python`; prints one JSON line. Arguments: what to measure, its size."""

import json
import sys
import time

import luthier

JOBS = 2
REPORTING = 4


def once(config):
    return config["x"]


def forever(config):
    """Reports until the trial is stopped, and waits for each decision."""
    while luthier.report(loss=config["x"]):
        pass


def tune(train, samples, **options):
    """Seconds of an experiment in memory."""
    begun = time.monotonic()
    result = luthier.Tuner(train, {"x": luthier.uniform(0, 1)}, minimize="loss", samples=samples, searcher="random",
                           results=None, log=(), verbosity=0, **options).run()
    assert len(result) == samples and result.finished, result.reason
    return time.monotonic() - begun


def noop_trials(size, **options):
    """Trials per second without the time that an experiment takes to start and to end."""
    few = max(size // 10, 10)
    return size / (tune(once, few + size, jobs=JOBS, **options) - tune(once, few, jobs=JOBS, **options))


def results(size):
    def seconds(each):
        return tune(forever, REPORTING, jobs=REPORTING, iterations=each)
    return REPORTING * size / (seconds(size + 100) - seconds(100))


def experiment():
    return luthier.Experiment({"x": luthier.uniform(0, 1)}, minimize="loss", searcher="random")


def ask_and_tell(size):
    with experiment() as e:
        begun = time.monotonic()
        for _ in range(size):
            trial = e.ask()
            e.tell(trial, loss=trial.config["x"])
        return size / (time.monotonic() - begun)


def ask_and_tell_batched(size, batch=64):
    with experiment() as e:
        begun = time.monotonic()
        for _ in range(size // batch):
            for trial in e.ask(batch):
                e.tell(trial, loss=trial.config["x"])
        assert e.ask() is not None  # all tells have been answered
        return size // batch * batch / (time.monotonic() - begun)


MEASURES = {"forked": noop_trials, "reused": lambda size: noop_trials(size, reuse=True), "results": results,
            "ask_and_tell": ask_and_tell, "ask_and_tell_batched": ask_and_tell_batched}

if __name__ == "__main__":
    print(json.dumps(MEASURES[sys.argv[1]](int(sys.argv[2]))))
