// Text of users inside a page: nothing in it can be markup, leave an attribute, or hide what it is.
#pragma once

#include <string>
#include <string_view>

namespace luthier {

std::string html_text(std::string_view text);

}  // namespace luthier
