// PopulationTraining: the schedule of population based training (Jaderberg et al. 2017), shared by
// `pbt` and `pb2`, which differ in how a copy's configuration is explored (exploration.h).
#pragma once

#include <memory>
#include <optional>
#include <set>

#include "base/ranked_set.h"
#include "luthier/scheduler.h"
#include "schedulers/population/exploration.h"
#include "schedulers/rungs/per_trial.h"
#include "schedulers/rungs/reading.h"
#include "schedulers/rungs/standing.h"

namespace luthier {

struct PopulationOptions {
  double interval = 5;
  double burn_in = 0;
  double quantile_fraction = 0.25;
  bool synch = false;
};
// The options above as a person gives them, and back.
std::vector<OptionSpec> population_option_specs();
PopulationOptions population_options(const NamedValues& options);
// Checks option `parameters` of scheduler `name`; the names in it, empty when absent.
Result<std::vector<std::string>> explored_parameters(std::string_view name,
                                                     const PluginContext& context);

class PopulationTraining : public TrialScheduler {
 public:
  PopulationTraining(const PluginContext& context, std::unique_ptr<Exploration> exploration);

  Decision on_result(const ExperimentView& view, TrialId trial, const TrialResult& result) override;
  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override;
  void on_choice(const ExperimentView& view, const Choice& choice) override;
  void on_trial_ended(const ExperimentView& view, TrialId trial) override;

 private:
  struct Exploit {
    TrialId donor;
    std::uint64_t draw = 0;  // names the random stream of this step
  };
  struct Member {
    std::optional<double> loss;      // at its last step
    double last_step = 0;            // time of it, or of its donor's
    double last_time = 0;            // how far it has trained: the least trained goes on first
    bool saved = false;              // was told to save at its last step
    std::uint64_t steps = 0;         // steps it was in the lower quantile
    std::optional<double> ready_at;  // its key in ready_
    std::optional<Exploit> exploit;  // what to do when it gets a slot
  };

  void score(TrialId trial, double loss);
  std::size_t quantile_size() const;
  std::size_t rank(TrialId trial) const;
  bool is_lower(TrialId trial) const;
  std::optional<Exploit> draw_donor(const ExperimentView& view, TrialId trial) const;

  Decision step(const ExperimentView& view, TrialId trial, double time);
  Decision wait_for_all(TrialId trial, double time);
  std::optional<Choice> choose_at_barrier(const ExperimentView& view) const;
  void synchronise(const ExperimentView& view);
  void ready(TrialId trial);
  void unready(TrialId trial);

  Choice resume(const ExperimentView& view,
                TrialId trial,
                const std::optional<Exploit>& exploit) const;
  Choice exploit_choice(const ExperimentView& view, TrialId trial, const Exploit& exploit) const;
  std::string place_of(TrialId trial, double time) const;
  Numbers numbers_of(TrialId trial) const;

  Reading reading_;
  std::uint64_t seed_;
  PopulationOptions options_;
  double next_sync_;
  std::unique_ptr<Exploration> exploration_;
  PerTrial<Member> members_;
  RankedSet<Standing> population_;              // unfinished trials with a score
  std::set<std::pair<double, TrialId>> ready_;  // paused by us, least trained first
  std::set<TrialId> barrier_;                   // synch: paused until all are
};

}  // namespace luthier
