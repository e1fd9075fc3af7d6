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
