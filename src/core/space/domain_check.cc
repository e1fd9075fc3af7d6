#include "core/space/domain_check.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "base/format.h"
#include "base/text.h"
#include "core/expression/expression.h"
#include "core/space/distribution.h"

namespace luthier {
namespace {

constexpr double kLargestInteger = 0x1p53;  // bounds beyond it are not exact

bool is_log(DomainKind kind) {
  return kind == DomainKind::loguniform || kind == DomainKind::qloguniform ||
         kind == DomainKind::lograndint || kind == DomainKind::qlograndint;
}
bool is_integer(DomainKind kind) {
  return kind == DomainKind::randint || kind == DomainKind::qrandint ||
         kind == DomainKind::lograndint || kind == DomainKind::qlograndint;
}
bool has_step(DomainKind kind) {
  return kind == DomainKind::quniform || kind == DomainKind::qloguniform ||
         kind == DomainKind::qrandint || kind == DomainKind::qlograndint ||
         kind == DomainKind::qnormal;
}

class Check {
 public:
  explicit Check(const Domain& domain) : domain_(domain) {}

  std::vector<std::string> problems() {
    switch (domain_.kind) {
      case DomainKind::choice:
      case DomainKind::grid:
        values();
        break;
      case DomainKind::secret:
        variables();
        values();
        break;
      case DomainKind::flag:
        words();
        break;
      case DomainKind::constant:
        if (domain_.values.size() != 1) {
          add("a constant has one value, not " + std::to_string(domain_.values.size()));
        }
        break;
      case DomainKind::expression:
        break;
      case DomainKind::normal:
      case DomainKind::qnormal:
        normal();
        break;
      default:
        bounds();
    }
    return std::move(problems_);
  }

 private:
  void add(std::string problem) { problems_.push_back(std::move(problem)); }

  bool finite(std::string_view what, double number) {
    if (!std::isfinite(number)) {
      add(formatted("{} is {}; it must be a finite number", what, format_number(number)));
    } else if (is_integer(domain_.kind) && std::trunc(number) != number) {
      add(formatted("{} is {}; it must be an integer", what, format_number(number)));
    } else if (is_integer(domain_.kind) && std::abs(number) > kLargestInteger) {
      add(formatted("{} is {}; integers of a domain lie between -2^53 and 2^53",
                    what,
                    format_number(number)));
    } else {
      return true;
    }
    return false;
  }

  bool step() {
    if (!has_step(domain_.kind) || !finite("the step", domain_.step)) {
      return !has_step(domain_.kind);
    }
    if (domain_.step <= 0) {
      add(formatted("the step is {}; it must be above 0", format_number(domain_.step)));
    }
    return domain_.step > 0;
  }

  void bounds() {
    const bool low_good = finite("low", domain_.low);
    const bool high_good = finite("high", domain_.high);
    const bool step_good = step();
    if (low_good && is_log(domain_.kind) && domain_.low <= 0) {
      add(formatted("low is {}; on a log scale it must be above 0", format_number(domain_.low)));
    }
    if (low_good && high_good && !(domain_.low < domain_.high)) {
      const bool same = domain_.low == domain_.high;
      add(formatted(
          "low {} must be below high {}{}",
          format_number(domain_.low),
          format_number(domain_.high),
          same ? formatted("; write constant({}) for a single value", format_number(domain_.low))
               : "; swap them"));
    } else if (low_good && high_good && step_good && has_step(domain_.kind)) {
      levels();
    }
  }

  void levels() {
    const double count = count_levels(domain_.low, domain_.high, domain_.step);
    if (!(count <= kLargestInteger)) {
      add(formatted("step {} is too small for the range; use {}",
                    format_number(domain_.step),
                    is_log(domain_.kind) ? "loguniform" : "uniform"));
    } else if (count < 2) {
      add(
          formatted("step {} is larger than the range from {} to {}, which leaves one value; use a "
                    "smaller step",
                    format_number(domain_.step),
                    format_number(domain_.low),
                    format_number(domain_.high)));
    }
  }

  void normal() {
    finite("the mean", domain_.low);
    if (finite("the standard deviation", domain_.high) && domain_.high <= 0) {
      add(formatted("the standard deviation is {}; it must be above 0",
                    format_number(domain_.high)));
    }
    if (step() && domain_.kind == DomainKind::qnormal && std::isfinite(domain_.low) &&
        !((std::abs(domain_.low) + 10 * domain_.high) / domain_.step < kLargestInteger)) {
      add(formatted("step {} is too small for the range; use normal", format_number(domain_.step)));
    }
  }

  void values() {
    if (domain_.values.empty()) {
      add("it has no values; name at least one");
    }
    std::map<std::string, int> count;
    for (const Value& value : domain_.values) {
      const std::string text = literal_text(value);
      if (++count[text] == 2) {
        add(formatted("the value {} appears more than once; list it once", text));
      }
    }
  }

  void variables() {
    for (const Value& value : domain_.values) {
      const auto* name = value.text();
      if (name == nullptr || name->empty() || name->find('=') != std::string::npos) {
        add(literal_text(value) +
            " can't be the name of an environment variable; write it as in "
            "secret(API_TOKEN)");
      }
    }
  }

  void words() {
    const auto empty = [](const std::string& word) { return word.empty(); };
    if (domain_.words.empty() || domain_.words.size() > 2 ||
        std::ranges::any_of(domain_.words, empty)) {
      add("a flag has one or two arguments, none of them empty, as in flag(\"--amp\"); a text that "
          "may "
          "be empty is a choice: choice(\"\", \"-ffast-math\")");
    } else if (domain_.words.front() == domain_.words.back() && domain_.words.size() == 2) {
      add(formatted(
          "both arguments of the flag are {}; give one for on and a different one for off",
          json_string(domain_.words.front())));
    }
  }

  const Domain& domain_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> domain_problems(const Domain& domain) {
  return Check(domain).problems();
}

}  // namespace luthier
