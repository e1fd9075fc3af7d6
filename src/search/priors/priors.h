// What beliefs mean to a search: a person's priors, and the best places of related tasks. The one
// place that every searcher which knows priors asks: the values to try first, draws near them, and
// a density that counts for less the more trials have ended (Hvarfner et al., "piBO: augmenting
// acquisition functions with user beliefs", 2022) and the worse trials near them did (as the random
// draws of Mallik et al., "PriorBand", 2023, move from the prior to the best trial). Departure from
// piBO: the exponent is 0 once it is small, so that a long search ends as if there were none.
// Related tasks share their weight by the trust that each has, so that one of them has no less say
// alone than with others, and those that disagree with this one drop out.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/plugin.h"
#include "luthier/searcher.h"
#include "search/points/explored.h"
#include "search/priors/belief.h"

namespace luthier {

class Priors {
 public:
  Priors() = default;  // none
  // Those of the experiment that the plugin is made for.
  explicit Priors(const PluginContext& context);

  bool empty() const { return beliefs_.empty(); }

  // Facts, in log order. Losses: lower is better, several for several objectives.
  void added(const ExperimentView& view, TrialId trial);
  void changed(const ExperimentView& view, TrialId trial);
  void reported(TrialId trial, std::int64_t iteration, const std::vector<double>& losses);
  void ended(const ExperimentView& view, TrialId trial);

  // The first values of each belief, until a trial has had them; later, once some trials were
  // elsewhere, with a chance that follows the weight, a draw from a belief or around the best
  // trial near it. Nothing: it is for others to propose.
  std::optional<Suggestion> proposal(const ExperimentView& view,
                                     TrialId trial,
                                     const Explored& explored) const;
  // The same for a search that reads no results: half of the later trials are such draws.
  std::optional<Suggestion> blind_proposal(const ExperimentView& view,
                                           TrialId trial,
                                           const Explored& explored) const;

  // Of all beliefs together, 0 to 2.
  double weight() const;
  // The logarithm of the densities to the power of their weights, at a settled point of the unit
  // cube; NaN where inactive.
  double log_believed(std::span<const double> point) const;
  void add_slope(std::span<const double> point, std::span<double> slope) const;
  // How one point is drawn: from a belief, or around the best trial near what it says.
  struct Source {
    const Belief* belief = nullptr;
    std::size_t place = 0;
    bool is_best = false;
    double scale = 1;  // of the spreads

    // The coordinate of the point along an axis; anywhere where nothing is known of it.
    double draw(const CompiledSpace& space, std::size_t axis, Rng& rng) const;
  };
  // Precondition: not empty.
  Source source(Rng& rng) const;
  // "; by the priors, of weight 0.4, 3.1 times as likely as on average"; empty without weight.
  std::string told(std::span<const double> point) const;

 private:
  // Their part of the weight: whole for a person's, by trust for related tasks.
  std::vector<double> weights() const;
  const Belief* untried() const;
  std::optional<Suggestion> proposal(const ExperimentView& view,
                                     TrialId trial,
                                     const Explored& explored,
                                     double share) const;
  template <class Coordinate>
  static std::optional<Config> drawn(const CompiledSpace& space,
                                     std::uint64_t cell,
                                     const Explored& explored,
                                     Coordinate coordinate);

  std::vector<Belief> beliefs_;
};

// What is wrong where no configuration with the first values of all priors meets the constraints;
// empty: one does.
std::string centre_problem(std::span<const Prior> priors, const CompiledSpace& space);

}  // namespace luthier
