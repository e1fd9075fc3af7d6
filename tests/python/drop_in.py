"""A pytest plugin: in scikit-learn's own tests, LuthierSearchCV takes the place of RandomizedSearchCV, and
of GridSearchCV over the combinations of its lists."""

import numpy as np
import sklearn.model_selection as selection
from sklearn.model_selection import _search

from luthier.sklearn import LuthierSearchCV

MOST = 1000


class Grid(LuthierSearchCV):
    """GridSearchCV's constructor; candidates are all combinations, in its order."""

    def __init__(self, estimator, param_grid, *, scoring=None, n_jobs=None, refit=True, cv=None, verbose=0,
                 pre_dispatch="2*n_jobs", error_score=np.nan, return_train_score=False):
        super().__init__(estimator, param_grid, n_iter=MOST, scoring=scoring, n_jobs=n_jobs, refit=refit, cv=cv,
                         verbose=verbose, pre_dispatch=pre_dispatch, error_score=error_score,
                         return_train_score=return_train_score, random_state=0)
        self.param_grid = param_grid

    def _announce(self, space, splits):
        pass


Grid.__name__ = "GridSearchCV"
for module in (selection, _search):
    module.RandomizedSearchCV = LuthierSearchCV
    module.GridSearchCV = Grid
