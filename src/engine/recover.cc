#include "engine/recover.h"

#include <utility>

#include "base/format.h"
#include "base/try.h"
#include "core/log/event_check.h"
#include "core/log/log_words.h"

namespace luthier {
namespace {

std::string describe(const Decision& decision) {
  return formatted("{} ({})", to_text(decision.kind), decision.reason);
}

std::string describe(const Choice& choice) {
  std::string text = choice.kind == ChoiceKind::run ? "run " : "end ";
  text += to_text(choice.trial);
  if (choice.checkpoint) {
    text += " from checkpoint " + std::to_string(choice.checkpoint->value);
  }
  return formatted("{} ({})", text, choice.reason);
}

// The words of a reason may be put better from one version to the next; the numbers it rests on
// have to be the same.
template <class Made>
bool is_same(Made now, const Made& logged) {
  now.reason = logged.reason;
  return now == logged;
}

}  // namespace

void Replayer::differs(const Event& event,
                       const std::string& what,
                       const std::string& logged,
                       const std::string& now) {
  if (++counts_.differences == 1) {
    counts_.first_difference = formatted(
        "event {}: the log has {} {}, recomputed it is {}", event.sequence, what, logged, now);
  }
}

void Replayer::check_decision(const Event& event, const DecisionMade& logged) {
  ++counts_.decisions;
  if (!scheduled_) {
    return differs(event, "a decision without a result:", describe(logged.decision), "none");
  }
  const DecisionMade now = rules_.decide(state_,
                                         logged.trial,
                                         metrics_,
                                         std::move(*scheduled_),
                                         advisors_.names().scheduler,
                                         advisors_.names().scheduler_version);
  scheduled_.reset();
  if (!is_same(now.decision, logged.decision) || now.decided_by != logged.decided_by) {
    std::string what = "decision";
    if (now.version != logged.version) {
      what +=
          formatted(" ({} version {}, here {})", logged.decided_by, logged.version, now.version);
    }
    differs(event, what, describe(logged.decision), describe(now.decision));
  }
}

void Replayer::check_choice(const Event& event, const TrialChosen& logged) {
  if (!advisors_.is_schedulers(logged)) {
    return;
  }
  ++counts_.choices;
  const auto now = advisors_.choose(state_);
  if (!now || !is_same(*now, logged.choice)) {
    differs(event, "choice", describe(logged.choice), now ? describe(*now) : "none");
  }
}

// A configuration that was given while the experiment ran is nobody's suggestion.
bool Replayer::was_suggested(const TrialAdded& added) const {
  const bool given = added.proposed_by == to_text(Decider::points) && added.version == 0;
  return !is_persons(added) && (!given || is_point(state_));
}

void Replayer::check_suggestion(const Event& event, const TrialAdded& logged) {
  if (!was_suggested(logged)) {
    return;
  }
  ++counts_.suggestions;
  Suggestion now = advisors_.suggest(state_);
  const auto* proposal = std::get_if<Proposal>(&now);
  if (!proposal || proposal->config != logged.config) {
    differs(
        event, "suggestion", to_json(logged.config), proposal ? to_json(proposal->config) : "none");
  }
}

Result<> Replayer::take(const Event& event) {
  LUTHIER_TRY(check_event(state_, event));
  if (const auto* made = std::get_if<DecisionMade>(&event.body)) {
    check_decision(event, *made);
  } else if (depth_ == ReplayDepth::everything) {
    if (const auto* chosen = std::get_if<TrialChosen>(&event.body)) {
      check_choice(event, *chosen);
    } else if (const auto* added = std::get_if<TrialAdded>(&event.body)) {
      check_suggestion(event, *added);
    }
  }
  advisors_.before(state_, event);
  LUTHIER_TRY(state_.apply(event));
  if (auto decision = advisors_.after(state_, event)) {
    scheduled_ = std::move(decision);
    metrics_ = std::get<ResultReported>(event.body).metrics;
  }
  return advisors_.check();
}

Result<ReplayCounts> replay_log(EventStore& store,
                                ExperimentState& state,
                                Advisors& advisors,
                                const Rules& rules,
                                ReplayDepth depth) {
  Replayer replayer(state, advisors, rules, depth);
  Result<> fed;
  const auto read = store.read_from(1, [&](const Event& event) {
    fed = replayer.take(event);
    return fed.ok();
  });
  if (!read) {
    return read.error();
  }
  if (!fed) {
    return fed.error();
  }
  return replayer.counts();
}

}  // namespace luthier
