// One belief about where good values are: a density over the unit cube, relative to the declared
// distributions, and the evidence for or against it. A person's priors are one belief about one
// place; each related task is one about the places where its best results are.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "luthier/experiment_view.h"
#include "search/priors/axis_prior.h"
#include "search/priors/evidence.h"
#include "search/priors/related_order.h"

namespace luthier {

class Belief {
 public:
  // Around one place; axes that it says nothing of are left out.
  using Place = std::vector<AxisPrior>;
  // Precondition: at least one place, none of them empty. The first is tried first. `task`: the
  // related task that it is from; empty: a person's priors. `order`: of a related task.
  Belief(std::vector<Place> places, std::string task, std::optional<RelatedOrder> order = {})
      : places_(std::move(places)), task_(std::move(task)), order_(std::move(order)) {}

  const std::string& task() const { return task_; }
  std::span<const Place> places() const { return places_; }
  const PriorEvidence& evidence() const { return evidence_; }
  bool has_tried_centre() const { return has_tried_centre_; }

  // Facts, in log order.
  void placed(const CompiledSpace& space,
              TrialId trial,
              const Config& config,
              std::vector<double> point);
  void reported(TrialId trial, std::int64_t iteration, const std::vector<double>& losses) {
    evidence_.reported(trial, iteration, losses);
  }
  void note_paused(const ExperimentView& view);
  void ended(TrialId trial, TrialState state) { evidence_.ended(trial, state); }

  // How much of the search it may decide, 0 to 2: the less, the more trials have ended and the
  // worse those near it did.
  double weight() const;
  double log_density(std::span<const double> point) const;
  void add_slope(std::span<const double> point, double factor, std::span<double> slope) const;
  const AxisPrior* find(std::size_t place, std::size_t axis) const;
  // Numbers of the first place as they were written, where coordinates give a neighbour.
  void restore_numbers(const CompiledSpace& space, Config& config) const;

 private:
  bool is_near(std::span<const double> point) const;
  bool has_centre(const CompiledSpace& space, const Config& config) const;

  std::vector<Place> places_;
  std::string task_;
  std::optional<RelatedOrder> order_;
  PriorEvidence evidence_;
  bool has_tried_centre_ = false;
};

}  // namespace luthier
