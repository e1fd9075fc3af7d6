#include "tuner/python_function.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "executors/programs/guardian_client.h"
#include "executors/programs/process.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

const std::vector<OptionSpec>& options() {
  static const std::vector<OptionSpec> kOptions = {
      {.name = "interpreter",
       .type = OptionType::text,
       .meaning =
           "the Python to use; default: .venv/bin/python of the working directory, else python3"},
      {.name = "start",
       .type = OptionType::text,
       .default_value = "fork",
       .meaning = "fork: each trial is a fork of a process that imported the module; spawn: each "
                  "trial imports it; reuse: processes run trials one after another",
       .choices = {"fork", "spawn", "reuse"}}};
  return kOptions;
}

std::string option_of(const ExperimentSpec& spec, std::string_view name) {
  for (const auto& [key, value] : spec.executor_options) {
    if (key == name) {
      return value;
    }
  }
  return {};
}

Result<std::string> interpreter_for(const ExperimentSpec& spec) {
  if (std::string given = option_of(spec, "interpreter"); !given.empty()) {
    return find_program(given);
  }
  LUTHIER_TAKE(const auto directory, working_directory(spec.working_directory));
  const fs::path local = fs::path(directory) / ".venv" / "bin" / "python";
  if (access(local.c_str(), X_OK) == 0) {
    return local.string();
  }
  auto found = find_program("python3");
  return found
             ? found
             : Error{ErrorCode::not_found,
                     "there is no .venv/bin/python here and no python3 in PATH; install Python or "
                     "name one with --executor python:interpreter=FILE"};
}

// Where the package lies that came with this program: in the wheel, or in an installation.
std::string package_beside() {
  std::error_code ignored;
  const fs::path here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  const fs::path wheel = here.parent_path().parent_path();
  return fs::exists(wheel / "luthier" / "_pool.py", ignored)
             ? wheel.string()
             : (here.parent_path() / "lib" / "luthier" / "python").string();
}

// Behind the interpreter's own path: a package that is installed there is the user's choice.
std::string loading_code() {
  return formatted("import sys; sys.path.append({}); from luthier._pool import main; main()",
                   json_string(package_beside()));
}

// What luthier/_payload.py loads.
std::string payload(const std::string& function, const ExperimentSpec& spec) {
  const auto colon = function.find(':');
  std::string out;
  JsonWriter(out)
      .object()
      .field("module", function.substr(0, colon))
      .field("attribute", function.substr(colon + 1))
      .field("objective", spec.objectives.front().metric)
      .end();
  return out;
}

}  // namespace

std::span<const OptionSpec> python_function_options() {
  return options();
}

std::string python_option_problem(std::string_view name, std::string_view value) {
  const auto& known = options();
  const auto found = std::ranges::find(known, name, &OptionSpec::name);
  if (found == known.end()) {
    return formatted("executor 'python' has no option '{}'; known: interpreter, start", name);
  }
  const bool fine = found->choices.empty()
                        ? !value.empty()
                        : std::ranges::find(found->choices, value) != found->choices.end();
  return fine ? std::string()
              : formatted("option {} of executor 'python' is '{}'; it must be {}",
                          name,
                          value,
                          found->choices.empty() ? "a program" : "fork, spawn or reuse");
}

Result<WorkerOptions> python_workers(const ExperimentSpec& spec) {
  const std::string function = option_of(spec, "python");
  const auto colon = function.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == function.size()) {
    return failure(ErrorCode::invalid_argument,
                   "executor python runs a function, and '{}' names none; write "
                   "--python MODULE:NAME",
                   function);
  }
  LUTHIER_TAKE(auto interpreter, interpreter_for(spec));
  const std::string start = option_of(spec, "start");
  return WorkerOptions{
      .command = {std::move(interpreter), "-c", loading_code(), payload(function, spec)},
      .start = start == "spawn"   ? WorkerStart::spawn
               : start == "reuse" ? WorkerStart::reuse
                                  : WorkerStart::fork};
}

}  // namespace luthier
