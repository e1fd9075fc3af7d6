#include <array>

#include "cli/asking.h"
#include "cli/commands/running/continue_experiment.h"
#include "cli/options/option_table.h"
#include "cli/output/output.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier retry digits"),
                                  std::string_view("luthier retry digits 42")};
constexpr std::array kOperands = {kExperiment, kOptionalTrial};

int run(const Arguments& arguments) {
  std::optional<TrialId> trial;
  if (const auto text = arguments.operand(1)) {
    const auto parsed = parse_trial(*text);
    if (!parsed) {
      return fail(parsed.error());
    }
    trial = *parsed;
  }
  if (const auto done = ask_if_running(
          arguments, {.request = RequestKind::retry, .trial = trial.value_or(TrialId{-1})})) {
    return *done;
  }
  return continue_experiment(
      arguments, [&](const auto& directory, const ExperimentRequest& request) {
        return retry_experiment(directory, request.plugins, request.options, trial);
      });
}

}  // namespace

extern const Command kRetry;
const Command kRetry = {.name = "retry",
                        .summary = "run the failed trials again, all or one",
                        .examples = kExamples,
                        .operands = kOperands,
                        .options = options_of_resume(),
                        .run = run};

}  // namespace luthier::cli
