// Reads what programs print: a JSON object or a Python dict, as `print(metrics)` writes it. Another
// job than that of core/json.h, which reads JSON and says what is wrong with other text: here each
// line of output passes, most are no record, and one may end before the line does.
#pragma once

#include <optional>
#include <string_view>

#include "luthier/value.h"

namespace luthier {

// The object that `text` begins with; nested objects are flattened ("val/loss"). Beyond JSON:
// single quotes, True, False, None, nan, inf, tuples, a comma before the end, and numbers in a call
// as numpy and torch print them (`np.float64(0.5)`). The texts "NaN", "Infinity" and "-Infinity"
// become numbers. Nothing when it is no object. `used`: how many bytes it took.
// `lists`: also objects in lists are flattened ("results/0/mean"); else they are kept as texts.
std::optional<NamedValues> read_record(std::string_view text,
                                       std::size_t* used = nullptr,
                                       bool lists = false);

// The number that `word` is: an integer if 64 bits hold it; beyond doubles an infinity, or 0.
std::optional<Value> read_number(std::string_view word);

}  // namespace luthier
