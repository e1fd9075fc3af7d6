// Checks a space and builds its model. Every problem is collected; later steps that would only
// repeat an earlier problem are skipped.
#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <unordered_map>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "core/space/domain_check.h"
#include "core/space/environment_name.h"
#include "core/space/space_model.h"
#include "luthier/rng.h"

namespace luthier {
namespace {

constexpr std::uint64_t kLargestGrid = std::uint64_t{1} << 53;

std::string name_problem(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  if (name.empty()) {
    return "a parameter has no name; give it one";
  }
  if (!std::ranges::all_of(name, allowed)) {
    return formatted(
        "the name '{}' may hold letters, digits, '_', '-' and '.' only; rename the "
        "parameter",
        to_utf8(name));
  }
  if (name.starts_with('.') || name.ends_with('.') || name.find("..") != std::string_view::npos) {
    return formatted("the name '{}' has an empty part before or after a '.'; name it", name);
  }
  return {};
}

class SpaceCompiler {
 public:
  explicit SpaceCompiler(Space space) { model_.declaration = std::move(space); }

  Result<SpaceModel> compile() {
    names();
    domains();
    if (problems_.empty()) {
      expressions();
    }
    if (problems_.empty()) {
      order();
    }
    if (problems_.empty()) {
      axes();
      ancestors();
      grid();
    }
    if (problems_.empty()) {
      probe();
    }
    if (!problems_.empty()) {
      return Error{ErrorCode::invalid_argument, join(problems_, "\n")};
    }
    model_.cardinality = count_configurations(model_);
    return std::move(model_);
  }

 private:
  const std::vector<Parameter>& declared() const { return model_.declaration.parameters(); }
  void add(std::string problem) {
    if (std::ranges::find(problems_, problem) == problems_.end()) {
      problems_.push_back(std::move(problem));
    }
  }

  void names() {
    std::unordered_map<std::string, std::string_view> variables;
    variables.reserve(declared().size());
    index_.reserve(declared().size());
    for (std::size_t p = 0; p < declared().size(); ++p) {
      const std::string& name = declared()[p].name;
      if (std::string problem = name_problem(name); !problem.empty()) {
        add(std::move(problem));
        continue;
      }
      if (!index_.emplace(name, p).second) {
        add(formatted("the parameter '{}' is declared more than once; rename or drop one", name));
        continue;
      }
      const auto [other, is_new] = variables.emplace(environment_name(name), name);
      if (!is_new) {
        add(formatted(
            "the parameters '{}' and '{}' would share the environment variable {}; rename one",
            other->second,
            name,
            other->first));
      }
    }
  }

  void domains() {
    for (const auto& parameter : declared()) {
      for (const auto& problem : domain_problems(parameter.domain)) {
        add(formatted("parameter '{}': {}", parameter.name, problem));
      }
      if (parameter.domain.kind == DomainKind::grid && !parameter.condition.empty()) {
        add(formatted(
            "parameter '{}': a grid can't have a condition, every cell is run; use choice",
            parameter.name));
      }
    }
  }

  void expressions() {
    // The others are read as names by themselves.
    for (const Parameter& parameter : declared()) {
      if (expression_name(parameter.name) != parameter.name) {
        names_.push_back(parameter.name);
      }
    }
    model_.parameters.reserve(declared().size());
    for (const Parameter& parameter : declared()) {
      auto& model = model_.parameters.emplace_back();
      if (!parameter.condition.empty()) {
        model.condition =
            bind(formatted("the condition of '{}'", parameter.name), parameter.condition);
      }
      if (parameter.domain.kind == DomainKind::expression) {
        model.formula =
            bind(formatted("the formula of '{}'", parameter.name), parameter.domain.formula);
      }
    }
    for (const auto& constraint : model_.declaration.constraints()) {
      if (auto bound = bind("the constraint", constraint)) {
        model_.constraints.push_back(std::move(*bound));
      }
    }
  }

