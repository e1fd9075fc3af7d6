#include "tuner/stored/status.h"

#include <optional>
#include <utility>

#include "store/sqlite/event_reader.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

// The Pareto front takes time in proportion to the square of the trials, at worst.
constexpr std::int64_t kFewTrials = 1000;

struct Kept {
  std::optional<ExperimentStatus> status;
  std::optional<Event> first;
};

Result<Kept> read_kept(const std::filesystem::path& directory) {
  auto ends = reader_of(directory)->ends();
  if (!ends) {
    return ends.error();
  }
  Kept kept{.first = std::move(ends->first)};
  kept.status = ends->status ? decode_status(*ends->status) : std::nullopt;
  if (kept.status && kept.status->sequence != ends->last) {
    kept.status.reset();
  }
  return kept;
}

}  // namespace

Result<ExperimentSpec> first_spec(const Event& first) {
  ExperimentState state;
  if (auto applied = state.apply(first); !applied) {
    return applied.error();
  }
  return state.spec();
}

TrialRows trial_rows(const ExperimentState& state) {
  return {.count = state.trial_count(),
          .row = [&state](TrialId trial) { return row_of(state, trial); }};
}

std::string status_bytes(const ExperimentState& state, bool closing) {
  if (state.has_changed_space()) {
    return {};  // the log tells which space there is now
  }
  const bool slow = state.objectives().size() > 1 && state.trial_count() > kFewTrials;
  return slow && !closing ? std::string() : encode(status_of(state));
}

Result<std::optional<ExperimentStatus>> read_kept_status(const std::filesystem::path& directory) {
  auto kept = read_kept(directory);
  return kept ? Result<std::optional<ExperimentStatus>>(std::move(kept->status)) : kept.error();
}

Result<ExperimentStatus> read_status(const std::filesystem::path& directory) {
  auto kept = read_kept(directory);
  if (kept && kept->status) {
    return *std::move(kept->status);
  }
  const auto state = kept ? read_state(directory) : kept.error();
  return state ? Result<ExperimentStatus>(status_of(**state)) : state.error();
}

Result<StoredExperiment> read_stored_experiment(const std::filesystem::path& directory) {
  auto kept = read_kept(directory);
  if (!kept) {
    return kept.error();
  }
  if (kept->status && kept->first) {
    auto spec = first_spec(*kept->first);
    if (!spec) {
      return spec.error();
    }
    spec->samples = kept->status->samples;
    spec->time_budget_s = kept->status->time_budget_s;
    return StoredExperiment{*std::move(spec), *std::move(kept->status)};
  }
  const auto state = read_state(directory);
  return state ? Result<StoredExperiment>(StoredExperiment{(*state)->spec(), status_of(**state)})
               : state.error();
}

Result<ExperimentSpec> read_spec(const std::filesystem::path& directory) {
  auto stored = read_stored_experiment(directory);
  return stored ? Result<ExperimentSpec>(std::move(stored->spec)) : stored.error();
}

}  // namespace luthier
