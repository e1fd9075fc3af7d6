#include "executors/results/files/record_formats.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "core/json.h"
#include "executors/results/files/event_format.h"
#include "executors/results/files/line_formats.h"
#include "executors/results/lines/record_reader.h"

namespace luthier {
namespace {

bool is_list_of_objects(const Json& json) {
  return json.kind == Json::Kind::list && !json.items.empty() &&
         std::ranges::all_of(json.items,
                             [](const Json& item) { return item.kind == Json::Kind::object; });
}

void flatten(const Json& object, const std::string& prefix, Metrics& record) {
  for (const auto& [name, member] : object.members) {
    if (member.kind == Json::Kind::object) {
      flatten(member, formatted("{}{}/", prefix, name), record);
    } else if (auto value = member.to_value()) {
      record.set(prefix + name, *std::move(value));
    }
  }
}

std::string label_of(const Json& item, std::size_t index) {
  for (const char* key : {"name", "command"}) {
    const Json* label = item.find(key);
    if (label != nullptr && label->value.text() != nullptr) {
      return *label->value.text();
    }
  }
  return std::to_string(index);
}

// An object's own values, and those of the objects in its lists.
Metrics record_of(const Json& object) {
  Metrics record;
  flatten(object, "", record);
  for (const auto& [name, member] : object.members) {
    if (!is_list_of_objects(member)) {
      continue;
    }
    const bool single = member.items.size() == 1;
    for (std::size_t i = 0; i < member.items.size(); ++i) {
      const Json& item = member.items[i];
      flatten(item, single ? "" : label_of(item, i) + "/", record);
    }
  }
  return record;
}

// Every object at the top of `text`, whatever stands between them.
std::vector<Metrics> scattered_objects(std::string_view text) {
  std::vector<Metrics> records;
  for (auto brace = text.find('{'); brace != std::string_view::npos; brace = text.find('{')) {
    text.remove_prefix(brace);
    std::size_t used = 0;
    auto record = read_record(text, &used);
    if (!record) {
      break;
    }
    records.push_back(*std::move(record));
    text.remove_prefix(used);
  }
  return records;
}

// Keras keeps the same tags in files of two directories, for training and for validation.
std::string run_of_events(std::string_view path) {
  constexpr std::array<std::string_view, 8> kRuns = {
      "train", "training", "val", "valid", "validation", "test", "eval", "dev"};
  const auto parts = split(path, '/');
  const std::string directory = parts.size() < 2 ? "" : parts[parts.size() - 2];
  return std::ranges::find(kRuns, directory) == kRuns.end() ? "" : directory;
}

}  // namespace

std::vector<Metrics> records_of_json(std::string_view text) {
  const auto document = parse_json(text, {.special_numbers = true});
  if (document && document->kind == Json::Kind::object) {
    return {record_of(*document)};
  }
  if (!document || !is_list_of_objects(*document)) {
    return scattered_objects(text);
  }
  std::vector<Metrics> records;
  std::ranges::transform(document->items, std::back_inserter(records), record_of);
  return records;
}

std::unique_ptr<RecordFormat> make_record_format(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.find("tfevents") != std::string_view::npos) {
    return std::make_unique<EventFormat>(run_of_events(path));
  }
  if (name.ends_with(".csv") || name.ends_with(".tsv")) {
    return std::make_unique<DelimitedFormat>();
  }
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) {
    return std::make_unique<JsonLinesFormat>();
  }
  const std::string rooted = "/" + std::string(path);
  constexpr std::string_view kMetrics = "/metrics/";
  if (const auto at = rooted.rfind(kMetrics); at != std::string::npos) {
    return std::make_unique<MlflowFormat>(rooted.substr(at + kMetrics.size()));
  }
  return nullptr;
}

}  // namespace luthier
