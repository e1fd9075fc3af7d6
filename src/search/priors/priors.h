// What priors mean to a search. The one place that every searcher which knows priors asks: the
// values to try first, draws near them, and a density that counts for less the more trials have
// ended (Hvarfner et al., "piBO: augmenting acquisition functions with user beliefs", 2022) and the
// worse trials near them did (as the random draws of Mallik et al., "PriorBand", 2023, move from
// the prior to the best trial). Departure from piBO: the exponent is 0 once it is small, so that a
// long search ends as if there were no priors.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/plugin.h"
#include "luthier/searcher.h"
#include "search/points/explored.h"
#include "search/priors/axis_prior.h"
#include "search/priors/evidence.h"

namespace luthier {

class Priors {
 public:
  Priors() = default;  // none
  // Those of the experiment that the plugin is made for.
  explicit Priors(const PluginContext& context);

  bool empty() const { return axes_.empty(); }

  // Facts, in log order. Losses: lower is better, several for several objectives.
  void added(const ExperimentView& view, TrialId trial);
  void changed(const ExperimentView& view, TrialId trial);
  void reported(TrialId trial, std::int64_t iteration, std::vector<double> losses);
  void ended(const ExperimentView& view, TrialId trial);

  // The first values of all priors, until a trial has had them; later, once some trials were
  // elsewhere, with a chance that follows the weight, a draw from the priors or around the best
  // trial near them. Nothing: it is for others to propose.
  std::optional<Suggestion> proposal(const ExperimentView& view,
                                     TrialId trial,
                                     const Explored& explored) const;
  // The same for a search that reads no results: half of the later trials are draws from the
  // priors.
  std::optional<Suggestion> blind_proposal(const ExperimentView& view,
                                           TrialId trial,
                                           const Explored& explored) const;

  // The exponent of the density in what a model proposes, 0 to 2.
  double weight() const;
  // Of a settled point of the unit cube, relative to the declared distributions; NaN where
  // inactive.
  double log_density(std::span<const double> point) const;
  void add_slope(std::span<const double> point, double factor, std::span<double> slope) const;
  // How one point is drawn: from the priors, or around the best trial near what they say.
  struct Source {
    bool is_best = false;
    double scale = 1;  // of the spreads
  };
  Source source(Rng& rng) const;
  // The coordinate of the point along an axis; anywhere where nothing is known of it.
  double draw(const CompiledSpace& space, const Source& source, std::size_t axis, Rng& rng) const;
  // "; by the priors, of weight 0.4, 3.1 times as likely as on average"; empty without weight.
  std::string told(std::span<const double> point) const;

 private:
  std::optional<Suggestion> proposal(const ExperimentView& view,
                                     TrialId trial,
                                     const Explored& explored,
                                     double share) const;
  bool is_near(std::span<const double> point) const;
  const AxisPrior* find(std::size_t axis) const;
  void restore_numbers(const CompiledSpace& space, Config& config) const;
  bool has_centre(const CompiledSpace& space, const Config& config) const;
  template <class Coordinate>
  static std::optional<Config> drawn(const CompiledSpace& space,
                                     std::uint64_t cell,
                                     const Explored& explored,
                                     Coordinate coordinate);

  std::vector<AxisPrior> axes_;
  PriorEvidence evidence_;
  bool has_tried_centre_ = false;
};

// What is wrong where no configuration with the first values of all priors meets the constraints;
// empty: one does.
std::string centre_problem(std::span<const Prior> priors, const CompiledSpace& space);

}  // namespace luthier
