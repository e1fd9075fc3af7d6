#include "cli/asking.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/format.h"
#include "base/text.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "tuner/assembly.h"
#include "tuner/machine/machine.h"

namespace luthier::cli {
namespace {

int ask(const Arguments& arguments, const std::filesystem::path& directory, ControlRequest asked) {
  asked.who = person();
  const auto answer = request(directory, asked);
  if (!answer) {
    return fail(answer.error());
  }
  if (!arguments.has("json")) {
    talk(answer->sentence);
    return kSuccess;
  }
  return finish(to_json(asked.request, *answer) + "\n");
}

// The first option that only a command that starts something takes; empty: there is none.
std::string option_of_starting(const Arguments& arguments) {
  constexpr std::array<std::string_view, 7> kAsking = {
      "samples", "time", "results", "json", "quiet", "verbose", "plain"};
  for (const auto& [option, value] : arguments.given()) {
    if (std::ranges::find(kAsking, option->name) == kAsking.end()) {
      return "--" + std::string(option->name);
    }
  }
  return {};
}

}  // namespace

int ask(const Arguments& arguments, RequestKind what) {
  const auto directory = find_experiment(arguments);
  if (!directory) {
    return fail(directory.error());
  }
  ControlRequest asked{.request = what};
  if (const auto text = arguments.operand(1)) {
    const auto parsed = parse_trial(*text);
    if (!parsed) {
      return fail(parsed.error());
    }
    asked.trial = *parsed;
  }
  return ask(arguments, *directory, std::move(asked));
}

std::optional<int> ask_if_running(const Arguments& arguments, ControlRequest asked) {
  const auto directory = find_experiment(arguments);
  if (!directory || !is_running(*directory)) {
    return std::nullopt;
  }
  if (const std::string option = option_of_starting(arguments); !option.empty()) {
    return fail_usage(formatted(
        "{} is running, and {} is for starting; drop it", directory->filename().string(), option));
  }
  return ask(arguments, *directory, std::move(asked));
}

}  // namespace luthier::cli
