// Counting the configurations of a finite space with conditions: enumerate the axes that conditions
// depend on; for each combination the other active axes contribute a product.
#include <algorithm>

#include "core/space/space_model.h"

namespace luthier {
namespace {

constexpr std::uint64_t kLargestCount = std::uint64_t{1} << 53;
constexpr std::uint64_t kMostCombinations = 10000;

std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > kLargestCount / b ? std::nullopt : std::optional(a * b);
}

class Counter {
 public:
  explicit Counter(const SpaceModel& model)
      : model_(model), deciding_(model.axes.size()), point_(model.axes.size()) {
    for (const auto& parameter : model.parameters) {
      for (const std::size_t ancestor : parameter.ancestors) {
        if (model.parameters[ancestor].distribution) {
          deciding_[model.parameters[ancestor].axis] = 1;
        }
      }
    }
  }

  std::optional<std::uint64_t> count() {
    std::uint64_t combinations = 1;
    std::optional<std::uint64_t> all = 1;
    for (std::size_t a = 0; a < model_.axes.size(); ++a) {
      const auto levels = static_cast<std::uint64_t>(model_.axes[a].levels);
      if (levels == 0) {
        return std::nullopt;
      }
      all = all ? product(*all, levels) : all;
      if (deciding_[a]) {
        combinations =
            std::min(product(combinations, levels).value_or(kLargestCount), kMostCombinations + 1);
      }
    }
    return combinations > kMostCombinations ? all : enumerate(0);
  }

 private:
  // The number of configurations with the axes before `axis` fixed to point_.
  std::optional<std::uint64_t> enumerate(std::size_t axis) {
    std::uint64_t factor = 1;  // of active axes that decide nothing
    for (; axis < model_.axes.size(); ++axis) {
      const auto& own = model_.axes[axis];
      if (!model_.is_active(own.parameter, point_)) {
        continue;
      }
      if (deciding_[axis]) {
        const auto sum = enumerate_levels(axis);
        return sum ? product(factor, *sum) : std::nullopt;
      }
      const auto next = product(factor, static_cast<std::uint64_t>(own.levels));
      if (!next) {
        return std::nullopt;
      }
      factor = *next;
    }
    return factor;
  }

  std::optional<std::uint64_t> enumerate_levels(std::size_t axis) {
    const auto& distribution = *model_.parameters[model_.axes[axis].parameter].distribution;
    std::uint64_t sum = 0;
    double coordinate = 0;
    for (std::int64_t level = 0; level < model_.axes[axis].levels; ++level) {
      point_[axis] = coordinate;
      coordinate = distribution.cell(coordinate).second;
      const auto below = enumerate(axis + 1);
      if (!below || sum + *below > kLargestCount) {
        return std::nullopt;
      }
      sum += *below;
    }
    return sum;
  }

  const SpaceModel& model_;
  std::vector<char> deciding_;  // by axis: a condition depends on it
  std::vector<double> point_;
};

}  // namespace

std::optional<std::uint64_t> count_configurations(const SpaceModel& model) {
  return Counter(model).count();
}

}  // namespace luthier
