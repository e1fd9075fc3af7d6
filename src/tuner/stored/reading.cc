// Looking at experiments: works while they run and after they ended, and changes nothing.
#include <algorithm>
#include <limits>
#include <system_error>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "core/log/event_check.h"
#include "store/experiment_lock.h"
#include "store/sqlite/event_reader.h"
#include "store/unborn.h"
#include "tuner/advice.h"
#include "tuner/assembly.h"
#include "tuner/stored/recovery.h"

namespace luthier {

Result<> read_events(const std::filesystem::path& directory,
                     Sequence first,
                     const std::function<bool(const Event&)>& receive) {
  auto reader = open_for_reading(directory);
  if (!reader) {
    return reader.error();
  }
  return (*reader)->read_from(first, receive);
}

Result<std::unique_ptr<ExperimentState>> read_state(const std::filesystem::path& directory,
                                                    const std::function<void(const Event&)>& each) {
  auto state = std::make_unique<ExperimentState>();
  Result<> applied;
  const auto read = read_events(directory, 1, [&](const Event& event) {
    applied = check_event(*state, event);
    if (applied && each) {
      each(event);
    }
    applied = applied ? state->apply(event) : applied;
    return applied.ok();
  });
  if (!read || !applied) {
    return read ? applied.error() : read.error();
  }
  if (!state->created()) {
    return nothing_logged(directory);
  }
  return state;
}

Error nothing_logged(const std::filesystem::path& directory) {
  return {ErrorCode::not_found,
          ExperimentLock::is_held(directory)
              ? directory.string() + " holds no experiment yet; look again in a moment"
              : never_begun_text(directory)};
}

bool is_running(const std::filesystem::path& directory) {
  return ExperimentLock::is_held(directory);
}

Result<ReplayCounts> replay_experiment(const std::filesystem::path& directory,
                                       const PluginRegistry& plugins) {
  auto reader = open_for_reading(directory);
  if (!reader) {
    return reader.error();
  }
  Recovery recovery(plugins, ReplayDepth::everything);
  Result<> fed;
  const auto read = (*reader)->read_from(1, [&](const Event& event) {
    fed = recovery.take(event);
    return fed.ok();
  });
  if (!read || !fed) {
    return read ? fed.error() : read.error();
  }
  return recovery.counts();
}

TrialSummary summarise_trial(const ExperimentState& state, TrialId trial) {
  const TrialRecord& record = state.record(trial);
  return {.id = trial,
          .state = record.state,
          .config = state.config(trial),
          .metrics = state.last_metrics(trial),
          .best = state.best_metrics(trial),
          .best_config = state.best_config(trial),
          .iterations = record.iteration,
          .attempts = record.attempts,
          .proposed_by = state.proposer(trial),
          .reason = record.reason,
          .unmet = record.unmet};
}

ExperimentSummary summarise(const ExperimentState& state, const std::filesystem::path& directory) {
  ExperimentSummary summary{.directory = directory,
                            .finished = state.finished(),
                            .reason = state.end_reason(),
                            .failed_early = !state.finished() && !state.early_failure().empty()};
  summary.trials.reserve(static_cast<std::size_t>(state.trial_count()));
  for (std::int64_t i = 0; i < state.trial_count(); ++i) {
    summary.trials.push_back(summarise_trial(state, {i}));
  }
  if (state.objectives().size() > 1) {
    summary.best = state.pareto_front();
  } else if (const auto best = state.best_trial()) {
    summary.best = {*best};
  }
  summary.nearest = state.nearest_trial();
  return summary;
}

const TrialSummary* ExperimentSummary::best_trial() const {
  return best.empty() ? nullptr : &trials[static_cast<std::size_t>(best.front().value)];
}

std::optional<Holder> holder(const std::filesystem::path& directory) {
  if (!ExperimentLock::is_held(directory)) {
    return std::nullopt;
  }
  std::optional<Holder> found;
  const auto read = read_events(directory, 1, [&](const Event& event) {
    if (const auto* started = std::get_if<ControllerStarted>(&event.body)) {
      found = Holder{started->host, started->pid, event.time};
    }
    return true;
  });
  return read && found ? found : Holder{};
}

std::vector<std::filesystem::path> list_experiments(const std::filesystem::path& results) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(results, error)) {
    const bool there = std::filesystem::exists(entry.path() / "experiment.db", error);
    if (there || error == std::errc::permission_denied) {  // reading it will say so
      found.push_back(entry.path());
    }
  }
  std::ranges::sort(found);
  return found;
}

