#include "search/gp/front_gain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/pareto/hypervolume.h"
#include "core/pareto/pareto_order.h"
#include "search/gp/normal.h"

namespace luthier::gp {
namespace {

constexpr double kBeyond = 0.1;       // of the front's range
constexpr double kLeastBeyond = 0.2;  // of a unit
constexpr double kLeast = 1e-300;
constexpr double kWorthless = 0.05;  // share of its range
// Results of a front with 2, 3, 4 and more objectives.
constexpr std::array<std::size_t, 4> kMostOfFront = {400, 40, 16, 8};

std::vector<Losses> front_of(std::span<const Losses> results) {
  std::vector<Losses> front;
  if (results.empty()) {
    return front;
  }
  const std::vector<std::size_t> number = fronts_of(results);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (number[i] == 0) {
      front.push_back(results[i]);
    }
  }
  const std::size_t kind = std::min(results[0].size(), kMostOfFront.size() + 1) - 2;
  std::vector<Losses> most;
  for (const std::size_t i : pareto_order(front, kMostOfFront.at(kind))) {
    most.push_back(front[i]);
  }
  return most;
}

struct Range {
  double least = 0;
  double most = 0;

  double width() const { return most - least; }
};

Range range_of(std::span<const Losses> front, std::size_t objective) {
  const auto [least, most] =
      std::ranges::minmax(front, {}, [&](const Losses& each) { return each[objective]; });
  return {least[objective], most[objective]};
}

// Of a front, what is left without results that lose a lot in one objective for next to nothing in
// the others: they survive only because nothing is exactly as good as they are there, and would
// pull the reference far away from what anyone wants (alpha-domination, Ikeda, Kita and Kobayashi
// 2001).
std::vector<Losses> without_extremes(const std::vector<Losses>& front) {
  std::vector<Losses> exchanged(front.size(), Losses(front[0].size()));
  for (std::size_t i = 0; i < front[0].size(); ++i) {
    const Range range = range_of(front, i);
    for (std::size_t k = 0; k < front.size() && range.width() > 0; ++k) {
      const double share = (front[k][i] - range.least) / range.width();
      for (std::size_t j = 0; j < front[k].size(); ++j) {
        exchanged[k][j] += j == i ? share : kWorthless * share;
      }
    }
  }
  std::vector<Losses> lasting;
  const std::vector<std::size_t> number = fronts_of(exchanged);
  for (std::size_t k = 0; k < front.size(); ++k) {
    if (number[k] == 0) {
      lasting.push_back(front[k]);
    }
  }
  return lasting;
}

}  // namespace

FrontGain FrontGain::beyond(std::span<const Losses> results, double unit) {
  std::vector<Losses> front = front_of(results);
  const std::vector<Losses> lasting = without_extremes(front);
  Losses reference;
  for (std::size_t i = 0; i < lasting[0].size(); ++i) {
    const Range range = range_of(lasting, i);
    reference.push_back(range.most + (range.width() > 0
                                          ? std::max(kBeyond * range.width(), kLeastBeyond * unit)
                                          : unit));
  }
  std::erase_if(front, [&](const Losses& each) { return !dominates(each, reference); });
  return {front, std::move(reference)};
}

FrontGain::FrontGain(std::span<const Losses> results, Losses reference)
    : reference_(std::move(reference)) {
  const std::vector<Losses> front = front_of(results);
  for (std::size_t i = 0; i < reference_.size(); ++i) {
    std::vector<double>& coordinates = coordinates_.emplace_back();
    coordinates = {-std::numeric_limits<double>::infinity(), reference_[i]};
    for (const Losses& each : front) {
      coordinates.push_back(each[i]);
    }
    std::ranges::sort(coordinates);
    coordinates.erase(std::ranges::unique(coordinates).begin(), coordinates.end());
  }
  dominated_ = hypervolume(front, reference_);
  const std::size_t objectives = reference_.size();
  cut(front,
      objectives,
      {std::vector<std::size_t>(objectives), std::vector<std::size_t>(objectives)});
}

