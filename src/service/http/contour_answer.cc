// A metric over two parameters.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "service/contour/contour_surface.h"
#include "service/http/api_request.h"
#include "service/http/parameter_scale.h"
#include "service/http/trial_request.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

constexpr std::size_t kMostTrials = 20000;
constexpr std::int64_t kMostPoints = 2000;  // in the answer
constexpr std::int64_t kMostCells = 60;
constexpr std::size_t kMostChoices = 60;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Where the values of one parameter are drawn.
class Axis {
 public:
  explicit Axis(const Parameter& parameter)
      : parameter_(parameter), scale_(scale_of(parameter.domain)) {
    if (is_category()) {
      choices_ = parameter.domain.values;
    } else if (const Domain& domain = parameter.domain; domain.low < domain.high && is_bounded()) {
      note(domain.low);
      note(domain.kind == DomainKind::randint || domain.kind == DomainKind::lograndint
               ? domain.high - 1
               : domain.high);
    }
  }

  const std::string& name() const { return parameter_.name; }
  bool is_category() const { return scale_ == "category"; }
  std::size_t choice_count() const { return choices_.size(); }

  // As a number to draw, the place of a choice; NaN where there is none. The range grows with it.
  double drawn(const Value& value) {
    if (value.is_null()) {
      return kNone;
    }
    if (is_category()) {
      const auto found = std::ranges::find(choices_, value);
      const auto place = static_cast<double>(found - choices_.begin());
      if (found == choices_.end()) {
        choices_.push_back(value);
      }
      return place;
    }
    const auto number = value.number();
    const bool fits = number && std::isfinite(*number) && (scale_ != "log" || *number > 0);
    if (!fits) {
      return kNone;
    }
    note(*number);
    return *number;
  }

  ContourAxis cells(std::size_t most) const {
    return is_category()
               ? ContourAxis{.cells = std::min(choices_.size(), kMostChoices), .bands = true}
               : ContourAxis{.cells = most};
  }
  // From 0 to 1 along the axis; the place of a choice.
  double place(double drawn) const {
    if (is_category()) {
      return drawn;
    }
    const double from = scaled(low());
    return (scaled(drawn) - from) / (scaled(high()) - from);
  }

  void write(JsonWriter& json, std::string_view key) const {
    json.key(key).object().field("name", name()).field("scale", scale_);
    if (is_category()) {
      json.field("choices", choices_);
    } else {
      json.key("range").list().value(low()).value(high()).end();
    }
    json.end();
  }

 private:
  bool is_bounded() const {
    return parameter_.domain.kind != DomainKind::normal &&
           parameter_.domain.kind != DomainKind::qnormal;
  }
  double scaled(double value) const { return scale_ == "log" ? std::log(value) : value; }
  void note(double value) {
    least_ = std::min(least_, value);
    most_ = std::max(most_, value);
  }
  // A range of one value is given a width.
  double low() const {
    return least_ < most_ ? least_ : scale_ == "log" ? least_ / 2 : least_ - 0.5;
  }
  double high() const { return least_ < most_ ? most_ : scale_ == "log" ? most_ * 2 : most_ + 0.5; }

  const Parameter& parameter_;
  std::string_view scale_;
  ValueList choices_;
  double least_ = std::numeric_limits<double>::infinity();
  double most_ = -std::numeric_limits<double>::infinity();
};

struct Point {
  TrialId trial;
  double x = 0;
  double y = 0;
  double value = 0;  // may be not finite
};

std::vector<const Parameter*> varied(const Space& space) {
  std::vector<const Parameter*> all;
  for (const Parameter& parameter : space.parameters()) {
    if (varies(parameter)) {
      all.push_back(&parameter);
    }
  }
  return all;
}

// How large the answer is.
struct Bounds {
  std::size_t cells = 0;  // along an axis
  std::size_t points = 0;
};

// The parameter that `key` of the query names, else the first that is not `other`.
Result<const Parameter*> parameter_of(const ApiRequest& request,
                                      std::string_view key,
                                      const std::vector<const Parameter*>& all,
                                      const Parameter* other) {
  const std::string name = request.text(key);
  std::vector<std::string> known;
  for (const Parameter* each : all) {
    if (name.empty() ? each != other : each->name == name) {
      return each;
    }
    known.push_back(each->name);
  }
  return failure(ErrorCode::invalid_argument,
                 "{}: {}",
                 key,
                 unknown_name("parameter that varies", to_utf8(name), known));
}

struct Sampled {
  std::vector<Point> points;  // with a place on both axes
  std::int64_t total = 0;     // of the filter
};

