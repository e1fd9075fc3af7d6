// The smallest tuning: a function that reports, a space, a searcher and a scheduler.
//
// "Training" minimises f(x) = (x - 3)^2 by gradient descent; the learning rate is what is tuned.
// Far too small a rate crawls, a rate above 1 diverges: asha stops both early.
#include <cstdio>

#include "luthier/luthier.h"

void train(luthier::TrialContext& trial) {
  const double rate = trial.config().number("rate");
  double x = 0;
  while (trial.iteration() < 27) {
    x -= rate * 2 * (x - 3);
    if (!trial.report({{"loss", (x - 3) * (x - 3)}})) {
      return;  // asha has seen enough of this rate
    }
  }
}

int main() {
  luthier::Space space;
  space.add("rate", luthier::loguniform(1e-4, 10));

  const auto outcome = luthier::Tuner(train, space)
                           .minimize("loss")
                           .samples(40)
                           .scheduler("asha", {{"max_t", 27}})
                           .store("memory")
                           .log({"console"})
                           .run();
  if (!outcome) {
    std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
    return 1;
  }
  const luthier::TrialSummary& best = *outcome->best_trial();
  std::printf("best rate %s: loss %s\n",
              luthier::to_text(*best.config.find("rate")).c_str(),
              luthier::to_text(*best.best.find("loss")).c_str());
}
