// An experiment without an engine: what a searcher sees, and a driver that asks it, adds what it
// proposes and reports results, in the order a test chooses.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "luthier/searcher.h"

namespace luthier::testing {

// Aborts when there is no such searcher or the options are wrong.
std::unique_ptr<Searcher> make_searcher(std::string_view name,
                                        const NamedValues& options = {},
                                        std::uint64_t seed = 1,
                                        Mode mode = Mode::min);

// For several objectives.
std::unique_ptr<Searcher> make_searcher(std::string_view name,
                                        const NamedValues& options,
                                        std::uint64_t seed,
                                        const std::vector<Objective>& objectives);

class FakeView;
// With priors such as "x ~ 3", which have to suit the view's space.
std::unique_ptr<Searcher> make_searcher(std::string_view name,
                                        const FakeView& view,
                                        const std::vector<std::string>& priors,
                                        const NamedValues& options = {});

// With related tasks.
std::unique_ptr<Searcher> make_searcher(std::string_view name,
                                        const FakeView& view,
                                        std::span<const RelatedTask> related,
                                        const NamedValues& options = {});

class FakeView : public ExperimentView {
 public:
  explicit FakeView(const Space& space, std::uint64_t seed = 1, Mode mode = Mode::min);
  FakeView(const Space& space, std::uint64_t seed, std::vector<Objective> objectives);

  const CompiledSpace& space() const override { return space_; }
  std::span<const Objective> objectives() const override { return objectives_; }
  std::uint64_t seed() const override { return seed_; }
  std::int64_t trial_count() const override { return static_cast<std::int64_t>(trials_.size()); }
  TrialState state(TrialId trial) const override { return at(trial).state; }
  Config config(TrialId trial) const override { return at(trial).config; }
  std::int64_t iteration(TrialId trial) const override { return at(trial).iteration; }
  std::optional<CheckpointId> checkpoint(TrialId) const override { return std::nullopt; }
  std::int64_t checkpoint_iteration(CheckpointId) const override { return 0; }
  bool can_run(TrialId trial) const override { return state(trial) == TrialState::pending; }
  std::optional<TrialId> first_pending() const override { return std::nullopt; }
  std::optional<TrialId> first_paused() const override { return std::nullopt; }
  std::int64_t running_count() const override { return 0; }
  bool more_trials() const override { return true; }

  // By how much each result that is reported from now on misses the requirements.
  void judge_by(std::function<std::vector<double>(const Metrics&)> judge) {
    judge_ = std::move(judge);
  }
  // Facts, told to the searcher.
  TrialId add(Searcher& searcher, Config config);
  void report(Searcher& searcher, TrialId trial, double loss);
  void report(Searcher& searcher, TrialId trial, const Metrics& metrics);
  void set_state(TrialId trial, TrialState state) { at(trial).state = state; }
  void end(Searcher& searcher, TrialId trial, TrialState state = TrialState::completed);
  void change(Searcher& searcher, TrialId trial, Config config);

  Suggestion ask(const Searcher& searcher) const;
  // Asks, adds, reports the objective's value and ends the trial as completed; nothing when the
  // searcher had no proposal.
  using Function = std::function<double(const Config&)>;
  std::optional<TrialId> step(Searcher& searcher, const Function& function);
  using Program = std::function<Metrics(const Config&)>;  // reports every objective
  std::optional<TrialId> run(Searcher& searcher, const Program& program);

 private:
  struct Trial {
    Config config;
    TrialState state = TrialState::running;
    std::int64_t iteration = 0;
  };
  Trial& at(TrialId trial) { return trials_.at(static_cast<std::size_t>(trial.value)); }
  const Trial& at(TrialId trial) const { return trials_.at(static_cast<std::size_t>(trial.value)); }

  CompiledSpace space_;
  std::vector<Objective> objectives_;
  std::uint64_t seed_;
  std::vector<Trial> trials_;
  std::function<std::vector<double>(const Metrics&)> judge_;
};

}  // namespace luthier::testing
