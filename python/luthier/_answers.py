"""Answers the engine's questions with the searcher, scheduler, stop functions and loggers of a program."""

from __future__ import annotations

import copy
from typing import Any, Sequence

from ._errors import UsageError
from ._plugins import Choice, Decision, Exhausted, Logger, Proposal, Scheduler, Searcher, Wait
from ._space import flat
from ._spec import Plugin
from ._values import plain, record
from ._view import Reported, TrialView, View, reported


class Brought:
    """The plugins that a program gives to Tuner or Experiment."""

    def __init__(self, searcher: Any, scheduler: Any, stop: Any, loggers: Sequence[Logger]) -> None:
        self._searcher = searcher if _is_own(searcher, Searcher) else None
        self._scheduler = scheduler if _is_own(scheduler, Scheduler) else None
        rules = [stop] if isinstance(stop, str) or callable(stop) else list(stop or ())
        self._stops = [rule for rule in rules if callable(rule)]
        self._loggers = [loggers] if isinstance(loggers, Logger) else list(loggers or ())
        for each in self._loggers:
            if not isinstance(each, Logger):
                raise UsageError(f"{each!r} is no logger; derive its class from luthier.Logger (the names of "
                                 "built-in loggers go to log=)")
        # As the experiment's options have them.
        self.searcher = searcher if self._searcher is None else Plugin(_name(searcher), {})
        self.scheduler = scheduler if self._scheduler is None else Plugin(_name(scheduler), {})
        self.stop = [rule for rule in rules if not callable(rule)]

    def watched_by(self, logger):
        """These, and one more logger."""
        more = copy.copy(self)
        more._loggers = [*self._loggers, logger]
        return more

    def session(self):
        """The members of a session that announce them."""
        found = {}
        if self._searcher is not None:
            found["own_searcher"] = {"name": _name(self._searcher), "version": self._searcher.version,
                                     "requirements": self._searcher.requirements}
        if self._scheduler is not None:
            found["own_scheduler"] = {"name": _name(self._scheduler), "version": self._scheduler.version,
                                      "needs_checkpoints": self._scheduler.needs_checkpoints,
                                      "requirements": self._scheduler.requirements}
        if self._stops:
            found["own_stop"] = True
        if self._loggers:
            found["own_loggers"] = True
        return found

    def answers(self, group):
        """For one session, with plugins that know nothing yet; None: nothing will be asked."""
        if not self.session():
            return None
        return Answers(_fresh(self._searcher), _fresh(self._scheduler), self._stops, self._loggers, group)


def _is_own(given, kind):
    return isinstance(given, kind) or (isinstance(given, type) and issubclass(given, kind))


def _name(plugin):
    return plugin.__name__ if isinstance(plugin, type) else type(plugin).__name__


def _fresh(plugin):
    if plugin is None:
        return None
    if isinstance(plugin, type):
        return plugin()
    try:
        return copy.deepcopy(plugin)
    except Exception as error:
        raise UsageError(f"{_name(plugin)} can't be copied ({error}), and each run needs a copy of its own; "
                         "give the class, which is then called without arguments") from error


class Answers:
    """Called with each question; returns the result for the answer."""

    def __init__(self, searcher, scheduler, stops, loggers, group) -> None:
        self._searcher = searcher
        self._scheduler = scheduler
        self._stops = stops
        self._loggers = loggers
        self._view = View(group)
        self._log_view = View(group)  # as of the last commit: the others are asked before it
        self._answers = {
            None: lambda question: None,
            "searcher.suggest": self._suggest,
            "scheduler.on_result": self._decide,
            "scheduler.choose_trial_to_run": self._choose,
            "stop_if": self._stop,
            "logger.on_open": self._opened,
            "logger.on_events": self._committed,
            "logger.on_close": self._closed,
        }

    def __call__(self, question):
        call = question["call"]
        if call is not None and call.startswith("logger."):
            self._log_view._follow(question["facts"])
        else:
            self._view._follow(question["facts"], self._tell)
        return self._answers[call](question)

    # ---- the searcher and the scheduler

    def _tell(self, fact):
        kind, _, call = fact["call"].partition(".")
        plugin = self._searcher if kind == "searcher" else self._scheduler
        trial = self._view.trials[fact["trial"]]
        if call == "on_choice":
            plugin.on_choice(self._view, Choice(
                trial, fact.get("config"), fact.get("checkpoint"), fact["stop"], fact["reason"]))
        elif "result" in fact:
            getattr(plugin, call)(self._view, trial, reported(fact["result"]))
        else:
            getattr(plugin, call)(self._view, trial)

    def _suggest(self, question):
        self._view._sample = self._view._config(question["sample"])
        suggestion = self._searcher.suggest(self._view, question["trial"])
        self._view._sample = None
        if isinstance(suggestion, Wait):
            return {"wait": True}
        if isinstance(suggestion, Exhausted):
            return {"exhausted": suggestion.reason}
        if not isinstance(suggestion, Proposal):
            suggestion = Proposal(suggestion)
        if not hasattr(suggestion.config, "items"):
            raise TypeError(f"{_name(self._searcher)}.suggest() returned {suggestion.config!r}; it must be a "
                            "configuration, luthier.Proposal, luthier.Wait or luthier.Exhausted")
        return {"config": flat(suggestion.config), "reason": suggestion.reason}

    def _decide(self, question):
        decision = self._scheduler.on_result(self._view, *self._reported(question))
        if isinstance(decision, str):
            decision = Decision(decision)
        if not isinstance(decision, Decision) or decision.kind not in _DECISIONS:
            raise TypeError(f"{_name(self._scheduler)}.on_result() returned {decision!r}; it must be a "
                            f"luthier.Decision or one of {', '.join(map(repr, _DECISIONS))}")
        return {"decision": decision.kind, "reason": decision.reason, "numbers": record(decision.numbers),
                "save": decision.save, "completes": decision.completes}

    def _choose(self, question):
        choice = self._scheduler.choose_trial_to_run(self._view)
        if choice is None:
            return None
        if not isinstance(choice, Choice):
            choice = Choice(choice)
        trial = choice.trial.id if isinstance(choice.trial, TrialView) else plain(choice.trial)
        answer = {"trial": trial, "stop": choice.stop, "reason": choice.reason,
                  "numbers": record(choice.numbers), "completes": choice.completes}
        if choice.config is not None:
            answer["config"] = flat(choice.config)
        if choice.checkpoint is not None:
            answer["checkpoint"] = plain(choice.checkpoint)
        return answer

    def _stop(self, question):
        trial, result = self._reported(question)
        return any(bool(stop(trial, result)) for stop in self._stops)

    def _reported(self, question) -> tuple[TrialView, Reported]:
        return self._view.trials[question["trial"]], reported(question["result"])

    # ---- loggers

    def _opened(self, _question):
        for logger in self._loggers:
            logger.on_open(self._log_view)

    def _committed(self, question):
        for event in question["events"]:
            for logger in self._loggers:
                self._log(logger, event)

    def _log(self, logger, event):
        view = self._log_view
        kind = event["event"]
        if kind == "trial_added":
            logger.on_trial_added(view, view.trials[event["trial"]])
        elif kind == "result_reported":
            logger.on_result(view, view.trials[event["trial"]], reported(event))
        elif kind == "trial_ended":
            logger.on_trial_ended(view, view.trials[event["trial"]])
        logger.on_event(view, event)

    def _closed(self, _question):
        for logger in self._loggers:
            logger.on_close(self._log_view)


_DECISIONS = ("continue", "checkpoint", "pause", "stop")
