// Building a space by hand. Expressions are kept in their canonical form, so that spaces that mean
// the same compare equal and the text form parses back to an equal space.
#include "luthier/space.h"

#include "base/format.h"
#include "core/expression/expression.h"

namespace luthier {
namespace {

Domain listed(DomainKind kind, ValueList values) {
  return {.kind = kind, .values = std::move(values)};
}

}  // namespace

Domain uniform(double low, double high) {
  return {.kind = DomainKind::uniform, .low = low, .high = high};
}
Domain loguniform(double low, double high) {
  return {.kind = DomainKind::loguniform, .low = low, .high = high};
}
Domain quniform(double low, double high, double step) {
  return {.kind = DomainKind::quniform, .low = low, .high = high, .step = step};
}
Domain qloguniform(double low, double high, double step) {
  return {.kind = DomainKind::qloguniform, .low = low, .high = high, .step = step};
}
Domain randint(std::int64_t low, std::int64_t high) {
  return {.kind = DomainKind::randint,
          .low = static_cast<double>(low),
          .high = static_cast<double>(high)};
}
Domain qrandint(std::int64_t low, std::int64_t high, std::int64_t step) {
  return {.kind = DomainKind::qrandint,
          .low = static_cast<double>(low),
          .high = static_cast<double>(high),
          .step = static_cast<double>(step)};
}
Domain lograndint(std::int64_t low, std::int64_t high) {
  return {.kind = DomainKind::lograndint,
          .low = static_cast<double>(low),
          .high = static_cast<double>(high)};
}
Domain qlograndint(std::int64_t low, std::int64_t high, std::int64_t step) {
  return {.kind = DomainKind::qlograndint,
          .low = static_cast<double>(low),
          .high = static_cast<double>(high),
          .step = static_cast<double>(step)};
}
Domain normal(double mean, double standard_deviation) {
  return {.kind = DomainKind::normal, .low = mean, .high = standard_deviation};
}
Domain qnormal(double mean, double standard_deviation, double step) {
  return {.kind = DomainKind::qnormal, .low = mean, .high = standard_deviation, .step = step};
}
Domain choice(ValueList values) {
  return listed(DomainKind::choice, std::move(values));
}
Domain grid(ValueList values) {
  return listed(DomainKind::grid, std::move(values));
}
Domain constant(Value value) {
  return listed(DomainKind::constant, {std::move(value)});
}
Domain expression(const std::string& formula) {
  return {.kind = DomainKind::expression, .formula = canonical_expression(formula)};
}

Domain flag(std::string on, std::string off) {
  Domain domain = listed(DomainKind::flag, {false, true});
  domain.words.push_back(std::move(on));
  if (!off.empty()) {
    domain.words.push_back(std::move(off));
  }
  return domain;
}
Domain secret(const std::vector<std::string>& variables) {
  return listed(DomainKind::secret, ValueList(variables.begin(), variables.end()));
}

Space::Added& Space::Added::when(std::string_view name, const Value& value) {
  return when(formatted("{} == {}", expression_name(name), literal_text(value)));
}

Space::Added& Space::Added::when(std::string condition) {
  std::string& own = space_->parameters_[index_].condition;
  if (!own.empty()) {
    condition = formatted("({}) and ({})", own, condition);
  }
  own = canonical_expression(condition);
  return *this;
}

Space::Added Space::add(std::string name, Domain domain) {
  if (domain.kind == DomainKind::expression) {
    domain.formula = canonical_expression(domain.formula);
  }
  parameters_.push_back({.name = std::move(name), .domain = std::move(domain)});
  return Added(*this, parameters_.size() - 1);
}

Space& Space::constrain(const std::string& expression) {
  constraints_.push_back(canonical_expression(expression));
  return *this;
}

}  // namespace luthier
