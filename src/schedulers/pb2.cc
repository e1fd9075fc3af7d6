// Population based bandits. Parker-Holder, Nguyen and Roberts, "Provably efficient online
// hyperparameter optimization with population-based bandits" (NeurIPS 2020).
//
// The population is that of pbt; a copy's numbers come from a model instead of a random factor.
// What a trial gains over an interval is observed as a function of the time, of its score before
// and of its configuration; a Gaussian process that forgets (population/time_varying_gp.h) predicts
// it, and the copy takes the point with the highest upper confidence bound. Copies that are
// training count as if their gain were what the model expects, so that several at once keep apart.
// Departures from the paper. Parameters are modelled in the space's own unit cube, so log scales
// count. Integers and steps are modelled as numbers; a choice keeps the donor's value or, with
// probability 0.25, is drawn anew. The newest 128 observations are used, the kernel is
// fitted again when their number has grown by a half (later, every 64), and the bound is maximised
// over 256 random points, then around the best of them.
#include <algorithm>
#include <cmath>
#include <deque>
#include <map>

#include "base/try.h"
#include "luthier/rng.h"
#include "luthier/scheduler.h"
#include "schedulers/population/population_training.h"
#include "schedulers/population/time_varying_gp.h"
#include "schedulers/population/variation.h"

namespace luthier {
namespace {

constexpr std::size_t kMostObservations = 128;
constexpr std::size_t kFewestObservations = 4;
constexpr std::size_t kMostImagined = 32;
constexpr int kRandomPoints = 256;
constexpr int kRefinements = 64;
constexpr double kRedrawChoice = 0.25;
// The paper's confidence bound: beta = c1 + log(c2 * observations).
constexpr double kC1 = 0.2;
constexpr double kC2 = 0.4;

class BanditExploration : public Exploration {
 public:
  BanditExploration(std::vector<std::string> parameters, double interval, std::uint64_t seed)
      : parameters_(std::move(parameters)), interval_(interval), seed_(seed) {}

  void on_step(const ExperimentView& view, TrialId trial, double time, double loss) override {
    training_.erase(trial);
    Before& before = before_[trial];
    if (before.known && std::isfinite(loss)) {
      observe({{time / interval_, features(view, view.config(trial), before.loss)},
               before.loss - loss});
      ++version_;
    }
    before = {std::isfinite(loss), loss, time};
  }

  void on_copy(const ExperimentView& view,
               TrialId trial,
               TrialId donor,
               const Config& config) override {
    before_[trial] = before_[donor];
    const Before& before = before_[trial];
    if (before.known) {
      training_.insert_or_assign(
          trial, DriftingPoint{before.time / interval_ + 1, features(view, config, before.loss)});
      ++version_;
    }
  }

  void on_ended(TrialId trial) override {
    training_.erase(trial);
    before_.erase(trial);
    ++version_;
  }

  ExploredConfig explore(const ExperimentView& view,
                         TrialId /*trial*/,
                         TrialId donor,
                         std::uint64_t draw) const override {
    // Asked again before anything has changed, the answer is the same.
    if (!memo_ || memo_->draw != draw || memo_->version != version_) {
      memo_ = Memo{draw, version_, compute(view, donor, draw)};
    }
    return memo_->explored;
  }

 private:
  struct Before {  // a trial's last step, or its donor's
    bool known = false;
    double loss = 0;
    double time = 0;
  };
  struct Memo {
    std::uint64_t draw;
    std::uint64_t version;
    ExploredConfig explored;
  };

  // The configuration's numbers in the unit cube (absent ones in the middle), then the loss before.
  std::vector<double> features(const ExperimentView& view,
                               const Config& config,
                               double loss) const {
    std::vector<double> x = view.space().encode(config);
    const auto axes = view.space().axes();
    std::vector<double> out;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (axes[i].kind != AxisKind::categorical) {
        out.push_back(std::isnan(x[i]) ? 0.5 : x[i]);
      }
    }
    out.push_back(loss);
    return out;
  }

  // Losses have any scale; the model's length scale needs one like that of the parameters.
  struct Scale {
    double low;
    double range;
    void apply(std::vector<double>& x) const { x.back() = (x.back() - low) / range; }
  };
  Scale loss_scale() const {
    double low = observations_.front().at.x.back();
    double high = low;
    for (const auto& observation : observations_) {
      low = std::min(low, observation.at.x.back());
      high = std::max(high, observation.at.x.back());
    }
    return {low, high > low ? high - low : 1};
  }

  std::vector<DriftingObservation> scaled_observations(const Scale& scale) const {
    std::vector<DriftingObservation> scaled(observations_.begin(), observations_.end());
    for (auto& observation : scaled) {
      scale.apply(observation.at.x);
    }
    return scaled;
  }

