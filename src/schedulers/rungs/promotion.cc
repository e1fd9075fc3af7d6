#include "schedulers/rungs/promotion.h"

#include <cmath>
#include <set>

#include "schedulers/rungs/per_trial.h"
#include "schedulers/rungs/rung_front.h"

namespace luthier {
namespace {

class PromotingLadder : public TrialScheduler {
 public:
  PromotingLadder(const PluginContext& context, std::unique_ptr<PromotionLimit> limit)
      : ladder_(context.options),
        reading_(context),
        draw_(ladder_, context.seed),
        limit_(std::move(limit)) {
    for (std::int64_t s = 0; s < ladder_.brackets; ++s) {
      auto& bracket = brackets_.emplace_back();
      for (std::size_t k = 0; k < ladder_.rung_count(s); ++k) {
        if (const double milestone = ladder_.milestone(s, k); milestone < ladder_.max_t) {
          bracket.rungs.emplace_back().milestone = milestone;
        }
      }
    }
  }

  Decision on_result(const ExperimentView& view,
                     TrialId trial,
                     const TrialResult& result) override {
    const auto time = reading_.time(result);
    if (!time) {
      return {.reason = "no time yet"};
    }
    Bracket& bracket = brackets_[draw_(trial)];
    if (*time >= ladder_.max_t) {
      bracket.completed = true;
      return reached_max_t(reading_, *time, ladder_.max_t);
    }
    if (!reading_.has_loss(result)) {
      return {.reason = "no metric yet"};
    }
    std::size_t reached = 0;
    while (reached < bracket.rungs.size() && *time >= bracket.rungs[reached].milestone) {
      ++reached;
    }
    if (limit_ != nullptr) {
      limit_->on_result(trial, *time, reading_.loss(result));
    }
    if (reached <= place_[trial].rungs) {
      return {.reason = "between rungs"};
    }
    leave_rung(trial);
    return enter(view, bracket, trial, reached, result);
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    if (const auto next = next_promotion(view, std::nullopt)) {
      return promotion(*next, "promoted");
    }
    if (const auto trial = view.first_pending()) {
      return Choice{.trial = *trial, .reason = "first pending"};
    }
    if (view.more_trials() || view.running_count() > 0) {
      return std::nullopt;
    }
    const auto last = closing_promotion(view);
    return last ? std::optional(promotion(*last, "no more trials will come: the best that is left"))
                : std::nullopt;
  }

  void on_choice(const ExperimentView& view, const Choice& choice) override {
    // A pending trial (an attempt that was lost, a person's resume) keeps its place: it may report
    // its rung again, get the stored decision and wait as before.
    if (view.state(choice.trial) == TrialState::paused) {
      leave_rung(choice.trial);
    }
  }

  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    leave_rung(trial);
    if (view.state(trial) == TrialState::completed) {
      brackets_[draw_(trial)].completed = true;
    }
  }

 private:
  struct Rung {
    double milestone = 0;
    std::size_t entered = 0;        // NaN included: n of floor(n / rf)
    RankedSet<Standing> ranks;      // all with a number
    std::set<Standing> unpromoted;  // those of them that wait
    RungFront front;                // with several objectives: the order that makes the ranks
  };
  struct Bracket {
    std::vector<Rung> rungs;
    bool completed = false;  // one of its trials has trained to its end
  };
  struct Place {
    std::size_t rungs = 0;  // number of rungs entered or jumped over
    double loss = 0;        // at the last of them
  };
  struct Promotion {
    const Rung* rung;
    Standing standing;
    std::size_t rank;  // 0: the best
  };

  std::size_t quota(const Rung& rung) const {
    return static_cast<std::size_t>(static_cast<double>(rung.entered) / ladder_.reduction_factor);
  }

  void leave_rung(TrialId trial) {
    const Place& place = place_[trial];
    if (place.rungs == 0) {
      return;
    }
    Rung& rung = brackets_[draw_(trial)].rungs[place.rungs - 1];
    if (reading_.is_multi_objective()) {
      std::erase_if(rung.unpromoted, [&](const Standing& each) { return each.trial == trial; });
    } else {
      rung.unpromoted.erase({place.loss, trial});
    }
  }

  // The trial waits in the rung; returns how it stands there.
  Standing insert(Rung& rung, TrialId trial, double loss, const TrialResult& result) {
    if (reading_.is_multi_objective()) {
      return insert(rung, trial, reading_.losses(result));
    }
    const Standing standing{loss, trial};
    rung.ranks.insert(standing);
    rung.unpromoted.insert(standing);
    return standing;
  }

  // Any other trial of the rung may get another rank.
  static Standing insert(Rung& rung, TrialId trial, Losses losses) {
    std::set<TrialId> waits = {trial};
    for (const Standing& standing : rung.unpromoted) {
      waits.insert(standing.trial);
    }
    rung.front.enter(trial, std::move(losses));
    rung.ranks = {};
    rung.unpromoted.clear();
    for (const Standing& standing : rung.front.standings()) {
      rung.ranks.insert(standing);
      if (waits.contains(standing.trial)) {
        rung.unpromoted.insert(standing);
      }
    }
    return rung.front.standings()[rung.front.rank(trial)];
  }

