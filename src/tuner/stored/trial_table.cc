#include "tuner/stored/trial_table.h"

#include <utility>

#include "store/sqlite/event_reader.h"
#include "store/sqlite/trial_index.h"
#include "tuner/assembly.h"
#include "tuner/stored/status.h"

namespace luthier {
namespace {

// Of the whole log.
class FoldedTable final : public TrialTable {
 public:
  explicit FoldedTable(const ExperimentState& state) : state_(&state) {}
  explicit FoldedTable(std::unique_ptr<ExperimentState> state)
      : owned_(std::move(state)), state_(owned_.get()) {}

  const ExperimentSpec& spec() const override { return state_->spec(); }
  std::int64_t count() const override { return state_->trial_count(); }
  Result<> each(const std::function<bool(const TrialRow&)>& take) override {
    for (std::int64_t i = 0; i < state_->trial_count() && take(row_of(*state_, {i})); ++i) {
    }
    return {};
  }
  Result<TrialRow> row(TrialId trial) override {
    return state_->has_trial(trial)
               ? Result<TrialRow>(row_of(*state_, trial))
               : Error{ErrorCode::not_found, "there is no trial " + to_text(trial)};
  }

 private:
  std::unique_ptr<ExperimentState> owned_;
  const ExperimentState* state_;
};

// Of the trial index. From a row on that is damaged, of the whole log.
class IndexedTable final : public TrialTable {
 public:
  IndexedTable(std::filesystem::path directory, ExperimentSpec spec, TrialIndex index)
      : directory_(std::move(directory)), spec_(std::move(spec)), index_(std::move(index)) {}

  const ExperimentSpec& spec() const override { return spec_; }
  std::int64_t count() const override { return index_.trial_count(); }
  Result<> each(const std::function<bool(const TrialRow&)>& take) override {
    TrialId next;
    const auto read = index_.each(next, [&](const TrialRow& row) {
      next = {row.trial.value + 1};
      return take(row);
    });
    if (read) {
      return read;
    }
    auto folded = fold();
    return !folded ? folded.error() : (*folded)->each([&](const TrialRow& row) {
      return row.trial < next || take(row);
    });
  }
  Result<TrialRow> row(TrialId trial) override {
    auto row = index_.row(trial);
    if (row) {
      return row;
    }
    auto folded = fold();
    return folded ? (*folded)->row(trial) : folded.error();
  }

 private:
  Result<TrialTable*> fold() {
    if (!folded_) {
      auto state = read_state(directory_);
      if (!state) {
        return state.error();
      }
      folded_ = std::make_unique<FoldedTable>(std::move(*state));
    }
    return static_cast<TrialTable*>(folded_.get());
  }

  std::filesystem::path directory_;
  ExperimentSpec spec_;
  TrialIndex index_;
  std::unique_ptr<FoldedTable> folded_;
};

}  // namespace

std::unique_ptr<TrialTable> table_of(const ExperimentState& state) {
  return std::make_unique<FoldedTable>(state);
}

Result<std::unique_ptr<TrialTable>> open_indexed_table(const std::filesystem::path& directory) {
  const auto ends = reader_of(directory)->ends();
  if (!ends) {
    return ends.error();
  }
  auto index = TrialIndex::open(directory, {ends->last, ends->chain});
  if (!index || !ends->first) {
    return std::unique_ptr<TrialTable>();
  }
  auto spec = first_spec(*ends->first);
  if (!spec) {
    return spec.error();
  }
  return std::unique_ptr<TrialTable>(
      std::make_unique<IndexedTable>(directory, *std::move(spec), *std::move(index)));
}

Result<std::unique_ptr<TrialTable>> open_trial_table(const std::filesystem::path& directory) {
  auto indexed = open_indexed_table(directory);
  if (!indexed || *indexed != nullptr) {
    return indexed;
  }
  auto state = read_state(directory);
  if (!state) {
    return state.error();
  }
  return std::unique_ptr<TrialTable>(std::make_unique<FoldedTable>(std::move(*state)));
}

}  // namespace luthier
