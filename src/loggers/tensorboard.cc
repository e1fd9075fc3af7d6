#include "loggers/tensorboard.h"

#include <utility>
#include <vector>

#include "base/format.h"
#include "loggers/event_records.h"
#include "loggers/hparams.h"

namespace luthier {
namespace {

class TensorBoardWriter final : public TrialWriter {
 public:
  explicit TensorBoardWriter(const HParams& hparams) : hparams_(hparams) {}

  Result<> on_event(const Event& event, TrialFolder& folder) override {
    return std::visit([&](const auto& body) { return on(body, event.time, folder); }, event.body);
  }

 private:
  Result<> on(const TrialAdded& added, TimePoint, TrialFolder&) {
    config_ = added.config;
    return {};
  }
  Result<> on(const TrialChosen& chosen, TimePoint, TrialFolder&) {
    if (chosen.choice.config && !started_) {
      config_ = *chosen.choice.config;
    }
    return {};
  }
  Result<> on(const AttemptStarted& attempt, TimePoint time, TrialFolder& folder) {
    auto opened = folder.open(tensorboard_file_name(attempt.attempt));
    append_file_version(folder.out(), time);
    if (!std::exchange(started_, true)) {
      append_plugin_record(
          folder.out(), time, kSessionStartTag, hparams_.session_start(config_, time));
      config_ = {};
    }
    return opened;
  }
  Result<> on(const ResultReported& result, TimePoint time, TrialFolder& folder) {
    if (folder.is_open()) {
      append_scalars(folder.out(), time, result.training_iteration, result.metrics);
    }
    return {};
  }
  Result<> on(const TrialEnded& end, TimePoint time, TrialFolder& folder) {
    if (folder.is_open() && !std::exchange(ended_, true)) {
      append_plugin_record(
          folder.out(), time, kSessionEndTag, HParams::session_end(end.state, time));
    }
    return {};
  }
  template <class Other>
  Result<> on(const Other&, TimePoint, TrialFolder&) {
    return {};
  }

  const HParams& hparams_;
  Config config_;  // until the first attempt starts
  bool started_ = false;
  bool ended_ = false;
};

class TensorBoardFormat final : public FileFormat {
 public:
  TensorBoardFormat(std::string name,
                    std::vector<Objective> objectives,
                    std::span<const Parameter> parameters)
      : name_(std::move(name)), objectives_(std::move(objectives)), hparams_(parameters) {}

  std::unique_ptr<TrialWriter> make_writer(TrialId) const override {
    return std::make_unique<TensorBoardWriter>(hparams_);
  }

  RootFile root_file(TimePoint created) const override {
    RootFile file{.name = tensorboard_file_name(0), .bytes = {}};
    append_file_version(file.bytes, created);
    append_plugin_record(
        file.bytes, created, kExperimentTag, hparams_.experiment(name_, objectives_, created));
    return file;
  }

 private:
  std::string name_;
  std::vector<Objective> objectives_;
  HParams hparams_;
};

}  // namespace

// Readers follow the files of a run in the order of their names.
std::string tensorboard_file_name(std::int64_t attempt) {
  const std::string digits = std::to_string(attempt);
  std::string name = "events.out.tfevents.";
  return formatted(
      "{}{}.luthier", name.append(digits.size() < 6 ? 6 - digits.size() : 0, '0'), digits);
}

std::unique_ptr<FileFormat> tensorboard_format(std::string name,
                                               std::vector<Objective> objectives,
                                               std::span<const Parameter> parameters) {
  return std::make_unique<TensorBoardFormat>(std::move(name), std::move(objectives), parameters);
}

}  // namespace luthier
