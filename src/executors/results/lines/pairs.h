// Pairs: the numbers of a line that its own signs give names to: `loss=0.5`, `Val Loss: 0.5`,
// `loss -> 0.5`, `| loss | 0.5 |`.
#pragma once

#include <string_view>
#include <vector>

#include "executors/results/words/amount.h"
#include "executors/results/words/mention.h"

namespace luthier {

// A mention and where it stands in its line.
struct PlacedMention {
  Mention mention;
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<PlacedMention> pairs_of(std::string_view line);

// A unit that stands apart behind the number that ends at `at`: "980 ms".
std::string_view unit_behind(std::string_view line, std::size_t at);
// `unit` counts if the amount has none of its own.
Mention named_amount(std::string_view name,
                     const Amount& amount,
                     std::string_view unit,
                     MentionForm form);
// Where the first character that is no blank stands, from `at` on.
std::size_t skip_blanks(std::string_view line, std::size_t at);

}  // namespace luthier
