"""Scores and ratios, with their intervals, from the regrets of many runs."""

import numpy

RESAMPLES = 2000


class Scores:
    """One searcher's runs on a suite: `relative[function]`, the regret of each run divided by
    random search's median on the same problem, in the order of (instance, seed). Those below
    `floor` are raised to it: nobody needs less regret."""

    def __init__(self, relative, floor):
        self.relative = {name: numpy.maximum(values, floor) for name, values in relative.items()}

    def score(self, chosen=None):
        """Geometric mean over functions of the mean over runs; lower is better."""
        return self._over_functions(lambda values: numpy.log(values.mean()), chosen)

    def typical(self, chosen=None):
        """Geometric mean over functions and runs, which is less sensitive to single failures."""
        return self._over_functions(lambda values: numpy.log(values).mean(), chosen)

    def _over_functions(self, logarithm, chosen):
        logs = [
            logarithm(values if chosen is None else values[chosen[name]])
            for name, values in self.relative.items()
        ]
        return float(numpy.exp(numpy.mean(logs)))


def _resampled(scores, rng):
    """The same resamples for every searcher: problems and seeds are paired."""
    return {name: rng.integers(0, len(values), len(values)) for name, values in scores.relative.items()}


def interval(statistic, example):
    """95% bootstrap interval of `statistic(chosen)` over runs within each function."""
    rng = numpy.random.default_rng(0)
    values = [statistic(_resampled(example, rng)) for _ in range(RESAMPLES)]
    return tuple(float(x) for x in numpy.quantile(values, [0.025, 0.975]))
