"""scikit-learn's MLPClassifier on its digits, as its documentation trains it."""

import argparse

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

parser = argparse.ArgumentParser()
parser.add_argument("--learning-rate-init", type=float, default=0.001)
parser.add_argument("--alpha", type=float, default=0.0001)
parser.add_argument("--max-iter", type=int, default=27)
args = parser.parse_args()

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=1)
model = MLPClassifier(learning_rate_init=args.learning_rate_init, alpha=args.alpha, max_iter=args.max_iter,
                      n_iter_no_change=args.max_iter, random_state=1, verbose=True)
model.fit(X_train, y_train)
print("Test set score: %f" % model.score(X_test, y_test))
