// A configuration as a JSON, TOML or YAML file.
#include <cmath>

#include "base/text.h"
#include "executors/command_template.h"

namespace luthier {
namespace {

// YAML 1.1 readers take 1e-05 for text: a number needs its point. TOML allows it.
std::string real(double number, std::string_view not_a_number, std::string_view infinity) {
  if (std::isnan(number)) {
    return std::string(not_a_number);
  }
  if (std::isinf(number)) {
    return (number < 0 ? "-" : "") + std::string(infinity);
  }
  std::string text = format_number(number);
  if (text.find('.') == std::string::npos) {
    const auto exponent = text.find('e');
    text.insert(exponent == std::string::npos ? text.size() : exponent, ".0");
  }
  return text;
}

std::string format_value(const Value& value, ParameterFormat format) {
  if (const auto* number = std::get_if<double>(&value.data())) {
    const bool yaml = format == ParameterFormat::yaml;
    return real(*number, yaml ? ".nan" : "nan", yaml ? ".inf" : "inf");
  }
  if (const auto* list = value.list()) {
    std::string out = "[";
    for (const auto& element : *list) {
      out += out.size() > 1 ? ", " : "";
      out += format_value(element, format);
    }
    return out + "]";
  }
  return to_json(value);
}

}  // namespace

std::string format_parameters(const Config& config, ParameterFormat format) {
  if (format == ParameterFormat::json) {
    return to_json(config) + "\n";
  }
  const bool toml = format == ParameterFormat::toml;
  std::string out;
  for (const auto& [name, value] : config) {
    if (toml && value.is_null()) {
      continue;  // TOML has no null: an absent key says the same
    }
    append_json_string(out, name);
    out += toml ? " = " : ": ";
    out += format_value(value, format);
    out += '\n';
  }
  return out.empty() && !toml ? "{}\n" : out;
}

}  // namespace luthier
