#include "cli/options/known_results.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "base/text.h"
#include "cli/output/csv_table.h"
#include "cli/output/json_objects.h"
#include "cli/output/output.h"
#include "core/state/known_check.h"
#include "core/value_text.h"
#include "tuner/assembly.h"

namespace luthier::cli {
namespace {

// One result as it was found.
struct Found {
  KnownResult result;
  std::string where;
  bool failed = false;  // its trial failed, or has not reported: nothing is known of it
};

class KnownReader {
 public:
  KnownReader(const ExperimentSpec& spec, std::filesystem::path results)
      : spec_(spec), results_(std::move(results)) {}

  Result<std::vector<Found>> read(const std::string& name) {
    std::error_code ignored;
    const bool file = std::filesystem::exists(name, ignored) &&
                      !std::filesystem::is_directory(name, ignored);  // also <(...), a pipe
    const auto done = file ? from_file(name) : from_experiment(name);
    return done ? Result<std::vector<Found>>(std::move(found_)) : done.error();
  }

 private:
  bool has_objectives(const Metrics& metrics) const {
    return std::ranges::all_of(spec_.objectives, [&](const Objective& objective) {
      return metrics.contains(objective.metric);
    });
  }

  Result<> from_experiment(const std::string& name) {
    const auto directory = luthier::find_experiment(results_, name);
    if (!directory) {
      return Error{directory.error().code,
                   "there is no file '" + name + "', and " + directory.error().message};
    }
    const auto state = read_state(*directory);
    if (!state) {
      return state.error();
    }
    const bool single = spec_.objectives.size() == 1 && (*state)->objectives().size() == 1 &&
                        spec_.objectives.front() == (*state)->objectives().front();
    for (std::int64_t i = 0; i < (*state)->trial_count(); ++i) {
      take_trial(**state, {i}, name, single);
    }
    return {};
  }

  // The best result where the objective is the same, else the last one.
  void take_trial(const ExperimentState& state,
                  TrialId trial,
                  const std::string& name,
                  bool by_best) {
    const bool best = by_best && std::isfinite(state.record(trial).best_loss);
    Found found{.result = {.config = best ? state.best_config(trial) : state.config(trial),
                           .metrics = best ? state.best_metrics(trial) : state.last_metrics(trial),
                           .training_iteration = iterations_of(state, trial)},
                .where = name + ", trial " + to_text(trial)};
    found.failed = state.state(trial) == TrialState::failed || found.result.metrics.empty();
    found_.push_back(std::move(found));
  }

  static std::int64_t iterations_of(const ExperimentState& state, TrialId trial) {
    return state.is_known(trial)
               ? state.spec().known[static_cast<std::size_t>(trial.value)].training_iteration
               : std::max<std::int64_t>(state.iteration(trial), 1);
  }

  Result<> from_file(const std::string& path) {
    const auto text = read_text_file(path);
    if (!text) {
      return text.error();
    }
    if (path.ends_with(".csv")) {
      return from_table(path, *text);
    }
    return for_each_json(path, *text, [&](const Json& json, const std::string& where) {
      return take_object(json, where);
    });
  }

