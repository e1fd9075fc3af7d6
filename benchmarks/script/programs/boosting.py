"""Trains boosted trees with XGBoost on scikit-learn's breast cancer data for 27 rounds and prints the
loss on held-out patients after each round."""

import argparse
import functools

import xgboost
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

ROUNDS = 27


@functools.cache
def data():
    inputs, labels = load_breast_cancer(return_X_y=True)
    parts = train_test_split(inputs, labels, test_size=0.25, random_state=0)
    return xgboost.DMatrix(parts[0], parts[2]), xgboost.DMatrix(parts[1], parts[3])


class Reports(xgboost.callback.TrainingCallback):
    def __init__(self, report):
        super().__init__()
        self.report = report

    def after_iteration(self, model, epoch, evals_log):
        return not self.report(float(evals_log["val"]["logloss"][-1]))


def train(settings, report):
    """`report` receives the loss after a round and returns whether to continue."""
    training, held_out = data()
    options = {"objective": "binary:logistic", "eval_metric": "logloss", "nthread": 1, "seed": 0, **settings}
    xgboost.train(options, training, ROUNDS, evals=[(held_out, "val")], verbose_eval=False,
                  callbacks=[Reports(report)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--eta", type=float, default=0.3)
    parser.add_argument("--max_depth", type=int, default=6)
    parser.add_argument("--subsample", type=float, default=1.0)
    parser.add_argument("--colsample_bytree", type=float, default=1.0)
    parser.add_argument("--min_child_weight", type=float, default=1.0)
    settings = vars(parser.parse_args())

    def report(loss):
        print(f"val_loss={loss:.6f}", flush=True)
        return True

    train(settings, report)


if __name__ == "__main__":
    main()
