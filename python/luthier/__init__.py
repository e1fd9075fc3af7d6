"""Luthier, seen from training code in Python.

    import luthier

    def train(config):
        model = Model(config)
        if start := luthier.checkpoint():
            model.load(start)
        while luthier.iteration() < 81:
            loss = model.train_epoch()
            if not luthier.report({"loss": loss}, save=model.save):
                return

    luthier run --executor ray --python my_module:train ...

Works in a function given to --python and in any program that `luthier run` started.
"""

from ._trial import current as _current

__all__ = ["bundle", "checkpoint", "config", "directory", "iteration", "report", "seed", "shared",
           "stop_requested", "trial_id"]


def __getattr__(name):
    """bundle() and shared() need Ray, which nothing else here loads."""
    if name in ("bundle", "shared"):
        from . import _cluster
        return getattr(_cluster, name)
    raise AttributeError(f"module 'luthier' has no attribute '{name}'")


def config():
    """The trial's configuration: a dict."""
    return _current().config


def report(metrics=None, /, save=None, **more):
    """Reports the metrics of one more training iteration and waits for the decision. True means
    continue, False means return now. If a checkpoint is wanted, `save(directory)` is called with
    an empty directory to write into."""
    return _current().report({**(metrics or {}), **more}, save)


def checkpoint():
    """Directory of the checkpoint to resume from; None if the trial starts from scratch."""
    return _current().checkpoint


def iteration():
    """The last iteration reported, or that of the checkpoint; 0 at the start."""
    return _current().iteration


def seed():
    """The trial's seed, the same in every attempt."""
    return _current().seed


def trial_id():
    return _current().id


def directory():
    """The trial's own directory; None with --store memory."""
    return _current().directory


def stop_requested():
    """Whether the trial was asked to stop since the last report; check this in long iterations."""
    return _current().stop_requested
