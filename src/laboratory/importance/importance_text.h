// A report on importance as sentences and as JSON.
#pragma once

#include <string>

#include "laboratory/importance/importance.h"

namespace luthier {

// Which trials count, and which do not: "412 of 500 trials count, by their 'loss' at iteration 3;
// left out: 12 failed, 76 ended before iteration 3."
std::string counted_text(const ImportanceReport& report);
// What the shares and intervals are.
std::string method_text(const ImportanceReport& report);
// As docs/cli.md describes it, "schema" first. `most`: parameters (and pairs) that are listed.
std::string importance_json(const ImportanceReport& report, std::size_t most);

}  // namespace luthier
