// A configuration as a file that programs read: JSON, TOML or YAML.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "luthier/value.h"

namespace luthier {

enum class ParameterFormat : std::uint8_t { json, toml, yaml };
std::string_view to_text(ParameterFormat format);  // also the file's extension

// Flat: {"optimizer.lr": 0.1}, what LUTHIER_PARAMS names. Nested: {"optimizer": {"lr": 0.1}}, what
// {params.file:...} stands for.
enum class ParameterShape : std::uint8_t { flat, nested };

// Of {params.file:...}. The json logger writes the same params.json.
std::filesystem::path parameters_path(const std::filesystem::path& directory,
                                      ParameterFormat format);
// Of LUTHIER_PARAMS.
std::filesystem::path flat_parameters_path(const std::filesystem::path& directory);
// The configuration as a file of that format, which its usual readers read back.
std::string format_parameters(const Config& config,
                              ParameterFormat format,
                              ParameterShape shape = ParameterShape::flat);
// One value, as it stands behind a key.
std::string format_value(const Value& value, ParameterFormat format);

// Why these names can't nest: one is a value and a group at once. Nothing: they can.
std::optional<std::string> nesting_problem(std::span<const std::string> names);

}  // namespace luthier
