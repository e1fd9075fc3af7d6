// What schedulers decided, where they gave the numbers that they decided by: for the picture of
// their rungs.
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <vector>

#include "base/try.h"
#include "core/json_writer.h"
#include "service/http/api_request.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

constexpr std::int64_t kMostEntries = 5000;

// The first of these numbers that is there.
template <std::size_t N>
std::optional<double> find_number(const Numbers& numbers,
                                  const std::array<std::string_view, N>& names) {
  for (const auto name : names) {
    for (const auto& [key, number] : numbers) {
      if (key == name) {
        return number;
      }
    }
  }
  return std::nullopt;
}

// As schedulers call them.
constexpr std::array<std::string_view, 4> kPlaces = {"rung", "milestone", "time", "max_t"};
constexpr std::array<std::string_view, 4> kValues = {"value", "best", "mean", "recent"};
constexpr std::array<std::string_view, 4> kCutoffs = {"cutoff", "median", "bound", "best_mean"};
constexpr std::array<std::string_view, 2> kKept = {"kept", "promoted"};

struct Entry {
  std::int64_t order = 0;  // in which they were made
  double rung = 0;
  TrialId trial = {};
  std::int64_t iteration = 0;
  std::optional<double> value = {};
  Numbers numbers = {};
  std::string_view decision = {};
  std::string reason = {};
  std::string by = {};
};

// The last decision about each trial at each rung.
class Entries final : public EventFold {
 public:
  explicit Entries(Objective objective) : objective_(std::move(objective)) {}

  void take(const Event& event) override {
    std::visit([this](const auto& body) { on(body); }, event.body);
  }

  std::vector<Entry> last(std::size_t most) const {
    std::vector<Entry> all;
    for (const auto& [place, entry] : entries_) {
      all.push_back(entry);
    }
    std::ranges::sort(all, {}, &Entry::order);
    all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(std::min(all.size(), most)));
    return all;
  }
  std::int64_t count() const { return gone_ + static_cast<std::int64_t>(entries_.size()); }

 private:
  struct Latest {
    std::int64_t iteration = 0;
    std::optional<double> value = {};
  };

  void on(const ResultReported& reported) {
    const Value* value = reported.metrics.find(objective_.metric);
    latest_[reported.trial] = {reported.training_iteration,
                               value == nullptr ? std::nullopt : value->number()};
  }
  void on(const DecisionMade& made) {
    const Decision& decision = made.decision;
    add({.trial = made.trial,
         .iteration = made.training_iteration,
         .numbers = decision.numbers,
         .decision = decision.kind == DecisionKind::stop && decision.completes
                         ? "complete"
                         : to_text(decision.kind),
         .reason = decision.reason,
         .by = made.decided_by});
  }
  void on(const TrialChosen& chosen) {
    const Choice& choice = chosen.choice;
    add({.trial = choice.trial,
         .iteration = latest_[choice.trial].iteration,
         .numbers = choice.numbers,
         .decision = choice.kind == ChoiceKind::run ? "resume"
                     : choice.completes             ? "complete"
                                                    : "stop",
         .reason = choice.reason,
         .by = chosen.chosen_by});
  }
  template <class Other>
  void on(const Other& /*no decision*/) {}

  void add(Entry entry) {
    if (entry.numbers.empty()) {
      return;  // between rungs
    }
    const auto value = find_number(entry.numbers, kValues);
    entry.value = value ? value : latest_[entry.trial].value;
    entry.rung = find_number(entry.numbers, kPlaces).value_or(static_cast<double>(entry.iteration));
    entry.order = ++made_;
    entries_[{entry.rung, entry.trial}] = std::move(entry);
    if (entries_.size() > 2 * kMostEntries) {
      forget();
    }
  }
  // The older half.
  void forget() {
    const std::int64_t oldest = last(kMostEntries).front().order;
    gone_ += static_cast<std::int64_t>(
        std::erase_if(entries_, [&](const auto& each) { return each.second.order < oldest; }));
  }

  const Objective objective_;
  std::int64_t made_ = 0;
  std::int64_t gone_ = 0;  // entries that are not kept any more
  std::map<TrialId, Latest> latest_;
  std::map<std::pair<double, TrialId>, Entry> entries_;
};

void write_entry(JsonWriter& json, const Entry& entry) {
  json.object()
      .field("rung", entry.rung)
      .field("trial", entry.trial.value)
      .field("iteration", entry.iteration)
      .field("value", entry.value)
      .field("cutoff", find_number(entry.numbers, kCutoffs))
      .field("rank", find_number(entry.numbers, std::array<std::string_view, 1>{"rank"}))
      .field("kept", find_number(entry.numbers, kKept))
      .field("n", find_number(entry.numbers, std::array<std::string_view, 1>{"n"}))
      .field("decision", entry.decision)
      .field("reason", entry.reason)
      .field("by", entry.by)
      .end();
}

Result<ExperimentSpec> spec_of(const ApiRequest& request) {
  ExperimentSpec spec;
  LUTHIER_TRY(request.folds.look_at_trials(request.experiment, [&](TrialTable& table) -> Result<> {
    spec = table.spec();
    return {};
  }));
  return spec;
}

}  // namespace

ApiAnswer answer_rungs(const ApiRequest& request) {
  LUTHIER_TAKE(const auto limit, request.number("limit", kMostEntries, 1, kMostEntries));
  LUTHIER_TAKE(const auto spec, spec_of(request));
  const Objective& objective = spec.objectives.front();
  std::string out;
  LUTHIER_TRY(request.pictures.look<Entries>(
      request.experiment,
      "rungs",
      [&] { return std::make_unique<Entries>(objective); },
      [&](const Entries& entries) -> Result<> {
        JsonWriter json(out);
        json.object()
            .field("schema", 1)
            .field("scheduler", to_text(spec.scheduler))
            .field("metric", objective.metric)
            .field("mode", objective.mode)
            .field("entry_count", entries.count());
        json.list_of("entries",
                     entries.last(static_cast<std::size_t>(limit)),
                     [&](const Entry& entry) { write_entry(json, entry); });
        json.end();
        return {};
      }));
  return json_response(std::move(out));
}

}  // namespace luthier
