// Direct control in a library: Ray's workers load it, luthier decides when to step, save, load and
// take another configuration. See README.md.
#include <cmath>
#include <fstream>
#include <stdexcept>

#include <luthier/trainable_library.h>

namespace {

// Gradient descent in Rosenbrock's valley, (1 - x)^2 + 100 (y - x^2)^2.
class Descent : public luthier::Trainable {
 public:
  void setup(const luthier::Config& config) override { reconfigure(config); }

  // The object and its process are kept for the next trial.
  bool reconfigure(const luthier::Config& config) override {
    rate_ = config.number("rate");
    x_ = -1;
    y_ = 1;
    return true;
  }

  luthier::Metrics step() override {
    for (int i = 0; i < 20; ++i) {
      const double valley = y_ - x_ * x_;
      x_ += rate_ * (2 * (1 - x_) + 400 * x_ * valley);
      y_ -= rate_ * 200 * valley;
    }
    const double valley = y_ - x_ * x_;
    return {{"loss", (1 - x_) * (1 - x_) + 100 * valley * valley}};
  }

  void save(const std::filesystem::path& directory) override {
    std::ofstream file(directory / "state", std::ios::binary);
    for (const double value : {x_, y_}) {
      file.write(reinterpret_cast<const char*>(&value), sizeof value);
    }
    if (!file.flush()) {
      throw std::runtime_error("cannot write " + (directory / "state").string());
    }
  }

  void load(const std::filesystem::path& directory) override {
    std::ifstream file(directory / "state", std::ios::binary);
    for (double* value : {&x_, &y_}) {
      file.read(reinterpret_cast<char*>(value), sizeof *value);
    }
    if (!file) {
      throw std::runtime_error("cannot read " + (directory / "state").string());
    }
  }

 private:
  double rate_ = 0;
  double x_ = -1;
  double y_ = 1;
};

}  // namespace

LUTHIER_TRAINABLE(luthier::trainable<Descent>())
