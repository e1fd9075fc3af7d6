#include "loggers/hparams.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/named_index.h"
#include "loggers/event_records.h"

namespace luthier {
namespace {

bool is_list(DomainKind kind) {
  return kind == DomainKind::choice || kind == DomainKind::grid || kind == DomainKind::constant ||
         kind == DomainKind::flag || kind == DomainKind::secret;
}

// Bounds of the values, inclusive.
std::pair<double, double> interval_of(const Domain& domain) {
  switch (domain.kind) {
    case DomainKind::normal:
    case DomainKind::qnormal:
      // Unbounded; a draw with 53 random bits stays within 9 standard deviations.
      return {domain.low - 9 * domain.high, domain.low + 9 * domain.high};
    case DomainKind::randint:
    case DomainKind::lograndint:
      return {domain.low, domain.high - 1};
    default:
      return {domain.low, domain.high};
  }
}

// FNV-1a, 64 bits: short, and the same on every machine.
std::string group_name(const Config& config) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : to_json(config)) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  }
  std::string name;
  for (int shift = 60; shift >= 0; shift -= 4) {
    name += "0123456789abcdef"[hash >> shift & 15];
  }
  return name;
}

std::string plugin_data(int field, const std::string& message) {
  std::string out;
  MessageWriter(out).bytes(field, message);
  return out;
}

double seconds(TimePoint time) {
  return static_cast<double>(time) / 1e6;
}

}  // namespace

HParams::HParams(std::span<const Parameter> parameters) {
  const auto take = [&](bool constants) {
    for (const Parameter& parameter : parameters) {
      const DomainKind kind = parameter.domain.kind;
      if (kind != DomainKind::expression && (kind == DomainKind::constant) == constants) {
        columns_.push_back({parameter.name, type_of(parameter.domain), parameter.domain});
      }
    }
  };
  take(false);
  if (columns_.empty()) {
    take(true);
  }
}

HParams::Type HParams::type_of(const Domain& domain) {
  if (!is_list(domain.kind)) {
    return Type::number;
  }
  const auto all = [&](auto is) {
    return std::all_of(domain.values.begin(), domain.values.end(), is);
  };
  if (all([](const Value& value) { return value.boolean() != nullptr; })) {
    return Type::boolean;
  }
  const bool numbers =
      all([](const Value& value) { return value.number() && value.boolean() == nullptr; });
  return numbers ? Type::number : Type::text;
}

// google.protobuf.Value; empty where the value does not have the type (never by our own searchers).
std::string HParams::value_message(Type type, const Value& value) {
  std::string out;
  MessageWriter writer(out);
  if (type == Type::text) {
    writer.text(3, to_text(value));
  } else if (type == Type::boolean && value.boolean() != nullptr) {
    writer.integer(4, *value.boolean() ? 1 : 0);
  } else if (type == Type::number && value.number()) {
    writer.number(2, *value.number());
  }
  return out;
}

std::string HParams::column_info(const Column& column) {
  std::string info;
  MessageWriter writer(info);
  writer.text(1, column.name);
  writer.integer(4, static_cast<std::uint64_t>(column.type));
  std::string domain;
  if (is_list(column.domain.kind)) {
    for (const Value& value : column.domain.values) {
      MessageWriter(domain).bytes(1, value_message(column.type, value));
    }
    writer.bytes(5, domain);
  } else {
    const auto [low, high] = interval_of(column.domain);
    MessageWriter(domain).number(1, low);
    MessageWriter(domain).number(2, high);
    writer.bytes(6, domain);
  }
  return info;
}

std::string HParams::experiment(const std::string& name,
                                std::span<const Objective> objectives,
                                TimePoint created) const {
  std::string message;
  MessageWriter writer(message);
  writer.number(3, seconds(created));
  for (const Column& column : columns_) {
    writer.bytes(4, column_info(column));
  }
  for (const Objective& objective : objectives) {
    std::string metric;
    MessageWriter(metric).text(2, objective.metric);
    std::string info;
    MessageWriter(info).bytes(1, metric);
    MessageWriter(info).bytes(4, objective.mode == Mode::min ? "minimized" : "maximized");
    writer.bytes(5, info);
  }
  writer.text(6, name);
  return plugin_data(2, message);
}

std::string HParams::session_start(const Config& config, TimePoint started) const {
  std::string message;
  MessageWriter writer(message);
  const NamedIndex index(config);
  for (const Column& column : columns_) {
    const Value* value = index.find(column.name);
    const std::string content = value ? value_message(column.type, *value) : std::string();
    if (!content.empty()) {
      std::string entry;
      MessageWriter(entry).text(1, column.name);
      MessageWriter(entry).bytes(2, content);
      writer.bytes(1, entry);
    }
  }
  writer.bytes(4, group_name(config));
  writer.number(5, seconds(started));
  return plugin_data(3, message);
}

std::string HParams::session_end(TrialState state, TimePoint ended) {
  constexpr std::uint64_t kSuccess = 1;
  constexpr std::uint64_t kFailure = 2;
  std::string message;
  MessageWriter writer(message);
  writer.integer(1, state == TrialState::failed ? kFailure : kSuccess);
  writer.number(2, seconds(ended));
  return plugin_data(4, message);
}

}  // namespace luthier
