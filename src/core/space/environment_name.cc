#include "core/space/environment_name.h"

namespace luthier {

std::string environment_name(std::string_view parameter) {
  std::string out = "LUTHIER_PARAM_";
  for (const char c : parameter) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += lower ? static_cast<char>(c - 'a' + 'A') : kept ? c : '_';
  }
  return out;
}

}  // namespace luthier
