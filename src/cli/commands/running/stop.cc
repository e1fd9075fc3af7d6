#include <array>

#include "cli/asking.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier stop digits"),
                                  std::string_view("luthier stop digits 42")};
constexpr std::array kOperands = {kExperiment, kOptionalTrial};
constexpr std::array kOptions = {kResults, kJson};

int run(const Arguments& arguments) {
  return ask(arguments, RequestKind::stop);
}

}  // namespace

extern const Command kStop;
const Command kStop = {
    .name = "stop",
    .summary = "end a running experiment or one of its trials; all results are kept",
    .examples = kExamples,
    .operands = kOperands,
    .options = kOptions,
    .run = run};

}  // namespace luthier::cli
