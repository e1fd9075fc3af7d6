"""The checks that scikit-learn has for every estimator, on LuthierSearchCV as it lists RandomizedSearchCV."""

from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from luthier.sklearn import LuthierSearchCV

# RandomizedSearchCV fails it too, as scikit-learn itself lists it.
EXPECTED = {"check_supervised_y_2d": "DataConversionWarning not caught"}


def search(estimator, space, scheduler=None):
    return LuthierSearchCV(estimator, space, cv=2, error_score="raise", random_state=0, scheduler=scheduler)


SEARCHES = [search(Ridge(), {"alpha": [0.1, 1.0]}), search(LogisticRegression(), {"C": [0.1, 1.0]}),
            search(make_pipeline(PCA(), Ridge()), {"ridge__alpha": [0.1, 1.0]}),
            search(make_pipeline(PCA(), LogisticRegression()), {"logisticregression__C": [0.1, 1.0]}),
            search(LogisticRegression(), {"C": [0.1, 1.0]}, "asha")]


@parametrize_with_checks(SEARCHES, expected_failed_checks=lambda _: EXPECTED)
def test_every_estimators_checks(estimator, check):
    check(estimator)