std::size_t FrontGain::place(std::size_t objective, double coordinate) const {
  const auto& all = coordinates_[objective];
  return static_cast<std::size_t>(std::ranges::lower_bound(all, coordinate) - all.begin());
}

// Slices along the last of the objectives: within a slice the results below it dominate.
void FrontGain::cut(std::vector<Losses> front, std::size_t objectives, Box box) {
  const std::size_t axis = objectives - 1;
  std::ranges::sort(front, {}, [&](const Losses& each) { return each[axis]; });
  if (axis == 0) {
    box.high[0] = place(0, front.empty() ? reference_[0] : front.front()[0]);
    boxes_.push_back(std::move(box));
    return;
  }
  std::vector<Losses> slice;
  box.low[axis] = 0;
  for (std::size_t k = 0; k <= front.size(); ++k) {
    box.high[axis] = place(axis, k < front.size() ? front[k][axis] : reference_[axis]);
    if (box.high[axis] > box.low[axis]) {
      cut(slice, axis, box);
      box.low[axis] = box.high[axis];
    }
    if (k < front.size()) {
      const auto flat = std::span(front[k]).first(axis);
      std::erase_if(slice, [&](const Losses& other) {
        return dominates(flat, std::span(other).first(axis));
      });
      slice.push_back(front[k]);
    }
  }
}

// E max(c - X, 0) of a normal X, for each coordinate c.
FrontGain::Depths FrontGain::depths(std::span<const Posterior::Prediction> predictions) const {
  Depths out(predictions.size());
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const auto& [mean, deviation] = predictions[i];
    out[i].push_back({});
    for (std::size_t k = 1; k < coordinates_[i].size(); ++k) {
      const double z = (coordinates_[i][k] - mean) / deviation;
      const double chance = below(z);
      const double density = parzen::exponential(log_density(z));
      out[i].push_back({.value = std::max(0.0, deviation * (z * chance + density)),
                        .by_mean = -chance,
                        .by_deviation = density});
    }
  }
  return out;
}

double FrontGain::width(const Depths& depths, const Box& box, std::size_t objective) {
  const std::vector<Depth>& all = depths[objective];
  return all[box.high[objective]].value - all[box.low[objective]].value;
}

double FrontGain::log_gain(std::span<const Posterior::Prediction> predictions) const {
  const Depths all = depths(predictions);
  double sum = 0;
  for (const Box& box : boxes_) {
    double volume = 1;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      volume *= width(all, box, i);
    }
    sum += volume;
  }
  return parzen::logarithm(std::max(sum, kLeast));
}

double FrontGain::log_gain(std::span<const Posterior::Prediction> predictions,
                           Slopes& slopes) const {
  const std::size_t objectives = predictions.size();
  const Depths all = depths(predictions);
  slopes = {std::vector<double>(objectives), std::vector<double>(objectives)};
  double sum = 0;
  for (const Box& box : boxes_) {
    double volume = 1;
    for (std::size_t i = 0; i < objectives; ++i) {
      volume *= width(all, box, i);
    }
    sum += volume;
    for (std::size_t i = 0; i < objectives; ++i) {
      double others = 1;
      for (std::size_t j = 0; j < objectives; ++j) {
        others *= j == i ? 1 : width(all, box, j);
      }
      const Depth& high = all[i][box.high[i]];
      const Depth& low = all[i][box.low[i]];
      slopes.mean[i] += others * (high.by_mean - low.by_mean);
      slopes.deviation[i] += others * (high.by_deviation - low.by_deviation);
    }
  }
  for (std::size_t i = 0; i < objectives; ++i) {
    slopes.mean[i] = sum > kLeast ? slopes.mean[i] / sum : 0;
    slopes.deviation[i] = sum > kLeast ? slopes.deviation[i] / sum : 0;
  }
  return parzen::logarithm(std::max(sum, kLeast));
}

}  // namespace luthier::gp
