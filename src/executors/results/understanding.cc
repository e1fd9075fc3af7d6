#include "executors/results/understanding.h"

#include <optional>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json.h"
#include "core/json_writer.h"

namespace luthier {
namespace {

constexpr std::size_t kLargestText = std::size_t{64} << 10;
constexpr std::size_t kMostMeanings = 100;
constexpr std::size_t kMostInGroup = 64;
constexpr std::size_t kLongestName = 512;
constexpr const char* kForms[] = {"record", "pair", "table", "row", "name_value", "value_name"};
constexpr const char* kKinds[] = {"none", "train", "val", "eval", "dev", "test"};

Error damaged(const std::string& what) {
  return {ErrorCode::corruption, "what was understood of the output can't be read: " + what};
}

void write(JsonWriter& json, const Meaning& meaning) {
  json.object().field("wanted", meaning.wanted).field("printed", meaning.printed);
  json.field("name", meaning.name).field("form", kForms[static_cast<std::size_t>(meaning.form)]);
  json.field("data", kKinds[static_cast<std::size_t>(meaning.data.kind)]);
  json.field("label", meaning.data.label).field("counted", meaning.counted);
  json.field("final", meaning.final).field("once_an_epoch", meaning.once_an_epoch);
  json.field("unit", meaning.unit);
  json.field("stream", meaning.stream == OutputStream::output ? "output" : "error").end();
}

std::string text_in(const Json& json, std::string_view key) {
  const Json* found = json.find(key);
  const std::string* text = found != nullptr ? found->value.text() : nullptr;
  return text != nullptr ? text->substr(0, kLongestName) : std::string();
}

bool flag_in(const Json& json, std::string_view key) {
  const Json* found = json.find(key);
  const bool* flag = found != nullptr ? found->value.boolean() : nullptr;
  return flag != nullptr && *flag;
}

template <std::size_t n>
std::optional<std::size_t> index_in(const char* const (&names)[n], const std::string& name) {
  for (std::size_t i = 0; i < n; ++i) {
    if (name == names[i]) {
      return i;
    }
  }
  return std::nullopt;
}

std::optional<Meaning> meaning_of(const Json& json) {
  const auto form = index_in(kForms, text_in(json, "form"));
  const auto kind = index_in(kKinds, text_in(json, "data"));
  Meaning meaning{.wanted = text_in(json, "wanted"),
                  .printed = text_in(json, "printed"),
                  .name = text_in(json, "name"),
                  .counted = flag_in(json, "counted"),
                  .final = flag_in(json, "final"),
                  .once_an_epoch = flag_in(json, "once_an_epoch"),
                  .unit = text_in(json, "unit")};
  if (!form || !kind || meaning.wanted.empty() || meaning.printed.empty()) {
    return std::nullopt;
  }
  meaning.form = static_cast<MentionForm>(*form);
  meaning.data = {static_cast<DataKind>(*kind), text_in(json, "label")};
  meaning.stream = text_in(json, "stream") == "error" ? OutputStream::error : OutputStream::output;
  return meaning;
}

Result<std::vector<std::string>> group_in(const Json& json, const char* key) {
  std::vector<std::string> group;
  const Json* found = json.find(key);
  if (found == nullptr) {
    return group;
  }
  if (found->kind != Json::Kind::list || found->items.size() > kMostInGroup) {
    return damaged(formatted("'{}' is not a list of at most 64 names", key));
  }
  for (const Json& name : found->items) {
    const std::string* text = name.value.text();
    if (text == nullptr) {
      return damaged(formatted("'{}' holds something other than text", key));
    }
    group.push_back(text->substr(0, kLongestName));
  }
  return group;
}

std::vector<std::string> bounded(const std::vector<std::string>& group) {
  return group.size() <= kMostInGroup ? group : std::vector<std::string>();
}

}  // namespace

std::string understanding_text(const Understood& understood) {
  std::string out;
  JsonWriter json(out);
  json.object().field("version", 1);
  json.list_of("meanings", understood.meanings, [&](const auto& each) { write(json, each); });
  json.field("output_group", bounded(understood.output_group));
  json.field("error_group", bounded(understood.error_group)).end();
  return out;
}

Result<Understood> parse_understanding(std::string_view text) {
  if (text.size() > kLargestText) {
    return damaged("it is longer than 64 KiB");
  }
  const auto json = parse_json(text);
  const Json* meanings = json ? json->find("meanings") : nullptr;
  if (meanings == nullptr || meanings->kind != Json::Kind::list ||
      meanings->items.size() > kMostMeanings) {
    return damaged("it is not an object with a list 'meanings'");
  }
  Understood understood;
  for (const Json& one : meanings->items) {
    auto meaning = meaning_of(one);
    if (!meaning) {
      return damaged("one of its meanings lacks a name, a form or its data");
    }
    understood.meanings.push_back(*std::move(meaning));
  }
  auto output = group_in(*json, "output_group");
  auto error = group_in(*json, "error_group");
  if (!output || !error) {
    return output ? error.error() : output.error();
  }
  understood.output_group = *std::move(output);
  understood.error_group = *std::move(error);
  return understood;
}

Result<Understanding> Understanding::parse(std::string_view text) {
  LUTHIER_TAKE(auto understood, parse_understanding(text));
  Understanding understanding;
  understanding.text_ = understanding_text(understood);
  return understanding;
}

std::string Understanding::in_words() const {
  constexpr const char* kData[] = {
      "", "training", "validation", "evaluation", "development", "test"};
  std::string out;
  const auto understood = parse_understanding(text_);
  if (!understood) {
    return out;
  }
  for (const auto& meaning : understood->meanings) {
    out += out.empty() ? "" : "; ";
    out += formatted("{} is '{}'", printable(meaning.wanted), printable(meaning.printed));
    if (meaning.data.kind != DataKind::none && meaning.printed != meaning.wanted) {
      out += formatted(" of the {} data", kData[static_cast<std::size_t>(meaning.data.kind)]);
    }
    out += meaning.stream == OutputStream::output ? " on stdout" : " on stderr";
    out += meaning.unit.empty() ? "" : ", in " + printable(meaning.unit);
  }
  return out;
}

}  // namespace luthier
