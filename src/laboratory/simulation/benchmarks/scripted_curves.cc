#include "laboratory/simulation/benchmarks/scripted_curves.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "core/expression/expression.h"
#include "core/space/space_json.h"
#include "luthier/compiled_space.h"

namespace luthier {
namespace {

constexpr std::string_view kIteration = "training_iteration";

struct Curve {
  std::string name;
  Expression formula;
};

struct Script {
  BenchmarkFacts facts;
  std::vector<Curve> curves;
  std::optional<Expression> seconds;
  std::optional<double> optimum;

  // A parameter that is inactive where a formula needs it, or a text: no number.
  static double number(const Expression& formula, const Config& config, std::int64_t iteration) {
    const Value at(iteration);
    const auto value = formula.evaluate(
        [&](std::string_view name) { return name == kIteration ? &at : config.find(name); });
    const auto result = value ? value->number() : std::nullopt;
    return result.value_or(std::numeric_limits<double>::quiet_NaN());
  }
};

class CurveRun final : public BenchmarkRun {
 public:
  CurveRun(const Script& script, Config config) : script_(script), config_(std::move(config)) {}

  BenchmarkStep step(std::int64_t iteration) const override {
    BenchmarkStep step;
    for (const Curve& curve : script_.curves) {
      step.metrics.append(curve.name, Script::number(curve.formula, config_, iteration));
    }
    if (script_.seconds) {
      const double seconds = Script::number(*script_.seconds, config_, iteration);
      step.seconds = std::isfinite(seconds) && seconds >= 0 ? seconds : 0;
    }
    return step;
  }

 private:
  const Script& script_;
  Config config_;
};

class Curves final : public Benchmark {
 public:
  explicit Curves(Script script) : script_(std::move(script)) {}
  const BenchmarkFacts& facts() const override { return script_.facts; }
  std::unique_ptr<BenchmarkRun> run(const Config& config, std::uint64_t /*seed*/) const override {
    return std::make_unique<CurveRun>(script_, config);
  }
  std::optional<double> optimum(const Objective& objective) const override {
    return objective == script_.facts.objective ? script_.optimum : std::nullopt;
  }

 private:
  Script script_;
};

class Reader {
 public:
  Reader(const Json& root, const std::string& file) : root_(root), file_(file) {}

  Result<std::shared_ptr<const Benchmark>> read() {
    check_keys();
    read_facts();
    read_space();
    read_formulas();
    read_objective();
    if (!problems_.empty()) {
      return Error{ErrorCode::invalid_argument, join(problems_, "\n")};
    }
    return std::shared_ptr<const Benchmark>(std::make_shared<const Curves>(std::move(script_)));
  }

 private:
  void problem(const std::string& sentence) {
    problems_.push_back(formatted("{}: {}", file_, sentence));
  }

  void check_keys() {
    const std::vector<std::string> known = {
        "name", "iterations", "space", "curves", "seconds", "objective", "optimum"};
    for (const auto& [key, value] : root_.members) {
      if (std::ranges::find(known, key) == known.end()) {
        problem(unknown_name("key of curves called", key, known));
      }
    }
  }

  void read_facts() {
    const Json* name = root_.find("name");
    const std::string* text = name ? name->value.text() : nullptr;
    script_.facts.name = text ? *text : "";
    if (script_.facts.name.empty()) {
      problem("'name' must be a text");
    }
    const Json* iterations = root_.find("iterations");
    const auto count = iterations ? iterations->value.integer() : std::nullopt;
    script_.facts.iterations = count.value_or(0);
    if (script_.facts.iterations < 1) {
      problem("'iterations' must be a whole number of at least 1");
    }
    if (const Json* optimum = root_.find("optimum")) {
      script_.optimum = optimum->value.number();
      if (!script_.optimum) {
        problem("'optimum' must be a number");
      }
    }
  }

  void read_space() {
    const Json* json = root_.find("space");
    if (json == nullptr) {
      return problem("'space' must be an object with 'parameters'");
    }
    auto space = luthier::read_space(*json);
    const auto compiled = space ? CompiledSpace::compile(*space) : space.error();
    if (!compiled) {
      for (const std::string& sentence : split(compiled.error().message, '\n')) {
        problem(sentence);
      }
      return;
    }
    known_ = {std::string(kIteration)};
    for (const Parameter& parameter : space->parameters()) {
      if (parameter.name == kIteration) {
        problem(
            formatted("formulas mean the iteration by '{}'; rename the parameter", parameter.name));
      }
      known_->push_back(parameter.name);
    }
    script_.facts.space = std::move(*space);
  }

  std::optional<Expression> formula(const Json& json, const std::string& place) {
    const std::string text = json.value.text() ? *json.value.text() : to_text(json.value);
    auto parsed = parse_expression(text);
    if (!parsed) {
      problem(formatted("'{}': {}", place, parsed.error().message));
      return std::nullopt;
    }
    for (const std::string& name : parsed->names()) {
      if (known_ && std::ranges::find(*known_, name) == known_->end()) {
        problem(formatted("'{}': {}", place, unknown_name("parameter", name, *known_)));
        return std::nullopt;
      }
    }
    return std::move(*parsed);
  }

  void read_formulas() {
    for (const auto& [name, json] : root_.find("curves")->members) {
      if (auto parsed = formula(json, "curves." + name)) {
        script_.facts.metrics.push_back(name);
        script_.curves.push_back({name, std::move(*parsed)});
      }
    }
    if (root_.find("curves")->members.empty()) {
      problem("'curves' must be an object with a formula for each metric");
    }
    if (const Json* seconds = root_.find("seconds")) {
      script_.seconds = formula(*seconds, "seconds");
    }
  }

  void read_objective() {
    const Json* objective = root_.find("objective");
    const Json* metric = objective ? objective->find("metric") : nullptr;
    const Json* mode = objective ? objective->find("mode") : nullptr;
    const std::string* name = metric ? metric->value.text() : nullptr;
    const std::string* way = mode ? mode->value.text() : nullptr;
    if (!name || !way || (*way != "min" && *way != "max")) {
      return problem("'objective' must have a 'metric' and a 'mode', \"min\" or \"max\"");
    }
    script_.facts.objective = {*name, *way == "max" ? Mode::max : Mode::min};
    if (!root_.find("curves")->find(*name)) {
      problem(formatted("'objective.metric' is '{}', which is not one of the curves", *name));
    }
  }

  const Json& root_;
  const std::string& file_;
  Script script_;
  std::optional<std::vector<std::string>> known_;  // what formulas may name; none without a space
  std::vector<std::string> problems_;
};

}  // namespace

bool holds_curves(const Json& root) {
  const Json* curves = root.find("curves");
  return curves != nullptr && curves->kind == Json::Kind::object;
}

Result<std::shared_ptr<const Benchmark>> read_curves(const Json& root, const std::string& file) {
  return Reader(root, file).read();
}

}  // namespace luthier
