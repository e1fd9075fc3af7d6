/* Fits a logistic regression to generated points by stochastic gradient descent for 27 epochs and
   prints the loss on held-out points after each epoch. Usage: descent RATE MOMENTUM DECAY BATCH */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { kInputs = 40, kPoints = 60000, kHeldOut = 10000, kEpochs = 27 };

static double inputs[kPoints + kHeldOut][kInputs];
static double labels[kPoints + kHeldOut];
static uint64_t state = 1;

static double uniform(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 11) / 9007199254740992.0;
}

static double dot(const double* left, const double* right) {
  double sum = 0;
  for (int i = 0; i < kInputs; ++i) {
    sum += left[i] * right[i];
  }
  return sum;
}

static void make_points(void) {
  double truth[kInputs];
  for (int i = 0; i < kInputs; ++i) {
    truth[i] = 2 * uniform() - 1;
  }
  for (int p = 0; p < kPoints + kHeldOut; ++p) {
    for (int i = 0; i < kInputs; ++i) {
      inputs[p][i] = (2 * uniform() - 1) * (1 + i % 5);
    }
    labels[p] = uniform() < 1 / (1 + exp(-dot(truth, inputs[p]))) ? 1 : 0;
  }
}

static double held_out_loss(const double* weights) {
  double sum = 0;
  for (int p = kPoints; p < kPoints + kHeldOut; ++p) {
    const double margin = (2 * labels[p] - 1) * dot(weights, inputs[p]);
    sum += margin > 0 ? log1p(exp(-margin)) : -margin + log1p(exp(margin));
  }
  return sum / kHeldOut;
}

int main(int argc, char** argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: descent RATE MOMENTUM DECAY BATCH\n");
    return 2;
  }
  const double rate = atof(argv[1]), momentum = atof(argv[2]), decay = atof(argv[3]);
  const int batch = atoi(argv[4]) > 0 ? atoi(argv[4]) : 1;
  double weights[kInputs] = {0}, speed[kInputs] = {0};
  make_points();
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    for (int begin = 0; begin + batch <= kPoints; begin += batch) {
      double gradient[kInputs] = {0};
      for (int p = begin; p < begin + batch; ++p) {
        const double error = 1 / (1 + exp(-dot(weights, inputs[p]))) - labels[p];
        for (int i = 0; i < kInputs; ++i) {
          gradient[i] += error * inputs[p][i] / batch;
        }
      }
      for (int i = 0; i < kInputs; ++i) {
        speed[i] = momentum * speed[i] - rate * (gradient[i] + decay * weights[i]);
        weights[i] += speed[i];
      }
    }
    printf("val_loss=%.6f\n", held_out_loss(weights));
    fflush(stdout);
  }
  return 0;
}
