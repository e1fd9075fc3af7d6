"""A searcher and schedulers of a program's own, for experiments that are interrupted anywhere."""

import os
import signal

import luthier

engine = None  # set by a program whose engine is to be killed


def perhaps_die(place):
    """DIE is "suggest 3 driver": who is killed where."""
    where, _, who = os.environ.get("DIE", " ").rpartition(" ")
    if where == place:
        os.kill(engine() if who == "engine" else os.getpid(), signal.SIGKILL)


class Climber(luthier.Searcher):
    """Half-way from the best value to the next draw."""

    def __init__(self):
        self.best = None

    def on_result(self, view, trial, result):
        if self.best is None or view.loss(result) < self.best[0]:
            self.best = view.loss(result), trial.config["x"]

    def suggest(self, view, trial):
        perhaps_die(f"suggest {trial}")
        drawn = view.sample()["x"]
        if self.best is None:
            return {"x": drawn}
        return luthier.Proposal({"x": (self.best[1] + drawn) / 2}, f"near {self.best[1]:.3}")


class OneRung(luthier.Scheduler):
    """Pauses each trial after two results; the best of them continues, the others end."""

    def __init__(self):
        self.promoted = None

    def on_result(self, view, trial, result):
        perhaps_die(f"decide {trial.id} {result.iteration}")
        if trial.id == self.promoted or result.iteration < 2:
            return "continue"
        return luthier.Decision("pause", "at the rung", {"loss": view.loss(result)})

    def choose_trial_to_run(self, view):
        perhaps_die(f"choose {len(view.trials)}")
        if view.first_pending is not None:
            return luthier.Choice(view.first_pending, reason="new")
        if view.more_trials or view.running_count:
            return None
        paused = [trial for trial in view.trials if trial.can_run]
        if not paused:
            return None
        if self.promoted is None:
            return luthier.Choice(min(paused, key=view.loss), reason="the best")
        return luthier.Choice(paused[0], stop=True, reason="not the best")

    def on_choice(self, view, choice):
        if choice.trial.state == "paused" and not choice.stop:
            self.promoted = choice.trial.id


def train(config):
    """Remembers its iteration in its checkpoints."""
    start = luthier.checkpoint()
    step = int(open(start + "/step").read()) if start else 0

    def save(directory):
        with open(directory + "/step", "w") as file:
            file.write(str(step))

    while step < 4:
        step += 1
        if not luthier.report(loss=abs(config["x"] - 0.3) + 1 / step, save=save):
            return
