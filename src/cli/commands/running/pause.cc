#include <array>

#include "cli/asking.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier pause digits"),
                                  std::string_view("luthier pause digits 42")};
constexpr std::array kOperands = {kExperiment, kOptionalTrial};
constexpr std::array kOptions = {kResults, kJson};

int run(const Arguments& arguments) {
  return ask(arguments, RequestKind::pause);
}

}  // namespace

extern const Command kPause;
const Command kPause = {
    .name = "pause",
    .summary = "pause a running experiment or one of its trials; 'luthier resume' goes on with it",
    .examples = kExamples,
    .operands = kOperands,
    .options = kOptions,
    .run = run};

}  // namespace luthier::cli
