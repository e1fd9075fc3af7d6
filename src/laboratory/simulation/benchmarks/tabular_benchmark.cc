#include "laboratory/simulation/benchmarks/tabular_benchmark.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "laboratory/simulation/benchmarks/mapped_file.h"
#include "laboratory/simulation/benchmarks/nearest_row.h"
#include "laboratory/simulation/benchmarks/table_rows.h"

namespace luthier {
namespace {

static_assert(std::endian::native == std::endian::little, "the tables' numbers are little-endian");

// A search space in which uniform draws fill the warped unit cube.
void add_parameter(Space& space, const TableParameter& parameter) {
  const auto low = static_cast<std::int64_t>(parameter.low);
  const auto high = static_cast<std::int64_t>(parameter.high);
  if (parameter.type == TableParameter::Type::choice) {
    space.add(parameter.name, choice(parameter.values));
  } else if (parameter.type == TableParameter::Type::integer) {
    space.add(parameter.name,
              parameter.warp == Warp::log ? lograndint(low, high + 1) : randint(low, high + 1));
  } else if (parameter.warp == Warp::log_one_minus) {
    const std::string rest = "one_minus_" + parameter.name;
    space.add(rest, loguniform(1 - parameter.high, 1 - parameter.low));
    space.add(parameter.name, expression("1 - " + rest));
  } else {
    space.add(parameter.name,
              parameter.warp == Warp::log ? loguniform(parameter.low, parameter.high)
                                          : uniform(parameter.low, parameter.high));
  }
}

class Table final : public Benchmark {
 public:
  Table(TableIndex index, MappedFile file, NearestRow rows, std::size_t task)
      : index_(std::move(index)),
        file_(std::move(file)),
        rows_(std::move(rows)),
        task_(task),
        facts_{.name = index_.name,
               .task = index_.tasks[task],
               .metrics = index_.metrics,
               .objective = index_.objective,
               .iterations = index_.steps} {
    for (const TableParameter& parameter : index_.parameters) {
      add_parameter(facts_.space, parameter);
    }
  }

  const BenchmarkFacts& facts() const override { return facts_; }
  std::unique_ptr<BenchmarkRun> run(const Config& config, std::uint64_t seed) const override;

  std::optional<double> optimum(const Objective& objective) const override {
    const auto found = std::ranges::find(index_.metrics, objective.metric);
    if (found == index_.metrics.end()) {
      return std::nullopt;
    }
    const auto metric = static_cast<std::size_t>(found - index_.metrics.begin());
    std::optional<double> best;
    for (std::size_t row = 0; row < rows_.rows(); ++row) {
      for (std::int64_t step = 1; step <= index_.steps; ++step) {
        const double value = at(row, step, metric);
        const bool better = !best || (objective.mode == Mode::min ? value < *best : value > *best);
        best = std::isfinite(value) && better ? std::optional(value) : best;
      }
    }
    return best;
  }

  double at(std::size_t row, std::int64_t step, std::size_t metric) const {
    const std::size_t place =
        ((task_ * rows_.rows() + row) * static_cast<std::size_t>(index_.steps) +
         static_cast<std::size_t>(step) - 1) *
            index_.metrics.size() +
        metric;
    float value = 0;
    std::memcpy(&value, file_.bytes().data() + place * sizeof value, sizeof value);
    return value;
  }

  double seconds(std::size_t row, std::int64_t step) const {
    if (!index_.time_metric) {
      return index_.seconds_per_step;
    }
    return seconds_[row * static_cast<std::size_t>(index_.steps) + static_cast<std::size_t>(step) -
                    1];
  }

  // Reads the task's times. A problem is why they are of no use, or empty.
  std::string read_times() {
    if (!index_.time_metric) {
      return {};
    }
    seconds_.reserve(rows_.rows() * static_cast<std::size_t>(index_.steps));
    for (std::size_t row = 0; row < rows_.rows(); ++row) {
      double until = 0;  // of a cumulative time: its highest so far
      double last = 0;
      for (std::int64_t step = 1; step <= index_.steps; ++step) {
        const double time = at(row, step, *index_.time_metric);
        if (std::isfinite(time) && time >= 0) {
          // A cumulative time that falls (fitted ones do) has not passed again.
          last = index_.cumulative ? std::max(0.0, time - until) : time;
          until = std::max(until, time);
        } else if (!diverged(row, step)) {
          return formatted(
              "task {}, configuration {}, step {}: the time is {}; it must be a number of at least "
              "0, unless {} is not finite either",
              facts_.task,
              row,
              step,
              format_number(time),
              index_.objective.metric);
        }
        seconds_.push_back(static_cast<float>(last));
      }
    }
    return {};
  }

