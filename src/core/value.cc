#include "luthier/value.h"

#include <cmath>
#include <stdexcept>

#include "base/text.h"

namespace luthier {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

void append_json(std::string& out, const Value& value) {
  std::visit(Overloaded{
                 [&](std::monostate) { out += "null"; },
                 [&](bool b) { out += b ? "true" : "false"; },
                 [&](std::int64_t i) { out += std::to_string(i); },
                 [&](double d) {
                   if (std::isnan(d)) {
                     out += "\"NaN\"";
                   } else if (std::isinf(d)) {
                     out += d > 0 ? "\"Infinity\"" : "\"-Infinity\"";
                   } else {
                     const auto start = out.size();
                     append_number(out, d);
                     if (out.find_first_of(".e", start) == std::string::npos) {
                       out += ".0";  // stays a double when read back
                     }
                   }
                 },
                 [&](const std::string& text) { append_json_string(out, text); },
                 [&](const ValueList& list) {
                   out += '[';
                   for (std::size_t i = 0; i < list.size(); ++i) {
                     out += i > 0 ? ", " : "";
                     append_json(out, list[i]);
                   }
                   out += ']';
                 },
             },
             value.data());
}

std::string missing(std::string_view name, const char* kind) {
  std::string message = "there is no ";
  return message.append(kind).append(" named '").append(name).append("'");
}

}  // namespace

std::optional<double> Value::number() const {
  if (const auto* d = std::get_if<double>(&data_)) {
    return *d;
  }
  if (const auto* i = std::get_if<std::int64_t>(&data_)) {
    return static_cast<double>(*i);
  }
  if (const auto* b = std::get_if<bool>(&data_)) {
    return *b ? 1.0 : 0.0;
  }
  return std::nullopt;
}

std::optional<std::int64_t> Value::integer() const {
  if (const auto* i = std::get_if<std::int64_t>(&data_)) {
    return *i;
  }
  if (const auto* d = std::get_if<double>(&data_);
      d && std::trunc(*d) == *d && std::abs(*d) < 0x1p63) {
    return static_cast<std::int64_t>(*d);
  }
  return std::nullopt;
}

bool operator==(const Value& a, const Value& b) {
  const auto* x = std::get_if<double>(&a.data_);
  const auto* y = std::get_if<double>(&b.data_);
  if (x && y && std::isnan(*x) && std::isnan(*y)) {
    return true;
  }
  return a.data_ == b.data_;
}

std::string to_text(const Value& value) {
  if (const auto* text = value.text()) {
    return *text;
  }
  if (const auto* d = std::get_if<double>(&value.data())) {
    return format_number(*d);
  }
  return to_json(value);
}

std::string to_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

NamedValues::NamedValues(std::initializer_list<Entry> entries) {
  for (const auto& [name, value] : entries) {
    set(name, value);
  }
}

void NamedValues::set(std::string_view name, Value value) {
  for (auto& entry : entries_) {
    if (entry.first == name) {
      entry.second = std::move(value);
      return;
    }
  }
  entries_.emplace_back(name, std::move(value));
}

const Value* NamedValues::find(std::string_view name) const {
  for (const auto& entry : entries_) {
    if (entry.first == name) {
      return &entry.second;
    }
  }
  return nullptr;
}

double NamedValues::number(std::string_view name) const {
  const Value* value = find(name);
  if (const auto number = value ? value->number() : std::nullopt) {
    return *number;
  }
  throw std::out_of_range(missing(name, "number"));
}

std::int64_t NamedValues::integer(std::string_view name) const {
  const Value* value = find(name);
  if (const auto integer = value ? value->integer() : std::nullopt) {
    return *integer;
  }
  throw std::out_of_range(missing(name, "integer"));
}

bool NamedValues::boolean(std::string_view name) const {
  const Value* value = find(name);
  if (const bool* boolean = value ? value->boolean() : nullptr) {
    return *boolean;
  }
  throw std::out_of_range(missing(name, "boolean"));
}

const std::string& NamedValues::text(std::string_view name) const {
  const Value* value = find(name);
  if (const std::string* text = value ? value->text() : nullptr) {
    return *text;
  }
  throw std::out_of_range(missing(name, "text"));
}

std::string to_json(const NamedValues& values) {
  std::string out = "{";
  for (const auto& [name, value] : values) {
    out += out.size() > 1 ? ", " : "";
    append_json_string(out, name);
    out += ": ";
    append_json(out, value);
  }
  return out += '}';
}

}  // namespace luthier
