#include <array>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "core/json_writer.h"
#include "tuner/assembly.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier replay digits"),
                                  std::string_view("luthier replay digits --json"),
                                  std::string_view("luthier replay mine --plugin ./mine.so")};
constexpr std::array kOperands = {kExperiment};
constexpr std::array kOptions = {kPlugin, kResults, kJson};

std::string json(const ReplayCounts& counts) {
  std::string out;
  JsonWriter(out)
      .object()
      .field("schema", 1)
      .field("decisions", counts.decisions)
      .field("choices", counts.choices)
      .field("suggestions", counts.suggestions)
      .field("differences", counts.differences)
      .field("first_difference", counts.differences == 0 ? Value() : Value(counts.first_difference))
      .end();
  return out + "\n";
}

std::string human(const ReplayCounts& counts) {
  const std::string text = formatted("{} decisions, {} choices and {} suggestions recomputed: ",
                                     counts.decisions,
                                     counts.choices,
                                     counts.suggestions);
  if (counts.differences == 0) {
    return text + "all are the same\n";
  }
  return formatted("{}{} differ\nfirst difference: {}\n",
                   text,
                   counts.differences,
                   printable(counts.first_difference));
}

int run(const Arguments& arguments) {
  PluginRegistry plugins;
  for (const auto& library : arguments.all("plugin")) {
    if (const auto loaded = plugins.load(library); !loaded) {
      return fail(loaded.error());
    }
  }
  const auto directory = find_experiment(arguments);
  if (!directory) {
    return fail(directory.error());
  }
  const auto counts = replay_experiment(*directory, plugins);
  if (!counts) {
    return fail(counts.error());
  }
  if (!print(arguments.has("json") ? json(*counts) : human(*counts))) {
    return kSystem;
  }
  return counts->differences == 0 ? kSuccess : kExperimentFailed;
}

}  // namespace

extern const Command kReplay;
const Command kReplay = {
    .name = "replay",
    .summary = "recompute every decision from the log and say whether each is the same",
    .examples = kExamples,
    .operands = kOperands,
    .options = kOptions,
    .run = run};

}  // namespace luthier::cli
