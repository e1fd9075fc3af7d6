#include "executors/results/understanding.h"

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "base/try.h"

namespace luthier {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLargestText = std::size_t{64} << 10;
constexpr std::size_t kMostMeanings = 100;
constexpr std::size_t kMostInGroup = 64;
constexpr std::size_t kLongestName = 512;
constexpr const char* kForms[] = {"record", "pair", "table", "row", "name_value", "value_name"};
constexpr const char* kKinds[] = {"none", "train", "val", "eval", "dev", "test"};

Error damaged(const std::string& what) {
  return {ErrorCode::corruption, "what was understood of the output can't be read: " + what};
}

Json to_json(const Meaning& meaning) {
  return {{"wanted", meaning.wanted},
          {"printed", meaning.printed},
          {"name", meaning.name},
          {"form", kForms[static_cast<std::size_t>(meaning.form)]},
          {"data", kKinds[static_cast<std::size_t>(meaning.data.kind)]},
          {"label", meaning.data.label},
          {"counted", meaning.counted},
          {"final", meaning.final},
          {"once_an_epoch", meaning.once_an_epoch},
          {"unit", meaning.unit},
          {"stream", meaning.stream == OutputStream::output ? "output" : "error"}};
}

std::string text_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string()
             ? found->get<std::string>().substr(0, kLongestName)
             : std::string();
}

bool flag_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
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
  if (!json.is_object()) {
    return std::nullopt;
  }
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
  const auto found = json.find(key);
  if (found == json.end()) {
    return group;
  }
  if (!found->is_array() || found->size() > kMostInGroup) {
    return damaged(formatted("'{}' is no list of at most 64 names", key));
  }
  for (const auto& name : *found) {
    if (!name.is_string()) {
      return damaged(formatted("'{}' holds what is no text", key));
    }
    group.push_back(name.get<std::string>().substr(0, kLongestName));
  }
  return group;
}

std::vector<std::string> bounded(const std::vector<std::string>& group) {
  return group.size() <= kMostInGroup ? group : std::vector<std::string>();
}

}  // namespace

std::string understanding_text(const Understood& understood) {
  Json meanings = Json::array();
  for (const auto& meaning : understood.meanings) {
    meanings.push_back(to_json(meaning));
  }
  const Json json = {{"version", 1},
                     {"meanings", meanings},
                     {"output_group", bounded(understood.output_group)},
                     {"error_group", bounded(understood.error_group)}};
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

Result<Understood> parse_understanding(std::string_view text) {
  if (text.size() > kLargestText) {
    return damaged("it is longer than 64 KiB");
  }
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("meanings") || !json["meanings"].is_array() ||
      json["meanings"].size() > kMostMeanings) {
    return damaged("it is no object with a list 'meanings'");
  }
  Understood understood;
  for (const auto& one : json["meanings"]) {
    auto meaning = meaning_of(one);
    if (!meaning) {
      return damaged("one of its meanings lacks a name, a form or its data");
    }
    understood.meanings.push_back(*std::move(meaning));
  }
  auto output = group_in(json, "output_group");
  auto error = group_in(json, "error_group");
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
