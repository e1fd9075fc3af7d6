#include "service/client_advisors.h"

#include <span>
#include <utility>

#include "base/failure.h"
#include "base/format.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "core/space/completed_config.h"
#include "service/client_answers.h"
#include "service/client_plugins.h"

namespace luthier {
namespace {

// Facts that wait for a question are sent without one beyond this.
constexpr std::size_t kMostWaiting = std::size_t{1} << 20;

// Brings facts alone; nothing is asked.
constexpr std::string_view kNoCall = R"({"call": null})";

std::string call_of(std::string_view call, TrialId trial, const TrialResult* result = nullptr) {
  std::string out;
  JsonWriter json(out);
  json.object().field("call", call).field("trial", trial.value);
  if (result != nullptr) {
    json.raw_field("result", result_json(*result));
  }
  json.end();
  return out;
}

}  // namespace

// Tells the client's loggers; and the others the rest when the session ends.
class ClientAdvisors::Observer final : public Logger {
 public:
  explicit Observer(ClientAdvisors& advisors) : host_(advisors) {}

  void on_stored(const ExperimentView& view, const Event& event) override {
    if (host_.plugins_.logger) {
      host_.committed_.add(view, event);
      host_.tell_when_many(host_.committed_);
    }
  }
  Result<> on_open(const ExperimentView& /*view*/,
                   Sequence last,
                   const ReadFrom& /*read*/) override {
    std::string call;
    JsonWriter(call).object().field("call", "logger.on_open").field("last", last).end();
    say(call);
    return {};
  }
  void on_events(const ExperimentView& view, std::span<const Event> events) override {
    if (!host_.plugins_.logger || events.empty()) {
      return;
    }
    for (const Event& event : events) {
      host_.committed_.add(view, event);
    }
    std::string call;
    JsonWriter json(call);
    json.object()
        .field("call", "logger.on_events")
        .list_of("events", events, [&](const Event& event) { json.raw(to_json(event)); })
        .end();
    say(call);
  }
  void on_close(const ExperimentView& /*view*/) override {
    if (host_.facts_.bytes() > 0) {
      static_cast<void>(host_.ask(kNoCall, host_.facts_, host_.now()));
    }
    say(R"({"call": "logger.on_close"})");
  }

 private:
  void say(std::string_view call) {
    if (host_.plugins_.logger) {
      static_cast<void>(host_.ask(call, host_.committed_, host_.now()));
    }
  }

