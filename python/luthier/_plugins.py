"""Searchers, schedulers and loggers of your own: classes to derive from, and what they answer."""

from __future__ import annotations

from typing import Any, Dict, Mapping, NamedTuple, Optional, Union

from ._view import Reported, TrialView, View


class Proposal(NamedTuple):
    """A configuration that suggest() proposes, with the reason for the log."""

    config: Mapping[str, Any]  #: parameters that are missing are drawn at random
    reason: str = ""


class Wait(NamedTuple):
    """suggest() has nothing now; it is asked again after the next result or end of a trial."""


class Exhausted(NamedTuple):
    """suggest() will propose nothing more."""

    reason: str = "the searcher has no more suggestions"


class Decision(NamedTuple):
    """What on_result() decides on a trial, with the reason for the log."""

    kind: str  #: "continue", "checkpoint", "pause" or "stop"
    reason: str = "no reason was given"
    numbers: Mapping[str, float] = {}  #: what the reason rests on, by name
    save: bool = True  #: with "pause": whether the trial saves a checkpoint first
    completes: bool = False  #: with "stop": the trial is completed, not stopped


class Choice(NamedTuple):
    """What choose_trial_to_run() chooses, with the reason for the log."""

    trial: Union[TrialView, int]
    config: Optional[Mapping[str, Any]] = None  #: what the trial changes to; None: nothing
    checkpoint: Optional[int] = None  #: where it starts from, also another trial's; None: its own newest
    stop: bool = False  #: end the trial, which is paused, instead of running it
    reason: str = "no reason was given"
    numbers: Mapping[str, float] = {}
    completes: bool = False  #: with `stop`: the trial is completed, not stopped


class Searcher:
    """Proposes configurations.

        class Halving(luthier.Searcher):
            def suggest(self, view, trial):
                return {"x": 0.5 ** (trial + 1)}

    Its answers may depend on its arguments, its calls and view.random() alone: not on time, files or
    other random numbers. After a crash a new object receives the same calls again, from the log, and
    continues; suggestions that are in the log are not asked for again. Each run works with a copy of the
    object that Tuner or Experiment is given. An exception ends the run, which can be resumed.
    """

    version = 1  #: raise it when the same calls lead to other answers; `replay` names the change
    requirements = False  #: True if it ranks results with a violation last; else `require` is refused

    def suggest(self, view: View, trial: int) -> Union[Mapping[str, Any], Proposal, Wait, Exhausted]:
        """A configuration for the trial of this number. Asking must change nothing: what was accepted comes
        back as on_trial_added()."""
        raise NotImplementedError(f"{type(self).__name__} needs a method suggest(view, trial)")

    def on_trial_added(self, view: View, trial: TrialView) -> None:
        """A trial was added, proposed here or given as a point."""

    def on_result(self, view: View, trial: TrialView, result: Reported) -> None:
        """A trial reported. The objectives have the values that the trial is ranked by (`score`)."""

    def on_trial_changed(self, view: View, trial: TrialView) -> None:
        """A scheduler gave the trial another configuration."""

    def on_trial_ended(self, view: View, trial: TrialView) -> None:
        """A trial is completed, stopped or failed."""


class Scheduler:
    """Decides what happens to trials that report, and what runs next.

        class Patience(luthier.Scheduler):
            def on_result(self, view, trial, result):
                best = min(view.loss(each) for each in trial.results)
                return "continue" if view.loss(result) <= best * 1.1 else "stop"

    The rules of Searcher hold here too.
    """

    version = 1  #: raise it when the same calls lead to other answers; `replay` names the change
    needs_checkpoints = False  #: a trial that it pauses and that saves nothing fails
    requirements = False  #: True if it ranks results with a violation last; else `require` is refused

    def on_result(self, view: View, trial: TrialView, result: Reported) -> Union[str, Decision]:
        """A trial reported and waits: "continue", "checkpoint", "pause", "stop" or a Decision."""
        raise NotImplementedError(f"{type(self).__name__} needs a method on_result(view, trial, result)")

    def choose_trial_to_run(self, view: View) -> Union[None, TrialView, int, Choice]:
        """What to run now that there is room: a trial of which can_run is true, or a Choice. None: a new
        trial is added if there are more, and the question is asked again. Asking must change nothing: what
        was accepted comes back as on_choice()."""
        return None if view.first_pending is None else Choice(view.first_pending, reason="the next trial")

    def on_trial_added(self, view: View, trial: TrialView) -> None:
        """A trial was added; it is pending."""

    def on_choice(self, view: View, choice: Choice) -> None:
        """A choice was accepted; the view has not changed yet."""

    def on_trial_ended(self, view: View, trial: TrialView) -> None:
        """A trial is completed, stopped or failed."""


class Logger:
    """Observes an experiment. It is told of what was committed to the log, in its order; the view is the
    state after the newest of these events. The engine waits while it is told. An exception ends the run,
    which can be resumed."""

    def on_open(self, view: View) -> None:
        """Once at the start. When an experiment is resumed, the view has what happened before."""

    def on_trial_added(self, view: View, trial: TrialView) -> None:
        """A trial was added."""

    def on_result(self, view: View, trial: TrialView, result: Reported) -> None:
        """A trial reported."""

    def on_trial_ended(self, view: View, trial: TrialView) -> None:
        """A trial is completed, stopped or failed."""

    def on_event(self, view: View, event: Dict[str, Any]) -> None:
        """Every event of the log, as docs/event_log.md describes it."""

    def on_close(self, view: View) -> None:
        """Once when the session ends."""
