#include "tuner/notifications/notification_rules.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "core/json_writer.h"
#include "core/log/log_words.h"
#include "loggers/console/console_frame.h"
#include "loggers/console/console_json.h"

namespace luthier {
namespace {

constexpr std::int64_t kFewFailures = 5;      // say nothing of a share
constexpr TimePoint kSecond = 1'000'000;      // in microseconds
constexpr TimePoint kLeast = 600 * kSecond;   // without a result is no stall
constexpr TimePoint kFirst = 3600 * kSecond;  // the same before there was a result
constexpr TimePoint kTimesLongest = 3;

double seconds(TimePoint duration) {
  return static_cast<double>(duration) / static_cast<double>(kSecond);
}

// Whether reaching it means that trials fail.
bool is_about_failures(const LimitReached& reached) {
  const auto limit = parse_limit(reached.limit);
  return limit == Limit::max_failures || limit == Limit::failing_early ||
         limit == Limit::no_program || limit == Limit::scheduler_error;
}

std::string first_line(const std::string& text) {
  constexpr int kLongest = 300;
  return fit(printable(trim(std::string_view(text).substr(0, text.find('\n')))), kLongest);
}

}  // namespace

NotificationRules::NotificationRules(NotificationSubject subject)
    : state_(std::move(subject.experiment)),
      directory_(std::move(subject.directory)),
      stalled_(static_cast<TimePoint>(subject.stalled_s * static_cast<double>(kSecond))) {}

std::optional<Notification> NotificationRules::apply(const Event& event) {
  const auto before =
      std::holds_alternative<ResultReported>(event.body) ? bests() : decltype(bests())();
  state_.apply(event);
  last_ = event.sequence;
  if (std::holds_alternative<ControllerStarted>(event.body)) {
    failure_.reset();
    longest_gap_ = 0;
    heard_at_ = event.time;  // no gap ends here
    heard(event);
  } else if (const auto* reached = std::get_if<LimitReached>(&event.body)) {
    failure_ = is_about_failures(*reached) ? first_line(reached->reason) : failure_;
  } else if (const auto* stopped = std::get_if<ControllerStopped>(&event.body)) {
    return on_end(event, *stopped);
  } else if (const auto* ended = std::get_if<TrialEnded>(&event.body)) {
    heard(event);
    return on_failure(event, *ended);
  } else if (!before.empty()) {
    heard(event);
    return on_result(event, before);
  }
  return std::nullopt;
}

std::vector<std::optional<ConsoleBest>> NotificationRules::bests() const {
  std::vector<std::optional<ConsoleBest>> all;
  for (std::size_t i = 0; i < state_.subject().objectives.size(); ++i) {
    all.push_back(state_.best(i));
  }
  return all;
}

std::optional<Notification> NotificationRules::on_result(
    const Event& event, const std::vector<std::optional<ConsoleBest>>& before) {
  std::string news;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto& best = state_.best(i);
    const Objective& objective = state_.subject().objectives[i];
    const double sign = objective.mode == Mode::min ? 1 : -1;
    if (best && (!before[i] || sign * best->value < sign * before[i]->value)) {
      news += formatted("{}{} {} in trial {}",
                        news.empty() ? "" : ", ",
                        printable(objective.metric),
                        short_number(best->value),
                        best->trial.value);
      news += before[i] ? formatted(" (was {})", short_number(before[i]->value)) : "";
    }
  }
  if (news.empty()) {
    return std::nullopt;
  }
  return make(NotificationKind::improved, event.sequence, event.time, "has a new best: " + news);
}

std::optional<Notification> NotificationRules::on_failure(const Event& event,
                                                          const TrialEnded& ended) {
  const std::int64_t failed = state_.count(TrialState::failed);
  if (ended.state != TrialState::failed || half_told_ || failed < kFewFailures ||
      2 * failed < state_.ended()) {
    return std::nullopt;
  }
  half_told_ = true;
  return make(
      NotificationKind::failed,
      event.sequence,
      event.time,
      formatted("loses its trials: {} of the {} that have ended failed, the last because {}",
                failed,
                state_.ended(),
                first_line(ended.reason)));
}

std::optional<Notification> NotificationRules::on_end(const Event& event,
                                                      const ControllerStopped& stopped) {
  std::string best;
  for (std::size_t i = 0; i < state_.subject().objectives.size(); ++i) {
    if (const auto& found = state_.best(i)) {
      best += formatted("{}best {} {} in trial {}",
                        best.empty() ? "" : ", ",
                        printable(state_.subject().objectives[i].metric),
                        short_number(found->value),
                        found->trial.value);
    }
  }
  const std::int64_t failed = state_.count(TrialState::failed);
  const std::string counts = counted(state_.ended(), "trial") +
                             (failed > 0 ? formatted(", {} failed", failed) : std::string());
  const bool success =
      !best.empty() && state_.count(TrialState::completed) + state_.count(TrialState::stopped) > 0;
  if (failure_ || (stopped.finished && !success)) {
    const std::string verb = stopped.finished ? "failed" : "was interrupted";
    const std::string reason = failure_       ? *failure_
                               : best.empty() ? "no trial gave a result"
                                              : "no trial succeeded";
    return make(NotificationKind::failed,
                event.sequence,
                event.time,
                formatted("{} after {}: {}", verb, counts, reason));
  }
  if (!stopped.finished) {
    return std::nullopt;
  }
  return make(NotificationKind::done,
              event.sequence,
              event.time,
              formatted("is done: {} after {}", best, counts));
}

void NotificationRules::heard(const Event& event) {
  longest_gap_ = std::max(longest_gap_, event.time - heard_at_);
  heard_sequence_ = event.sequence;
  heard_at_ = event.time;
  stall_told_ = false;
}

TimePoint NotificationRules::patience() const {
  if (stalled_ > 0) {
    return stalled_;
  }
  return longest_gap_ > 0 ? std::max(kLeast, kTimesLongest * longest_gap_) : kFirst;
}

std::optional<Notification> NotificationRules::on_time(bool waits, TimePoint now) {
  if (stall_told_ || !waits || state_.stopped() || now - heard_at_ < patience()) {
    return std::nullopt;
  }
  stall_told_ = true;
  return make(NotificationKind::stalled,
              heard_sequence_,
              now,
              formatted("has stalled: no result for {}; {}",
                        duration_text(seconds(now - heard_at_)),
                        counts_text(state_)));
}

Notification NotificationRules::on_error(const std::string& message) const {
  return make(
      NotificationKind::failed, last_, heard_at_, "was interrupted: " + first_line(message));
}

Notification NotificationRules::make(NotificationKind kind,
                                     Sequence sequence,
                                     TimePoint time,
                                     const std::string& message) const {
  const std::string sentence = formatted("{} {}", printable(state_.subject().name), message);
  Notification made{.kind = kind, .sequence = sequence, .message = sentence};
  JsonWriter json(made.json);
  json.object()
      .field("schema", 1)
      .field("event", to_text(kind))
      .field("experiment", state_.subject().name)
      .field("message", sentence)
      .field("sequence", sequence)
      .field("time_s", seconds(time));
  write_counts(json, state_, !state_.stopped());
  write_best(json, state_);
  json.field("directory", directory_.string()).end();
  return made;
}

}  // namespace luthier
