#include "tuner/assembly.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "core/name_length.h"
#include "core/space/environment_name.h"
#include "executors/programs/process.h"
#include "store/experiment_lock.h"
#include "tuner/advice.h"
#include "tuner/executor_table.h"
#include "tuner/machine/machine.h"
#include "tuner/machine/signals.h"
#include "tuner/session.h"
#include "tuner/stored/control_files.h"
#include "tuner/stored/experiment_names.h"

namespace luthier {
namespace {

Result<ExperimentSummary> run_session(std::filesystem::path directory,
                                      SessionStart start,
                                      const PluginRegistry& plugins,
                                      const RunOptions& options) {
  std::optional<InterruptSignals> signals;
  if (options.session.handle_signals) {
    signals.emplace();
  }
  auto session = Session::open(std::move(directory), std::move(start), plugins, options);
  if (!session) {
    return session.error();
  }
  return (*session)->run();
}

// Programs are started there also when the experiment is resumed from elsewhere.
Result<> record_working_directory(ExperimentSpec& spec) {
  spec.working_directory.clear();
  const ExecutorRow* executor = find_executor(spec.executor);
  if (executor == nullptr || !executor->runs_programs) {
    return {};
  }
  auto directory = working_directory({});
  if (!directory) {
    return directory.error();
  }
  spec.working_directory = *std::move(directory);
  return {};
}

Result<ExperimentSummary> run_under_name(const ExperimentSpec& spec,
                                         const PluginRegistry& plugins,
                                         const RunOptions& options) {
  const auto directory = options.session.results / spec.name;
  if (is_taken(directory)) {
    return Error{ErrorCode::already_exists, taken_text(directory)};
  }
  return run_session(directory, {.create = true, .spec = spec}, plugins, options);
}

// Runs that start together all see the same name as free; whoever makes the store first has it.
Result<ExperimentSummary> run_under_free_name(ExperimentSpec spec,
                                              const PluginRegistry& plugins,
                                              const RunOptions& options) {
  const std::string name = spec.name;
  while (true) {
    spec.name = free_name(options.session.results, name);
    auto outcome = run_under_name(spec, plugins, options);
    const bool taken = !outcome && (outcome.error().code == ErrorCode::already_exists ||
                                    ExperimentLock::is_held(options.session.results / spec.name));
    if (!taken) {
      return outcome;
    }
  }
}

}  // namespace

std::string name_problem(const std::string& name) {
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '+';
  };
  if (std::string problem = name_length_problem("the experiment", name); !problem.empty()) {
    return problem;
  }
  if (name.empty() || name.starts_with('.') || name.starts_with('-') ||
      !std::ranges::all_of(name, fine)) {
    return "experiment name \"" + to_utf8(name) +
           "\" can't be the name of a directory; it must be made of the letters a to z, digits and "
           "any of "
           "'-', '_', '.' and '+', and begin with a letter or digit";
  }
  return {};
}

Result<ExperimentSummary> run_experiment(ExperimentSpec spec,
                                         const PluginRegistry& plugins,
                                         const RunOptions& options) {
  std::vector<std::string> problems;
  if (std::string problem = name_problem(spec.name); !problem.empty()) {
    problems.push_back(std::move(problem));
  }
  if (const auto resolved = plugins.resolve(spec); !resolved) {
    problems.push_back(resolved.error().message);
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  if (auto recorded = record_working_directory(spec); !recorded) {
    return recorded.error();
  }
  if (options.session.memory_store) {
    return run_session({}, {.create = true, .spec = std::move(spec)}, plugins, options);
  }
  return options.may_rename ? run_under_free_name(spec, plugins, options)
                            : run_under_name(spec, plugins, options);
}

Result<ExperimentSummary> resume_experiment(const std::filesystem::path& directory,
                                            const PluginRegistry& plugins,
                                            const RunOptions& options,
                                            const Extension& extension) {
  SessionStart start{.extension = extension};
  return run_session(directory, std::move(start), plugins, options);
}

Result<ExperimentSummary> retry_experiment(const std::filesystem::path& directory,
                                           const PluginRegistry& plugins,
                                           const RunOptions& options,
                                           std::optional<TrialId> trial) {
  SessionStart start{.retry = true, .retry_trial = trial};
  return run_session(directory, std::move(start), plugins, options);
}

}  // namespace luthier
