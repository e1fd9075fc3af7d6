#include "tuner/stored/experiment_names.h"

#include <algorithm>
#include <system_error>

#include "base/contained_files.h"
#include "base/format.h"
#include "base/text.h"
#include "store/sqlite/event_reader.h"
#include "tuner/advice.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

// A virtual clock starts at 0: what is below belongs to a simulated experiment.
constexpr TimePoint kEarliestWallClock = 1'000'000'000'000'000;

// The log's writes reach its write-ahead file first.
TimePoint written_at(const std::filesystem::path& directory) {
  TimePoint latest = 0;
  for (const char* file : {"experiment.db", "experiment.db-wal"}) {
    if (const auto status = ContainedFiles(directory).status(file)) {
      const timespec& written = status->st_mtim;
      latest = std::max(latest,
                        TimePoint{written.tv_sec} * 1'000'000 + TimePoint{written.tv_nsec} / 1'000);
    }
  }
  return latest;
}

TimePoint last_event(const std::filesystem::path& directory) {
  TimePoint time = 0;
  auto reader = open_for_reading(directory);
  const auto last = reader ? (*reader)->last_sequence() : Result<Sequence>(reader.error());
  if (last && *last > 0) {
    static_cast<void>((*reader)->read_from(*last, [&](const Event& event) {
      time = event.time;
      return false;
    }));
  }
  return time;
}

std::vector<std::string> names_beginning(const std::filesystem::path& results,
                                         const std::string& beginning) {
  std::vector<std::string> names;
  for (const auto& directory : list_experiments(results)) {
    std::string name = directory.filename().string();
    if (name.starts_with(beginning) && is_taken(directory)) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

Error ambiguous(const std::filesystem::path& results,
                const std::string& name,
                std::vector<std::string> names) {
  constexpr std::size_t kShown = 10;
  const std::size_t count = names.size();
  names.resize(std::min(count, kShown));
  return {
      ErrorCode::invalid_argument,
      formatted("the names of {} experiments in {} begin with '{}': {}{}; type more of the name",
                count,
                results.string(),
                name,
                join(names, ", "),
                count > kShown ? ", ..." : "")};
}

}  // namespace

TimePoint activity_at(const std::filesystem::path& directory, TimePoint last_event) {
  return last_event >= kEarliestWallClock ? last_event : written_at(directory);
}

TimePoint last_activity(const std::filesystem::path& directory) {
  return activity_at(directory, last_event(directory));
}

std::vector<std::filesystem::path> recent_experiments(const std::filesystem::path& results) {
  std::vector<std::pair<TimePoint, std::filesystem::path>> dated;
  for (auto& directory : list_experiments(results)) {
    const TimePoint time = last_activity(directory);
    if (!is_taken(directory)) {
      continue;  // it is as if it had never begun
    }
    dated.emplace_back(time, std::move(directory));
  }
  std::ranges::stable_sort(
      dated, std::ranges::greater(), [](const auto& each) { return each.first; });
  std::vector<std::filesystem::path> directories;
  for (auto& [time, directory] : dated) {
    directories.push_back(std::move(directory));
  }
  return directories;
}

Result<std::filesystem::path> look_up_experiment(const std::filesystem::path& results,
                                                 const std::string& name) {
  auto found = find_experiment(results, name);
  if (found || found.error().code != ErrorCode::not_found || name.empty()) {
    return found;
  }
  if (name == "last") {
    auto recent = recent_experiments(results);
    return recent.empty() ? found : Result<std::filesystem::path>(std::move(recent.front()));
  }
  auto names = names_beginning(results, name);
  if (names.empty()) {
    return found;
  }
  return names.size() == 1 ? Result<std::filesystem::path>(results / names.front())
                           : ambiguous(results, name, std::move(names));
}

std::string free_name(const std::filesystem::path& results, const std::string& name) {
  std::string free = name;
  for (int i = 2; is_taken(results / free); ++i) {
    free = formatted("{}-{}", name, i);
  }
  return free;
}

}  // namespace luthier