namespace {

namespace fs = std::filesystem;

// The directory that a path leads to, under its own name: without "." and "..", and without a slash
// at the end. As it is where nothing is.
fs::path settled(const fs::path& path) {
  const fs::path plain = path.has_filename() ? path : path.parent_path();
  std::error_code error;
  const bool named = plain.filename() != "." && plain.filename() != "..";
  if (named && std::ranges::find(plain, fs::path("..")) == plain.end()) {
    return plain.lexically_normal();
  }
  const fs::path way = fs::canonical(named ? plain.parent_path() : plain, error);
  return error ? plain : named ? way / plain.filename() : way;
}

// Where an experiment of this name, or at this path, may be: the likelier place first.
std::vector<fs::path> places_of(const fs::path& results, std::string name) {
  while (name.size() > 1 && name.ends_with('/')) {
    name.pop_back();
  }
  const bool path = name.find('/') != std::string::npos || name == "." || name == "..";
  return path ? std::vector<fs::path>{settled(name), settled(results / name)}
              : std::vector<fs::path>{results / name, name};
}

// Nearly the name, or one with a part that nearly is: crash-segv for 'segv'.
std::optional<std::string> nearest_name(const std::string& name,
                                        const std::vector<std::string>& known) {
  if (const auto close = closest_name(name, known)) {
    return close;
  }
  for (const auto& each : known) {
    std::string parted = each;
    std::ranges::replace_if(parted, [](char c) { return c == '_' || c == '.' || c == '+'; }, '-');
    if (each.find(name) != std::string::npos || closest_name(name, split(parted, '-'))) {
      return each;
    }
  }
  return std::nullopt;
}

std::string no_experiment(const fs::path& results, const std::string& name) {
  constexpr std::size_t kShown = 20;
  std::vector<std::string> known;
  for (const auto& path : list_experiments(results)) {
    known.push_back(path.filename().string());
  }
  const auto meant = name.empty() ? std::nullopt : nearest_name(name, known);
  const std::size_t count = known.size();
  known.resize(std::min(count, kShown));
  return formatted("no experiment in {} called '{}'; {}known: {}{}",
                   results.string(),
                   name,
                   meant ? formatted("did you mean '{}'? ", *meant) : "",
                   known.empty() ? "none" : join(known, ", "),
                   count > kShown ? formatted(" and {} more", count - kShown) : "");
}

}  // namespace

Result<std::filesystem::path> find_experiment(const std::filesystem::path& results,
                                              const std::string& name) {
  std::error_code error;
  for (const fs::path& candidate : places_of(results, name)) {
    if (!name.empty() && std::filesystem::exists(candidate / "experiment.db", error)) {
      return candidate;
    }
    if (!name.empty() && !error && std::filesystem::exists(candidate / "experiment.lock", error) &&
        !ExperimentLock::is_held(candidate) && is_unborn(candidate)) {
      return Error{ErrorCode::not_found, never_begun_text(candidate)};
    }
    if (!name.empty() && error == std::errc::permission_denied) {
      return failure(
          ErrorCode::io,
          "can't look into {}: Permission denied; run this as its owner, or name another --results",
          candidate.parent_path().string());
    }
  }
  return Error{ErrorCode::not_found, no_experiment(results, name)};
}

}  // namespace luthier
