// `bench_adaptation toy|digits SCHEDULER FIRST_SEED SEEDS`: one experiment a seed; a JSON line of
// the metrics of its best result.
#include <cstdlib>
#include <iostream>
#include <string>

#include "adaptation/job.h"

namespace {

luthier::Result<luthier::Metrics> best_result(const adaptation::Job& job,
                                              const std::string& scheduler,
                                              std::uint64_t seed) {
  luthier::Tuner tuner(job.train, job.space);
  if (job.objective.mode == luthier::Mode::max) {
    tuner.maximize(job.objective.metric);
  } else {
    tuner.minimize(job.objective.metric);
  }
  const bool is_population = scheduler != "fifo";
  const auto outcome =
      tuner.samples(job.trials)
          .searcher("random")
          .scheduler(scheduler, is_population ? job.population_options : luthier::NamedValues{})
          .seed(seed)
          .jobs(job.trials)
          .inventory({.cpu = static_cast<double>(job.trials)})
          .store("memory")
          .log({})
          .run();
  if (!outcome) {
    return outcome.error();
  }
  if (outcome->best_trial() == nullptr) {
    return luthier::Error{luthier::ErrorCode::not_found, "no trial reported: " + outcome->reason};
  }
  return outcome->best_trial()->best;
}

void print(std::uint64_t seed, const luthier::Metrics& metrics) {
  std::cout << "{\"seed\":" << seed;
  for (const auto& [name, value] : metrics) {
    std::cout << ",\"" << name << "\":" << luthier::to_text(value);
  }
  std::cout << "}" << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: bench_adaptation toy|digits SCHEDULER FIRST_SEED SEEDS\n";
    return 2;
  }
  const std::uint64_t first = std::strtoull(argv[3], nullptr, 10);
  for (std::uint64_t seed = first; seed < first + std::strtoull(argv[4], nullptr, 10); ++seed) {
    const auto job = std::string(argv[1]) == "toy" ? adaptation::toy() : adaptation::digits(seed);
    const auto metrics = best_result(job, argv[2], seed);
    if (!metrics) {
      std::cerr << metrics.error().message << '\n';
      return 1;
    }
    print(seed, *metrics);
  }
  return 0;
}
