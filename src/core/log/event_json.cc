// Names of events, and their JSON form: the fields of event_description.h, in that order.
#include "base/text.h"
#include "core/log/event_description.h"

namespace luthier {
namespace {

constexpr TrialId kWholeExperiment{-1};

std::string_view choice_text(ChoiceKind kind) {
  return kind == ChoiceKind::run ? "run" : "stop";
}

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  template <class T>
  void operator()(std::string_view name, const T& value) {
    out_ += ", ";
    append_json_string(out_, name);
    out_ += ": ";
    put(value);
  }
  // Left out while it has the value that events without it are read with.
  template <class T>
  void later(std::string_view name, const T& value, const T& before) {
    if (value != before) {
      (*this)(name, value);
    }
  }

 private:
  void put(std::int64_t value) { out_ += std::to_string(value); }
  void put(bool value) { out_ += value ? "true" : "false"; }
  void put(double value) { out_ += to_json(Value(value)); }
  void put(const std::string& text) { append_json_string(out_, text); }
  void put(const NamedValues& values) { out_ += to_json(values); }
  void put(CheckpointId id) { put(id.value); }
  void put(TrialId id) {
    if (id == kWholeExperiment) {
      out_ += "null";
    } else {
      put(id.value);
    }
  }
  void put(ChoiceKind kind) { append_json_string(out_, choice_text(kind)); }
  template <class E>
    requires std::is_enum_v<E>
  void put(E value) {
    append_json_string(out_, to_text(value));
  }
  template <class T>
  void put(const std::optional<T>& value) {
    if (value) {
      put(*value);
    } else {
      out_ += "null";
    }
  }
  void put(const Numbers& numbers) { put_pairs(numbers); }
  void put(const Resources& resources) {
    out_ += "{\"cpu\": ";
    put(resources.cpu);
    out_ += ", \"gpu\": ";
    put(resources.gpu);
    out_ += ", \"memory_bytes\": ";
    put(resources.memory_bytes);
    out_ += ", \"custom\": ";
    put_pairs(resources.custom);
    out_ += '}';
  }
  template <class Pairs>
  void put_pairs(const Pairs& pairs) {
    out_ += '{';
    bool first = true;
    for (const auto& [name, value] : pairs) {
      out_ += first ? "" : ", ";
      first = false;
      append_json_string(out_, name);
      out_ += ": ";
      put(value);
    }
    out_ += '}';
  }

  std::string& out_;
};

class TrialFinder {
 public:
  void operator()(std::string_view /*name*/, TrialId id) {
    if (id != kWholeExperiment) {
      trial = id;
    }
  }
  template <class T>
  void operator()(std::string_view /*name*/, const T& /*value*/) {}

  std::optional<TrialId> trial;
};

}  // namespace

std::string_view kind_name(const EventBody& body) {
  return std::visit([]<class E>(const E&) { return kEventName<E>; }, body);
}

std::optional<TrialId> trial_of(const EventBody& body) {
  TrialFinder finder;
  std::visit([&](const auto& event) { describe(finder, event); }, body);
  return finder.trial;
}

std::string to_json(const Event& event) {
  std::string out = "{\"sequence\": " + std::to_string(event.sequence);
  out += ", \"time\": " + std::to_string(event.time) + ", \"event\": ";
  append_json_string(out, kind_name(event.body));
  JsonWriter writer(out);
  std::visit([&](const auto& body) { describe(writer, body); }, event.body);
  return out += '}';
}

}  // namespace luthier
