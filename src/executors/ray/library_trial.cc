// A trial that runs in a library some worker has loaded: the worker protocol behind a TrialContext.
#include <algorithm>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <utility>

#include "base/text.h"
#include "core/json.h"
#include "luthier/trainable_library.h"

namespace luthier {
namespace {

std::string text_of(const Json& object, std::string_view key) {
  const Json* found = object.find(key);
  const std::string* text = found != nullptr ? found->value.text() : nullptr;
  return text != nullptr ? *text : std::string();
}

std::int64_t integer_of(const Json& object, std::string_view key) {
  const Json* found = object.find(key);
  return found != nullptr ? found->value.integer().value_or(0) : 0;
}

// 64 bits without a sign are more than a Value holds.
std::uint64_t seed_of(const char* order) {
  constexpr std::string_view kKey = "\"seed\": ";
  const char* found = std::strstr(order, kKey.data());
  return found != nullptr ? std::strtoull(found + kKey.size(), nullptr, 10) : 0;
}

Json parsed(const char* text) {
  auto json = parse_json(text, {.special_numbers = true});
  if (!json) {
    throw std::runtime_error("the worker sent something that is not JSON: " + json.error().message);
  }
  return *std::move(json);
}

Config config_of(const Json& order) {
  Config config;
  if (const Json* found = order.find("config")) {
    for (const auto& [name, value] : found->members) {
      config.set(name, value.to_value().value_or(Value()));
    }
  }
  return config;
}

class LibraryTrial : public TrialContext {
 public:
  LibraryTrial(const char* text, const LuthierTrialHost& host)
      : order_(parsed(text)),
        host_(host),
        config_(config_of(order_)),
        seed_(seed_of(text)),
        iteration_(integer_of(order_, "iteration")) {}

  TrialId id() const override { return {integer_of(order_, "trial")}; }
  const Config& config() const override { return config_; }
  std::uint64_t seed() const override { return seed_; }
  std::int64_t iteration() const override { return iteration_; }
  std::optional<std::filesystem::path> checkpoint() const override {
    const std::string from = text_of(order_, "restore");
    return from.empty() ? std::nullopt : std::optional<std::filesystem::path>(from);
  }
  std::filesystem::path directory() const override { return text_of(order_, "trial_directory"); }
  bool stop_requested() const override { return host_.stop_requested(host_.host) != 0; }

  bool report(const Metrics& metrics, const Saver& save) override {
    if (over_) {
      return false;
    }
    ++iteration_;
    Json reply = tell(to_json(metrics));
    const std::string directory = text_of(reply, "directory");
    if (!over_ && !directory.empty() && save) {
      save(directory);
      obey(reply);
      const bool leaving = over_;
      reply = tell("{\"checkpoint\": true}");
      over_ = over_ || leaving;
    }
    obey(reply);
    return !over_;
  }

 private:
  Json tell(const std::string& line) {
    const char* reply = host_.tell(host_.host, line.c_str());
    if (reply == nullptr) {
      over_ = true;
      return {};
    }
    return parsed(reply);
  }
  void obey(const Json& reply) {
    const std::string decision = text_of(reply, "decision");
    over_ = over_ || decision == "pause" || decision == "stop";
  }

  const Json order_;
  const LuthierTrialHost& host_;
  const Config config_;
  const std::uint64_t seed_;
  std::int64_t iteration_;
  bool over_ = false;
};

int fail(const std::string& sentence, char* message, std::size_t size) {
  if (size > 0) {
    const std::size_t length = std::min(sentence.size(), size - 1);
    std::memcpy(message, sentence.data(), length);
    message[length] = '\0';
  }
  return 1;
}

}  // namespace

int run_library_trial(const TrainFunction& train,
                      const char* order,
                      const LuthierTrialHost& host,
                      char* message,
                      std::size_t message_size) {
  if (host.version != 1) {
    return fail("the library was built for another version of Luthier's workers; build it again",
                message,
                message_size);
  }
  try {
    LibraryTrial trial(order, host);
    train(trial);
    return 0;
  } catch (const std::exception& error) {
    return fail(to_utf8(error.what()), message, message_size);
  } catch (...) {
    return fail("the training function threw something that is not a std::exception",
                message,
                message_size);
  }
}

}  // namespace luthier
