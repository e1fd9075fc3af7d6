// Writes JSON in the one form that everything here has: ", " and ": " between its parts, members in
// the order they are given, the shortest decimal of a double with a point or an exponent, and NaN
// and the infinities as the texts "NaN", "Infinity" and "-Infinity".
//
//   JsonWriter(out).object().field("trial", 3).key("losses").value(losses).end();
#pragma once

#include <concepts>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "luthier/value.h"

namespace luthier {

class JsonWriter {
 public:
  // Appends to `out`, which must outlive it.
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& object() { return open('{', '}'); }
  JsonWriter& list() { return open('[', ']'); }
  JsonWriter& end();  // of the innermost object or list

  JsonWriter& key(std::string_view name);
  // Truth values, numbers, texts, Values, what may be absent (null), lists of these, and objects:
  // pairs of a name and one of these. An enumeration is the text that to_text gives.
  template <class T>
  JsonWriter& value(const T& value) {
    separate();
    put(value);
    return *this;
  }
  template <class T>
  JsonWriter& field(std::string_view name, const T& content) {
    return key(name).value(content);
  }
  // What is JSON already.
  JsonWriter& raw(std::string_view json);
  JsonWriter& raw_field(std::string_view name, std::string_view json) {
    return key(name).raw(json);
  }
  // Those of an object that is JSON already, among the members of the one that is open.
  JsonWriter& members_of(std::string_view object);
  // A list to which `write` adds each item.
  template <class Range, class Write>
  JsonWriter& list_of(std::string_view name, const Range& items, const Write& write) {
    key(name).list();
    for (const auto& item : items) {
      write(item);
    }
    return end();
  }

 private:
  JsonWriter& open(char opening, char closing);
  void separate();
  void put(bool value) { out_ += value ? "true" : "false"; }
  void put(double value);
  void put(std::string_view text);
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(const char* text) { put(std::string_view(text)); }
  void put(const Value& value) { out_ += to_json(value); }
  template <std::integral T>
  void put(T value) {
    out_ += std::to_string(value);
  }
  template <class E>
    requires std::is_enum_v<E>
  void put(E value) {
    put(to_text(value));
  }
  template <class T>
  void put(const std::optional<T>& value) {
    if (value) {
      put(*value);
    } else {
      out_ += "null";
    }
  }
  template <std::ranges::range Range>
  void put(const Range& range) {
    constexpr bool kNamed = requires { range.begin()->second; };
    JsonWriter inner(out_);
    kNamed ? inner.object() : inner.list();
    for (const auto& item : range) {
      if constexpr (kNamed) {
        inner.field(item.first, item.second);
      } else {
        inner.value(item);
      }
    }
    inner.end();
  }

  std::string& out_;
  std::string closing_;  // brackets of what is open, the innermost last
  bool first_ = true;    // nothing stands before, as after a key
};

}  // namespace luthier
