// Direct control on top of cooperative control: steps a Trainable and reports for it.
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "luthier/trainable.h"

namespace luthier {
namespace {

// Objects between trials. Whether a class takes another configuration in place is asked once, of
// the first object that ends a trial, so that classes that don't are cleaned up at the end of each.
class Stable {
 public:
  using Make = std::function<std::unique_ptr<Trainable>()>;

  explicit Stable(Make make) : make_(std::move(make)) {}
  ~Stable() {
    for (auto& object : kept_) {
      object->cleanup();
    }
  }
  Stable(const Stable&) = delete;
  Stable& operator=(const Stable&) = delete;

  std::unique_ptr<Trainable> take(const Config& config) {
    if (auto object = kept()) {
      if (object->reconfigure(config)) {
        return object;
      }
      object->cleanup();
    }
    auto object = make_();
    object->setup(config);
    return object;
  }

  void give_back(std::unique_ptr<Trainable> object, const Config& config) {
    if (reusable(*object, config)) {
      const std::lock_guard lock(mutex_);
      kept_.push_back(std::move(object));
    } else {
      object->cleanup();
    }
  }

 private:
  std::unique_ptr<Trainable> kept() {
    const std::lock_guard lock(mutex_);
    if (kept_.empty()) {
      return nullptr;
    }
    auto object = std::move(kept_.back());
    kept_.pop_back();
    return object;
  }

  bool reusable(Trainable& object, const Config& config) {
    {
      const std::lock_guard lock(mutex_);
      if (reusable_) {
        return *reusable_;
      }
    }
    const bool answer = object.reconfigure(config);
    const std::lock_guard lock(mutex_);
    reusable_ = answer;
    return answer;
  }

  const Make make_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Trainable>> kept_;
  std::optional<bool> reusable_;
};

bool says_done(const Metrics& metrics) {
  const Value* done = metrics.find("done");
  const bool* value = done != nullptr ? done->boolean() : nullptr;
  return value != nullptr && *value;
}

void train(Trainable& object, TrialContext& trial) {
  if (const auto from = trial.checkpoint()) {
    object.load(*from);
  }
  const auto save = [&](const std::filesystem::path& directory) { object.save(directory); };
  while (true) {
    const Metrics metrics = object.step();
    if (!trial.report(metrics, save) || says_done(metrics)) {
      return;
    }
  }
}

}  // namespace

TrainFunction train_with(std::function<std::unique_ptr<Trainable>()> make) {
  return [stable = std::make_shared<Stable>(std::move(make))](TrialContext& trial) {
    auto object = stable->take(trial.config());
    try {
      train(*object, trial);
    } catch (...) {
      object->cleanup();
      throw;
    }
    stable->give_back(std::move(object), trial.config());
  };
}

}  // namespace luthier
