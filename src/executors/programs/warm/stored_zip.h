// A zip archive of one file, stored as it is: what Python imports a module from.
#pragma once

#include <string>
#include <string_view>

namespace luthier {

std::string stored_zip(std::string_view name, std::string_view content);

}  // namespace luthier