  void observe(DriftingObservation observation) {
    observations_.push_back(std::move(observation));
    if (observations_.size() > kMostObservations) {
      observations_.pop_front();
    }
    if (++observed_ >= next_fit_) {
      kernel_ = fit_kernel(scaled_observations(loss_scale()));
      next_fit_ = observed_ + std::clamp(observed_ / 2, kFewestObservations, kMostObservations / 2);
    }
  }

  TimeVaryingGp model(const Scale& scale) const {
    TimeVaryingGp gp(scaled_observations(scale), kernel_);
    std::vector<DriftingPoint> imagined;
    for (const auto& [trial, point] : training_) {
      if (imagined.size() == kMostImagined) {
        break;
      }
      scale.apply(imagined.emplace_back(point).x);
    }
    gp.imagine(imagined);
    return gp;
  }

  ExploredConfig compute(const ExperimentView& view, TrialId donor, std::uint64_t draw) const {
    const CompiledSpace& space = view.space();
    const Config from = view.config(donor);
    Rng rng(seed_, "pb2.explore", draw);
    const Variation variation(space, from, parameters_);
    const std::vector<double> base = variation.start(rng, kRedrawChoice);
    const auto before = before_.find(donor);
    if (observations_.size() < kFewestObservations || before == before_.end() ||
        !before->second.known) {
      return first_allowed(space, from, variation, base, rng);
    }
    const Scale scale = loss_scale();
    const TimeVaryingGp gp = model(scale);
    const double beta =
        std::max(kC1 + std::log(kC2 * static_cast<double>(observations_.size())), 0.0);
    const auto bound = [&](const Config& config) {
      DriftingPoint point{before->second.time / interval_ + 1,
                          features(view, config, before->second.loss)};
      scale.apply(point.x);
      const auto prediction = gp.predict(point);
      return prediction.mean + std::sqrt(beta) * prediction.deviation;
    };
    return maximise(space, from, variation, base, bound, rng);
  }

  ExploredConfig first_allowed(const CompiledSpace& space,
                               const Config& from,
                               const Variation& variation,
                               const std::vector<double>& base,
                               Rng& rng) const {
    for (int i = 0; i < kRandomPoints; ++i) {
      const Config config = variation.decode(variation.jump(base, rng));
      if (space.satisfies_constraints(config)) {
        return {config, "too little is known for a model: " + changes_between(from, config)};
      }
    }
    return {from, "no change meets the constraints"};
  }

  template <class Bound>
  ExploredConfig maximise(const CompiledSpace& space,
                          const Config& from,
                          const Variation& variation,
                          const std::vector<double>& base,
                          const Bound& bound,
                          Rng& rng) const {
    std::optional<double> best;
    std::vector<double> best_point;
    Config best_config;
    for (int i = 0; i < kRandomPoints + kRefinements; ++i) {
      const bool refines = i >= kRandomPoints && best;
      // Steps shrink from a tenth of the cube to a thousandth.
      const double step = 0.1 * std::pow(0.01, (i - kRandomPoints) / double{kRefinements});
      const std::vector<double> point =
          refines ? variation.walk(best_point, step, rng) : variation.jump(base, rng);
      const Config config = variation.decode(point);
      if (!space.satisfies_constraints(config)) {
        continue;
      }
      if (const double value = bound(config); !best || value > *best) {
        best = value;
        best_point = point;
        best_config = config;
      }
    }
    if (!best) {
      return {from, "no change meets the constraints"};
    }
    return {best_config, changes_between(from, best_config)};
  }

  std::vector<std::string> parameters_;
  double interval_;
  std::uint64_t seed_;
  std::deque<DriftingObservation> observations_;  // the last coordinate is a loss, not scaled
  std::size_t observed_ = 0;                      // ever
  std::size_t next_fit_ = kFewestObservations;    // the kernel is fitted again then
  DriftingKernel kernel_;
  std::map<TrialId, Before> before_;
  std::map<TrialId, DriftingPoint> training_;  // copies whose gain is not known yet
  std::uint64_t version_ = 0;                  // counts what the model rests on
  mutable std::optional<Memo> memo_;
};

Result<std::unique_ptr<TrialScheduler>> make(const PluginContext& context) {
  LUTHIER_TAKE(auto parameters, explored_parameters("pb2", context));
  return std::unique_ptr<TrialScheduler>(std::make_unique<PopulationTraining>(
      context,
      std::make_unique<BanditExploration>(
          std::move(parameters), context.options.number("perturbation_interval"), context.seed)));
}

}  // namespace

SchedulerPlugin scheduler_pb2() {
  return {.info = {.summary = "population based bandits: as pbt, but a model of what trials gain "
                              "chooses the new values",
                   .paper = "Parker-Holder et al., Provably efficient online hyperparameter "
                            "optimization with population-based bandits, 2020",
                   .options = population_option_specs()},
          .needs_checkpoints = true,
          .make = make};
}

}  // namespace luthier
