#include "support/mutated_log.h"

#include <array>
#include <limits>
#include <utility>

#include "core/log/event_description.h"
#include "support/random_events.h"

namespace luthier {
namespace {

using Paths = std::vector<std::string>;

// Changes each field of an event with some probability, mostly to something near.
class Fields {
 public:
  Fields(Rng& rng, const Paths& paths) : rng_(rng), paths_(paths) {}

  template <class T>
  void operator()(std::string_view /*name*/, T& value) {
    if (rng_.below(3) == 0) {
      change(value);
    }
  }

 private:
  void change(std::int64_t& value) {
    constexpr std::array<std::int64_t, 9> kEdges = {0,
                                                    -1,
                                                    1,
                                                    -2,
                                                    std::numeric_limits<std::int64_t>::max(),
                                                    std::numeric_limits<std::int64_t>::min(),
                                                    std::int64_t{1} << 53,
                                                    std::int64_t{1} << 31,
                                                    1000000};
    value = rng_.below(2) == 0 ? kEdges[rng_.below(kEdges.size())]
                               : value + static_cast<std::int64_t>(rng_.below(5)) - 2;
  }
  void change(double& value) {
    constexpr std::array<double, 6> kEdges = {0.0,
                                              -1.0,
                                              1e308,
                                              std::numeric_limits<double>::quiet_NaN(),
                                              std::numeric_limits<double>::infinity(),
                                              -std::numeric_limits<double>::infinity()};
    value = rng_.below(2) == 0 ? kEdges[rng_.below(kEdges.size())] : -value;
  }
  void change(bool& value) { value = !value; }
  void change(std::string& text) {
    switch (rng_.below(4)) {
      case 0:
        text = paths_[rng_.below(paths_.size())];
        return;
      case 1:
        text.clear();
        return;
      case 2:
        text.assign(rng_.below(3000), '\xff');
        return;
      default:
        text += '\0';
    }
  }
  template <class Tag>
  void change(Id<Tag>& id) {
    change(id.value);
  }
  template <class E>
    requires std::is_enum_v<E>
  void change(E& value) {
    value = static_cast<E>(rng_.below(4));
  }
  template <class T>
  void change(std::optional<T>& value) {
    if (rng_.below(2) == 0) {
      value.reset();
    } else {
      change(value ? *value : value.emplace());
    }
  }
  void change(Resources& resources) {
    change(resources.cpu);
    change(resources.memory_bytes);
  }
  void change(Numbers& numbers) {
    for (auto& [name, number] : numbers) {
      change(number);
    }
    numbers.emplace_back("max_t", 1.0);
  }
  void change(NamedValues& values) {
    NamedValues changed;
    for (const auto& [name, value] : values) {
      switch (rng_.below(5)) {
        case 0:
          break;
        case 1:
          changed.set(name, Value("text"));
          break;
        case 2: {
          double number = 0;
          change(number);
          changed.set(name, Value(number));
          break;
        }
        case 3:
          changed.set(name + "x", value);
          break;
        default:
          changed.set(name, value);
      }
    }
    values = std::move(changed);
  }

  Rng& rng_;
  const Paths& paths_;
};

constexpr std::array kNumbers = {
    "-1", "0", "1e308", "-4", "9223372036854775807", "0.5", "null", "[]", "\"NaN\"", "1e-300"};
constexpr std::array kNames = {"asha",
                               "hyperband",
                               "pbt",
                               "pb2",
                               "median_stopping",
                               "bohb",
                               "tpe",
                               "gp",
                               "cmaes",
                               "grid",
                               "pbt_replay",
                               "simulated",
                               "in_process",
                               "caller",
                               "no-such-name"};

// One number or one text of the JSON is replaced by something that parses.
void change_spec(std::string& spec, const Paths& paths, Rng& rng) {
  std::vector<std::pair<std::size_t, std::size_t>> numbers;
  std::vector<std::pair<std::size_t, std::size_t>> texts;
  for (std::size_t i = 0; i < spec.size(); ++i) {
    std::size_t end = i;
    if (spec[i] == '"') {
      end = spec.find('"', i + 1) + 1;
      texts.emplace_back(i, end - i);
    } else if (spec[i] == '-' || (spec[i] >= '0' && spec[i] <= '9')) {
      end = spec.find_first_not_of("-+.eE0123456789", i);
      numbers.emplace_back(i, end - i);
    }
    i = end > i ? end - 1 : i;
  }
  if (rng.below(2) == 0 && !numbers.empty()) {
    const auto [at, size] = numbers[rng.below(numbers.size())];
    spec.replace(at, size, kNumbers[rng.below(kNumbers.size())]);
  } else if (!texts.empty()) {
    const auto [at, size] = texts[rng.below(texts.size())];
    const std::string text =
        rng.below(2) == 0 ? paths[rng.below(paths.size())] : kNames[rng.below(kNames.size())];
    spec.replace(at, size, "\"" + text + "\"");
  }
}

void change_once(std::vector<Event>& events, const Paths& paths, Rng& rng) {
  const auto at = static_cast<std::ptrdiff_t>(rng.below(events.size()));
  Event& event = events[static_cast<std::size_t>(at)];
  switch (rng.below(9)) {
    case 0:
      events.erase(events.begin() + at);
      return;
    case 1:
      events.insert(events.begin() + at, Event(event));
      return;
    case 2:
      std::swap(event, events[rng.below(events.size())]);
      return;
    case 3:
      events.insert(events.begin() + at, random_event(rng, 1));
      std::visit([&](auto& body) { describe(Fields(rng, paths), body); },
                 events[static_cast<std::size_t>(at)].body);
      return;
    case 4:
      event.time = static_cast<TimePoint>(rng.bits());
      return;
    case 5:
    case 6:
      if (auto* created = std::get_if<ExperimentCreated>(&events.front().body)) {
        return change_spec(created->spec, paths, rng);
      }
      return;
    case 7:
      events.resize(static_cast<std::size_t>(at) + 1);
      return;
    default:
      std::visit([&](auto& body) { describe(Fields(rng, paths), body); }, event.body);
  }
}

}  // namespace

std::vector<Event> mutated(std::vector<Event> events, const Paths& paths, Rng& rng) {
  for (std::uint64_t changes = 1 + rng.below(3); changes > 0 && !events.empty(); --changes) {
    change_once(events, paths, rng);
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].sequence = static_cast<Sequence>(i) + 1;
  }
  return events;
}

}  // namespace luthier
