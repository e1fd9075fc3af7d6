// Why a trial did what it did: every decision, choice, attempt and retry, from the log.
#include <array>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "tuner/stored/stored_words.h"
#include "tuner/stored/trial_story.h"
#include "tuner/stored/trial_table.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier explain digits 42"),
                                  std::string_view("luthier explain digits 42 --json")};
constexpr std::array kOperands = {kExperiment, kTrial};
constexpr std::array kOptions = {kResults, kJson};

std::string with_numbers(const std::string& reason, const Numbers& numbers) {
  const std::string text = numbers_text(numbers);
  return reason + (text.empty() ? "" : formatted(" ({})", text));
}

std::string because(const std::string& reason) {
  return reason.empty() ? "" : ": " + reason;
}

// What an attempt took; empty where nothing was measured.
std::string took(const Measured& measured) {
  if (measured == Measured{}) {
    return {};
  }
  constexpr std::int64_t kMegabyte = 1'000'000;
  return formatted(" after {} ({} of CPU, peak memory {} MB)",
                   duration_text(measured.wall_s),
                   duration_text(measured.cpu_s),
                   (measured.max_rss_bytes + kMegabyte - 1) / kMegabyte);
}

// The story of one trial, a line an event. A result and the decision on it are one line.
class Timeline {
 public:
  explicit Timeline(TrialId trial) : trial_(trial) {}

  void take(const Event& event) {
    if (event.sequence == 1) {
      start_ = event.time;
    }
    if (const auto* committed = std::get_if<CheckpointCommitted>(&event.body)) {
      checkpoints_[committed->checkpoint] = {committed->trial, committed->training_iteration};
    }
    if (trial_of(event.body) == trial_) {
      time_ = event.time;
      std::visit([this](const auto& body) { on(body); }, event.body);
    }
  }
  const std::string& text() const { return text_; }

  // Of a trial that the experiment began with; it has no events.
  void tell_known(const KnownResult& known) {
    say("known when the experiment began (--known); it did not run here");
    for (const auto& [name, value] : known.config) {
      text_ += formatted(
          "{}{}\n", pad_left("", 13), printable(formatted("{} = {}", name, to_text(value))));
    }
    say(formatted("iteration {}  {}", known.training_iteration, metrics_text(known.metrics)));
  }

  void tell_unmet(const std::string& unmet) {
    if (!unmet.empty()) {
      say(formatted("infeasible: {}; it ranks after all trials that meet every requirement",
                    unmet));
    }
  }

 private:
  void say(const std::string& what) {
    const double seconds = static_cast<double>(time_ - start_) * 1e-6;
    std::string margin = pad_left(duration_text(seconds), 9) + "  ";
    for (const auto& line : split(what, '\n')) {
      text_ += formatted("{}{}\n", margin, printable(line));
      margin = pad_left("", 13);
    }
  }

