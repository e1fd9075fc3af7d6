// CMA-ES over the numeric axes of a search space's unit cube: an evolution strategy, the trials it
// is to learn from, its margin on discrete axes and its restarts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "luthier/compiled_space.h"
#include "search/cmaes/categories.h"
#include "search/cmaes/evolution.h"
#include "search/cmaes/members.h"
#include "search/cmaes/restarts.h"
#include "search/cmaes/stagnation.h"

namespace luthier::cmaes {

struct ModelOptions {
  std::size_t startup_trials = 0;
  double sigma = 0.2;                          // of the cube's edge
  std::optional<std::size_t> population = {};  // none: the default for the number of axes
  bool separable = false;
  bool adapt_learning_rate = false;
  RestartKind restarts = RestartKind::ipop;
};

class Model {
 public:
  Model(const CompiledSpace& space, const ModelOptions& options, std::uint64_t seed);

  // False in spaces without numeric axes.
  bool has_axes() const { return !axes_.empty(); }
  // False while it waits for start-up trials.
  bool is_started() const { return evolution_.has_value(); }

  struct Draw {
    std::vector<double> coordinates;  // of all axes
    std::vector<double> point;        // of the numeric axes, before it was brought into the cube
  };
  // Precondition: is_started(). Grid axes take the values of `grid`.
  Draw draw(std::span<const double> grid, Rng& rng) const;
  std::string description() const;  // of the distribution, in a few words

  // A trial is live with this configuration; `draw`: what gave it, null when nothing here did.
  void added(const CompiledSpace& space, TrialId trial, const Config& config, const Draw* draw);
  Members& members() { return members_; }
  // Learns from every whole generation of members that are ready.
  void learn(const CompiledSpace& space);

 private:
  struct NumericAxis {
    std::size_t axis = 0;
    bool discrete = false;
  };
  std::vector<double> foreign_point(std::span<const double> coordinates) const;
  bool is_inside(std::span<const double> point) const;
  Origin here() const;
  double margin() const;
  void start();
  void begin(const Run& run, std::span<const double> mean);
  void learn_from(const std::vector<Member>& ranked, const CompiledSpace& space);
  void keep_margins(const CompiledSpace& space);
  void restart_if_over();

  ModelOptions options_;
  std::uint64_t seed_;
  std::vector<NumericAxis> axes_;
  Categories categories_;
  Members members_;
  std::optional<Restarts> restarts_;
  // Of the current run.
  Run run_;
  std::int64_t runs_ = 0;  // before this one
  std::int64_t run_trials_ = 0;
  std::optional<Evolution> evolution_;
  std::optional<Stagnation> stagnation_;
  std::vector<double> stretch_;  // by numeric axis: what the margin multiplies deviations with
};

}  // namespace luthier::cmaes
