#include <array>

#include "cli/asking.h"
#include "cli/output/output.h"
#include "cli/session.h"

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
  return continue_experiment(arguments, [](const auto& directory, const SessionSetup& setup) {
    return resume_experiment(directory, setup.plugins, setup.options);
  });
}

}  // namespace

extern const Command kResume;
const Command kResume = {
    .name = "resume",
    .summary = "go on with an interrupted experiment, or with a trial that a person paused",
    .examples = kExamples,
    .operands = kOperands,
    .options = kSessionOptions,
    .run = run};

}  // namespace luthier::cli
