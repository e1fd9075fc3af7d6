// A training function in a shared library that itself calls Ray's C++ API, for tasks and actors of
// its own (`--executor ray:bundles=...`). Such a library is built as Ray's library is: C++17 and
// -D_GLIBCXX_USE_CXX11_ABI=0, with nothing of Luthier linked into it.
//
//   void train(luthier::ray_trial::Trial& trial);
//   LUTHIER_RAY_TRAINABLE(train)
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <ray/api.h>

#include "luthier/trainable_entry.h"

namespace luthier::ray_trial {

class Trial {
 public:
  using Metrics = std::vector<std::pair<std::string, double>>;
  using Saver = std::function<void(const std::string& directory)>;

  Trial(const char* order, const LuthierTrialHost& host)
      : order_(nlohmann::json::parse(order)), host_(host), iteration_(order_.at("iteration")) {}

  std::int64_t id() const { return order_.at("trial"); }
  std::uint64_t seed() const { return order_.at("seed"); }
  // The last iteration reported, or the one the checkpoint was taken at; 0 at the start.
  std::int64_t iteration() const { return iteration_; }
  // A parameter of the configuration; throws when there is none, or none of this type.
  template <class Value>
  Value config(const std::string& name) const {
    return order_.at("config").at(name).get<Value>();
  }
  // Directory of the checkpoint to go on from; empty when the trial starts from nothing.
  std::string checkpoint() const { return order_.at("restore"); }
  std::string directory() const { return order_.at("trial_directory"); }
  // Whether someone asked the trial to end since the last report; for long iterations.
  bool stop_requested() const { return host_.stop_requested(host_.host) != 0; }

  // For SetPlacementGroup(trial.bundles(), 1), 2, ...: the bundles beside the trial's own.
  ray::PlacementGroup bundles() const {
    const std::string hexadecimal = order_.value("placement_group", "");
    if (hexadecimal.empty()) {
      throw std::runtime_error(
          "the trial has no bundles; ask for them with --executor ray:bundles=2*cpu:1");
    }
    std::string id;
    for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2) {
      id += static_cast<char>(std::stoi(hexadecimal.substr(i, 2), nullptr, 16));
    }
    return {id, {}};
  }

  // Reports the metrics of one more training iteration and waits for the decision: true, go on;
  // false, return now. When a checkpoint is wanted, `save` is called with an empty directory.
  bool report(const Metrics& metrics, const Saver& save = {}) {
    if (over_) {
      return false;
    }
    nlohmann::json line;
    for (const auto& [name, value] : metrics) {
      line[name] = std::isfinite(value) ? nlohmann::json(value)
                   : std::isnan(value)  ? nlohmann::json("NaN")
                                        : nlohmann::json(value > 0 ? "Infinity" : "-Infinity");
    }
    ++iteration_;
    const std::string directory = tell(line);
    if (!directory.empty() && save) {
      save(directory);
      tell({{"checkpoint", true}});
    }
    return !over_;
  }

 private:
  // Returns the directory that a checkpoint is wanted in.
  std::string tell(const nlohmann::json& line) {
    const char* reply = host_.tell(host_.host, line.dump().c_str());
    if (reply == nullptr) {
      over_ = true;
      return {};
    }
    const auto answer = nlohmann::json::parse(reply);
    const std::string decision = answer.value("decision", "");
    over_ = over_ || decision == "pause" || decision == "stop";
    return answer.value("directory", "");
  }

  const nlohmann::json order_;
  const LuthierTrialHost& host_;
  std::int64_t iteration_;
  bool over_ = false;
};

// What the macro's function does.
inline int run(const std::function<void(Trial&)>& train,
               const char* order,
               const LuthierTrialHost& host,
               char* message,
               std::size_t size) {
  const auto fail = [&](const char* sentence) {
    std::strncpy(message, sentence, size - 1);
    message[size - 1] = '\0';
    return 1;
  };
  if (host.version != 1) {
    return fail("the library was built for another version of Luthier's workers; build it again");
  }
  try {
    Trial trial(order, host);
    train(trial);
    return 0;
  } catch (const std::exception& error) {
    return fail(error.what());
  } catch (...) {
    return fail("the training function threw something that is not a std::exception");
  }
}

}  // namespace luthier::ray_trial

#define LUTHIER_RAY_TRAINABLE(...)                                                                \
  extern "C" __attribute__((visibility("default"))) int luthier_trainable(                        \
      const char* order, const LuthierTrialHost* host, char* message, std::size_t message_size) { \
    return ::luthier::ray_trial::run(__VA_ARGS__, order, *host, message, message_size);           \
  }
