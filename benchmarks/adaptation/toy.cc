// Maximise 1.2 - (theta_0^2 + theta_1^2) by gradient ascent on 1.2 - (h_0 theta_0^2 + h_1
// theta_1^2) from theta = (0.9, 0.9), with h in [0, 1]: theta_i moves only as fast as h_i lets it.
#include <array>
#include <fstream>

#include "adaptation/job.h"

namespace adaptation {
namespace {

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
  const std::array<double, 2> h = {trial.config().number("h0"), trial.config().number("h1")};
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

}  // namespace

Job toy() {
  luthier::Space space;
  space.add("h0", luthier::uniform(0, 1));
  space.add("h1", luthier::uniform(0, 1));
  return {.train = train,
          .space = space,
          .objective = {.metric = "score", .mode = luthier::Mode::max},
          .trials = 8,
          .population_options = {{"perturbation_interval", 5}, {"synch", true}}};
}

}  // namespace adaptation
