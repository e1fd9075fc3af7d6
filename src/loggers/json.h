// Format "json": result.json, one line a result with its configuration, and params.json, the
// configuration. Names with dots become nested objects in both. Non-finite numbers are the strings
// "NaN", "Infinity" and "-Infinity", since JSON has no such numbers.
#pragma once

#include <memory>
#include <string>

#include "loggers/trial_files.h"

namespace luthier {

std::unique_ptr<FileFormat> json_format();

// {"optimizer.lr": 0.1, "optimizer.name": "sgd"} -> {"optimizer": {"lr": 0.1, "name": "sgd"}}.
// Where a name is both a value and a group, the group's members keep their dotted names.
std::string nested_json(const Config& config);

}  // namespace luthier