  ClientAdvisors& host_;
};

Result<> ClientAdvisors::join(PluginRegistry& registry, RunContext& options) {
  const auto taken = [](const char* kind, const std::string& name) {
    return luthier::failure(ErrorCode::invalid_argument,
                            "the {} '{}' has the name of a built-in one; rename its class",
                            kind,
                            name);
  };
  if (plugins_.searcher) {
    if (registry.searcher(plugins_.searcher->name) != nullptr) {
      return taken("searcher", plugins_.searcher->name);
    }
    registry.add(*plugins_.searcher, [this] { return make_client_searcher(*this); });
  }
  if (plugins_.scheduler) {
    if (registry.scheduler(plugins_.scheduler->name) != nullptr) {
      return taken("scheduler", plugins_.scheduler->name);
    }
    registry.add(*plugins_.scheduler, [this] { return make_client_scheduler(*this); });
  }
  if (plugins_.stop_if) {
    options.stop_if = [this](TrialId trial, const TrialResult& result) {
      return stops(trial, result);
    };
  }
  if (plugins_.any()) {
    registry.answered_by(this);
    options.own_loggers.push_back(std::make_shared<Observer>(*this));
  }
  return {};
}

void ClientAdvisors::on_event(const ExperimentState& state, const Event& event) {
  state_ = &state;
  if (failure_ || !(plugins_.searcher || plugins_.scheduler || plugins_.stop_if)) {
    return;
  }
  facts_.add(state, event);
  tell_when_many(facts_);
}

void ClientAdvisors::tell_when_many(FactFeed& facts) {
  if (facts.bytes() > kMostWaiting) {
    static_cast<void>(ask(kNoCall, facts, now() - 1));
  }
}

void ClientAdvisors::tell(std::string_view call, TrialId trial) {
  if (!failure_) {
    facts_.add(call_of(call, trial));
  }
}

void ClientAdvisors::tell(std::string_view call, TrialId trial, const TrialResult& result) {
  if (!failure_) {
    facts_.add(call_of(call, trial, &result));
  }
}

void ClientAdvisors::tell(std::string_view call, const Choice& choice) {
  std::string fact;
  JsonWriter json(fact);
  json.object().field("call", call).field("trial", choice.trial.value);
  json.field("stop", choice.kind == ChoiceKind::stop);
  if (choice.config) {
    json.field("config", *choice.config);
  }
  if (choice.checkpoint) {
    json.field("checkpoint", choice.checkpoint->value);
  }
  json.field("reason", choice.reason).end();
  if (!failure_) {
    facts_.add(fact);
  }
}

Result<Json> ClientAdvisors::ask(std::string_view call, FactFeed& facts, Sequence kept) {
  if (failure_) {
    return failure_->error;
  }
  std::string question;
  JsonWriter(question).object().members_of(call).raw_field("facts", facts.take()).end();
  auto answer = questions_.ask(question);
  if (!answer) {
    fail(answer.error(), kept);
  }
  return answer;
}

void ClientAdvisors::fail(const Error& error, Sequence kept) {
  failure_ = AdviceFailure{{ErrorCode::unavailable, error.message}, kept};
}

// ---- the searcher

Suggestion ClientAdvisors::suggest(const ExperimentView& view, TrialId trial) {
  const auto number = static_cast<std::uint64_t>(trial.value - state_->known_count());
  Rng rng(view.seed(), "client", number);
  const auto drawn = view.space().sample(rng, number % view.space().grid_size());
  if (!drawn) {
    return Exhausted{drawn.error().message};
  }
  std::string call;
  JsonWriter(call)
      .object()
      .members_of(call_of("searcher.suggest", trial))
      .field("sample", *drawn)
      .end();
  const auto answer = ask(call, facts_, now());
  if (!answer) {
    return Wait{};
  }
  auto suggestion = read_suggestion(*answer);
  auto fine = suggestion ? checked(*std::move(suggestion), *drawn, trial) : std::move(suggestion);
  if (!fine) {
    fail({ErrorCode::invalid_argument,
          formatted("searcher '{}': {}", plugins_.searcher->name, fine.error().message)},
         now());
    return Wait{};
  }
  return *std::move(fine);
}

// Of the space, with what it leaves open taken from `drawn`.
Result<Suggestion> ClientAdvisors::checked(Suggestion suggestion,
                                           const Config& drawn,
                                           TrialId trial) const {
  auto* proposal = std::get_if<Proposal>(&suggestion);
  if (proposal == nullptr) {
    return suggestion;
  }
  const CompiledSpace& space = state_->space();
  LUTHIER_TRY(space.check(proposal->config));
  Rng rng(state_->seed(), "client's own", static_cast<std::uint64_t>(trial.value));
  proposal->config = completed_config(space, proposal->config, drawn, rng);
  if (!space.satisfies_constraints(proposal->config)) {
    return luthier::failure(ErrorCode::invalid_argument,
                            "the configuration {} violates a constraint",
                            to_json(proposal->config));
  }
  return suggestion;
}

// ---- the scheduler

Decision ClientAdvisors::decide(TrialId trial, const TrialResult& result) {
  const Sequence kept = now() - 1;
  const auto answer = ask(call_of("scheduler.on_result", trial, &result), facts_, kept);
  if (!answer) {
    return {};
  }
  auto decision = read_decision(*answer);
  if (!decision) {
    fail({ErrorCode::invalid_argument,
          formatted("scheduler '{}': {}", plugins_.scheduler->name, decision.error().message)},
         kept);
    return {};
  }
  return *std::move(decision);
}

std::optional<Choice> ClientAdvisors::choose(const ExperimentView& /*view*/) {
  const auto answer = ask(R"({"call": "scheduler.choose_trial_to_run"})", facts_, now());
  if (!answer) {
    return std::nullopt;
  }
  auto choice = read_choice(*answer);
  if (choice && *choice) {
    if (const auto fine = check(**choice); !fine) {
      choice = fine.error();
    }
  }
  if (!choice) {
    fail({ErrorCode::invalid_argument,
          formatted("scheduler '{}': {}", plugins_.scheduler->name, choice.error().message)},
         now());
    return std::nullopt;
  }
  return *std::move(choice);
}

// That it can be carried out. A configuration is completed with the trial's own values.
Result<> ClientAdvisors::check(Choice& choice) const {
  const bool possible = state_->has_trial(choice.trial) &&
                        (choice.kind == ChoiceKind::run ? state_->can_run(choice.trial)
                                                        : state_->paused().contains(choice.trial));
  if (!possible) {
    return luthier::failure(ErrorCode::invalid_argument,
                            "trial {} was chosen, which is {}; choose one of which can_run is true",
                            choice.trial.value,
                            state_->has_trial(choice.trial)
                                ? std::string(to_text(state_->state(choice.trial)))
                                : "not there");
  }
  if (choice.checkpoint && !state_->checkpoints().contains(*choice.checkpoint)) {
    return luthier::failure(ErrorCode::invalid_argument,
                            "the checkpoint {} was chosen, which is not there",
                            choice.checkpoint->value);
  }
  if (choice.config) {
    LUTHIER_TRY(state_->space().check(*choice.config));
    Rng rng(state_->seed(), "client's own", static_cast<std::uint64_t>(now()));
    choice.config =
        completed_config(state_->space(), *choice.config, state_->config(choice.trial), rng);
  }
  return {};
}

bool ClientAdvisors::stops(TrialId trial, const TrialResult& result) {
  const Sequence kept = now() - 1;
  const auto answer = ask(call_of("stop_if", trial, &result), facts_, kept);
  if (!answer) {
    return false;
  }
  const auto verdict = read_verdict(*answer);
  if (!verdict) {
    fail({ErrorCode::invalid_argument, "the stop function: " + verdict.error().message}, kept);
  }
  return verdict && *verdict;
}

}  // namespace luthier
