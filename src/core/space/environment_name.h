// The environment variable that carries a parameter to a trial's process.
#pragma once

#include <string>
#include <string_view>

namespace luthier {

// "LUTHIER_PARAM_" and the name in upper case, every character but letters and digits as '_':
// "optimizer.lr" -> "LUTHIER_PARAM_OPTIMIZER_LR".
std::string environment_name(std::string_view parameter);

}  // namespace luthier
