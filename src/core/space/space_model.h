// SpaceModel: a checked space in the form that sampling works on: names resolved to indices,
// domains to distributions, parameters in an order that puts parents first.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/expression/expression.h"
#include "core/space/distribution.h"
#include "luthier/compiled_space.h"

namespace luthier {

// An expression whose names are parameters.
struct BoundExpression {
  Expression expression;
  std::vector<std::size_t> parameters;  // in the order of expression.names()
};

struct ModelParameter {
  std::size_t axis = 0;                      // valid with a distribution
  std::optional<Distribution> distribution;  // of an axis
  std::optional<BoundExpression> formula;    // of a computed parameter; neither: a constant
  std::optional<BoundExpression> condition;
  std::vector<std::size_t> ancestors;  // whatever the condition depends on, parents first
};

// A value for each active parameter.
struct Assignment {
  explicit Assignment(std::size_t parameters) : values(parameters), active(parameters) {}
  std::vector<Value> values;
  std::vector<char> active;
  std::string problem = {};  // a formula or condition that could not be evaluated; the first one
};

enum class Verdict : std::uint8_t { holds, violated, does_not_apply, broken };

struct SpaceModel {
  Space declaration;
  std::vector<ModelParameter> parameters;  // as declared
  std::vector<std::size_t> order;          // parameters, parents before children
  std::vector<Axis> axes;                  // in that order
  std::vector<BoundExpression> constraints;
  std::vector<std::size_t> grid_axes;  // alphabetically by parameter name
  std::uint64_t grid_size = 1;
  std::optional<std::uint64_t> cardinality;
  bool plain = true;  // neither conditions nor formulas: parameters don't depend on each other

  // Decides whether a parameter is active, and its value. Those it depends on come first.
  void assign(std::size_t parameter, std::span<const double> point, Assignment& assignment) const;
  void assign_all(std::span<const double> point, Assignment& assignment) const;
  bool is_active(std::size_t parameter, std::span<const double> point) const;

  Config decode(std::span<const double> point) const;
  Config to_config(Assignment assignment) const;
  // The active values of a configuration that came from elsewhere, as far as it has them.
  Assignment from_config(const Config& config) const;

  Verdict judge(std::size_t constraint, const Assignment& assignment, std::string& problem) const;
};

// Checks a space; see CompiledSpace::compile.
Result<SpaceModel> compile_model(Space space);

// Number of distinct configurations of a finite space, at most 2^53; otherwise nothing. Conditions
// are counted exactly while the axes they depend on have at most 10,000 combinations; beyond that
// the answer is the product over all axes, an upper bound.
std::optional<std::uint64_t> count_configurations(const SpaceModel& model);

}  // namespace luthier
