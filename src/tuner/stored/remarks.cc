#include "tuner/stored/remarks.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json.h"
#include "core/json_writer.h"

namespace luthier {
namespace {

constexpr std::int64_t kSchema = 1;
constexpr std::int64_t kMostTrial = std::int64_t{1} << 53;

Error wrong(std::string sentence) {
  return {ErrorCode::invalid_argument, std::move(sentence)};
}

bool is_blank(char32_t code) {
  return code <= 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x206F) || code == 0x3000;
}

bool may_stand_in_tag(char32_t code, bool first) {
  if (code < 0x80) {
    const auto c = static_cast<unsigned char>(code);
    return std::isalpha(c) != 0 ||
           (!first && (std::isdigit(c) != 0 || c == '-' || c == '_' || c == '.'));
  }
  return !is_blank(code) && !is_unsafe(code);
}

// With '\n' at the ends of lines, and nothing behind the last word.
std::string tidied(std::string_view text) {
  std::string out(text);
  std::erase(out, '\r');
  out.erase(out.find_last_not_of(" \t\n") + 1);
  return out;
}

Result<> check_note(std::string_view note) {
  if (note.size() > kLongestNote) {
    return wrong(formatted("the note has {} bytes; it may have {}", note.size(), kLongestNote));
  }
  if (to_utf8(note) != note) {
    return wrong("the note is no text in UTF-8");
  }
  for (std::size_t at = 0; at < note.size();) {
    const Character next = first_character(note.substr(at));
    at += next.length;
    const bool control = next.code < 0x20 || (next.code >= 0x7F && next.code < 0xA0);
    if (control && next.code != '\n' && next.code != '\t') {
      return wrong("the note has a control character in it; only ends of lines and tabs may be");
    }
  }
  return {};
}

Result<> check(const Remarks& remarks) {
  LUTHIER_TRY(check_note(remarks.note));
  if (remarks.tags.size() > kMostTags) {
    return wrong(formatted(
        "there may be {} tags, and these are {}; remove some", kMostTags, remarks.tags.size()));
  }
  for (const auto& tag : remarks.tags) {
    LUTHIER_TRY(check_tag(tag));
  }
  return {};
}

void write(JsonWriter& json, const Remarks& remarks) {
  json.field("note", remarks.note)
      .field("tags", remarks.tags)
      .field("revision", remarks.revision)
      .field("by", remarks.by)
      .field("time", remarks.time);
}

constexpr std::int64_t kMostCounted = std::int64_t{1} << 62;

std::int64_t integer_of(const Json& json, std::string_view name, std::int64_t otherwise) {
  const Json* member = json.find(name);
  return member ? member->value.integer().value_or(otherwise) : otherwise;
}

// What this program reads it also wrote: anything else would be lost with the next change.
Result<> check_members(const Json& json, std::span<const std::string_view> known) {
  if (json.kind != Json::Kind::object) {
    return wrong("an object is something else");
  }
  for (const auto& [name, member] : json.members) {
    const bool is_text = member.value.text() != nullptr;
    const auto number = member.value.boolean() ? std::nullopt : member.value.integer();
    const bool is_list = member.kind == Json::Kind::list;
    const bool fits = name == "note" || name == "by"       ? is_text
                      : name == "tags" || name == "trials" ? is_list
                      : name == "experiment" ? member.kind == Json::Kind::object
                                             : number && *number >= -1 && *number < kMostCounted;
    if (std::ranges::find(known, name) == known.end() || !fits || json.find(name) != &member) {
      return wrong(formatted("'{}' is not one of its members, or not of that kind", name));
    }
  }
  return {};
}

std::string text_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  const std::string* text = member ? member->value.text() : nullptr;
  return text ? *text : std::string();
}

Result<Remarks> remarks_of(const Json& json) {
  static constexpr std::array<std::string_view, 6> kMembers = {
      "trial", "note", "tags", "revision", "by", "time"};
  LUTHIER_TRY(check_members(json, kMembers));
  Remarks remarks{.note = text_of(json, "note"),
                  .revision = integer_of(json, "revision", 0),
                  .by = text_of(json, "by"),
                  .time = integer_of(json, "time", 0)};
  const Json* tags = json.find("tags");
  for (std::size_t i = 0; tags != nullptr && i < tags->items.size(); ++i) {
    const std::string* tag = tags->items[i].value.text();
    if (tag == nullptr) {
      return wrong("a tag is no text");
    }
    remarks.tags.push_back(*tag);
  }
  LUTHIER_TRY(check(remarks));
  return remarks;
}

