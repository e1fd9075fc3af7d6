// Gives an experiment a configuration to try, whether or not it runs.
#include <array>

#include "base/failure.h"
#include "base/try.h"
#include "cli/asking.h"
#include "cli/commands/running/continue_experiment.h"
#include "cli/options/option_table.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "core/space/shared_space.h"
#include "core/space/typed_config.h"
#include "tuner/stored/status.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("luthier enqueue digits lr=0.01 batch=32"),
    std::string_view("luthier enqueue digits optimizer=sgd   # the rest is drawn")};
constexpr std::array kOperands = {kExperiment, Operand{.name = "NAME=VALUE", .repeatable = true}};

// The operands after the experiment's.
Result<std::vector<std::pair<std::string, std::string>>> typed(const Arguments& arguments) {
  std::vector<std::pair<std::string, std::string>> typed;
  for (std::size_t i = 1; i < arguments.operands().size(); ++i) {
    const std::string& text = arguments.operands()[i];
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return failure(ErrorCode::invalid_argument,
                     "'{}' is no parameter with its value; write NAME=VALUE, such as lr=0.01",
                     text);
    }
    typed.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return typed;
}

Result<Config> config_of(const Arguments& arguments) {
  LUTHIER_TAKE(const auto words, typed(arguments));
  LUTHIER_TAKE(const auto directory, find_experiment(arguments));
  LUTHIER_TAKE(const auto spec, read_spec(directory));
  LUTHIER_TAKE(const auto space, compile_shared(spec.space));
  auto read = read_typed(*space, words);
  LUTHIER_TRY(read.check());
  return std::move(read.config);
}

int run(const Arguments& arguments) {
  const auto config = config_of(arguments);
  if (!config) {
    return fail(config.error());
  }
  if (const auto done =
          ask_if_running(arguments, {.request = RequestKind::enqueue, .config = *config})) {
    return *done;
  }
  return continue_experiment(
      arguments, [&](const auto& directory, const ExperimentRequest& request) {
        return enqueue_and_resume(directory, request.plugins, request.options, *config);
      });
}

}  // namespace

extern const Command kEnqueue;
const Command kEnqueue = {
    .name = "enqueue",
    .summary = "give an experiment a configuration to try, and resume it if it is not running",
    .examples = kExamples,
    .operands = kOperands,
    .options = options_of_resume(),
    .run = run};

}  // namespace luthier::cli