  Decision enter(const ExperimentView& view,
                 Bracket& bracket,
                 TrialId trial,
                 std::size_t reached,
                 const TrialResult& result) {
    const double loss = reading_.loss(result);
    Rung& rung = bracket.rungs[reached - 1];
    place_[trial] = {reached, loss};
    ++rung.entered;
    if (!std::isfinite(loss)) {
      return not_a_number(reading_, rung.milestone);
    }
    const Standing standing = insert(rung, trial, loss, result);
    if (limit_ != nullptr) {
      limit_->on_entered(reached - 1, rung.ranks);
    }
    const auto next = next_promotion(view, trial);
    const bool promoted = next && next->standing.trial == trial;
    if (promoted) {
      rung.unpromoted.erase(standing);
    }
    const std::size_t rank = rung.ranks.rank(standing);
    const bool at_limit = limit_ != nullptr && reached > limit_->open_rungs();
    return {.kind = promoted ? DecisionKind::proceed : DecisionKind::pause,
            .reason = (promoted   ? "promoted: "
                       : at_limit ? "waits at the highest rung there is so far: "
                                  : "waits: ") +
                      describe(rung, standing, rank),
            .numbers = numbers(rung, standing, rank)};
  }

  std::string describe(const Rung& rung, const Standing& standing, std::size_t rank) const {
    if (reading_.is_multi_objective()) {
      return number_of_rung(reading_,
                            rung.front,
                            standing.trial,
                            static_cast<double>(rung.entered),
                            rung.milestone) +
             ", where " + go_on_text(static_cast<double>(quota(rung)));
    }
    return reading_.show(standing.loss) + " is number " + std::to_string(rank + 1) + " of " +
           std::to_string(rung.entered) + " at " + reading_.show_time(rung.milestone) + ", where " +
           go_on_text(static_cast<double>(quota(rung)));
  }
  Numbers numbers(const Rung& rung, const Standing& standing, std::size_t rank) const {
    Numbers out = {{"value", reading_.value(standing.loss)},
                   {"rank", static_cast<double>(rank + 1)},
                   {"n", static_cast<double>(rung.entered)},
                   {"promoted", static_cast<double>(quota(rung))},
                   {"rung", rung.milestone}};
    if (reading_.is_multi_objective()) {
      out.erase(out.begin());
    }
    return out;
  }

  Choice promotion(const Promotion& next, const char* why) const {
    return {.trial = next.standing.trial,
            .reason = why + (": " + describe(*next.rung, next.standing, next.rank)),
            .numbers = numbers(*next.rung, next.standing, next.rank)};
  }

  // The promotion that is due now. `reporter`, a trial that is just answered, counts as able to
  // run.
  std::optional<Promotion> next_promotion(const ExperimentView& view,
                                          std::optional<TrialId> reporter) const {
    // Bracket s starts s levels up, so that a level is the same milestone in every bracket.
    for (std::size_t level = levels(); level-- > 0;) {
      for (std::size_t s = 0; s < brackets_.size() && s <= level; ++s) {
        if (level - s < brackets_[s].rungs.size() && is_open(level - s)) {
          const Rung& rung = brackets_[s].rungs[level - s];
          if (const auto found = best_waiting(view, rung, reporter, quota(rung))) {
            return found;
          }
        }
      }
    }
    return std::nullopt;
  }

  std::optional<Promotion> best_waiting(const ExperimentView& view,
                                        const Rung& rung,
                                        std::optional<TrialId> reporter,
                                        std::size_t limit) const {
    for (const Standing& standing : rung.unpromoted) {
      const std::size_t rank = rung.ranks.rank(standing);
      if (rank >= limit) {
        break;
      }
      if (standing.trial == reporter || view.can_run(standing.trial)) {
        return Promotion{&rung, standing, rank};
      }
    }
    return std::nullopt;
  }

  std::optional<Promotion> closing_promotion(const ExperimentView& view) const {
    for (const Bracket& bracket : brackets_) {
      for (std::size_t k = bracket.completed ? 0 : bracket.rungs.size(); k-- > 0;) {
        const Rung& rung = bracket.rungs[k];
        if (const auto found = best_waiting(view, rung, std::nullopt, rung.ranks.size())) {
          return found;
        }
      }
    }
    return std::nullopt;
  }

  bool is_open(std::size_t rung) const { return limit_ == nullptr || rung < limit_->open_rungs(); }
  std::size_t levels() const { return ladder_.rung_count(0); }

  Ladder ladder_;
  Reading reading_;
  BracketDraw draw_;
  std::unique_ptr<PromotionLimit> limit_;  // none: every rung is open
  std::vector<Bracket> brackets_;
  PerTrial<Place> place_;
};

}  // namespace

std::unique_ptr<TrialScheduler> make_promoting_ladder(const PluginContext& context,
                                                      std::unique_ptr<PromotionLimit> limit) {
  return std::make_unique<PromotingLadder>(context, std::move(limit));
}

}  // namespace luthier
