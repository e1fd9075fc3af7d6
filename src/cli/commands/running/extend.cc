#include <array>

#include "cli/asking.h"
#include "cli/commands/running/continue_experiment.h"
#include "cli/options/option_table.h"
#include "cli/output/output.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier extend digits -n 50"),
                                  std::string_view("luthier extend digits --time 2h")};
constexpr std::array kOperands = {kExperiment};

int run(const Arguments& arguments) {
  if (!arguments.has("samples") && !arguments.has("time")) {
    return fail_usage("nothing to extend by; give -n N (more samples), --time TIME, or both");
  }
  const auto asked = read_resume_request(arguments);
  if (!asked) {
    return fail(asked.error());
  }
  if (const auto done = ask_if_running(arguments,
                                       {.request = RequestKind::extend,
                                        .more_samples = asked->extension.more_samples.value_or(0),
                                        .more_time_s = asked->extension.more_time_s.value_or(0)})) {
    return *done;
  }
  return continue_experiment(
      arguments, [](const auto& directory, const ExperimentRequest& request) {
        return resume_experiment(directory, request.plugins, request.options, request.extension);
      });
}

}  // namespace

extern const Command kExtend;
const Command kExtend = {
    .name = "extend",
    .summary = "give an experiment more samples or more time, and resume it if it is not running",
    .examples = kExamples,
    .operands = kOperands,
    .options = options_of_extend(),
    .run = run};

}  // namespace luthier::cli