Result<Sampled> sampled(TrialTable& table,
                        TrialColumns& columns,
                        const TrialQuery& query,
                        const std::string& metric,
                        Axis& x,
                        Axis& y) {
  Sampled out;
  LUTHIER_TRY(for_each_wanted(table, columns, query, [&](const TrialRow& row) {
    ++out.total;
    columns.learn(row.last);
    const TrialColumns::Row values(columns, row);
    const Value value = values.value(metric);
    const Point point{.trial = row.trial,
                      .x = x.drawn(values.value(x.name())),
                      .y = y.drawn(values.value(y.name())),
                      .value = value.number().value_or(kNone)};
    if (!value.is_null() && !std::isnan(point.x) && !std::isnan(point.y)) {
      out.points.push_back(point);
    }
    return out.points.size() < kMostTrials;
  }));
  return out;
}

// A list for each row of `across` cells.
template <class Write>
void write_rows(JsonWriter& json,
                std::string_view key,
                std::span<const ContourCell> cells,
                std::size_t across,
                Write write) {
  json.key(key).list();
  for (std::size_t from = 0; from < cells.size(); from += across) {
    json.list();
    for (const ContourCell& cell : cells.subspan(from, across)) {
      write(cell);
    }
    json.end();
  }
  json.end();
}

void write_cells(JsonWriter& json, std::span<const ContourCell> cells, std::size_t across) {
  write_rows(json, "values", cells, across, [&](const ContourCell& cell) {
    json.value(std::isnan(cell.value) ? std::nullopt : std::optional(cell.value));
  });
  write_rows(json, "has_data", cells, across, [&](const ContourCell& cell) {
    json.value(cell.has_data ? 1 : 0);
  });
}

// Evenly spaced ones of more than `most`.
void write_points(JsonWriter& json, const std::vector<Point>& points, std::size_t most) {
  const std::size_t stride = std::max<std::size_t>(1, (points.size() + most - 1) / most);
  json.key("points").list();
  for (std::size_t i = 0; i < points.size(); i += stride) {
    const Point& point = points[i];
    json.list().value(point.trial.value).value(point.x).value(point.y).value(point.value).end();
  }
  json.end();
}

void write_surface(JsonWriter& json,
                   const std::vector<Point>& points,
                   const Axis& x,
                   const Axis& y,
                   std::size_t cells) {
  std::vector<ContourPoint> placed;
  for (const Point& point : points) {
    if (std::isfinite(point.value)) {
      placed.push_back({x.place(point.x), y.place(point.y), point.value});
    }
  }
  json.field("counted", placed.size()).field("placed", points.size());
  if (placed.empty()) {
    json.field("reason", "no trial has a finite value of the metric at these parameters yet");
    return;
  }
  const ContourAxis across = x.cells(cells);
  write_cells(json, contour_surface(across, y.cells(cells), placed), across.cells);
}

std::optional<std::string_view> mode_of(const ExperimentSpec& spec, const std::string& metric) {
  for (const Objective& objective : spec.objectives) {
    if (objective.metric == metric) {
      return to_text(objective.mode);
    }
  }
  return std::nullopt;
}

Result<std::string> contour_json(const ApiRequest& request,
                                 TrialTable& table,
                                 const TrialQuery& query,
                                 const Bounds& bounds) {
  const ExperimentSpec& spec = table.spec();
  const std::string metric =
      request.text("metric").empty() ? spec.objectives.front().metric : request.text("metric");
  const auto all = varied(spec.space);
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", 1).field("metric", metric).field("mode", mode_of(spec, metric));
  if (all.size() < 2) {
    json.field("reason", "fewer than two parameters vary").end();
    return out;
  }
  LUTHIER_TAKE(const auto* const across, parameter_of(request, "x", all, nullptr));
  LUTHIER_TAKE(const auto* const up, parameter_of(request, "y", all, across));
  if (across == up) {
    return Error{ErrorCode::invalid_argument, "x and y are the same parameter; name two"};
  }
  Axis x(*across);
  Axis y(*up);
  TrialColumns columns(spec, is_running(request.experiment), read_remarks(request.experiment));
  LUTHIER_TRY(check_query(table, columns, query, {metric}));
  LUTHIER_TAKE(const auto trials, sampled(table, columns, query, metric, x, y));
  x.write(json, "x");
  y.write(json, "y");
  json.field("total", trials.total);
  write_surface(json, trials.points, x, y, bounds.cells);
  write_points(json, trials.points, bounds.points);
  json.end();
  return out;
}

}  // namespace

ApiAnswer answer_contour(const ApiRequest& request) {
  LUTHIER_TAKE(const auto query, trial_query(request));
  LUTHIER_TAKE(const auto cells, request.number("cells", 40, 2, kMostCells));
  LUTHIER_TAKE(const auto points, request.number("points", kMostPoints, 1, kMostPoints));
  const Bounds bounds{.cells = static_cast<std::size_t>(cells),
                      .points = static_cast<std::size_t>(points)};
  std::string out;
  LUTHIER_TRY(request.folds.look_at_trials(request.experiment, [&](TrialTable& table) -> Result<> {
    LUTHIER_TAKE(out, contour_json(request, table, query, bounds));
    return {};
  }));
  return json_response(std::move(out));
}

}  // namespace luthier