 private:
  bool diverged(std::size_t row, std::int64_t step) const {
    const auto objective = std::ranges::find(index_.metrics, index_.objective.metric);
    return !std::isfinite(
        at(row, step, static_cast<std::size_t>(objective - index_.metrics.begin())));
  }

  TableIndex index_;
  MappedFile file_;
  NearestRow rows_;
  std::size_t task_;
  BenchmarkFacts facts_;
  std::vector<float> seconds_;  // of each row's steps; empty when all last equally long
};

class TableRun final : public BenchmarkRun {
 public:
  TableRun(const Table& table, std::size_t row) : table_(table), row_(row) {}

  BenchmarkStep step(std::int64_t iteration) const override {
    BenchmarkStep step{.seconds = table_.seconds(row_, iteration)};
    const auto& names = table_.facts().metrics;
    step.metrics.reserve(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      step.metrics.append(names[i], table_.at(row_, iteration, i));
    }
    return step;
  }

 private:
  const Table& table_;
  std::size_t row_;
};

std::unique_ptr<BenchmarkRun> Table::run(const Config& config, std::uint64_t /*seed*/) const {
  std::vector<double> point;
  for (const TableParameter& parameter : index_.parameters) {
    const Value* value = config.find(parameter.name);
    // A value that no row can have is equally far from all of them.
    point.push_back(value ? parameter.coordinate(*value).value_or(0.5) : 0.5);
  }
  return std::make_unique<TableRun>(*this, rows_.find(point));
}

Result<std::size_t> find_task(const TableIndex& index, std::string_view task) {
  if (task.empty() && index.tasks.size() == 1) {
    return std::size_t{0};
  }
  if (task.empty()) {
    return failure(ErrorCode::invalid_argument,
                   "{} has several tasks; choose one with --task: {}",
                   index.name,
                   join(index.tasks, ", "));
  }
  const auto found = std::ranges::find(index.tasks, task);
  if (found == index.tasks.end()) {
    return Error{ErrorCode::not_found,
                 unknown_name(formatted("task of {} called", index.name), task, index.tasks)};
  }
  return static_cast<std::size_t>(found - index.tasks.begin());
}

// The size that the index promises; nothing when no file can have it.
std::optional<std::size_t> promised_size(const TableIndex& index) {
  std::size_t size = sizeof(float);
  for (const std::size_t factor : {index.tasks.size(),
                                   static_cast<std::size_t>(index.configurations),
                                   static_cast<std::size_t>(index.steps),
                                   index.metrics.size()}) {
    if (size > std::numeric_limits<std::size_t>::max() / factor) {
      return std::nullopt;
    }
    size *= factor;
  }
  return size;
}

std::string counts(const TableIndex& index) {
  return formatted("{} tasks x {} configurations x {} steps x {} metrics",
                   index.tasks.size(),
                   index.configurations,
                   index.steps,
                   index.metrics.size());
}

}  // namespace

Result<std::shared_ptr<const Benchmark>> open_table(TableIndex index,
                                                    const std::filesystem::path& index_path,
                                                    std::string_view task) {
  LUTHIER_TAKE(const auto chosen, find_task(index, task));
  const auto sibling = [&](const char* ending) {
    return index_path.parent_path() / (index_path.stem().string() + ending);
  };
  LUTHIER_TAKE(auto file, MappedFile::open(sibling(".bin")));
  const auto promised = promised_size(index);
  if (promised != file.bytes().size()) {
    return failure(ErrorCode::invalid_argument,
                   "{} has {} bytes; the float32 of {} take {}: it is cut short or belongs to "
                   "another index",
                   sibling(".bin").filename().string(),
                   file.bytes().size(),
                   counts(index),
                   promised ? std::to_string(*promised) : "more than a file can hold");
  }
  LUTHIER_TAKE(auto rows, read_table_rows(index, sibling("_parameters.csv")));
  auto table = std::make_shared<Table>(std::move(index), std::move(file), std::move(rows), chosen);
  if (const std::string problem = table->read_times(); !problem.empty()) {
    return failure(
        ErrorCode::invalid_argument, "{}, {}", sibling(".bin").filename().string(), problem);
  }
  return std::shared_ptr<const Benchmark>(std::move(table));
}

}  // namespace luthier
