// Value: what a parameter or a metric can be. NamedValues: an ordered record of them; a
// configuration and the metrics of a result are both one.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace luthier {

class Value;
using ValueList = std::vector<Value>;

// Null, boolean, 64-bit integer, double, UTF-8 text, or a list of values.
class Value {
 public:
  using Data = std::variant<std::monostate, bool, std::int64_t, double, std::string, ValueList>;

  Value() = default;
  Value(bool value) : data_(value) {}                           // NOLINT: implicit
  Value(int value) : data_(std::int64_t{value}) {}              // NOLINT: implicit
  Value(std::int64_t value) : data_(value) {}                   // NOLINT: implicit
  Value(double value) : data_(value) {}                         // NOLINT: implicit
  Value(const char* value) : data_(std::string(value)) {}       // NOLINT: implicit
  Value(std::string_view value) : data_(std::string(value)) {}  // NOLINT: implicit
  Value(std::string value) : data_(std::move(value)) {}         // NOLINT: implicit
  Value(ValueList value) : data_(std::move(value)) {}           // NOLINT: implicit

  const Data& data() const { return data_; }
  bool is_null() const { return data_.index() == 0; }

  // The number an integer, a double or a boolean (0, 1) holds; nothing for other kinds.
  std::optional<double> number() const;
  // The integer held, a double without a fraction included; nothing for other kinds.
  std::optional<std::int64_t> integer() const;
  const bool* boolean() const { return std::get_if<bool>(&data_); }
  const std::string* text() const { return std::get_if<std::string>(&data_); }
  const ValueList* list() const { return std::get_if<ValueList>(&data_); }

  // Same kind and same content; NaN equals NaN, so that equal logs compare equal.
  friend bool operator==(const Value& a, const Value& b);

 private:
  Data data_;
};

// What a person reads and a program gets as an argument: shortest round-trip decimals whatever the
// locale, text without quotes, `true`/`false`, `nan`, `inf`; lists as JSON.
std::string to_text(const Value& value);
// JSON; a non-finite double becomes the string "NaN", "Infinity" or "-Infinity".
std::string to_json(const Value& value);

// An ordered list of named values, names unique. Small: look-ups are linear.
class NamedValues {
 public:
  using Entry = std::pair<std::string, Value>;

  NamedValues() = default;
  NamedValues(std::initializer_list<Entry> entries);

  // Replaces the value of `name`, or appends it.
  void set(std::string_view name, Value value);
  const Value* find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }

  // For training code. Each throws std::out_of_range naming the missing or differently typed entry
  // (in a trial that fails the trial with this sentence).
  double number(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  bool boolean(std::string_view name) const;
  const std::string& text(std::string_view name) const;

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  void reserve(std::size_t size) { entries_.reserve(size); }
  // Appends without looking for an equal name. Precondition: `name` is new.
  void append(std::string name, Value value) {
    entries_.emplace_back(std::move(name), std::move(value));
  }

  friend bool operator==(const NamedValues&, const NamedValues&) = default;

 private:
  std::vector<Entry> entries_;
};

std::string to_json(const NamedValues& values);  // an object in the order of the entries

using Config = NamedValues;   // one configuration: a value for each active parameter
using Metrics = NamedValues;  // what a trial reports at one training_iteration

}  // namespace luthier