  Result<> take_object(const Json& json, const std::string& where) {
    const Json* config = json.kind == Json::Kind::object ? json.find("config") : nullptr;
    auto values = config != nullptr ? flattened(*config) : std::nullopt;
    if (!values || config->kind != Json::Kind::object) {
      return Error{ErrorCode::invalid_argument,
                   where + R"( is not a result, such as {"config": {"lr": 0.1}, "metrics": {")" +
                       (spec_.objectives.empty() ? "loss" : spec_.objectives.front().metric) +
                       R"(": 0.5}})"};
    }
    Found found{.result = {.config = *std::move(values)}, .where = where};
    take_metrics(json, found);
    const Json* state = json.find("state");
    const auto* word = state != nullptr ? state->value.text() : nullptr;
    found.failed = word != nullptr && (*word == "failed" || !has_objectives(found.result.metrics));
    found_.push_back(std::move(found));
    return {};
  }

  // "metrics", and the objectives beside it; "best" is what the trial's table shows.
  void take_metrics(const Json& json, Found& found) const {
    const auto take = [&](const std::string& name, const Json& content) {
      if (auto value = content.to_value()) {
        const auto* word = value->text();
        const auto special = word ? special_number(*word) : std::nullopt;
        found.result.metrics.set(name, special ? Value(*special) : *std::move(value));
      }
    };
    if (const Json* metrics = json.find("metrics")) {
      for (const auto& [name, content] : metrics->members) {
        take(name, content);
      }
    }
    for (const Objective& objective : spec_.objectives) {
      if (const Json* beside = json.find(objective.metric)) {
        take(objective.metric, *beside);
      }
    }
    const Json* best = json.find("best");
    if (best != nullptr && best->value.number() && spec_.objectives.size() == 1 &&
        found.result.metrics.contains(spec_.objectives.front().metric)) {
      take(spec_.objectives.front().metric, *best);
    }
    for (const char* name : {"iterations", "training_iteration"}) {
      const Json* iteration = json.find(name);
      if (const auto count = iteration ? iteration->value.integer() : std::nullopt) {
        found.result.training_iteration = std::max<std::int64_t>(*count, 1);
      }
    }
  }

  // As `export --format csv` writes it: a row is a result, the best of a trial counts.
  Result<> from_table(const std::string& path, const std::string& text) {
    const auto table = read_csv(path, text);
    if (!table) {
      return table.error();
    }
    std::map<std::string, std::size_t> of_trial;
    for (std::size_t i = 0; i < table->rows.size(); ++i) {
      Found found = from_row(*table, i, path);
      const auto [at, fresh] = of_trial.emplace(trial_of_row(*table, i), found_.size());
      if (fresh) {
        found_.push_back(std::move(found));
      } else if (loss(found) < loss(found_[at->second]) || spec_.objectives.size() > 1) {
        found_[at->second] = std::move(found);
      }
    }
    return {};
  }

  static std::string trial_of_row(const CsvTable& table, std::size_t row) {
    const auto column = std::ranges::find(table.names, "trial");
    return column == table.names.end()
               ? "row " + std::to_string(row)
               : table.rows[row][static_cast<std::size_t>(column - table.names.begin())];
  }

  double loss(const Found& found) const {
    return spec_.objectives.empty() ? 0 : loss_of(spec_.objectives.front(), found.result.metrics);
  }

  Found from_row(const CsvTable& table, std::size_t row, const std::string& path) const {
    constexpr std::string_view kConfig = "config/";
    Found found{.result = {}, .where = path + ", line " + std::to_string(table.lines[row])};
    for (std::size_t i = 0; i < table.names.size(); ++i) {
      const std::string& name = table.names[i];
      const std::string& cell = table.rows[row][i];
      if (cell.empty()) {
        continue;
      }
      if (name.starts_with(kConfig)) {
        const std::string parameter = name.substr(kConfig.size());
        found.result.config.set(parameter, cell_value(parameter, cell));
      } else if (name == "training_iteration") {
        found.result.training_iteration = parse_integer(cell).value_or(1);
      } else if (const auto number = parse_number(cell)) {
        found.result.metrics.set(name, *number);
      }
    }
    return found;
  }

  // A cell does not say whether 1 is a number or a text: the space does.
  Value cell_value(const std::string& parameter, const std::string& cell) const {
    ValueReader reader(cell);
    const auto read = reader.read_value();
    if (!read || !reader.at_end()) {
      return cell;
    }
    for (const Parameter& each : spec_.space.parameters()) {
      if (each.name == parameter &&
          std::ranges::find(each.domain.values, Value(cell)) != each.domain.values.end()) {
        return cell;
      }
    }
    return *read;
  }

  const ExperimentSpec& spec_;
  const std::filesystem::path results_;
  std::vector<Found> found_;
};

std::string indented(const std::string& where, const std::string& message) {
  std::vector<std::string> lines;
  for (const auto& line : split(message, '\n')) {
    lines.push_back(where + ": " + line);
  }
  return join(lines, "\n");
}

}  // namespace

void add_known_results(ExperimentRequest& request, std::vector<std::string>& problems) {
  if (request.known.empty() || request.spec.objectives.empty() || !request.space) {
    return;  // what is missing is said elsewhere
  }
  for (const Setting& setting : request.known) {
    KnownReader reader(request.spec, request.options.session.results);
    const auto found = reader.read(setting.value);
    if (!found) {
      problems.push_back(indented(setting.place, found.error().message));
      continue;
    }
    const auto without = std::ranges::count_if(*found, &Found::failed);
    if (without == static_cast<std::ptrdiff_t>(found->size())) {
      problems.push_back(setting.place + ": " + setting.value + " holds no result of a trial");
    } else if (without > 0) {
      talk(setting.value + ": " + counted(without, "trial") +
           " of it failed or reported nothing, so nothing is known of " +
           (without == 1 ? "it" : "them"));
    }
    for (const Found& each : *found) {
      if (each.failed) {
        continue;
      }
      auto whole = complete_known(*request.space, request.spec.objectives, each.result);
      if (whole) {
        request.spec.known.push_back(*std::move(whole));
      } else {
        problems.push_back(indented(each.where, whole.error().message));
      }
    }
  }
}

}  // namespace luthier::cli
