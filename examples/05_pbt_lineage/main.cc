// Population-based training on a toy like that of its paper (Jaderberg et al. 2017, figure 2): the
// score is 1.2 - (a^2 + b^2), but a trial moves only along the side its configuration names. No
// fixed configuration can pass 0.39; a population that copies the best and varies the copy can.
// A logger of one's own prints the lineage: who went on from whose checkpoint, and with what.
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <variant>

#include "luthier/luthier.h"

class Climb : public luthier::Trainable {
 public:
  void setup(const luthier::Config& config) override {
    rate_ = config.number("rate");
    on_a_ = config.text("side") == "a";
  }

  luthier::Metrics step() override {
    double& moving = on_a_ ? a_ : b_;
    moving -= rate_ * 2 * moving;
    return {{"score", 1.2 - (a_ * a_ + b_ * b_)}};
  }

  void save(const std::filesystem::path& directory) override {
    std::ofstream file(directory / "weights", std::ios::binary);
    for (const double weight : {a_, b_}) {
      file.write(reinterpret_cast<const char*>(&weight), sizeof weight);
    }
    if (!file.flush()) {
      throw std::runtime_error("cannot write " + (directory / "weights").string());
    }
  }

  void load(const std::filesystem::path& directory) override {
    std::ifstream file(directory / "weights", std::ios::binary);
    for (double* weight : {&a_, &b_}) {
      file.read(reinterpret_cast<char*>(weight), sizeof *weight);
    }
    if (!file) {
      throw std::runtime_error("cannot read " + (directory / "weights").string());
    }
  }

  // A copy with another configuration needs no new object.
  bool reconfigure(const luthier::Config& config) override {
    setup(config);
    return true;
  }

 private:
  double rate_ = 0;
  bool on_a_ = true;
  double a_ = 0.9;
  double b_ = 0.9;
};

// Prints a line for each choice that runs a trial from another trial's checkpoint.
class Lineage : public luthier::Logger {
 public:
  void on_events(const luthier::ExperimentView& /*view*/,
                 std::span<const luthier::Event> events) override {
    for (const luthier::Event& event : events) {
      if (const auto* saved = std::get_if<luthier::CheckpointCommitted>(&event.body)) {
        owner_[saved->checkpoint] = {saved->trial, saved->training_iteration};
      } else if (const auto* chosen = std::get_if<luthier::TrialChosen>(&event.body)) {
        print_if_clone(chosen->choice);
      }
    }
  }

 private:
  struct Owner {
    luthier::TrialId trial;
    std::int64_t iteration = 0;
  };

  void print_if_clone(const luthier::Choice& choice) const {
    if (!choice.checkpoint || !choice.config ||
        owner_.at(*choice.checkpoint).trial == choice.trial) {
      return;
    }
    const Owner& from = owner_.at(*choice.checkpoint);
    std::printf("trial %s goes on from trial %s at iteration %lld with %s\n",
                luthier::to_text(choice.trial).c_str(),
                luthier::to_text(from.trial).c_str(),
                static_cast<long long>(from.iteration),
                luthier::to_json(*choice.config).c_str());
  }

  std::map<luthier::CheckpointId, Owner> owner_;
};

int main() {
  luthier::Space space;
  space.add("rate", luthier::uniform(0.01, 0.05));
  space.add("side", luthier::choice({"a", "b"}));

  const auto outcome = luthier::Tuner(luthier::trainable<Climb>(), space)
                           .maximize("score")
                           .samples(8)
                           .iterations(100)
                           .scheduler("pbt", {{"perturbation_interval", 10}})
                           .logger(std::make_shared<Lineage>())
                           .log({})
                           .run();
  if (!outcome) {
    std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
    return 1;
  }
  const luthier::TrialSummary& best = *outcome->best_trial();
  std::printf("best: trial %s with score %.4f of at most 1.2\n",
              luthier::to_text(best.id).c_str(),
              best.best.number("score"));
}
