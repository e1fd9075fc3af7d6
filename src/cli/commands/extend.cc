#include <array>

#include "cli/output/output.h"
#include "cli/session.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier extend digits -n 50"),
                                  std::string_view("luthier extend digits --time 2h")};
constexpr std::array kOperands = {kExperiment};
constexpr std::array kOptions = {Option{.name = "samples",
                                        .letter = 'n',
                                        .argument = "N",
                                        .meaning = "this many more draws for each cell of the grid",
                                        .group = "budget"},
                                 Option{.name = "time",
                                        .argument = "TIME",
                                        .meaning = "this much more time, such as 90s, 15m or 2h",
                                        .group = "budget"},
                                 kJobs,
                                 kDurability,
                                 kCpus,
                                 kGpus,
                                 kInventory,
                                 kPlugin,
                                 kCluster,
                                 kVerbose,
                                 kQuiet,
                                 kPlain,
                                 kResults,
                                 kJson};

Result<Extension> extension_of(const Arguments& arguments) {
  Extension extension;
  if (const auto text = arguments.text("samples")) {
    const auto samples = parse_count("--samples", *text, 1);
    if (!samples) {
      return samples.error();
    }
    extension.more_samples = *samples;
  }
  if (const auto text = arguments.text("time")) {
    const auto time = parse_duration("--time", *text);
    if (!time) {
      return time.error();
    }
    if (*time == 0) {
      return Error{ErrorCode::invalid_argument, "--time is '" + *text + "'; it must be above 0"};
    }
    extension.more_time_s = *time;
  }
  if (!extension.more_samples && !extension.more_time_s) {
    return Error{ErrorCode::invalid_argument,
                 "extend by what? give -n N (more samples), --time TIME, or both"};
  }
  return extension;
}

int run(const Arguments& arguments) {
  const auto extension = extension_of(arguments);
  if (!extension) {
    return fail(extension.error());
  }
  return continue_experiment(arguments, [&](const auto& directory, const SessionSetup& setup) {
    return resume_experiment(directory, setup.plugins, setup.options, *extension);
  });
}

}  // namespace

extern const Command kExtend;
const Command kExtend = {.name = "extend",
                         .summary = "give an experiment more samples or more time, and go on",
                         .examples = kExamples,
                         .operands = kOperands,
                         .options = kOptions,
                         .run = run};

}  // namespace luthier::cli
