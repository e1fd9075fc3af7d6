"""Luthier for scikit-learn: LuthierSearchCV, a search estimator (docs/scikit_learn.md).

    from luthier.sklearn import LuthierSearchCV

    search = LuthierSearchCV(SVC(), {"C": loguniform(1e-3, 1e3)}, n_iter=50, scheduler="asha", n_jobs=4)
    search.fit(X, y)
"""

try:
    import sklearn as _sklearn  # noqa: F401
except ImportError:
    raise ImportError("luthier.sklearn needs scikit-learn; pip install scikit-learn") from None

from ._search import LuthierSearchCV

__all__ = ["LuthierSearchCV"]
