#include <array>

#include "cli/asking.h"
#include "cli/output/output.h"
#include "cli/session.h"

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
  return continue_experiment(arguments, [&](const auto& directory, const SessionSetup& setup) {
    return retry_experiment(directory, setup.plugins, setup.options, trial);
  });
}

}  // namespace

extern const Command kRetry;
const Command kRetry = {.name = "retry",
                        .summary = "run the failed trials again, all or one",
                        .examples = kExamples,
                        .operands = kOperands,
                        .options = kSessionOptions,
                        .run = run};

}  // namespace luthier::cli
