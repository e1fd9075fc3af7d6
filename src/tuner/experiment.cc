#include "luthier/experiment.h"

#include <utility>

#include "tuner/ask_and_tell.h"

namespace luthier {

struct Experiment::Impl {
  std::unique_ptr<AskAndTell> trials;
};

Experiment::Experiment(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Experiment::Experiment(Experiment&&) noexcept = default;
Experiment& Experiment::operator=(Experiment&&) noexcept = default;

Experiment::~Experiment() {
  if (impl_ && !impl_->trials->closed()) {
    // What could not be written now is what a crash would lose: nothing that was acknowledged.
    static_cast<void>(impl_->trials->close());
  }
}

Result<Experiment> Experiment::open(Tuner tuner) {
  Tuner::Impl const& options = *tuner.impl_;
  if (const auto checked = options.check(); !checked) {
    return checked.error();
  }
  auto trials = AskAndTell::open(options.named_spec(), options.plugins, options.options);
  if (!trials) {
    return trials.error();
  }
  return Experiment(std::make_unique<Impl>(Impl{*std::move(trials)}));
}

std::optional<AskedTrial> Experiment::ask() {
  return impl_->trials->ask();
}

Result<DecisionKind> Experiment::report(TrialId trial, const Metrics& metrics) {
  return impl_->trials->report(trial, metrics);
}

Result<> Experiment::save(TrialId trial, const TrialContext::Saver& saver) {
  auto directory = impl_->trials->begin_checkpoint(trial);
  if (!directory) {
    return directory.error();
  }
  saver(*directory);
  return impl_->trials->commit_checkpoint(trial);
}

Result<> Experiment::tell(TrialId trial) {
  return impl_->trials->tell(trial);
}

Result<> Experiment::fail(TrialId trial, std::string message) {
  return impl_->trials->fail(trial, std::move(message));
}

bool Experiment::finished() const {
  return impl_->trials->finished();
}
const std::string& Experiment::error() const {
  return impl_->trials->error();
}
Result<ExperimentSummary> Experiment::close() {
  return impl_->trials->close();
}

}  // namespace luthier
