#include "cli/options/known_results.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "base/format.h"
#include "base/text.h"
#include "cli/output/csv_table.h"
#include "cli/output/json_objects.h"
#include "cli/output/output.h"
#include "core/state/known_check.h"
#include "core/value_text.h"
#include "tuner/stored/earlier_results.h"

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
  const std::string& name() const { return name_; }

 private:
  bool has_objectives(const Metrics& metrics) const {
    return std::ranges::all_of(spec_.objectives, [&](const Objective& objective) {
      return metrics.contains(objective.metric);
    });
  }

  Result<> from_experiment(const std::string& name) {
    auto earlier = earlier_results(results_, name, spec_.objectives);
    if (!earlier) {
      const bool absent = earlier.error().code == ErrorCode::not_found;
      return Error{
          earlier.error().code,
          (absent ? formatted("there is no file '{}', and ", name) : "") + earlier.error().message};
    }
    for (EarlierResult& each : earlier->results) {
      found_.push_back({.result = std::move(each.result),
                        .where = formatted("{}, trial {}", name, to_text(each.trial)),
                        .failed = each.is_missing});
    }
    name_ = earlier->name;
    return {};
  }

  Result<> from_file(const std::string& path) {
    name_ = std::filesystem::path(path).stem().string();
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
    Found found{.result = {}, .where = formatted("{}, line {}", path, table.lines[row])};
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
  std::string name_;  // of what was read
};

std::string indented(const std::string& where, const std::string& message) {
  std::vector<std::string> lines;
  for (const auto& line : split(message, '\n')) {
    lines.push_back(formatted("{}: {}", where, line));
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
      problems.push_back(
          formatted("{}: {} holds no result of a trial", setting.place, setting.value));
    } else if (without > 0) {
      talk(formatted("{}: {} of it failed or reported nothing, so nothing is known of {}",
                     setting.value,
                     counted(without, "trial"),
                     without == 1 ? "it" : "them"));
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

void add_related_results(ExperimentRequest& request,
                         std::span<const Objective> objectives,
                         std::vector<std::string>& problems) {
  if (objectives.empty()) {
    return;  // what is missing is said elsewhere
  }
  ExperimentSpec spec;
  spec.objectives.assign(objectives.begin(), objectives.end());
  spec.space = request.spec.space;
  for (const Setting& setting : request.related) {
    KnownReader reader(spec, request.options.session.results);
    auto found = reader.read(setting.value);
    if (!found) {
      problems.push_back(indented(setting.place, found.error().message));
      continue;
    }
    RelatedTask task{.name = reader.name(), .results = {}};
    for (Found& each : *found) {
      if (!each.failed && has_objectives(each.result.metrics, objectives)) {
        task.results.push_back(std::move(each.result));
      }
    }
    if (task.results.empty()) {
      problems.push_back(formatted("{}: {} holds no result with a finite number for '{}'",
                                   setting.place,
                                   setting.value,
                                   objectives.front().metric));
    } else {
      request.spec.related.push_back(std::move(task));
    }
  }
}

}  // namespace luthier::cli