void append_note(std::string& note, const std::string& more) {
  note += (note.empty() || more.empty() ? "" : "\n\n") + more;
}

// What is there already may be asked for again.
Result<> write_note(const RemarkChange& change, Remarks& remarks) {
  const std::string text = tidied(*change.note);
  std::string note = change.append ? remarks.note : "";
  append_note(note, text);
  if (note == remarks.note) {
    return {};
  }
  if (change.revision && *change.revision != remarks.revision) {
    return failure(ErrorCode::already_exists,
                   "{} changed the note in the meantime; read it, then write yours again",
                   remarks.by.empty() ? "somebody" : remarks.by);
  }
  ++remarks.revision;
  remarks.note = std::move(note);
  return {};
}

}  // namespace

const Remarks& AllRemarks::of(TrialId trial) const {
  static const Remarks kNone;
  if (trial.value < 0) {
    return experiment;
  }
  const auto found = trials.find(trial);
  return found == trials.end() ? kNone : found->second;
}

bool AllRemarks::any_tagged_trial() const {
  return std::ranges::any_of(trials, [](const auto& each) { return !each.second.tags.empty(); });
}

std::vector<TrialId> remarked_trials(const AllRemarks& all) {
  std::vector<TrialId> trials;
  for (const auto& [trial, remarks] : all.trials) {
    if (!remarks.empty()) {
      trials.push_back(trial);
    }
  }
  return trials;
}

Result<> check_tag(std::string_view tag) {
  std::size_t length = 0;
  bool good = !tag.empty() && to_utf8(tag) == tag;
  for (std::size_t at = 0; good && at < tag.size(); ++length) {
    const Character next = first_character(tag.substr(at));
    good = may_stand_in_tag(next.code, at == 0);
    at += next.length;
  }
  return good && length <= kLongestTag
             ? Result<>()
             : wrong(formatted(
                   "'{}' can't be a tag: a tag starts with a letter, followed by letters, "
                   "digits, '-', '_' and '.'; at most {} characters",
                   to_utf8(tag),
                   kLongestTag));
}

std::string to_json(const Remarks& remarks) {
  std::string out;
  JsonWriter json(out);
  json.object();
  write(json, remarks);
  json.end();
  return out;
}

std::string to_json(const AllRemarks& all) {
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", kSchema).raw_field("experiment", to_json(all.experiment));
  json.list_of("trials", all.trials, [&](const auto& each) {
    json.object().field("trial", each.first.value);
    write(json, each.second);
    json.end();
  });
  json.end();
  return out;
}

Result<AllRemarks> parse_remarks(std::string_view text) {
  static constexpr std::array<std::string_view, 3> kMembers = {"schema", "experiment", "trials"};
  LUTHIER_TAKE(const auto json, parse_json(text));
  if (const auto schema = integer_of(json, "schema", 0); schema != kSchema) {
    return wrong(
        formatted("it is of version {}, and this program reads version {}", schema, kSchema));
  }
  LUTHIER_TRY(check_members(json, kMembers));
  AllRemarks all;
  if (const Json* experiment = json.find("experiment")) {
    LUTHIER_TAKE(all.experiment, remarks_of(*experiment));
  }
  const Json* trials = json.find("trials");
  for (std::size_t i = 0; trials != nullptr && i < trials->items.size(); ++i) {
    const Json& each = trials->items[i];
    const TrialId trial{integer_of(each, "trial", -1)};
    LUTHIER_TAKE(auto remarks, remarks_of(each));
    if (trial.value < 0 || trial.value > kMostTrial ||
        !all.trials.emplace(trial, std::move(remarks)).second) {
      return wrong("a trial has no number, or the number of another");
    }
  }
  return all;
}

Result<> apply(const RemarkChange& change, TimePoint now, AllRemarks& all) {
  Remarks changed = all.of(change.trial);
  if (change.note) {
    LUTHIER_TRY(write_note(change, changed));
  }
  for (const auto& tag : change.remove) {
    LUTHIER_TRY(check_tag(tag));
    std::erase(changed.tags, tag);
  }
  for (const auto& tag : change.add) {
    if (std::ranges::find(changed.tags, tag) == changed.tags.end()) {
      changed.tags.push_back(tag);
    }
  }
  LUTHIER_TRY(check(changed));
  if (changed == all.of(change.trial)) {
    return {};
  }
  changed.by = change.by;
  changed.time = now;
  (change.trial.value < 0 ? all.experiment : all.trials[change.trial]) = std::move(changed);
  return {};
}

}  // namespace luthier
