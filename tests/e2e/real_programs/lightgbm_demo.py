"""LightGBM with a validation set, as in its simple example."""

import argparse

import lightgbm as lgb
from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser()
parser.add_argument("--learning_rate", type=float, default=0.1)
parser.add_argument("--num_leaves", type=int, default=31)
parser.add_argument("--rounds", type=int, default=27)
args = parser.parse_args()

X, y = make_classification(n_samples=4000, n_features=20, n_informative=10, random_state=1)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
lgb_train = lgb.Dataset(X_train, y_train)
lgb_eval = lgb.Dataset(X_test, y_test, reference=lgb_train)
params = {"objective": "binary", "metric": ["auc", "binary_logloss"], "num_leaves": args.num_leaves,
          "learning_rate": args.learning_rate, "num_threads": 1, "verbose": 0}
print("Starting training...")
lgb.train(params, lgb_train, num_boost_round=args.rounds, valid_sets=lgb_eval, callbacks=[lgb.log_evaluation(1)])
