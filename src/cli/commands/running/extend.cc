#include <array>

#include "base/format.h"
#include "cli/asking.h"
#include "cli/commands/running/continue_experiment.h"
#include "cli/options/option_table.h"
#include "cli/output/output.h"
#include "cli/reading.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier extend digits -n 50"),
                                  std::string_view("luthier extend digits --time 2h"),
                                  std::string_view("luthier extend digits -n 20 -p "
                                                   "'lr=loguniform(1e-6, 1)'")};
constexpr std::array kOperands = {kExperiment};

int run(const Arguments& arguments) {
  const bool over_another_space = arguments.has("param");
  if (!arguments.has("samples") && !arguments.has("time") && !over_another_space) {
    return fail_usage(
        "nothing to extend by; give -n N (more samples), --time TIME or --param NAME=DISTRIBUTION");
  }
  const auto asked = read_resume_request(arguments);
  if (!asked) {
    return fail(asked.error());
  }
  if (over_another_space) {
    if (const auto directory = find_experiment(arguments); directory && is_running(*directory)) {
      const std::string name = directory->filename().string();
      return fail(
          {ErrorCode::unavailable,
           formatted("the space can't change while {} is running; end it with `luthier stop "
                     "{}`, then repeat this command",
                     name,
                     name)});
    }
  } else if (const auto done =
                 ask_if_running(arguments,
                                {.request = RequestKind::extend,
                                 .more_samples = asked->extension.more_samples.value_or(0),
                                 .more_time_s = asked->extension.more_time_s.value_or(0)})) {
    return *done;
  }
  return continue_experiment(
      arguments, [](const auto& directory, const ExperimentRequest& request) {
        Extension extension = request.extension;
        if (!request.spec.space.parameters().empty()) {
          extension.space = request.spec.space;
        }
        return resume_experiment(directory, request.plugins, request.options, extension);
      });
}

}  // namespace

extern const Command kExtend;
const Command kExtend = {
    .name = "extend",
    .summary =
        "give an experiment more samples, more time or other distributions, and resume it "
        "if it is not running",
    .examples = kExamples,
    .operands = kOperands,
    .options = options_of_extend(),
    .run = run};

}  // namespace luthier::cli
