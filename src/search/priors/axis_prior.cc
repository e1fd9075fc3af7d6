#include "search/priors/axis_prior.h"

#include <algorithm>
#include <cmath>

#include "core/space/normal_distribution.h"
#include "core/space/prior_check.h"
#include "search/parzen/elementary.h"
#include "search/parzen/truncated_normal.h"

namespace luthier {
namespace {

constexpr double kDoubt = 0.1;
constexpr double kNarrowest = 1e-4;
constexpr double kSame = 1e-9;

const Parameter& parameter_of(const Prior& prior, const CompiledSpace& space) {
  return *std::ranges::find(space.parameters(), prior.parameter, &Parameter::name);
}

// The standard deviation as a share of the axis.
double width_of(const Prior& prior, const Domain& domain) {
  const double range = domain.high - domain.low;
  switch (prior.spread) {
    case Prior::Spread::usual:
      return AxisPrior::kUsualWidth;
    case Prior::Spread::factor:
      return parzen::logarithm(prior.size) / parzen::logarithm(domain.high / domain.low);
    case Prior::Spread::amount:
      break;
  }
  if (domain.kind == DomainKind::normal || domain.kind == DomainKind::qnormal) {
    const double z = (*prior.values.front().number() - domain.low) / domain.high;
    const double apart = prior.size / domain.high;
    return (normal_cdf(z + apart) - normal_cdf(z - apart)) / 2;
  }
  return prior.size / range;
}

}  // namespace

AxisPrior::AxisPrior(const Prior& prior, const CompiledSpace& space)
    : axis_(axis_of(parameter_of(prior, space), space)) {
  for (const Value& value : prior.values) {
    centres_.push_back(space.encode({{prior.parameter, value}})[axis_]);
  }
  first_number_ = prior.values.front().number();
  const Axis& axis = space.axes()[axis_];
  if (axis.kind == AxisKind::categorical) {
    levels_ = static_cast<double>(axis.levels);
  } else {
    width_ = std::clamp(width_of(prior, parameter_of(prior, space).domain), kNarrowest, 1.0);
  }
  measure();
}

AxisPrior::AxisPrior(std::size_t axis, double centre, double width, const CompiledSpace& space)
    : axis_(axis), centres_{centre} {
  if (space.axes()[axis].kind == AxisKind::categorical) {
    levels_ = static_cast<double>(space.axes()[axis].levels);
  } else {
    width_ = std::clamp(width, kNarrowest, 1.0);
  }
  measure();
}

void AxisPrior::measure() {
  for (const double centre : centres_) {
    const parzen::TruncatedNormal kernel{.centre = centre, .width = width_};
    log_heights_.push_back(levels_ > 0 ? 0 : kernel.log_density_at_centre());
  }
}

double AxisPrior::draw(Rng& rng) const {
  const double u = rng.uniform();
  const std::size_t which = rng.below(centres_.size());
  const double v = rng.uniform();
  if (u < kDoubt) {
    return v;
  }
  if (levels_ > 0) {
    return centres_[which];
  }
  const parzen::TruncatedNormal kernel{.centre = centres_[which], .width = width_};
  return std::min(kernel.quantile(v), std::nextafter(1.0, 0.0));
}

AxisPrior::Density AxisPrior::density(double x) const {
  const auto count = static_cast<double>(centres_.size());
  Density out{.value = kDoubt};
  for (std::size_t i = 0; i < centres_.size(); ++i) {
    if (levels_ > 0) {
      out.value += std::abs(x - centres_[i]) < kSame ? (1 - kDoubt) * levels_ / count : 0;
      continue;
    }
    const double z = (x - centres_[i]) / width_;
    const double here = (1 - kDoubt) * parzen::exponential(log_heights_[i] - 0.5 * z * z) / count;
    out.value += here;
    out.slope -= here * (x - centres_[i]) / (width_ * width_);
  }
  return out;
}

double AxisPrior::log_density(double x) const {
  return parzen::logarithm(density(x).value);
}

double AxisPrior::slope_of_log_density(double x) const {
  const Density here = density(x);
  return here.slope / here.value;
}

bool AxisPrior::is_at_centre(double x) const {
  return std::abs(x - centre()) < kSame;
}

}  // namespace luthier
