"""Luthier's searchers and schedulers in Optuna.

    import optuna
    from luthier.optuna import LuthierPruner, LuthierSampler

    study = optuna.create_study(sampler=LuthierSampler("tpe", seed=1), pruner=LuthierPruner("asha:max_t=27"))

Studies, storages and objectives stay as they are (docs/from_optuna.md).
"""

from ._pruner import LuthierPruner
from ._sampler import LuthierSampler

__all__ = ["LuthierPruner", "LuthierSampler"]
