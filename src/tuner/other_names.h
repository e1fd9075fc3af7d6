// Metrics that a program prints under another name than was asked for, in words.
#pragma once

#include <string>

namespace luthier {

// "val_loss is read from 'Val Loss' on stdout"; empty where each stands under its own name.
// `understanding`: the text of what was understood (executors/results/hearing.h).
std::string other_names(const std::string& understanding);

}  // namespace luthier