  std::optional<BoundExpression> bind(const std::string& what, const std::string& text) {
    auto expression = parse_expression(text, names_);
    if (!expression) {
      add(formatted("{} can't be read: {}", what, expression.error().message));
      return std::nullopt;
    }
    BoundExpression bound{std::move(*expression), {}};
    for (const auto& name : bound.expression.names()) {
      const auto found = index_.find(name);
      if (found == index_.end()) {
        add(formatted("{} '{}': {}", what, text, unknown_variable(name)));
        return std::nullopt;
      }
      bound.parameters.push_back(found->second);
    }
    return bound;
  }

  std::string unknown_variable(const std::string& name) const {
    std::vector<std::string> known;
    std::string hint = formatted("; put text in quotes: \"{}\"", name);
    for (const auto& parameter : declared()) {
      known.push_back(parameter.name);
      const std::string written = expression_name(parameter.name);
      if (written != parameter.name && parameter.name.find(name) != std::string::npos) {
        hint = formatted("; write {} in backquotes", written);
      }
    }
    return unknown_name("parameter", name, known) + hint;
  }

  std::vector<std::size_t> parents(std::size_t parameter) const {
    std::vector<std::size_t> out;
    const auto& model = model_.parameters[parameter];
    for (const auto* bound : {&model.condition, &model.formula}) {
      if (*bound) {
        out.insert(out.end(), (*bound)->parameters.begin(), (*bound)->parameters.end());
      }
    }
    return out;
  }

  // Repeatedly the first declared parameter whose parents are all placed.
  void order() {
    const std::size_t n = declared().size();
    std::vector<std::vector<std::size_t>> children(n);
    std::vector<std::size_t> missing(n);
    for (std::size_t p = 0; p < n; ++p) {
      for (const std::size_t parent : parents(p)) {
        children[parent].push_back(p);
        ++missing[p];
      }
    }
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t p = 0; p < n; ++p) {
      if (missing[p] == 0) {
        ready.push(p);
      }
    }
    while (!ready.empty()) {
      const std::size_t p = ready.top();
      ready.pop();
      model_.order.push_back(p);
      for (const std::size_t child : children[p]) {
        if (--missing[child] == 0) {
          ready.push(child);
        }
      }
    }
    if (model_.order.size() < n) {
      add(cycle(missing));
    }
  }

  // Every parameter that could not be placed has a parent that could not either.
  std::string cycle(const std::vector<std::size_t>& missing) const {
    std::size_t p = 0;
    while (missing[p] == 0) {
      ++p;
    }
    std::vector<std::size_t> path;
    while (std::ranges::find(path, p) == path.end()) {
      path.push_back(p);
      const auto up = parents(p);
      p = *std::ranges::find_if(up, [&](std::size_t parent) { return missing[parent] > 0; });
    }
    std::string names = formatted("'{}'", declared()[p].name);
    for (auto it = std::ranges::find(path, p) + 1; it != path.end(); ++it) {
      names += formatted(" needs '{}'", declared()[*it].name);
    }
    return formatted(
        "the parameters depend on each other in a cycle: {} needs '{}'; remove one of these "
        "dependencies",
        names,
        declared()[p].name);
  }

  void axes() {
    for (const std::size_t p : model_.order) {
      const Domain& domain = declared()[p].domain;
      auto& model = model_.parameters[p];
      model_.plain = model_.plain && !model.condition && !model.formula;
      if (domain.kind == DomainKind::constant || domain.kind == DomainKind::expression) {
        continue;
      }
      model.axis = model_.axes.size();
      model.distribution.emplace(domain);
      model_.axes.push_back({.parameter = p,
                             .kind = model.distribution->axis_kind(),
                             .levels = model.distribution->levels(),
                             .grid = domain.kind == DomainKind::grid,
                             .conditional = model.condition.has_value()});
    }
  }

