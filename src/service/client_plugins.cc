#include "service/client_plugins.h"

#include "service/client_advisors.h"

namespace luthier {
namespace {

class ClientSearcher final : public Searcher {
 public:
  explicit ClientSearcher(ClientAdvisors& advisors) : advisors_(advisors) {}

  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    return advisors_.suggest(view, trial);
  }
  void on_trial_added(const ExperimentView& /*view*/, TrialId trial) override {
    advisors_.tell("searcher.on_trial_added", trial);
  }
  void on_result(const ExperimentView& /*view*/,
                 TrialId trial,
                 const TrialResult& result) override {
    advisors_.tell("searcher.on_result", trial, result);
  }
  void on_trial_changed(const ExperimentView& /*view*/, TrialId trial) override {
    advisors_.tell("searcher.on_trial_changed", trial);
  }
  void on_trial_ended(const ExperimentView& /*view*/, TrialId trial) override {
    advisors_.tell("searcher.on_trial_ended", trial);
  }

 private:
  ClientAdvisors& advisors_;
};

class ClientScheduler final : public TrialScheduler {
 public:
  explicit ClientScheduler(ClientAdvisors& advisors) : advisors_(advisors) {}

  void on_trial_added(const ExperimentView& /*view*/, TrialId trial) override {
    advisors_.tell("scheduler.on_trial_added", trial);
  }
  Decision on_result(const ExperimentView& /*view*/,
                     TrialId trial,
                     const TrialResult& result) override {
    return advisors_.decide(trial, result);
  }
  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    return advisors_.choose(view);
  }
  void on_choice(const ExperimentView& /*view*/, const Choice& choice) override {
    advisors_.tell("scheduler.on_choice", choice);
  }
  void on_trial_ended(const ExperimentView& /*view*/, TrialId trial) override {
    advisors_.tell("scheduler.on_trial_ended", trial);
  }

 private:
  ClientAdvisors& advisors_;
};

}  // namespace

std::unique_ptr<Searcher> make_client_searcher(ClientAdvisors& advisors) {
  return std::make_unique<ClientSearcher>(advisors);
}

std::unique_ptr<TrialScheduler> make_client_scheduler(ClientAdvisors& advisors) {
  return std::make_unique<ClientScheduler>(advisors);
}

}  // namespace luthier
