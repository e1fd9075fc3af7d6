// Experiments side by side.
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "laboratory/comparison/comparison.h"
#include "service/comparison_view.h"
#include "service/http/api_request.h"
#include "tuner/advice.h"

namespace luthier {
namespace {

class CurveFold final : public EventFold {
 public:
  explicit CurveFold(std::optional<Budget> budget) : reader_(budget) {}

  void take(const Event& event) override { taken_ = taken_ ? reader_.take(event) : taken_; }
  // not_found: nothing was logged.
  Result<ExperimentCurve> curve(const std::string& name) const {
    LUTHIER_TRY(taken_);
    if (!reader_.created()) {
      return failure(ErrorCode::not_found, "'{}' has nothing to compare: its log is empty", name);
    }
    return reader_.curve();
  }

 private:
  CurveReader reader_;
  Result<> taken_;
};

// Every value of a parameter that may be given several times, each once.
std::vector<std::string> all_of(const ApiRequest& request, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : request.target.query) {
    if (key == name && std::ranges::find(values, value) == values.end()) {
      values.push_back(value);
    }
  }
  return values;
}

// "trials=50"; time is in seconds.
Result<std::optional<Budget>> budget_of(const std::string& text) {
  if (text.empty()) {
    return std::optional<Budget>();
  }
  const auto equals = text.find('=');
  const std::string axis = text.substr(0, equals);
  const bool known = axis == "time" || axis == "trials" || axis == "resource";
  const double amount =
      equals == std::string::npos ? 0 : parse_number(text.substr(equals + 1)).value_or(0);
  if (!known || !std::isfinite(amount) || amount <= 0) {
    return failure(ErrorCode::invalid_argument,
                   "at is '{}'; it must be time=SECONDS, trials=COUNT or resource=ITERATIONS, "
                   "above 0",
                   to_utf8(text));
  }
  return std::optional(Budget{.axis = axis == "time"     ? CurveAxis::time
                                      : axis == "trials" ? CurveAxis::trials
                                                         : CurveAxis::resource,
                              .amount = amount});
}

Result<ComparisonOptions> options_of(const ApiRequest& request) {
  ComparisonOptions options{.by = all_of(request, "by")};
  LUTHIER_TAKE(options.budget, budget_of(request.text("at")));
  if (const std::string text = request.text("optimum"); !text.empty()) {
    options.optimum = parse_number(text);
    if (!options.optimum || !std::isfinite(*options.optimum)) {
      return failure(ErrorCode::invalid_argument,
                     "optimum is '{}'; it must be a finite number",
                     to_utf8(text));
    }
  }
  return options;
}

// What prints the same.
std::string command_of(const ApiRequest& request, const std::vector<std::string>& names) {
  std::string line = "luthier compare";
  for (const std::string& name : names) {
    line += " " + shell_word(name);
  }
  for (const char* option : {"by", "at", "optimum"}) {
    for (const std::string& value : all_of(request, option)) {
      line += formatted(" --{} {}", option, shell_word(value));
    }
  }
  return formatted("{} --results {}", line, shell_word(request.results.string()));
}

Result<ExperimentCurve> curve_of(const ApiRequest& request,
                                 const std::string& name,
                                 const std::optional<Budget>& budget) {
  LUTHIER_TAKE(const auto directory, directory_of(request.results, name));
  Result<ExperimentCurve> curve = Error{};
  LUTHIER_TRY(request.compared.look<CurveFold>(
      directory,
      "comparison " + request.text("at"),
      [&] { return std::make_unique<CurveFold>(budget); },
      [&](const CurveFold& fold) -> Result<> {
        curve = fold.curve(name);
        return curve ? Result<>() : curve.error();
      }));
  return curve;
}

}  // namespace

ApiAnswer answer_comparison(const ApiRequest& request) {
  const auto names = all_of(request, "experiment");
  if (names.size() < 2 || names.size() > kMostCompared) {
    return failure(ErrorCode::invalid_argument,
                   "a comparison is of 2 to {} experiments, each a parameter: "
                   "experiment=NAME&experiment=NAME",
                   kMostCompared);
  }
  LUTHIER_TAKE(const auto options, options_of(request));
  std::vector<ExperimentCurve> curves;
  for (const std::string& name : names) {
    LUTHIER_TAKE(auto curve, curve_of(request, name, options.budget));
    curve.name = name;  // by its directory, as the path of every other page
    curves.push_back(std::move(curve));
  }
  LUTHIER_TAKE(const auto comparison, compare(std::move(curves), options));
  return json_response(comparison_view(comparison, names, command_of(request, names)));
}

}  // namespace luthier
