// The two-parameter problem of Jaderberg et al. (2017), figure 2: how well a population does on it
// under one scheduler. `bench_schedulers SCHEDULER SEEDS` prints a JSON line for each seed.
#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "luthier/luthier.h"

namespace {

constexpr int kTrials = 8;
constexpr int kSteps = 100;
constexpr double kRate = 0.01;

class Ascent {
 public:
  void load(const std::filesystem::path& directory) {
    std::ifstream(directory / "theta") >> theta_[0] >> theta_[1];
  }
  void save(const std::filesystem::path& directory) const {
    std::ofstream file(directory / "theta");
    file.precision(17);
    file << theta_[0] << ' ' << theta_[1] << '\n';
  }
  // One step up the surrogate's gradient; returns the true score.
  double step(const std::array<double, 2>& h) {
    double score = 1.2;
    for (std::size_t i = 0; i < 2; ++i) {
      theta_[i] -= kRate * 2 * h[i] * theta_[i];
      score -= theta_[i] * theta_[i];
    }
    return score;
  }

 private:
  std::array<double, 2> theta_ = {0.9, 0.9};
};

void train(luthier::TrialContext& trial) {
  const std::array<double, 2> h = {*trial.config().find("h0")->number(),
                                   *trial.config().find("h1")->number()};
  Ascent ascent;
  if (const auto from = trial.checkpoint()) {
    ascent.load(*from);
  }
  while (trial.iteration() < kSteps) {
    const double score = ascent.step(h);
    if (!trial.report({{"score", score}}, [&](const auto& dir) { ascent.save(dir); })) {
      return;
    }
  }
}

luthier::Result<double> best_score(const std::string& scheduler, std::uint64_t seed) {
  luthier::Space space;
  space.add("h0", luthier::uniform(0, 1));
  space.add("h1", luthier::uniform(0, 1));
  luthier::NamedValues options;
  if (scheduler != "fifo") {
    options = {{"perturbation_interval", 5}, {"synch", true}};  // the same on every machine
  }
  auto outcome = luthier::Tuner(train, space)
                     .maximize("score")
                     .samples(kTrials)
                     .searcher("random")
                     .scheduler(scheduler, options)
                     .seed(seed)
                     .jobs(kTrials)
                     .store("memory")
                     .log({})
                     .run();
  if (!outcome) {
    return outcome.error();
  }
  return *outcome->best_trial()->best.find("score")->number();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bench_schedulers SCHEDULER SEEDS\n";
    return 2;
  }
  for (int seed = 0; seed < std::atoi(argv[2]); ++seed) {
    const auto score = best_score(argv[1], static_cast<std::uint64_t>(seed));
    if (!score) {
      std::cerr << score.error().message << '\n';
      return 1;
    }
    std::cout << "{\"scheduler\":\"" << argv[1] << "\",\"seed\":" << seed << ",\"best\":" << *score
              << "}" << std::endl;
  }
  return 0;
}
