#include <array>

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
    return fail_usage("extend by what? give -n N (more samples), --time TIME, or both");
  }
  return continue_experiment(
      arguments, [](const auto& directory, const ExperimentRequest& request) {
        return resume_experiment(directory, request.plugins, request.options, request.extension);
      });
}

}  // namespace

extern const Command kExtend;
const Command kExtend = {.name = "extend",
                         .summary = "give an experiment more samples or more time, and go on",
                         .examples = kExamples,
                         .operands = kOperands,
                         .options = options_of_extend(),
                         .run = run};

}  // namespace luthier::cli
