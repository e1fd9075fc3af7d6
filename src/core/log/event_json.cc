// Names of events, and their JSON form: the fields of event_description.h, in that order.
#include "core/json_writer.h"
#include "core/log/event_description.h"

namespace luthier {
namespace {

constexpr TrialId kWholeExperiment{-1};

std::string_view choice_text(ChoiceKind kind) {
  return kind == ChoiceKind::run ? "run" : "stop";
}

// Members of the event's object.
class EventFields {
 public:
  explicit EventFields(JsonWriter& json) : json_(json) {}

  template <class T>
  void operator()(std::string_view name, const T& value) {
    json_.key(name);
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
  template <class T>
  void put(const T& value) {
    json_.value(value);
  }
  void put(ChoiceKind kind) { json_.value(choice_text(kind)); }
  void put(CheckpointId id) { json_.value(id.value); }
  void put(const std::optional<CheckpointId>& id) {
    json_.value(id ? std::optional(id->value) : std::nullopt);
  }
  void put(TrialId id) {
    json_.value(id == kWholeExperiment ? std::nullopt : std::optional(id.value));
  }
  void put(const Resources& resources) {
    json_.object()
        .field("cpu", resources.cpu)
        .field("gpu", resources.gpu)
        .field("memory_bytes", resources.memory_bytes)
        .field("custom", resources.custom)
        .end();
  }

  JsonWriter& json_;
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
  std::string out;
  JsonWriter json(out);
  json.object().field("sequence", event.sequence).field("time", event.time);
  json.field("event", kind_name(event.body));
  EventFields fields(json);
  std::visit([&](const auto& body) { describe(fields, body); }, event.body);
  json.end();
  return out;
}

}  // namespace luthier
