"""LuthierSampler and LuthierPruner in Optuna's studies."""

import pytest

optuna = pytest.importorskip("optuna")

from optuna.testing.pytest_samplers import (BasicSamplerTestCase, RelativeSamplerTestCase,  # noqa: E402
                                            SingleOnlySamplerTestCase)

from luthier.optuna import LuthierPruner, LuthierSampler  # noqa: E402

optuna.logging.set_verbosity(optuna.logging.ERROR)


class _Conformance(BasicSamplerTestCase, RelativeSamplerTestCase, SingleOnlySamplerTestCase):
    searcher = ""

    @pytest.fixture
    def sampler(self):
        return lambda: LuthierSampler(self.searcher)


class TestTpe(_Conformance):
    searcher = "tpe"


class TestGp(_Conformance):
    searcher = "gp"


class TestCmaes(_Conformance):
    searcher = "cmaes"


class TestRandom(_Conformance):
    searcher = "random"


class TestSobol(_Conformance):
    searcher = "sobol"
