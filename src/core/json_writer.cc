#include "core/json_writer.h"

#include "base/check.h"
#include "base/text.h"

namespace luthier {

JsonWriter& JsonWriter::open(char opening, char closing) {
  separate();
  out_ += opening;
  closing_ += closing;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::end() {
  LUTHIER_CHECK(!closing_.empty(), "an end without a beginning");
  out_ += closing_.back();
  closing_.pop_back();
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ": ";
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

JsonWriter& JsonWriter::members_of(std::string_view object) {
  LUTHIER_CHECK(object.starts_with('{') && object.ends_with('}'), "members of an object");
  const std::string_view members = object.substr(1, object.size() - 2);
  return members.empty() ? *this : raw(members);
}

void JsonWriter::separate() {
  if (!first_) {
    out_ += ", ";
  }
  first_ = false;
}

void JsonWriter::put(double value) {
  out_ += to_json(Value(value));
}

void JsonWriter::put(std::string_view text) {
  append_json_string(out_, text);
}

}  // namespace luthier
