#include "core/state/trial_score.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/failure.h"
#include "base/text.h"
#include "core/state/ranked_loss.h"

namespace luthier {
namespace {

constexpr std::int64_t kLongestWindow = 10000;

bool is_complete(std::span<const double> losses) {
  return std::ranges::all_of(losses, [](double loss) { return std::isfinite(loss); });
}

}  // namespace

Result<Score> parse_score(std::string_view text) {
  const std::string_view word = trim(text);
  if (word == "best") {
    return Score{Score::Kind::best};
  }
  if (word == "last") {
    return Score{Score::Kind::last};
  }
  if (word.starts_with("mean:")) {
    const auto window = parse_integer(trim(word.substr(5)));
    if (window && *window >= 1 && *window <= kLongestWindow) {
      return Score{Score::Kind::mean, *window};
    }
  }
  return failure(ErrorCode::invalid_argument,
                 "the score is '{}'; it must be best, last or mean:K (the mean of the last K "
                 "results, K from 1 to {})",
                 text,
                 kLongestWindow);
}

std::string to_text(const Score& score) {
  switch (score.kind) {
    case Score::Kind::best:
      return "best";
    case Score::Kind::last:
      return "last";
    case Score::Kind::mean:
      return "mean:" + std::to_string(score.window);
    case Score::Kind::mixed:
      break;
  }
  return "mixed";
}

std::vector<double> losses_of(std::span<const Objective> objectives, const Metrics& metrics) {
  std::vector<double> losses;
  losses.reserve(objectives.size());
  for (const Objective& objective : objectives) {
    losses.push_back(loss_of(objective, metrics));
  }
  return losses;
}

bool is_better(std::span<const double> losses, std::span<const double> others) {
  const bool complete = is_complete(losses);
  if (complete != is_complete(others)) {
    return complete;
  }
  return std::ranges::lexicographical_compare(losses, others);
}

Metrics with_losses(Metrics metrics,
                    std::span<const Objective> objectives,
                    std::span<const double> losses) {
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const double sign = objectives[i].mode == Mode::min ? 1 : -1;
    if (loss_of(objectives[i], metrics) != losses[i]) {
      metrics.set(objectives[i].metric, Value(sign * losses[i]));
    }
  }
  return metrics;
}

std::span<const double> TrialScore::take(const Score& score,
                                         std::span<const Objective> objectives,
                                         const Metrics& metrics,
                                         const std::vector<double>& excess) {
  std::vector<double> losses = losses_of(objectives, metrics);
  if (score.kind == Score::Kind::mean) {
    Reported reported(losses.begin(), losses.end());
    for (std::size_t i = 0; i < losses.size(); ++i) {
      if (!metrics.contains(objectives[i].metric)) {
        reported[i].reset();
      }
    }
    take_mean(score.window, std::move(reported));
    excess_ = excess;
  } else if (score.kind != Score::Kind::best || begins_ ||
             (excess.empty() ? is_better(losses, losses_)
                             : is_better(ranked_losses(losses, violation_of(excess)), ranked()))) {
    losses_ = std::move(losses);
    excess_ = excess;
  }
  begins_ = false;
  return losses_;
}

std::vector<double> TrialScore::ranked() const {
  return excess_.empty() ? losses_ : ranked_losses(losses_, violation_of(excess_));
}

void TrialScore::take_mean(std::int64_t window, Reported reported) {
  recent_.push_back(std::move(reported));
  if (static_cast<std::int64_t>(recent_.size()) > window) {
    recent_.pop_front();
  }
  losses_.resize(recent_.back().size());
  for (std::size_t i = 0; i < losses_.size(); ++i) {
    losses_[i] = mean(i);
  }
}

double TrialScore::mean(std::size_t objective) const {
  double sum = 0;
  double count = 0;
  for (const Reported& reported : recent_) {
    if (const auto& loss = reported[objective]) {
      sum += *loss;
      ++count;
    }
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::infinity();
}

void TrialScore::start_over() {
  begins_ = true;
  recent_.clear();
}

}  // namespace luthier
