// The user API (Liaw et al. 2018, section 4.1). Cooperative control: a function that calls report.
// Direct control: a class with step, save and load. Either runs on any executor.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "luthier/trial.h"
#include "luthier/value.h"

namespace luthier {

// What a training function sees of its trial. Only the thread that runs the trial calls it.
class TrialContext {
 public:
  using Saver = std::function<void(const std::filesystem::path& directory)>;

  virtual ~TrialContext() = default;
  virtual TrialId id() const = 0;
  virtual const Config& config() const = 0;
  virtual std::uint64_t seed() const = 0;  // the trial's own: the same in every attempt, below 2^31
  // The last training iteration reported, or the one the checkpoint was taken at; 0 at the start.
  virtual std::int64_t iteration() const = 0;
  // Directory of the checkpoint to go on from; nothing when the trial starts from nothing.
  virtual std::optional<std::filesystem::path> checkpoint() const = 0;
  // The trial's own directory; empty with `store("memory")`.
  virtual std::filesystem::path directory() const = 0;

  // Reports the metrics of one more training iteration and waits for the decision. When a
  // checkpoint is wanted, `save` is called with an empty directory to write into. Returns false
  // when the trial should return now: it was stopped or paused.
  [[nodiscard]] virtual bool report(const Metrics& metrics, const Saver& save = {}) = 0;

  // Whether someone asked the trial to end since the last report; for long iterations.
  virtual bool stop_requested() const = 0;
};

using TrainFunction = std::function<void(TrialContext& trial)>;

// Direct control: the engine decides when to step, save and clone.
class Trainable {
 public:
  virtual ~Trainable() = default;
  virtual void setup(const Config& config) = 0;
  // One training iteration. A metric `done` = true ends the trial as completed.
  virtual Metrics step() = 0;
  virtual void save(const std::filesystem::path& directory) = 0;
  virtual void load(const std::filesystem::path& directory) = 0;
  // Takes another configuration in place; false: build a new object instead.
  virtual bool reconfigure(const Config& /*config*/) { return false; }
  virtual void cleanup() {}
};

// Drives a Trainable through a TrialContext.
TrainFunction train_with(std::function<std::unique_ptr<Trainable>()> make);

template <class T>
TrainFunction trainable() {
  return train_with([] { return std::make_unique<T>(); });
}

}  // namespace luthier
