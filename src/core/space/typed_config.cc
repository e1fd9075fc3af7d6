#include "core/space/typed_config.h"

#include "base/text.h"
#include "core/value_text.h"

namespace luthier {
namespace {

// Where a choice has the text "16" and the number 16 is none, the text is meant.
Result<Value> read_value(const CompiledSpace& space,
                         const std::string& name,
                         const std::string& text) {
  const std::string trimmed(trim(text));
  ValueReader reader(trimmed);
  auto value = reader.read_value();
  reader.skip_blanks();
  const auto checked = value && reader.at_end() ? space.check({{name, *value}}) : Result<>();
  if (value && reader.at_end() && checked) {
    return *std::move(value);
  }
  const auto as_text = space.check({{name, Value(trimmed)}});
  if (as_text) {
    return Value(trimmed);
  }
  return checked.ok() ? as_text.error() : checked.error();
}

}  // namespace

Result<> TypedConfig::check() const {
  std::vector<std::string> sentences;
  for (const Problem& problem : problems) {
    sentences.push_back(problem.sentence);
  }
  return problems.empty() ? Result<>() : Error{ErrorCode::invalid_argument, join(sentences, "\n")};
}

TypedConfig read_typed(const CompiledSpace& space,
                       std::span<const std::pair<std::string, std::string>> typed) {
  TypedConfig read;
  for (const auto& [name, text] : typed) {
    auto value = read_value(space, name, text);
    if (value) {
      read.config.set(name, *std::move(value));
    } else {
      read.problems.push_back({name, value.error().message});
    }
  }
  if (read.problems.empty()) {
    if (const auto whole = space.check(read.config); !whole) {
      for (const auto& sentence : split(whole.error().message, '\n')) {
        read.problems.push_back({"", sentence});
      }
    }
  }
  if (typed.empty()) {
    read.problems.push_back({"", "no parameter is given; give at least one"});
  }
  return read;
}

}  // namespace luthier
