// Resources that are not there, in words.
#pragma once

#include <string>
#include <string_view>

namespace luthier {

// Behind a subject: "needs 2 gpus, but there is only 1".
std::string lacking_text(std::string_view resource, double wanted, double there);

}  // namespace luthier
