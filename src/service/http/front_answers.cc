// The Pareto front of an experiment with several objectives, and how its hypervolume grew.
#include <algorithm>
#include <cmath>
#include <span>

#include "base/failure.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "core/pareto/fronts.h"
#include "core/pareto/hypervolume.h"
#include "service/http/api_request.h"
#include "service/http/thinned.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

constexpr std::size_t kMostPoints = 1000;   // of the hypervolume
constexpr std::size_t kMostOnFront = 2000;  // in the answer
// With more than two objectives a hypervolume takes long.
constexpr std::size_t kMostObjectives = 4;
constexpr std::size_t kMostTrials = 2000;

struct Scored {
  TrialId trial;
  Losses losses;
};

// Trials with a finite value of every objective, by their numbers.
Result<std::vector<Scored>> scored_trials(TrialTable& table) {
  std::vector<Scored> scored;
  const auto& objectives = table.spec().objectives;
  LUTHIER_TRY(table.each([&](const TrialRow& row) {
    Losses losses;
    for (const Objective& objective : objectives) {
      losses.push_back(loss_of(objective, row.best));
    }
    if (all_finite(losses)) {
      scored.push_back({row.trial, std::move(losses)});
    }
    return true;
  }));
  return scored;
}

std::vector<Scored> front_of(const std::vector<Scored>& scored) {
  std::vector<Losses> losses;
  for (const Scored& each : scored) {
    losses.push_back(each.losses);
  }
  const auto fronts = fronts_of(losses);
  std::vector<Scored> front;
  for (std::size_t i = 0; i < scored.size(); ++i) {
    if (fronts[i] == 0) {
      front.push_back(scored[i]);
    }
  }
  std::ranges::sort(front, {}, &Scored::losses);
  return front;
}

// A tenth of the front's range beyond its worst value of each objective.
Losses reference_of(const std::vector<Scored>& front) {
  Losses reference;
  for (std::size_t axis = 0; axis < front.front().losses.size(); ++axis) {
    const auto [least, most] =
        std::ranges::minmax(front, {}, [&](const Scored& each) { return each.losses[axis]; });
    const double worst = most.losses[axis];
    const double range = worst - least.losses[axis];
    const double unit = range > 0 ? range : std::max(std::abs(worst), 1.0);
    reference.push_back(worst + 0.1 * unit);
  }
  return reference;
}

using Growth = Thinned<std::pair<std::int64_t, double>>;

// After each trial that enters the front of those before it: its number and the hypervolume.
Growth growth_of(const std::vector<Scored>& scored, const Losses& reference) {
  Growth growth(kMostPoints);
  std::vector<Losses> front;
  double volume = 0;
  for (const Scored& each : scored) {
    const auto beats = [&](const Losses& other) { return dominates(other, each.losses); };
    if (std::ranges::none_of(front, beats)) {
      volume += hypervolume_added(each.losses, front, reference);
      std::erase_if(front, [&](const Losses& other) { return dominates(each.losses, other); });
      front.push_back(each.losses);
      growth.add({each.trial.value, volume});
    }
  }
  return growth;
}

bool takes_too_long(const std::vector<Scored>& scored) {
  const std::size_t objectives = scored.front().losses.size();
  return objectives > kMostObjectives || (objectives > 2 && scored.size() > kMostTrials);
}

// As they were reported: a loss is the negative of what is maximised.
void write_values(JsonWriter& json,
                  std::span<const Objective> objectives,
                  std::span<const double> losses) {
  json.list();
  for (std::size_t i = 0; i < losses.size(); ++i) {
    json.value(objectives[i].mode == Mode::min ? losses[i] : -losses[i]);
  }
  json.end();
}

void write_growth(JsonWriter& json,
                  std::span<const Objective> objectives,
                  const std::vector<Scored>& scored,
                  const std::vector<Scored>& front) {
  json.key("hypervolume");
  if (scored.empty() || takes_too_long(scored)) {
    json.value(std::optional<double>());
    return;
  }
  const Losses reference = reference_of(front);
  json.object().key("reference");
  write_values(json, objectives, reference);
  json.list_of("points", growth_of(scored, reference).points(), [&](const auto& point) {
    json.list().value(point.first).value(point.second).end();
  });
  json.end();
}

std::string front_json(std::span<const Objective> objectives, const std::vector<Scored>& scored) {
  const auto front = front_of(scored);
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", 1);
  json.list_of("objectives", objectives, [&](const Objective& each) {
    json.object().field("metric", each.metric).field("mode", each.mode).end();
  });
  json.field("scored", static_cast<std::int64_t>(scored.size()));
  json.field("front_count", static_cast<std::int64_t>(front.size()));
  const auto shown = std::span(front).first(std::min(front.size(), kMostOnFront));
  json.list_of("front", shown, [&](const Scored& each) {
    json.object().field("trial", each.trial.value).key("values");
    write_values(json, objectives, each.losses);
    json.end();
  });
  write_growth(json, objectives, scored, front);
  json.end();
  return out;
}

}  // namespace

ApiAnswer answer_front(const ApiRequest& request) {
  std::string out;
  LUTHIER_TRY(request.folds.look_at_trials(request.experiment, [&](TrialTable& table) -> Result<> {
    LUTHIER_TAKE(const auto scored, scored_trials(table));
    out = front_json(table.spec().objectives, scored);
    return {};
  }));
  return json_response(std::move(out));
}

}  // namespace luthier
