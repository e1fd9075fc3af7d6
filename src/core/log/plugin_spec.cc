// "asha:max_t=81,grace_period=3"
#include <algorithm>

#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/expression/expression_lexer.h"
#include "core/value_text.h"
#include "luthier/experiment_spec.h"

namespace luthier {
namespace {

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

// "key=value" at the reader's place.
Result<> read_option(ValueReader& reader, NamedValues& options) {
  const std::string key(reader.peek_word());
  if (!is_word(key)) {
    return reader.fail("expected an option, as in NAME:option=value,option=value");
  }
  if (options.contains(key)) {
    return reader.fail(formatted("the option '{}' is given twice; drop one", key));
  }
  reader.move_to(reader.position() + key.size());
  if (!reader.accept('=')) {
    return reader.fail(formatted("the option '{}' has no value; write {}=VALUE", key, key));
  }
  LUTHIER_TAKE(auto value, reader.read_value());
  options.append(key, std::move(value));
  return {};
}

}  // namespace

Result<PluginSpec> parse_plugin_spec(std::string_view text) {
  const auto colon = text.find(':');
  PluginSpec spec{.name = std::string(trim(text.substr(0, colon)))};
  if (!is_word(spec.name)) {
    return syntax_error(text, 0, "expected a name, as in asha or asha:max_t=81");
  }
  if (colon == std::string_view::npos) {
    return spec;
  }
  ValueReader reader(text);
  reader.move_to(colon + 1);
  do {
    LUTHIER_TRY(read_option(reader, spec.options));
  } while (reader.accept(','));
  reader.skip_blanks();
  if (!reader.at_end()) {
    return reader.fail("expected ',' or the end; put text with spaces or punctuation in quotes");
  }
  return spec;
}

std::string to_text(const PluginSpec& spec) {
  std::string out = spec.name;
  for (const auto& [key, value] : spec.options) {
    out += out.size() == spec.name.size() ? ':' : ',';
    out += formatted("{}={}", key, value_text(value));
  }
  return out;
}

}  // namespace luthier
