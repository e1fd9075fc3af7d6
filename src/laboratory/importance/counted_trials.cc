#include "laboratory/importance/counted_trials.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "core/state/trial_score.h"
#include "tuner/assembly.h"
#include "tuner/stored/trial_query.h"

namespace luthier {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();
constexpr std::int64_t kFewStopped = 10;  // fewer than one in so many: they are left out

struct Candidate {
  TrialId trial;
  TrialState state = TrialState::pending;
  std::int64_t iteration = 0;
  double loss = kNone;
  Config config = {};         // that the loss was reported under
  Config latest_config = {};  // another one where a scheduler changed it
};

bool was_stopped(const Candidate& each) {
  return each.state == TrialState::stopped || each.state == TrialState::paused;
}

// The experiment's candidates: everything but failed trials.
class Reader {
 public:
  Reader(TrialTable& table, const TrialChoice& choice, CountedTrials& counted)
      : table_(table), choice_(choice), counted_(counted) {}

  Result<std::vector<Candidate>> read(const std::filesystem::path& directory) {
    counted_.spec = table_.spec();
    LUTHIER_TRY(choose_metric());
    TrialColumns columns(table_.spec(), is_running(directory), read_remarks(directory));
    const TrialQuery query{.where = choice_.where};
    LUTHIER_TRY(check_query(table_, columns, query));
    LUTHIER_TRY(for_each_wanted(table_, columns, query, [&](const TrialRow& row) {
      take(row);
      return true;
    }));
    return std::move(candidates_);
  }

 private:
  Result<> choose_metric() {
    const auto& objectives = counted_.spec.objectives;
    counted_.metric = objectives.front();
    counted_.objective = true;
    if (choice_.metric.empty()) {
      return {};
    }
    const auto found = std::ranges::find(objectives, choice_.metric, &Objective::metric);
    if (found != objectives.end()) {
      counted_.metric = *found;
      return {};
    }
    counted_.metric = {.metric = choice_.metric, .mode = Mode::min};
    counted_.objective = false;
    return check_reported();
  }

  Result<> check_reported() {
    std::vector<std::string> names = metrics_of(counted_.spec);
    std::set<std::string> known(names.begin(), names.end());
    LUTHIER_TRY(table_.each([&](const TrialRow& row) {
      for (const auto& [name, value] : row.last) {
        if (known.insert(name).second) {
          names.push_back(name);
        }
      }
      return !known.contains(choice_.metric);
    }));
    return known.contains(choice_.metric)
               ? Result<>()
               : Error{ErrorCode::invalid_argument, unknown_name("metric", choice_.metric, names)};
  }

  void take(const TrialRow& row) {
    ++counted_.selected;
    if (row.state == TrialState::failed) {
      ++counted_.left_out.failed;
      return;
    }
    const bool ranked = counted_.objective && !row.best.empty();
    candidates_.push_back({.trial = row.trial,
                           .state = row.state,
                           .iteration = row.iteration,
                           .loss = loss_of(counted_.metric, ranked ? row.best : row.last),
                           .config = ranked ? row.best_config : row.config,
                           .latest_config = row.config});
  }

  TrialTable& table_;
  const TrialChoice& choice_;
  CountedTrials& counted_;
  std::vector<Candidate> candidates_;
};

// The highest iteration that at least half of the trials with a result reached.
std::int64_t reached_by_half(const std::vector<Candidate>& candidates) {
  std::vector<std::int64_t> reached;
  for (const Candidate& each : candidates) {
    if (each.iteration > 0) {
      reached.push_back(each.iteration);
    }
  }
  std::ranges::sort(reached, std::greater());
  return reached.empty() ? 1 : reached[(reached.size() - 1) / 2];
}

std::optional<std::int64_t> iteration_to_compare(const std::vector<Candidate>& candidates,
                                                 const TrialChoice& choice) {
  if (choice.iteration) {
    return choice.iteration;
  }
  const auto stopped = std::ranges::count_if(
      candidates, [](const Candidate& each) { return was_stopped(each) && each.iteration > 0; });
  const auto completed = std::ranges::count(candidates, TrialState::completed, &Candidate::state);
  const bool few = stopped * kFewStopped < stopped + completed;
  return stopped == 0 || few ? std::nullopt : std::optional(reached_by_half(candidates));
}

// What trials were ranked by at an iteration.
class Readings {
 public:
  explicit Readings(const CountedTrials& counted) : counted_(counted) {
    const auto& objectives = counted.spec.objectives;
    index_ = static_cast<std::size_t>(std::ranges::find(objectives, counted.metric) -
                                      objectives.begin());
  }