  void ancestors() {
    const std::size_t n = declared().size();
    std::vector<std::size_t> place(n);  // in the order
    for (std::size_t i = 0; i < n; ++i) {
      place[model_.order[i]] = i;
    }
    std::vector<std::size_t> needed_by(n, n);  // the last parameter that was found to need it
    for (std::size_t p = 0; p < n; ++p) {
      if (!model_.parameters[p].condition) {
        continue;
      }
      auto& found = model_.parameters[p].ancestors;
      std::vector<std::size_t> open = model_.parameters[p].condition->parameters;
      while (!open.empty()) {
        const std::size_t next = open.back();
        open.pop_back();
        if (std::exchange(needed_by[next], p) != p) {
          found.push_back(next);
          const auto up = parents(next);
          open.insert(open.end(), up.begin(), up.end());
        }
      }
      std::ranges::sort(found, {}, [&](std::size_t each) { return place[each]; });
    }
  }

  void grid() {
    for (std::size_t a = 0; a < model_.axes.size(); ++a) {
      if (!model_.axes[a].grid) {
        continue;
      }
      model_.grid_axes.push_back(a);
      const auto levels = static_cast<std::uint64_t>(model_.axes[a].levels);
      if (model_.grid_size > kLargestGrid / levels) {
        add("the grid has more than 2^53 cells; make some parameters a choice");
        return;
      }
      model_.grid_size *= levels;
    }
    std::ranges::sort(model_.grid_axes, {}, [&](std::size_t a) {
      return declared()[model_.axes[a].parameter].name;
    });
    for (const auto& constraint : model_.constraints) {
      if (depends_on_grid_only(constraint)) {
        add(formatted(
            "the constraint '{}' depends on grid parameters only, and every cell of a grid "
            "is run; make them a choice",
            constraint.expression.to_text()));
      }
    }
  }

  bool depends_on_grid_only(const BoundExpression& constraint) const {
    bool grid = false;
    std::vector<std::size_t> open = constraint.parameters;
    while (!open.empty()) {
      const std::size_t p = open.back();
      open.pop_back();
      const auto& model = model_.parameters[p];
      if (model.distribution && !model_.axes[model.axis].grid) {
        return false;
      }
      grid = grid || model.distribution.has_value();
      const auto up = parents(p);
      open.insert(open.end(), up.begin(), up.end());
    }
    return grid;
  }

  // Kinds of values are known only when there are values: draws find operators that don't fit.
  void probe() {
    constexpr std::size_t kDraws = 256;
    constexpr std::size_t kMostEvaluations = 200'000;
    if (model_.plain && model_.constraints.empty()) {
      return;
    }
    Rng rng(0, "probe");
    Assignment assignment(declared().size());
    std::vector<double> point(model_.axes.size());
    const std::size_t each = declared().size() + model_.constraints.size();
    const std::size_t draws = std::clamp<std::size_t>(kMostEvaluations / each, 2, kDraws);
    for (std::size_t draw = 0; draw < draws; ++draw) {
      std::ranges::generate(point, [&] { return rng.uniform(); });
      model_.assign_all(point, assignment);
      if (!assignment.problem.empty()) {
        add(assignment.problem);
      }
      for (std::size_t c = 0; c < model_.constraints.size(); ++c) {
        std::string problem;
        if (model_.judge(c, assignment, problem) == Verdict::broken &&
            broken_constraints_.emplace(c, true).second) {
          add("the constraint " + problem);
        }
      }
    }
  }

  SpaceModel model_;
  std::unordered_map<std::string_view, std::size_t> index_;  // of names in the declaration
  std::vector<std::string> names_;
  std::map<std::size_t, bool> broken_constraints_;
  std::vector<std::string> problems_;
};

}  // namespace

Result<SpaceModel> compile_model(Space space) {
  return SpaceCompiler(std::move(space)).compile();
}

}  // namespace luthier
