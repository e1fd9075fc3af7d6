#include "service/event_feed.h"

#include <algorithm>

#include "core/json_writer.h"
#include "luthier/experiment_spec.h"

namespace luthier {

std::string events_json(std::span<const Event> events) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .list_of("events", events, [&](const Event& event) { json.raw(to_json(event)); })
      .end();
  return out;
}

void EventFeed::on_events(const ExperimentView& /*view*/, std::span<const Event> events) {
  for (const Event& event : events) {
    if (const auto* created = std::get_if<ExperimentCreated>(&event.body)) {
      const auto spec = parse_experiment_spec(created->spec);
      const std::scoped_lock lock(mutex_);
      name_ = spec ? spec->name : "";
    }
  }
  if (subscribed_) {
    push(events);
  }
}

void EventFeed::push(std::span<const Event> events) {
  constexpr std::size_t kBatch = 256;
  for (; !events.empty(); events = events.subspan(std::min(kBatch, events.size()))) {
    const auto batch = events.first(std::min(kBatch, events.size()));
    if (!socket_.push_line(events_json(batch))) {
      subscribed_ = false;
      std::string dropped;
      JsonWriter(dropped).object().field("dropped", batch.front().sequence).end();
      socket_.write_line(dropped);
      return;
    }
  }
}

std::string EventFeed::experiment_name() const {
  const std::scoped_lock lock(mutex_);
  return name_;
}

}  // namespace luthier
