// Words that events store as text, because a reader may meet others in its place: the name of a
// plugin, or what another version wrote.
#pragma once

#include <optional>
#include <string_view>

#include "luthier/event.h"

namespace luthier {

// Who decides, chooses or proposes where no plugin does. Their version is 0, so a plugin may bear
// the same name.
enum class Decider : std::uint8_t { rule, limit, person, engine, points };
std::string_view to_text(Decider decider);
// Whether a person added the trial while the experiment ran.
bool is_persons(const TrialAdded& added);

// What runs out (LimitReached). Of a trial: `retry_delay`, and `stop_rule`, the user's own
// function. Of the experiment: the others, and `stop_rule` where it has converged.
enum class Limit : std::uint8_t {
  time_budget,
  max_failures,
  stop_rule,
  retry_delay,
  scheduler_error,  // it chose what can't be chosen
  failing_early,    // interrupts: the first trials failed alike
  no_program,       // interrupts: what the trials run is not there
};
std::string_view to_text(Limit limit);
std::optional<Limit> parse_limit(std::string_view text);
// The experiment is left and can be resumed; the other limits of an experiment end it.
bool interrupts(std::string_view limit);

// What a person asks for (ControlRequested).
// `extend` and `enqueue` come with what they ask for: the events beside them say what that was.
enum class RequestKind : std::uint8_t { stop, pause, resume, retry, extend, enqueue };
std::string_view to_text(RequestKind request);
std::optional<RequestKind> parse_request(std::string_view text);

}  // namespace luthier
