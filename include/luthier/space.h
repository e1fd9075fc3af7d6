// Search space: parameters with domains, conditions and constraints. The same words in C++, on the
// command line, in TOML and in JSON; to_text gives the canonical form, which parses back to an
// equal space. Nothing is checked while building: compiling (compiled_space.h) reports every
// problem.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luthier/error.h"
#include "luthier/value.h"

namespace luthier {

enum class DomainKind : std::uint8_t {
  uniform,
  loguniform,
  quniform,
  qloguniform,  // real numbers; q: multiples of a step
  randint,
  qrandint,
  lograndint,
  qlograndint,  // integers
  normal,
  qnormal,     // real numbers without bounds
  choice,      // one of `values`, equally likely
  grid,        // each of `values` in turn: the cells of the grid
  constant,    // values[0]
  expression,  // computed from other parameters
  flag,        // true or false: an argument that is there or not
  secret,      // one of `values`, names of environment variables whose content only the trial sees
};

// Words of Python where a domain's text has them. The values are the same; a program's arguments
// and environment show what was typed.
struct PythonWords {
  bool true_word = false;   // True
  bool false_word = false;  // False
  bool none_word = false;   // None
  friend bool operator==(const PythonWords&, const PythonWords&) = default;
};

// What a parameter may be. Fields that a kind does not use stay at their defaults.
struct Domain {
  DomainKind kind = DomainKind::constant;
  double low = 0;   // bounds; for normal kinds: the mean
  double high = 0;  // for normal kinds: the standard deviation
  double step =
      0;  // q kinds: values are low, low + step, ... up to high (normal: multiples of step)
  ValueList values = {};
  std::string formula = {};  // expression kind
  // Flag kind: the argument of a program when true and, if there is a second one, when false.
  std::vector<std::string> words = {};
  PythonWords python = {};
  friend bool operator==(const Domain&, const Domain&) = default;
};

Domain uniform(double low, double high);                   // [low, high)
Domain loguniform(double low, double high);                // [low, high), low > 0
Domain quniform(double low, double high, double step);     // both bounds possible
Domain qloguniform(double low, double high, double step);  // both bounds possible, low > 0
Domain randint(std::int64_t low, std::int64_t high);       // low .. high - 1
Domain qrandint(std::int64_t low, std::int64_t high, std::int64_t step);  // high possible
Domain lograndint(std::int64_t low, std::int64_t high);  // low .. high - 1, low >= 1
Domain qlograndint(std::int64_t low, std::int64_t high, std::int64_t step);
Domain normal(double mean, double standard_deviation);
Domain qnormal(double mean, double standard_deviation, double step);
Domain choice(ValueList values);
Domain grid(ValueList values);
Domain constant(Value value);
Domain expression(const std::string& formula);  // "epochs * 0.1"

// "--amp" where it is true; `off` ("--no-amp") or no argument at all where it is false.
Domain flag(std::string on, std::string off = {});
// One of these environment variables: a trial's environment has its content, everything else that
// Luthier writes has its name.
Domain secret(const std::vector<std::string>& variables);

struct Parameter {
  std::string name;  // letters, digits, '_', '-'; '.' separates nested groups: "optimizer.lr"
  Domain domain;
  std::string condition = {};  // expression over other parameters; empty: always active
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

class Space {
 public:
  // Lets `.when` follow `add`: space.add("momentum", uniform(0, 1)).when("optimizer", "sgd").
  class Added {
   public:
    Added& when(std::string_view name, const Value& value);  // active only if name == value
    Added& when(std::string condition);                      // active only if the expression holds
   private:
    friend class Space;
    Added(Space& space, std::size_t index) : space_(&space), index_(index) {}
    Space* space_;
    std::size_t index_;
  };

  Added add(std::string name, Domain domain);
  // A condition every configuration must satisfy, e.g. "min_size < max_size". Where a parameter in
  // it is inactive, the constraint does not apply.
  Space& constrain(const std::string& expression);

  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<std::string>& constraints() const { return constraints_; }

  // "NAME=DISTRIBUTION" or "NAME=DISTRIBUTION if CONDITION", as after `-p`. A bare literal is a
  // constant; `[a, b, c]` is a choice.
  Result<> add_text(std::string_view text);
  static Result<Domain> parse_domain(std::string_view text);

  friend bool operator==(const Space&, const Space&) = default;

 private:
  std::vector<Parameter> parameters_;
  std::vector<std::string> constraints_;
};

std::string to_text(const Domain& domain);  // "loguniform(1e-05, 0.1)"
std::string to_text(
    const Parameter& parameter);  // "lr=loguniform(1e-05, 0.1) if optimizer == \"sgd\""
// {"parameters": {"lr": "loguniform(1e-05, 0.1)", ...}, "constraints": [...]}, order kept.
std::string to_json(const Space& space);
Result<Space> parse_space_json(std::string_view json);

}  // namespace luthier