  void on(const TrialAdded& added) {
    say(formatted("proposed by {}{}", added.proposed_by, because(added.reason)));
    for (const auto& [name, value] : added.config) {
      text_ += formatted(
          "{}{}\n", pad_left("", 13), printable(formatted("{} = {}", name, to_text(value))));
    }
  }
  void on(const TrialChosen& chosen) {
    const Choice& choice = chosen.choice;
    std::string what = choice.kind == ChoiceKind::run ? "chosen to run" : "chosen to end";
    what += from(choice.checkpoint.value_or(CheckpointId{}));
    what += formatted(
        " by {}{}", chosen.chosen_by, because(with_numbers(choice.reason, choice.numbers)));
    say(what);
    if (choice.config) {
      for (const auto& [name, value] : *choice.config) {
        text_ += formatted(
            "{}{}\n", pad_left("", 13), printable(formatted("{} = {}", name, to_text(value))));
      }
    }
  }
  void on(const AttemptStarted& started) {
    say(formatted("attempt {} starts{}{}",
                  started.attempt,
                  from(started.checkpoint),
                  started.devices.empty() ? "" : " on devices " + started.devices));
  }
  void on(const ResultReported& reported) { metrics_ = metrics_text(reported.metrics); }
  void on(const ResultRepeated& repeated) {
    say(formatted("iteration {} reported again after a restart; the first result stands",
                  repeated.training_iteration));
  }
  void on(const DecisionMade& made) {
    say(formatted("iteration {}  {}  -> {} by {}{}",
                  made.training_iteration,
                  metrics_,
                  to_text(made.decision.kind),
                  made.decided_by,
                  because(with_numbers(made.decision.reason, made.decision.numbers))));
  }
  void on(const CheckpointCommitted& committed) {
    say(formatted(
        "checkpoint {} of iteration {}", committed.checkpoint.value, committed.training_iteration));
  }
  void on(const AttemptEnded& ended) {
    const std::string status =
        ended.exit_status == 0 ? "" : ", exit status " + std::to_string(ended.exit_status);
    say(formatted("attempt {} {}{}{}{}",
                  ended.attempt,
                  to_text(ended.outcome),
                  status,
                  took(ended.measured),
                  because(ended.message)));
  }
  void on(const TrialPaused& paused) {
    say(std::string(paused.held ? "paused by a person" : "paused") + because(paused.reason));
  }
  void on(const TrialRequeued& requeued) { say("waits to run again" + because(requeued.reason)); }
  void on(const TrialEnded& ended) {
    say(std::string(to_text(ended.state)) + because(ended.reason));
  }
  void on(const ControlRequested& asked) {
    say(formatted("{} asked: {}", asked.who, asked.request));
  }
  void on(const LimitReached& reached) { say(reached.limit + because(reached.reason)); }
  template <class Other>
  void on(const Other& /*not about a trial*/) {}

  std::string from(CheckpointId checkpoint) const {
    const auto found = checkpoints_.find(checkpoint);
    if (found == checkpoints_.end()) {
      return {};
    }
    const auto& [donor, iteration] = found->second;
    const std::string whose = donor == trial_ ? "its own" : formatted("trial {}'s", to_text(donor));
    return formatted(" from {} checkpoint of iteration {}", whose, iteration);
  }

  const TrialId trial_;
  std::map<CheckpointId, std::pair<TrialId, std::int64_t>> checkpoints_;
  TimePoint start_ = 0;
  TimePoint time_ = 0;
  std::string metrics_;
  std::string text_;
};

int run(const Arguments& arguments) {
  const auto directory = find_experiment(arguments);
  if (!directory) {
    return fail(directory.error());
  }
  const auto wanted = parse_trial(arguments.operands()[1]);
  if (!wanted) {
    return fail(wanted.error());
  }
  Timeline timeline(*wanted);
  std::string decisions;
  const auto story = read_trial_story(*directory, *wanted, [&](const Event& event) {
    const auto* made = std::get_if<DecisionMade>(&event.body);
    if (made && made->trial == *wanted) {
      decisions += decision_json(*made) + "\n";
    }
    timeline.take(event);
  });
  if (!story) {
    return fail(story.error());
  }
  if (const auto there = check_trial(story->spec.name, story->trial_count, *wanted); !there) {
    return fail(there.error());
  }
  const auto& known = story->spec.known;
  if (static_cast<std::size_t>(wanted->value) < known.size()) {
    timeline.tell_known(known[static_cast<std::size_t>(wanted->value)]);
  }
  if (!story->spec.require.empty()) {
    const auto table = open_trial_table(*directory);
    const auto row = table ? (*table)->row(*wanted) : table.error();
    if (!row) {
      return fail(row.error());
    }
    timeline.tell_unmet(row->unmet);
  }
  return finish(arguments.has("json")
                    ? decisions
                    : formatted("trial {}\n{}", to_text(*wanted), timeline.text()));
}

}  // namespace

extern const Command kExplain;
const Command kExplain = {
    .name = "explain",
    .summary = "show the history of a trial: each decision, its reason and its numbers",
    .examples = kExamples,
    .operands = kOperands,
    .options = kOptions,
    .run = run};

}  // namespace luthier::cli
