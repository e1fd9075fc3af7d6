// ClientAdvisors: a searcher, a scheduler, a stop rule and loggers that a client brings. They are
// asked through the client protocol; each question comes with what happened since the last one.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/state/experiment_state.h"
#include "engine/advisors.h"
#include "luthier/logger.h"
#include "service/client_questions.h"
#include "service/fact_feed.h"
#include "tuner/assembly.h"

namespace luthier {

// What a client brings, as it says in "session".
struct ClientPlugins {
  std::optional<OwnPlugin> searcher;
  std::optional<OwnPlugin> scheduler;
  bool stop_if = false;
  bool logger = false;

  bool any() const { return searcher || scheduler || stop_if || logger; }
};

class ClientAdvisors final : public AdvisorHost {
 public:
  ClientAdvisors(ClientQuestions& questions, ClientPlugins plugins)
      : questions_(questions), plugins_(std::move(plugins)) {}

  // Makes an experiment ask here. An error: a name is taken by a built-in plugin. This must outlive
  // what is made of them.
  Result<> join(PluginRegistry& registry, RunContext& options);

  // ---- AdvisorHost
  void on_event(const ExperimentState& state, const Event& event) override;
  const AdviceFailure* failure() const override { return failure_ ? &*failure_ : nullptr; }

  // ---- for the plugins that stand for the client's
  void tell(std::string_view call, TrialId trial);
  void tell(std::string_view call, TrialId trial, const TrialResult& result);
  void tell(std::string_view call, const Choice& choice);
  Suggestion suggest(const ExperimentView& view, TrialId trial);
  Decision decide(TrialId trial, const TrialResult& result);
  std::optional<Choice> choose(const ExperimentView& view);
  bool stops(TrialId trial, const TrialResult& result);

 private:
  class Observer;
  Result<Json> ask(std::string_view call, FactFeed& facts, Sequence kept);
  void fail(const Error& error, Sequence kept);
  void tell_when_many(FactFeed& facts);
  Result<Suggestion> checked(Suggestion suggestion, const Config& drawn, TrialId trial) const;
  Result<> check(Choice& choice) const;
  Sequence now() const { return state_ != nullptr ? state_->sequence() : 0; }

  ClientQuestions& questions_;
  const ClientPlugins plugins_;
  const ExperimentState* state_ = nullptr;  // of the events so far
  FactFeed facts_;                          // as they happen
  FactFeed committed_;                      // for loggers, as they are committed
  std::optional<AdviceFailure> failure_;
};

}  // namespace luthier
