// From what a person wrote to a benchmark.
#include <algorithm>
#include <filesystem>
#include <iterator>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "laboratory/simulation/benchmarks/benchmark_families.h"
#include "laboratory/simulation/benchmarks/mapped_file.h"
#include "laboratory/simulation/benchmarks/scripted_curves.h"
#include "laboratory/simulation/benchmarks/tabular_benchmark.h"
#include "luthier/benchmark.h"
#include "luthier/experiment_spec.h"

namespace luthier {
namespace {

bool names_a_file(std::string_view text) {
  return text.ends_with(".json") || text.find('/') != std::string_view::npos;
}

Result<std::shared_ptr<const Benchmark>> open_file(const std::filesystem::path& path,
                                                   std::string_view task) {
  const auto file = MappedFile::open(path);
  if (!file) {
    return Error{ErrorCode::not_found, "benchmark: " + file.error().message};
  }
  const auto root = parse_json(file->bytes());
  if (!root || root->kind != Json::Kind::object) {
    return failure(ErrorCode::invalid_argument,
                   "{} is not a benchmark: {}",
                   path.string(),
                   root ? "it must be a JSON object" : root.error().message);
  }
  if (holds_curves(*root)) {
    if (!task.empty()) {
      return failure(ErrorCode::invalid_argument,
                     "{} holds curves, which have no tasks; drop --task {}",
                     path.string(),
                     task);
    }
    return read_curves(*root, path.string());
  }
  if (root->find("tasks") == nullptr) {
    return Error{ErrorCode::invalid_argument,
                 path.string() +
                     " is not a benchmark: it has neither 'tasks', as the index of a table, nor "
                     "'curves', as formulas have"};
  }
  LUTHIER_TAKE(auto index, TableIndex::read(*root, path.string()));
  return open_table(std::move(index), path, task);
}

Result<std::shared_ptr<const Benchmark>> open_family(std::string_view text, std::string_view task) {
  auto spec = parse_plugin_spec(text);
  if (!spec) {
    return Error{ErrorCode::invalid_argument, "benchmark: " + spec.error().message};
  }
  const auto families = benchmark_families();
  const auto family = std::ranges::find(families, spec->name, &BenchmarkFamily::name);
  if (family == families.end()) {
    std::vector<std::string> known;
    for (const BenchmarkFamily& each : families) {
      known.emplace_back(each.name);
    }
    return Error{ErrorCode::not_found,
                 unknown_name("benchmark", spec->name, known) +
                     "; a table or curves are given by the path of their index, FILE.json"};
  }
  const std::string what = formatted("benchmark '{}'", spec->name);
  if (!task.empty()) {
    return failure(ErrorCode::invalid_argument, "{} has no tasks; drop --task {}", what, task);
  }
  LUTHIER_TAKE(auto options, resolve_options(what, family->options, spec->options));
  for (const OptionSpec& option : family->options) {
    if (!options.contains(option.name)) {
      return failure(ErrorCode::invalid_argument,
                     "{} needs its option '{}' ({}), as in {}:{}=1",
                     what,
                     option.name,
                     option.meaning,
                     spec->name,
                     option.name);
    }
  }
  return family->make(options, to_text(PluginSpec{spec->name, options}));
}

}  // namespace

std::vector<BenchmarkFamily> benchmark_families() {
  std::vector<BenchmarkFamily> families = {bbob_family(), conditional_family(), mixed_family()};
  std::ranges::move(troubled_families(), std::back_inserter(families));
  std::ranges::move(multi_objective_families(), std::back_inserter(families));
  return families;
}

Result<std::shared_ptr<const Benchmark>> open_benchmark(std::string_view text,
                                                        std::string_view task) {
  return names_a_file(text) ? open_file(text, task) : open_family(text, task);
}

}  // namespace luthier
