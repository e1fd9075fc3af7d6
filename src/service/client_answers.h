// What a client answers for its searcher and scheduler (docs/client_protocol.md).
#pragma once

#include <optional>

#include "core/json.h"
#include "luthier/decision.h"
#include "luthier/error.h"
#include "luthier/searcher.h"

namespace luthier {

// The errors say what an answer has to be.
Result<Suggestion> read_suggestion(const Json& answer);
Result<Decision> read_decision(const Json& answer);
Result<std::optional<Choice>> read_choice(const Json& answer);
Result<bool> read_verdict(const Json& answer);

}  // namespace luthier
