"""Estimators of a module: other processes import it."""

import os

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin


class Noted(ClassifierMixin, BaseEstimator):
    """Scores as good as `quality` says, and notes how it was trained."""

    def __init__(self, quality=0.5, harm=None):
        self.quality = quality
        self.harm = harm

    def fit(self, X, y, sample_weight=None):
        if self.harm == "exit":
            os._exit(9)
        if self.harm == "raise":
            raise FloatingPointError("it diverged")
        self.classes_ = np.unique(y)
        self.samples_ = len(X)
        self.weight_ = None if sample_weight is None else float(np.sum(sample_weight))
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y, sample_weight=None):
        return self.quality


class Epochs(Noted):
    """Trained by partial_fit; the score is how many epochs it has had, times the quality."""

    def __init__(self, quality=0.5, max_iter=27):
        super().__init__(quality)
        self.max_iter = max_iter

    def partial_fit(self, X, y, classes=None):
        self.classes_ = np.asarray(classes)
        self.epochs_ = getattr(self, "epochs_", 0) + 1
        return self

    def score(self, X, y, sample_weight=None):
        return self.quality * self.epochs_


class Trees(Noted):
    """Trained by warm_start; counts its trees, and how many were made in all."""

    def __init__(self, quality=0.5, n_estimators=27, warm_start=False):
        super().__init__(quality)
        self.n_estimators = n_estimators
        self.warm_start = warm_start

    def fit(self, X, y, sample_weight=None):
        super().fit(X, y)
        had = getattr(self, "trees_", 0) if self.warm_start else 0
        self.made_ = getattr(self, "made_", 0) + self.n_estimators - had
        self.trees_ = self.n_estimators
        return self

    def score(self, X, y, sample_weight=None):
        return self.quality * self.trees_ - (self.made_ - self.trees_)
