#include "cli/asking.h"

#include "base/text.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "tuner/assembly.h"
#include "tuner/machine/machine.h"

namespace luthier::cli {

int ask(const Arguments& arguments, RequestKind what) {
  const auto directory = find_experiment(arguments);
  if (!directory) {
    return fail(directory.error());
  }
  std::optional<TrialId> trial;
  if (const auto text = arguments.operand(1)) {
    const auto parsed = parse_trial(*text);
    if (!parsed) {
      return fail(parsed.error());
    }
    trial = *parsed;
  }
  const auto answer = request(*directory, what, trial, person());
  if (!answer) {
    return fail(answer.error());
  }
  if (arguments.has("json")) {
    return finish("{\"schema\": 1, \"request\": " + json_string(to_text(what)) +
                  ", \"trial\": " + (trial ? std::to_string(trial->value) : "null") +
                  ", \"answer\": " + json_string(*answer) + "}\n");
  }
  talk(*answer);
  return kSuccess;
}

}  // namespace luthier::cli
