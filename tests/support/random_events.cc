#include "support/random_events.h"

#include <array>
#include <limits>
#include <utility>

#include "core/log/event_description.h"

namespace luthier {
namespace {

// Fills each field of an event with something plausible or nasty.
class Filler {
 public:
  explicit Filler(Rng& rng) : rng_(rng) {}

  template <class T>
  void operator()(std::string_view /*name*/, T& value) {
    fill(value);
  }

 private:
  void fill(std::int64_t& value) {
    constexpr std::array<std::int64_t, 6> kEdges = {0,
                                                    -1,
                                                    std::numeric_limits<std::int64_t>::max(),
                                                    std::numeric_limits<std::int64_t>::min(),
                                                    (std::int64_t{1} << 53) + 1,
                                                    127};
    value = rng_.below(3) == 0 ? kEdges[rng_.below(kEdges.size())]
                               : static_cast<std::int64_t>(rng_.bits() >> rng_.below(64));
  }
  void fill(double& value) {
    constexpr std::array<double, 7> kEdges = {0.0,
                                              -0.0,
                                              std::numeric_limits<double>::quiet_NaN(),
                                              std::numeric_limits<double>::infinity(),
                                              -std::numeric_limits<double>::infinity(),
                                              std::numeric_limits<double>::denorm_min(),
                                              std::numeric_limits<double>::max()};
    value = rng_.below(4) == 0 ? kEdges[rng_.below(kEdges.size())] : rng_.normal();
  }
  void fill(bool& value) { value = rng_.below(2) == 1; }
  void fill(std::string& text) {
    text.resize(rng_.below(8) == 0 ? rng_.below(3000) : rng_.below(24));
    for (auto& c : text) {
      c = static_cast<char>(rng_.below(4) == 0 ? rng_.below(256) : 'a' + rng_.below(26));
    }
  }
  template <class Tag>
  void fill(Id<Tag>& id) {
    id.value = static_cast<std::int64_t>(rng_.below(100000)) - 1;
  }
  void fill(Outcome& value) { value = static_cast<Outcome>(rng_.below(6)); }
  void fill(TrialState& value) { value = static_cast<TrialState>(rng_.below(6)); }
  void fill(DecisionKind& value) { value = static_cast<DecisionKind>(rng_.below(4)); }
  void fill(ChoiceKind& value) { value = static_cast<ChoiceKind>(rng_.below(2)); }
  template <class T>
  void fill(std::optional<T>& value) {
    if (rng_.below(2) == 1) {
      fill(value.emplace());
    }
  }
  void fill(Resources& resources) {
    fill(resources.cpu);
    fill(resources.gpu);
    fill(resources.memory_bytes);
    for (std::uint64_t i = rng_.below(3); i > 0; --i) {
      fill(resources.custom["custom_" + std::to_string(i)]);
    }
  }
  void fill(Numbers& numbers) {
    for (std::uint64_t i = rng_.below(4); i > 0; --i) {
      auto& [name, number] = numbers.emplace_back();
      fill(name);
      fill(number);
    }
  }
  void fill(NamedValues& values) {
    for (std::uint64_t i = rng_.below(6); i > 0; --i) {
      Value value;
      fill(value);
      values.append("name_" + std::to_string(i), std::move(value));
    }
  }
  void fill(Value& value) {
    switch (rng_.below(depth_ < 4 ? 7 : 6)) {
      case 0:
        value = Value();
        return;
      case 1:
        value = rng_.below(2) == 1;
        return;
      case 2:
        return fill_as<std::int64_t>(value);
      case 3:
        return fill_as<std::string>(value);
      case 6: {
        ++depth_;
        ValueList list(rng_.below(4));
        for (auto& item : list) {
          fill(item);
        }
        value = std::move(list);
        --depth_;
        return;
      }
      default:
        return fill_as<double>(value);
    }
  }
  template <class T>
  void fill_as(Value& value) {
    T content{};
    fill(content);
    value = std::move(content);
  }

  Rng& rng_;
  int depth_ = 0;
};

}  // namespace

EventBody random_body(Rng& rng, std::size_t index) {
  EventBody body;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (void)((I == index ? (body.emplace<I>(), true) : false) || ...);
  }(std::make_index_sequence<std::variant_size_v<EventBody>>());
  std::visit([&](auto& event) { describe(Filler(rng), event); }, body);
  return body;
}

EventBody random_body(Rng& rng) {
  return random_body(rng, rng.below(std::variant_size_v<EventBody>));
}

Event random_event(Rng& rng, Sequence sequence) {
  return {sequence, 1'700'000'000'000'000 + sequence * 1000, random_body(rng)};
}

}  // namespace luthier
