#include <array>

#include "cli/asking.h"
#include "cli/commands/running/continue_experiment.h"
#include "cli/options/option_table.h"
#include "cli/output/output.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier resume digits"),
                                  std::string_view("luthier resume digits -j 8"),
                                  std::string_view("luthier resume digits 42   # a paused trial")};
constexpr std::array kOperands = {kExperiment, kOptionalTrial};

int run(const Arguments& arguments) {
  if (arguments.operand(1)) {
    return ask(arguments, RequestKind::resume);
  }
  return continue_experiment(
      arguments, [](const auto& directory, const ExperimentRequest& request) {
        return resume_experiment(directory, request.plugins, request.options);
      });
}

}  // namespace

extern const Command kResume;
const Command kResume = {
    .name = "resume",
    .summary = "go on with an interrupted experiment, or with a trial that a person paused",
    .examples = kExamples,
    .operands = kOperands,
    .options = options_of_resume(),
    .run = run};

}  // namespace luthier::cli
