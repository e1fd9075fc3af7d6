// Checks what experiments need here: stores, disk, limits, process control. Changes nothing but for
// --salvage.
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <optional>

#include "base/format.h"
#include "base/text.h"
#include "cli/output/output.h"
#include "cli/output/table.h"
#include "cli/reading.h"
#include "core/json_writer.h"
#include "executors/ray/ray_driver.h"
#include "store/sqlite/salvage.h"
#include "tuner/advice.h"
#include "tuner/assembly.h"
#include "tuner/machine/machine.h"
#include "tuner/stored/derived_check.h"
#include "tuner/stored/remarks.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier doctor"),
                                  std::string_view("luthier doctor digits --salvage")};
constexpr std::array kOperands = {
    Operand{.name = "EXPERIMENT", .required = false, .completes = Completes::experiment}};
constexpr std::array kOptions = {
    Option{.name = "salvage",
           .meaning = "copy every event before the damage into a new experiment beside it"},
    kResults,
    kJson};

constexpr double kGigabyte = 1e9;
constexpr double kLittleSpace = 1 * kGigabyte;
constexpr rlim_t kFewFiles = 1024;

struct Check {
  std::string name;
  bool good = true;
  std::string finding;
  std::string remedy = {};  // empty when good
};

// The directory itself or the nearest one above it that exists.
std::filesystem::path existing(std::filesystem::path path) {
  std::error_code error;
  path = std::filesystem::absolute(path, error);
  while (!std::filesystem::exists(path, error) && path.has_relative_path()) {
    path = path.parent_path();
  }
  return path;
}

Check check_space(const std::filesystem::path& results) {
  const auto path = existing(results);
  struct statvfs disk{};
  if (statvfs(path.c_str(), &disk) != 0) {
    return {"disk", false, "can't ask " + path.string(), "name another place with --results"};
  }
  const double bytes = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  const std::string finding =
      formatted("{} GB free at {}", value_text(Value(bytes / kGigabyte)), path.string());
  return bytes > kLittleSpace
             ? Check{"disk", true, finding}
             : Check{"disk", false, finding, "free some, or name another place with --results"};
}

Check check_writable(const std::filesystem::path& results) {
  const auto path = existing(results);
  return access(path.c_str(), W_OK) == 0
             ? Check{"results", true, path.string() + " can be written"}
             : Check{"results",
                     false,
                     path.string() + " can't be written",
                     "change its permissions, or name another place with --results"};
}

Check check_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const bool none = limit.rlim_cur == RLIM_INFINITY;
  const std::string finding = none ? "no limit" : std::to_string(limit.rlim_cur) + " at a time";
  return none || limit.rlim_cur >= kFewFiles
             ? Check{"open files", true, finding}
             : Check{"open files", false, finding, "raise it with 'ulimit -n 4096'"};
}

Check check_processes() {
  rlimit limit{};
  getrlimit(RLIMIT_NPROC, &limit);
  const bool none = limit.rlim_cur == RLIM_INFINITY;
  return {"processes",
          true,
          formatted("{}, {} processors",
                    none ? "no limit" : "at most " + std::to_string(limit.rlim_cur),
                    processor_count())};
}

Check check_cgroups() {
  for (const std::string place : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    if (std::filesystem::exists(place + "/cgroup.procs") && access(place.c_str(), W_OK) == 0) {
      return {"cgroups", true, "version 2 at " + place};
    }
  }
  return {"cgroups", true, "no writable version 2; processes are ended by the guardian alone"};
}

// Ray is for those who want it: its absence is no fault.
Check check_ray() {
  const auto python = find_ray_python({});
  return {"ray", true, python ? "with --executor ray: " + *python : python.error().message};
}