  void expect(TrialId trial) { readings_.try_emplace(trial); }

  Result<> read(const std::filesystem::path& directory) {
    return read_events(directory, 1, [&](const Event& event) {
      if (const auto* started = std::get_if<AttemptStarted>(&event.body)) {
        take(*started);
      } else if (const auto* reported = std::get_if<ResultReported>(&event.body)) {
        take(*reported);
      }
      return true;
    });
  }

  double loss(TrialId trial) const { return readings_.at(trial).loss; }

 private:
  struct Reading {
    std::int64_t segment = 0;
    TrialScore score;
    double loss = kNone;
  };

  void take(const AttemptStarted& started) {
    const auto found = readings_.find(started.trial);
    if (found != readings_.end() && found->second.segment != started.segment) {
      found->second.segment = started.segment;
      found->second.score.start_over();
    }
  }

  void take(const ResultReported& reported) {
    const auto found = readings_.find(reported.trial);
    if (found == readings_.end() || reported.training_iteration > *counted_.iteration) {
      return;
    }
    const ExperimentSpec& spec = counted_.spec;
    found->second.loss =
        counted_.objective
            ? found->second.score.take(spec.score, spec.objectives, reported.metrics)[index_]
            : loss_of(counted_.metric, reported.metrics);
  }

  const CountedTrials& counted_;
  std::size_t index_ = 0;  // of the objective
  std::map<TrialId, Reading> readings_;
};

void count(CountedTrials& counted, double loss, Config config) {
  if (!std::isfinite(loss)) {
    ++counted.left_out.without_value;
    return;
  }
  counted.losses.push_back(loss);
  counted.configs.push_back(std::move(config));
}

void count_completed(CountedTrials& counted, std::vector<Candidate> candidates) {
  for (Candidate& each : candidates) {
    if (each.state == TrialState::completed) {
      count(counted, each.loss, std::move(each.config));
    } else {
      ++(was_stopped(each) ? counted.left_out.stopped_early : counted.left_out.unfinished);
    }
  }
}

Result<> count_at_iteration(CountedTrials& counted,
                            std::vector<Candidate> candidates,
                            const std::filesystem::path& directory) {
  Readings readings(counted);
  const auto reached = [&](const Candidate& each) { return each.iteration >= *counted.iteration; };
  for (const Candidate& each : candidates) {
    if (reached(each)) {
      readings.expect(each.trial);
    }
  }
  LUTHIER_TRY(readings.read(directory));
  for (Candidate& each : candidates) {
    if (reached(each)) {
      count(counted, readings.loss(each.trial), std::move(each.latest_config));
    } else {
      const bool ended = is_ended(each.state) || each.state == TrialState::paused;
      ++(ended ? counted.left_out.too_short : counted.left_out.unfinished);
    }
  }
  return {};
}

}  // namespace

Result<CountedTrials> count_trials(const std::filesystem::path& directory,
                                   const TrialChoice& choice) {
  return count_trials(directory, choice, [&](const auto& look) -> Result<> {
    LUTHIER_TAKE(const auto table, open_trial_table(directory));
    return look(*table);
  });
}

Result<CountedTrials> count_trials(const std::filesystem::path& directory,
                                   const TrialChoice& choice,
                                   const LookAtTrials& look_at_trials) {
  CountedTrials counted;
  std::vector<Candidate> candidates;
  LUTHIER_TRY(look_at_trials([&](TrialTable& table) -> Result<> {
    LUTHIER_TAKE(candidates, Reader(table, choice, counted).read(directory));
    return {};
  }));
  counted.iteration = iteration_to_compare(candidates, choice);
  if (counted.iteration) {
    LUTHIER_TRY(count_at_iteration(counted, std::move(candidates), directory));
  } else {
    count_completed(counted, std::move(candidates));
  }
  return counted;
}

}  // namespace luthier
