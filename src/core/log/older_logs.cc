#include "core/log/older_logs.h"

#include <algorithm>

#include "core/log/log_words.h"

namespace luthier {

bool completed_in_older_logs(const Numbers& numbers, std::string_view made_by) {
  return made_by == to_text(Decider::rule) ||
         std::ranges::any_of(numbers, [](const auto& each) { return each.first == "max_t"; });
}

}  // namespace luthier
