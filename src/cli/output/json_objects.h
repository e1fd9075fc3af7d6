// Reads the objects of a file, one a line or in one list.
#pragma once

#include <functional>
#include <string>

#include "core/json.h"
#include "luthier/error.h"
#include "luthier/value.h"

namespace luthier::cli {

// The whole of a text file that a person named; an error names it.
Result<std::string> read_text_file(const std::string& path);

// Calls take(object, where) for each of them, where `where` is "FILE, line 3" or "FILE: item 3".
// Stops at the first error.
Result<> for_each_json(
    const std::string& path,
    const std::string& text,
    const std::function<Result<>(const Json& json, const std::string& where)>& take);

// Nested objects are groups: {"optimizer": {"lr": 0.1}} is optimizer.lr. Nothing when a value is
// an object inside a list, or `object` is none.
std::optional<NamedValues> flattened(const Json& object);

}  // namespace luthier::cli
