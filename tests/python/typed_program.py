"""A user's program; `./dev lint` checks its types strictly, and test_types.py what a checker knows of them."""

from __future__ import annotations

import os
from typing import Any

import luthier


def train(config: dict[str, Any]) -> None:
    start = luthier.checkpoint()
    first = int(os.path.basename(start)) if start is not None else luthier.iteration()

    def save(directory: str) -> None:
        with open(os.path.join(directory, "step"), "w", encoding="utf-8") as file:
            file.write(str(luthier.seed() + luthier.trial_id()))

    for epoch in range(first, 3):
        if not luthier.report({"epoch": epoch}, save=save, loss=config["lr"] / (epoch + 1)):
            return


class Net:
    def setup(self, config: dict[str, Any]) -> None:
        self.lr = float(config["lr"])

    def step(self) -> dict[str, float] | None:
        return {"loss": self.lr} if luthier.iteration() < 3 else None


SPACE = {"lr": luthier.loguniform(1e-5, 1e-1), "depth": luthier.randint(1, 5), "optimizer": ["sgd", "adam"],
         "momentum": luthier.uniform(0, 0.99).when("optimizer", "sgd")}


def describe(result: luthier.Result) -> str:
    best: luthier.TrialResult | None = result.best
    if best is None:
        return result.reason
    config: dict[str, Any] = best.config
    states: list[str] = [trial.state for trial in result]
    return f"{best.id} of {len(result)} in {result.directory}: {config} {best.metrics['loss']} {states}"


def own_loop() -> float:
    with luthier.Experiment(SPACE, minimize="loss", searcher=luthier.tpe(startup_trials=2), samples=4) as experiment:
        trial: luthier.Trial | None = experiment.ask()
        while trial is not None:
            going_on: bool = experiment.report(trial, loss=trial.config["lr"])
            if not going_on:
                experiment.fail(trial, "no luck")
            else:
                experiment.tell(trial, loss=trial["lr"])
            trial = experiment.ask()
        several: list[luthier.Trial] = experiment.ask(4)
        return float(len(several))


def main() -> None:
    tuner = luthier.Tuner(train, SPACE, minimize="loss", samples=2, scheduler="asha:max_t=3", jobs=1, results=None,
                          log=(), verbosity=0)
    print(describe(tuner.run()))
    print(own_loop())
    stored: list[str] = luthier.ls()
    results: list[luthier.Result] = [luthier.open(path) for path in stored]
    print(len(results))
    try:
        luthier.Tuner(Net, SPACE, minimize="loss", start="thread")
    except luthier.UsageError as error:
        code: str = error.code
        print(code)


if __name__ == "__main__":
    main()
