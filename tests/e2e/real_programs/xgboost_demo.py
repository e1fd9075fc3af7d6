"""XGBoost's own interface with a watch list, as in its demos."""

import argparse

import xgboost as xgb
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser()
parser.add_argument("--eta", type=float, default=0.3)
parser.add_argument("--max_depth", type=int, default=6)
parser.add_argument("--rounds", type=int, default=27)
args = parser.parse_args()

X, y = make_classification(n_samples=4000, n_features=20, n_informative=10, random_state=1)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
dtrain, dtest = xgb.DMatrix(X_train, label=y_train), xgb.DMatrix(X_test, label=y_test)
param = {"max_depth": args.max_depth, "eta": args.eta, "objective": "binary:logistic", "nthread": 1}
xgb.train(param, dtrain, num_boost_round=args.rounds, evals=[(dtrain, "train"), (dtest, "eval")])
