// A scheduler of one's own, compiled into one's own program: half_time.h has it.
#include <cstdio>

#include "half_time.h"
#include "luthier/luthier.h"

void train(luthier::TrialContext& trial) {
  const double rate = trial.config().number("rate");
  double error = 1;
  while (trial.iteration() < 20) {
    error *= 1 - rate;
    if (!trial.report({{"error", error}})) {
      return;
    }
  }
}

int main() {
  luthier::Space space;
  space.add("rate", luthier::uniform(0.0, 0.5));

  const auto outcome = luthier::Tuner(train, space)
                           .minimize("error")
                           .samples(30)
                           .scheduler("half_time", [] { return std::make_unique<HalfTime>(10); })
                           .store("memory")
                           .log({})
                           .run();
  if (!outcome) {
    std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
    return 1;
  }
  int stopped = 0;
  for (const luthier::TrialSummary& trial : outcome->trials) {
    if (trial.state == luthier::TrialState::stopped) {
      ++stopped;
      std::printf("%s %s\n", luthier::to_text(trial.id).c_str(), trial.reason.c_str());
    }
  }
  std::printf("half_time stopped %d of %zu trials\n", stopped, outcome->trials.size());
  return stopped > 0 ? 0 : 1;
}
