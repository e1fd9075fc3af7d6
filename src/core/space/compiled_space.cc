#include "luthier/compiled_space.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "core/space/space_check.h"
#include "core/space/space_model.h"

namespace luthier {
namespace {

constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

// Counts the constraints that an assignment violates. A constraint that can't be evaluated for
// these values (compiling did not meet them) is an error, not a violation.
Result<bool> satisfies(const SpaceModel& model,
                       const Assignment& assignment,
                       std::vector<int>& violations) {
  if (!assignment.problem.empty()) {
    return Error{ErrorCode::invalid_argument, assignment.problem};
  }
  bool good = true;
  std::string problem;
  for (std::size_t c = 0; c < model.constraints.size(); ++c) {
    const Verdict verdict = model.judge(c, assignment, problem);
    if (verdict == Verdict::broken) {
      return Error{ErrorCode::invalid_argument, "the constraint " + problem};
    }
    if (verdict == Verdict::violated) {
      ++violations[c];
      good = false;
    }
  }
  return good;
}

// Fewer where each draw has very many constraints to meet, so that giving up stays quick.
int most_draws(const SpaceModel& model) {
  constexpr std::size_t kMostEvaluations = 20'000'000;
  constexpr std::size_t kFewest = 100;
  const std::size_t constraints = std::max<std::size_t>(model.constraints.size(), 1);
  return static_cast<int>(std::clamp<std::size_t>(
      kMostEvaluations / constraints, kFewest, CompiledSpace::kMaximumDraws));
}

Error unsatisfied(const SpaceModel& model, const std::vector<int>& violations, int draws) {
  const auto worst = std::ranges::max_element(violations) - violations.begin();
  const auto index = static_cast<std::size_t>(worst);
  const double share = 100.0 * violations[index] / draws;
  return failure(ErrorCode::invalid_argument,
                 "none of {} drawn configurations satisfies all constraints; '{}' failed in {}% "
                 "of them: loosen it or change the ranges of its parameters",
                 draws,
                 model.constraints[index].expression.to_text(),
                 format_number(std::round(share * 10) / 10));
}

}  // namespace

struct CompiledSpace::Impl {
  SpaceModel model;
};

CompiledSpace::CompiledSpace(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CompiledSpace::CompiledSpace(CompiledSpace&&) noexcept = default;
CompiledSpace& CompiledSpace::operator=(CompiledSpace&&) noexcept = default;
CompiledSpace::~CompiledSpace() = default;

Result<CompiledSpace> CompiledSpace::compile(Space space) {
  LUTHIER_TAKE(auto model, compile_model(std::move(space)));
  return CompiledSpace(std::make_unique<Impl>(Impl{std::move(model)}));
}

const Space& CompiledSpace::declaration() const {
  return impl_->model.declaration;
}
std::span<const Parameter> CompiledSpace::parameters() const {
  return impl_->model.declaration.parameters();
}
std::span<const Axis> CompiledSpace::axes() const {
  return impl_->model.axes;
}

Config CompiledSpace::decode(std::span<const double> point) const {
  return impl_->model.decode(point);
}

std::vector<double> CompiledSpace::encode(const Config& config) const {
  const SpaceModel& model = impl_->model;
  std::vector<double> point(model.axes.size(), kAbsent);
  auto next = config.begin();  // nearly always in declaration order
  for (std::size_t p = 0; p < model.parameters.size(); ++p) {
    const auto& name = model.declaration.parameters()[p].name;
    const bool in_order = next != config.end() && next->first == name;
    const Value* value = in_order ? &next->second : config.find(name);
    next += in_order ? 1 : 0;
    if (value != nullptr && model.parameters[p].distribution) {
      point[model.parameters[p].axis] =
          model.parameters[p].distribution->coordinate(*value).value_or(kAbsent);
    }
  }
  return point;
}

double CompiledSpace::nearest(std::size_t axis, const Value& value) const {
  const Distribution& distribution = *impl_->model.parameters[axes()[axis].parameter].distribution;
  if (const auto exact = distribution.coordinate(value)) {
    return *exact;
  }
  const auto number = value.boolean() ? std::nullopt : value.number();
  if (!number || !std::isfinite(*number) || axes()[axis].kind == AxisKind::categorical) {
    return kAbsent;
  }
  const auto beyond = [&](double x) { return *distribution.value(x).number() - *number; };
  double below = 0;
  double above = std::nextafter(1.0, 0.0);
  constexpr int kHalvings = 64;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = below + (above - below) / 2;
    (beyond(middle) <= 0 ? below : above) = middle;
  }
  const double nearest = std::abs(beyond(below)) <= std::abs(beyond(above)) ? below : above;
  return distribution.coordinate(distribution.value(nearest)).value_or(nearest);
}

std::pair<double, double> CompiledSpace::cell(std::size_t axis, double coordinate) const {
  return impl_->model.parameters[axes()[axis].parameter].distribution->cell(coordinate);
}

bool CompiledSpace::is_active(std::size_t axis, std::span<const double> point) const {
  return impl_->model.is_active(axes()[axis].parameter, point);
}

Result<Config> CompiledSpace::sample(Rng& rng, std::uint64_t cell) const {
  const SpaceModel& model = impl_->model;
  std::vector<double> point = grid_point(cell);
  const auto draw = [&] {
    for (std::size_t a = 0; a < point.size(); ++a) {
      point[a] = model.axes[a].grid ? point[a] : rng.uniform();
    }
  };
  if (model.plain && model.constraints.empty()) {
    draw();
    return model.decode(point);
  }
  Assignment assignment(model.parameters.size());
  std::vector<int> violations(model.constraints.size());
  const int most = most_draws(model);
  for (int i = 0; i < most; ++i) {
    draw();
    model.assign_all(point, assignment);
    LUTHIER_TAKE(const auto good, satisfies(model, assignment, violations));
    if (good) {
      return model.to_config(std::move(assignment));
    }
  }
  return unsatisfied(model, violations, most);
}

bool CompiledSpace::satisfies_constraints(const Config& config) const {
  const SpaceModel& model = impl_->model;
  if (model.constraints.empty()) {
    return true;
  }
  std::vector<int> violations(model.constraints.size());
  const auto good = satisfies(model, model.from_config(config), violations);
  return good && *good;
}

std::uint64_t CompiledSpace::grid_size() const {
  return impl_->model.grid_size;
}

std::vector<double> CompiledSpace::grid_point(std::uint64_t cell) const {
  LUTHIER_CHECK(cell < grid_size(), "a cell is below grid_size()");
  std::vector<double> point(axes().size(), kAbsent);
  for (const std::size_t a : impl_->model.grid_axes) {
    const auto levels = static_cast<std::uint64_t>(axes()[a].levels);
    point[a] = (static_cast<double>(cell % levels) + 0.5) / static_cast<double>(levels);
    cell /= levels;
  }
  return point;
}

std::optional<std::uint64_t> CompiledSpace::cardinality() const {
  return impl_->model.cardinality;
}

Result<> CompiledSpace::check(const Config& config) const {
  return check_config(impl_->model, config);
}

}  // namespace luthier
