#include "search/cmaes/model.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "base/terminal_text.h"
#include "search/cmaes/margin.h"
#include "search/cmaes/rates.h"

namespace luthier::cmaes {
namespace {

// Of a point, before what lies outside of the cube is mirrored into it. Measured on BBOB: fewer are
// better where the optimum is on a bound, and worse elsewhere when steps are large.
constexpr int kMostDraws = 10;

// The cube and its mirror images fill the space with a period of 2.
double mirrored(double x) {
  return std::abs(x - 2 * std::round(x / 2));
}

}  // namespace

Model::Model(const CompiledSpace& space, const ModelOptions& options, std::uint64_t seed)
    : options_(options), seed_(seed), categories_(space) {
  for (std::size_t axis = 0; axis < space.axes().size(); ++axis) {
    const Axis& declared = space.axes()[axis];
    if (declared.kind != AxisKind::categorical && !declared.grid && declared.levels != 1) {
      axes_.push_back({.axis = axis, .discrete = declared.kind == AxisKind::ordinal});
    }
  }
  run_ = {.population = options.population.value_or(
              default_population(std::max<std::size_t>(axes_.size(), 1))),
          .sigma = options.sigma};
  restarts_.emplace(options.restarts, run_);
  if (has_axes() && options.startup_trials == 0) {
    begin(run_, std::vector<double>(axes_.size(), 0.5));
  }
}

void Model::begin(const Run& run, std::span<const double> mean) {
  run_ = run;
  run_trials_ = 0;
  evolution_.emplace(mean,
                     EvolutionOptions{.sigma = run.sigma,
                                      .population = run.population,
                                      .separable = options_.separable,
                                      .adapt_learning_rate = options_.adapt_learning_rate});
  stagnation_.emplace(axes_.size(), run.population);
  stretch_.assign(axes_.size(), 1);
  categories_.forget();
}

bool Model::is_inside(std::span<const double> point) const {
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    if (!axes_[i].discrete && (point[i] < 0 || point[i] >= 1)) {
      return false;
    }
  }
  return true;
}

Model::Draw Model::draw(std::span<const double> grid, Rng& rng) const {
  Draw out{.coordinates = {grid.begin(), grid.end()}, .point = evolution_->draw(rng)};
  for (int i = 1; i < kMostDraws && !is_inside(out.point); ++i) {
    out.point = evolution_->draw(rng);
  }
  const std::vector<double> mean = evolution_->mean();
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const double x = mean[i] + stretch_[i] * (out.point[i] - mean[i]);
    out.coordinates[axes_[i].axis] = axes_[i].discrete ? x : mirrored(x);
  }
  categories_.draw(rng, out.coordinates);
  return out;
}

std::string Model::description() const {
  return formatted("{}generation {}, step size {}",
                   runs_ > 0 ? formatted("restart {}, ", runs_) : "",
                   evolution_->generation(),
                   short_number(evolution_->sigma()));
}

void Model::added(const CompiledSpace& space,
                  TrialId trial,
                  const Config& config,
                  const Draw* draw) {
  Member member{.trial = trial.value, .coordinates = space.encode(config)};
  if (draw != nullptr) {
    member.point = draw->point;
    member.origin = here();
  } else {
    member.point = foreign_point(member.coordinates);
  }
  members_.add(std::move(member));
}

// As if it had been drawn; where it has no coordinate, the mean's.
std::vector<double> Model::foreign_point(std::span<const double> coordinates) const {
  std::vector<double> point =
      is_started() ? evolution_->mean() : std::vector<double>(axes_.size(), 0.5);
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const double step = coordinates[axes_[i].axis] - point[i];
    point[i] += std::isnan(step) ? 0 : step / (is_started() ? stretch_[i] : 1);
  }
  return point;
}

void Model::learn(const CompiledSpace& space) {
  if (!has_axes()) {
    members_.take(members_.ready());
    return;
  }
  if (!is_started()) {
    start();
  }
  while (is_started() && members_.ready() >= evolution_->population()) {
    learn_from(members_.take(evolution_->population()), space);
    restart_if_over();
  }
}

// From the best of the start-up trials.
void Model::start() {
  if (members_.ready() < options_.startup_trials) {
    return;
  }
  const std::vector<Member> ranked = members_.take(members_.ready());
  const bool all_failed = ranked.front().standing == Standing::failed;
  begin(run_, all_failed ? std::vector<double>(axes_.size(), 0.5) : ranked.front().point);
}

void Model::learn_from(const std::vector<Member>& ranked, const CompiledSpace& space) {
  run_trials_ += static_cast<std::int64_t>(ranked.size());
  std::vector<RankedPoint> points;
  std::vector<std::vector<double>> coordinates;
  std::vector<double> losses;
  for (const Member& member : ranked) {
    const bool valid = member.standing != Standing::failed;
    points.push_back({.point = member.point, .valid = valid, .foreign = member.origin != here()});
    if (valid) {
      losses.push_back(member.loss);
      coordinates.push_back(member.coordinates);
    }
  }
  if (losses.empty() || evolution_->is_exhausted()) {
    return;
  }
  evolution_->update(points);
  stagnation_->observe(losses);
  categories_.learn(coordinates, evolution_->parent_weights(losses.size()), margin());
  if (!evolution_->is_exhausted()) {
    keep_margins(space);
  }
}

// The least probability of each discrete or categorical axis to leave its likeliest value.
double Model::margin() const {
  return 1 / static_cast<double>(axes_.size() * evolution_->population());
}

Origin Model::here() const {
  return {.run = runs_, .generation = evolution_->generation()};
}

void Model::keep_margins(const CompiledSpace& space) {
  const std::vector<double> mean = evolution_->mean();
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    if (!axes_[i].discrete) {
      continue;
    }
    const Marginal kept = keep_margin({.mean = mean[i], .stretch = stretch_[i]},
                                      evolution_->deviation(i),
                                      space.cell(axes_[i].axis, mean[i]),
                                      margin());
    evolution_->set_mean(i, kept.mean);
    stretch_[i] = kept.stretch;
  }
}

void Model::restart_if_over() {
  const bool over = (run_.most_trials > 0 && run_trials_ >= run_.most_trials) ||
                    evolution_->is_exhausted() || stagnation_->is_over();
  if (!over) {
    return;
  }
  Rng rng(seed_, "cmaes restart", static_cast<std::uint64_t>(runs_));
  const auto next = restarts_->next(run_trials_, rng);
  if (!next) {
    return;
  }
  std::vector<double> mean(axes_.size());
  std::ranges::generate(mean, [&] { return rng.uniform(); });
  members_.begin_run(++runs_);
  begin(*next, mean);
}

}  // namespace luthier::cmaes
