// Direct control: a class with step, save and load. The engine decides when to step, to save and
// to start again from a checkpoint; the class knows nothing of trials.
//
// hyperband pauses trials at its milestones, so trials really are saved, dropped and restored.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "luthier/luthier.h"

// Gradient descent with momentum in the valley f(x, y) = (1 - x)^2 + 100 (y - x^2)^2 (Rosenbrock).
class Descent : public luthier::Trainable {
 public:
  void setup(const luthier::Config& config) override {
    rate_ = config.number("rate");
    momentum_ = config.number("momentum");
  }

  luthier::Metrics step() override {
    for (int i = 0; i < 20; ++i) {
      const double valley = y_ - x_ * x_;
      speed_x_ = momentum_ * speed_x_ + rate_ * (2 * (1 - x_) + 400 * x_ * valley);
      speed_y_ = momentum_ * speed_y_ - rate_ * 200 * valley;
      x_ += speed_x_;
      y_ += speed_y_;
    }
    const double valley = y_ - x_ * x_;
    return {{"loss", (1 - x_) * (1 - x_) + 100 * valley * valley}};
  }

  void save(const std::filesystem::path& directory) override {
    std::ofstream file(directory / "state", std::ios::binary);
    for (const double value : {x_, y_, speed_x_, speed_y_}) {
      file.write(reinterpret_cast<const char*>(&value), sizeof value);
    }
    if (!file.flush()) {
      throw std::runtime_error("cannot write " + (directory / "state").string());
    }
  }

  void load(const std::filesystem::path& directory) override {
    std::ifstream file(directory / "state", std::ios::binary);
    for (double* value : {&x_, &y_, &speed_x_, &speed_y_}) {
      file.read(reinterpret_cast<char*>(value), sizeof *value);
    }
    if (!file) {
      throw std::runtime_error("cannot read " + (directory / "state").string());
    }
  }

 private:
  double rate_ = 0;
  double momentum_ = 0;
  double x_ = -1;
  double y_ = 1;
  double speed_x_ = 0;
  double speed_y_ = 0;
};

int main() {
  luthier::Space space;
  space.add("rate", luthier::loguniform(1e-5, 1e-2));
  space.add("momentum", luthier::uniform(0.0, 0.99));

  const auto outcome = luthier::Tuner(luthier::trainable<Descent>(), space)
                           .minimize("loss")
                           .samples(30)
                           .scheduler("hyperband", {{"max_t", 27}})
                           .run();
  if (!outcome) {
    std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
    return 1;
  }
  int resumed = 0;
  for (const luthier::TrialSummary& trial : outcome->trials) {
    resumed += trial.attempts > 1 ? 1 : 0;
  }
  const luthier::TrialSummary& best = *outcome->best_trial();
  std::printf("%d of %zu trials went on from a checkpoint; best: %s with %s\n",
              resumed,
              outcome->trials.size(),
              luthier::to_json(best.best).c_str(),
              luthier::to_json(best.config).c_str());
}
