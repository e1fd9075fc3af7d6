#include "tuner/tuner_options.h"

#include <array>
#include <ctime>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "core/expression/requirement.h"
#include "core/expression/stop_rule_check.h"

namespace luthier {

void Tuner::Impl::set_executor_option(const std::string& name, std::string value) {
  for (auto& [key, old] : spec.executor_options) {
    if (key == name) {
      old = std::move(value);
      return;
    }
  }
  spec.executor_options.emplace_back(name, std::move(value));
}

void Tuner::Impl::add_executor_option(const std::string& name,
                                      char separator,
                                      const std::string& value) {
  for (auto& [key, old] : spec.executor_options) {
    if (key == name) {
      old += separator + value;
      return;
    }
  }
  spec.executor_options.emplace_back(name, value);
}

Result<> Tuner::Impl::check() const {
  std::vector<std::string> all = problems;
  for (const std::string& rule : stop_rules) {
    const auto parsed = parse_stop_rule(rule, metrics_of(spec));
    std::string problem = parsed ? stop_rule_problem(*parsed) : parsed.error().message;
    if (!problem.empty()) {
      all.push_back(std::move(problem));
    }
  }
  for (const std::string& condition : requirements) {
    if (const auto parsed = parse_requirement(condition, named_in(spec)); !parsed) {
      all.push_back(parsed.error().message);
    }
  }
  const bool here = spec.executor == "in_process";
  if (here && (!spec.command.empty() || !spec.executor_options.empty())) {
    all.emplace_back(
        "a program, a Python function or a library is given, which the executor in_process does "
        "not run; call executor(\"process\") or executor(\"ray\")");
  }
  if (!here && options.train) {
    all.push_back(
        formatted("the executor {} does not run a function of this program; build it into a "
                  "library for trainable(), or drop executor()",
                  spec.executor));
  }
  if (!all.empty()) {
    return Error{ErrorCode::invalid_argument, join(all, "\n")};
  }
  return {};
}

ExperimentSpec Tuner::Impl::named_spec() const {
  ExperimentSpec named = spec;
  for (const std::string& rule : stop_rules) {
    if (auto parsed = parse_stop_rule(rule, metrics_of(spec))) {
      named.stop.push_back(std::move(*parsed));
    }
  }
  for (const std::string& condition : requirements) {
    if (auto parsed = parse_requirement(condition, named_in(spec))) {
      named.require.push_back(std::move(*parsed));
    }
  }
  if (named.name.empty()) {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    std::array<char, 40> text{};
    std::strftime(text.data(), text.size(), "experiment_%Y-%m-%d_%H-%M-%S", &parts);
    named.name = text.data();
  }
  return named;
}

}  // namespace luthier
