// A scheduler of one's own against asha, in virtual time: the learning curves of 1,000 networks,
// eight workers, ten seeds each. half_time.h is the scheduler of 07_own_scheduler.
#include <algorithm>
#include <cstdio>

#include "half_time.h"
#include "luthier/simulation.h"

// The median over seeds of how far the best accuracy stays behind the best there is.
double median_regret(luthier::Simulation simulation) {
  const auto runs = simulation.workers(8).time_budget(3600).seeds(1, 10).run();
  if (!runs) {
    std::fprintf(stderr, "%s\n", runs.error().message.c_str());
    std::exit(1);
  }
  std::vector<double> regrets;
  for (const luthier::SimulatedExperiment& run : *runs) {
    regrets.push_back(*run.regret());
  }
  std::sort(regrets.begin(), regrets.end());
  return (regrets[4] + regrets[5]) / 2;
}

int main() {
  const auto simulation = [] { return luthier::Simulation(LCBENCH, "7593"); };
  std::printf("median regret after an hour: fifo %.3f, asha %.3f, half_time %.3f\n",
              median_regret(simulation()),
              median_regret(std::move(simulation().scheduler("asha", {{"max_t", 50}}))),
              median_regret(std::move(simulation().scheduler(
                  "half_time", [] { return std::make_unique<HalfTime>(10); }))));
}