// Nothing for what never began.
std::optional<Check> check_store(const std::filesystem::path& directory) {
  const std::string name = "store " + directory.filename().string();
  std::int64_t events = 0;
  DerivedCheck derived;
  const auto state = read_state(directory, [&](const Event& event) {
    ++events;
    derived.take(event);
  });
  if (!state && state.error().code == ErrorCode::not_found) {
    return std::nullopt;
  }
  if (!state) {
    if (state.error().code != ErrorCode::corruption) {
      return Check{name, false, state.error().message, "see the message"};
    }
    const std::string& message = state.error().message;
    return Check{name,
                 false,
                 message.substr(0, message.find(kDamageRemedy)),
                 formatted("'{}' keeps every event before the damage",
                           command_line("doctor", directory, "--salvage"))};
  }
  if (const auto what = derived.difference(directory, **state); !what.empty()) {
    return Check{
        name,
        false,
        formatted("its events are right, but the {} that is kept beside them is not what they say",
                  what),
        formatted("'{}' copies the events without it",
                  command_line("doctor", directory, "--salvage"))};
  }
  return Check{
      name, true, formatted("{} events, {}", events, stored_state_text(**state, directory))};
}

int report(const std::vector<Check>& checks, bool json) {
  bool good = true;
  bool damaged = false;
  std::string lines;
  Table table({{"check"}, {""}, {"finding"}});
  for (const Check& check : checks) {
    good = good && check.good;
    damaged |= !check.good && check.name.starts_with("store ");
    table.add({check.name,
               check.good ? "ok" : "LOOK",
               check.finding + (check.remedy.empty() ? "" : "; " + check.remedy)});
    JsonWriter(lines)
        .object()
        .field("schema", 1)
        .field("check", check.name)
        .field("ok", check.good)
        .field("finding", check.finding)
        .field("remedy", check.remedy)
        .end();
    lines += "\n";
  }
  if (!print(json ? lines : table.text(output_columns()))) {
    return kSystem;
  }
  return damaged ? kDamaged : good ? kSuccess : kSystem;
}

int run_salvage(const Arguments& arguments) {
  if (arguments.operands().empty()) {
    return fail_usage("--salvage needs the experiment: luthier doctor EXPERIMENT --salvage");
  }
  const auto directory = find_experiment(arguments);
  if (!directory) {
    return fail(directory.error());
  }
  const auto saved = salvage(*directory);
  if (!saved) {
    return fail(saved.error());
  }
  if (const auto copied = copy_remarks(*directory, saved->directory); !copied) {
    talk(copied.error().message);
  }
  if (arguments.has("json")) {
    return finish(
        formatted("{{\"schema\": 1, \"directory\": {}, \"events\": {}, \"damage\": {}}}\n",
                  json_string(saved->directory.string()),
                  saved->events,
                  json_string(saved->damage)));
  }
  talk(formatted("{} events saved to {}{}",
                 saved->events,
                 saved->directory.string(),
                 saved->damage.empty() ? "; the log is whole" : "; then: " + saved->damage));
  const auto state = read_state(saved->directory);
  if (state) {
    talk("to go on: " + way_on("resume", (*state)->spec(), saved->directory));
  }
  return kSuccess;
}

int run(const Arguments& arguments) {
  if (arguments.has("salvage")) {
    return run_salvage(arguments);
  }
  const auto results = results_directory(arguments);
  std::vector<Check> checks;
  if (!arguments.operands().empty()) {
    const auto directory = find_experiment(arguments);
    if (!directory) {
      return fail(directory.error());
    }
    const auto check = check_store(*directory);
    if (!check) {
      return fail({ErrorCode::not_found, never_begun_text(*directory)});
    }
    checks.push_back(*check);
  } else {
    checks = {check_writable(results),
              check_space(results),
              check_files(),
              check_processes(),
              check_cgroups(),
              check_ray()};
    for (const auto& directory : list_experiments(results)) {
      if (const auto check = check_store(directory)) {
        checks.push_back(*check);
      }
    }
  }
  return report(checks, arguments.has("json"));
}

}  // namespace

extern const Command kDoctor;
const Command kDoctor = {.name = "doctor",
                         .summary = "check stores, disk and limits, and say what to do",
                         .examples = kExamples,
                         .operands = kOperands,
                         .options = kOptions,
                         .run = run};

}  // namespace luthier::cli
