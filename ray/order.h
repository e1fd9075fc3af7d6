// The few fields of a start frame's JSON that the C++ worker itself needs; the rest is the
// library's.
#pragma once

#include <string>

namespace luthier::ray_driver {

// The text under `key` of the order; empty when it has none.
std::string text_in_order(const std::string& order, const std::string& key);

// The order with one more field, unless its text is empty.
std::string with_text(const std::string& order, const std::string& key, const std::string& text);

// {"node": ..., "pid": ...}: where this worker runs.
std::string place_as_json();

}  // namespace luthier::ray_driver
