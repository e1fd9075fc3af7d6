#include "search/gp/ranking.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "search/parzen/elementary.h"
#include "search/parzen/truncated_normal.h"

namespace luthier::gp {
namespace {

// Blom, "Statistical estimates and transformed beta-variables", 1958.
double normal_score(std::size_t rank, std::size_t count) {
  return parzen::normal_quantile((static_cast<double>(rank) + 0.625) /
                                 (static_cast<double>(count) + 0.25));
}

// Brings values to mean 0 and, unless all are alike, deviation 1; returns what they were.
Ranking::Unit standardise(std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const double each : values) {
    sum += each;
  }
  double squares = 0;
  for (double& each : values) {
    each -= sum / count;
    squares += each * each;
  }
  const double deviation = squares > 0 ? std::sqrt(squares / count) : 1;
  for (double& each : values) {
    each /= deviation;
  }
  return {.offset = sum / count, .factor = deviation};
}

constexpr double kFar = 30;  // units of the better half from the median

// What is farther grows with the logarithm of the distance, smoothly.
double drawn_in(double distance) {
  return distance > kFar ? kFar * (1 + parzen::logarithm(distance / kFar)) : distance;
}

}  // namespace

void Ranking::placed(TrialId trial, std::vector<double> point) {
  Trial& known = trials_[trial.value];
  known.point = std::move(point);
  live_[trial.value] = &known;
}

void Ranking::reported(TrialId trial, std::int64_t iteration, double loss) {
  Trial& known = trials_[trial.value];
  known.iteration = iteration;
  known.loss = loss;
  live_[trial.value] = &known;
}

void Ranking::paused(TrialId trial) {
  stand(trial, Tier::stopped);
}

void Ranking::ended(TrialId trial, TrialState state) {
  const Trial& known = trials_[trial.value];
  const bool has_diverged = known.iteration > 0 && !std::isfinite(known.loss);
  if (state == TrialState::failed || has_diverged) {
    stand(trial, std::nullopt);
    failed_.insert(trial.value);
  } else {
    stand(trial, state == TrialState::completed ? Tier::completed : Tier::stopped);
    failed_.erase(trial.value);
  }
  live_.erase(trial.value);
}

// Within a stage, a factor of two of training, trials differ little in how long they trained.
void Ranking::stand(TrialId trial, std::optional<Tier> tier) {
  Trial& known = trials_[trial.value];
  if (known.standing) {
    standings_.erase(*known.standing);
    stopped_ -= known.standing->tier == Tier::stopped ? 1 : 0;
    known.standing.reset();
  }
  if (!tier || known.iteration == 0 || !std::isfinite(known.loss)) {
    return;
  }
  const bool was_stopped = *tier == Tier::stopped;
  known.standing = {
      .tier = *tier,
      .stage = was_stopped
                   ? static_cast<int>(std::bit_width(static_cast<std::uint64_t>(known.iteration)))
                   : 0,
      .loss = known.loss,
      .trial = trial.value};
  standings_.insert(*known.standing);
  stopped_ += was_stopped ? 1 : 0;
}

std::vector<TrialId> Ranking::running() const {
  std::vector<TrialId> out;
  for (const auto& [trial, known] : live_) {
    if (known->iteration > 0) {
      out.push_back(TrialId{trial});
    }
  }
  return out;
}

// The median, and the root mean square of how far the better ones are from it. Nothing where some
// losses can't be compared, or all are alike, or their differences are no finite numbers.
std::optional<Ranking::Unit> Ranking::unit_of_better_half() const {
  const std::size_t half = standings_.size() / 2;
  const Standing& middle = standings_.at(half);
  if (some_were_stopped() || middle.tier != Tier::completed) {
    return std::nullopt;
  }
  const double farthest = middle.loss - standings_.at(0).loss;
  if (!(farthest > 0) || !std::isfinite(farthest)) {
    return std::nullopt;
  }
  double sum = 0;
  for (std::size_t rank = 0; rank < half; ++rank) {
    const double share = (middle.loss - standings_.at(rank).loss) / farthest;
    sum += share * share;
  }
  return Unit{.offset = middle.loss,
              .factor = farthest * std::sqrt(sum / static_cast<double>(half))};
}

std::vector<std::size_t> sampled_ranks(std::size_t all, std::size_t most) {
  const std::size_t count = std::min(all, most);
  const std::size_t best = count < all ? count / 2 : count;
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(i < best ? i : best + (i - best) * (all - best) / (count - best));
  }
  return out;
}

std::vector<TrialId> Ranking::chosen(std::size_t most) const {
  std::vector<TrialId> out;
  for (const std::size_t rank : sampled_ranks(standings_.size(), most)) {
    out.push_back({standings_.at(rank).trial});
  }
  return out;
}

std::vector<TrialId> Ranking::standing() const {
  std::vector<TrialId> out;
  for (std::size_t rank = 0; rank < standings_.size(); ++rank) {
    out.push_back({standings_.at(rank).trial});
  }
  return out;
}

// Half-rank warping (Song et al., "The Vizier Gaussian process bandit algorithm", 2024): losses
// better than the median keep their distances; the others, and all where trials were stopped early
// and so can't be compared, get the normal scores of their ranks.
Ranking::Sample Ranking::sample(std::span<const TrialId> trials, WorseHalf worse) const {
  Sample out{.points = {.axes = axes_, .x = {}}, .values = {}, .unit = unit_of_better_half()};
  for (const TrialId trial : trials) {
    const Trial& known = trials_.at(trial.value);
    const Standing& standing = *known.standing;
    const std::size_t rank = standings_.rank(standing);
    const bool keeps_distance =
        out.unit && (worse == WorseHalf::distances || rank < standings_.size() / 2);
    out.points.add(known.point);
    out.values.push_back(keeps_distance
                             ? drawn_in((standing.loss - out.unit->offset) / out.unit->factor)
                             : normal_score(rank, standings_.size()));
  }
  const Unit before = standardise(out.values);
  if (out.unit) {
    out.unit = {.offset = out.unit->offset + out.unit->factor * before.offset,
                .factor = out.unit->factor * before.factor};
  }
  return out;
}

Points Ranking::pending() const {
  Points out{.axes = axes_, .x = {}};
  for (const auto& [trial, known] : live_) {
    if (!known->standing) {
      out.add(known->point);
    }
  }
  return out;
}

Points Ranking::failed() const {
  Points out{.axes = axes_, .x = {}};
  for (const std::int64_t trial : failed_) {
    out.add(trials_.at(trial).point);
  }
  return out;
}

Points Ranking::best(std::size_t count) const {
  Points out{.axes = axes_, .x = {}};
  for (std::size_t rank = 0; rank < std::min(count, standings_.size()); ++rank) {
    out.add(trials_.at(standings_.at(rank).trial).point);
  }
  return out;
}

}  // namespace luthier::gp
