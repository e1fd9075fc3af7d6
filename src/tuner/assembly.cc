#include "tuner/assembly.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
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
#include "tuner/stored/earlier_results.h"
#include "tuner/stored/experiment_names.h"

namespace luthier {
namespace {

Result<ExperimentSummary> run_session(std::filesystem::path directory,
                                      SessionTask start,
                                      const PluginRegistry& plugins,
                                      const RunContext& options) {
  std::optional<InterruptSignals> signals;
  if (options.session.handle_signals) {
    signals.emplace();
  }
  LUTHIER_TAKE(auto session,
               Session::open(std::move(directory), std::move(start), plugins, options));
  return session->run();
}

// Programs are started there also when the experiment is resumed from elsewhere.
Result<> record_working_directory(ExperimentSpec& spec) {
  spec.working_directory.clear();
  const ExecutorRow* executor = find_executor(spec.executor);
  if (executor == nullptr || !executor->runs_programs) {
    return {};
  }
  LUTHIER_TAKE(auto directory, working_directory({}));
  spec.working_directory = std::move(directory);
  return {};
}

Result<ExperimentSummary> run_under_name(const ExperimentSpec& spec,
                                         const PluginRegistry& plugins,
                                         const RunContext& options,
                                         const SharedSpace& space) {
  const auto directory = options.session.results / spec.name;
  if (is_taken(directory)) {
    return Error{ErrorCode::already_exists, taken_text(directory)};
  }
  return run_session(directory, {.create = true, .spec = spec, .space = space}, plugins, options);
}

// Runs that start together all see the same name as free; whoever makes the store first has it.
Result<ExperimentSummary> run_under_free_name(ExperimentSpec spec,
                                              const PluginRegistry& plugins,
                                              const RunContext& options,
                                              const SharedSpace& space) {
  const std::string name = spec.name;
  while (true) {
    spec.name = free_name(options.session.results, name);
    auto outcome = run_under_name(spec, plugins, options, space);
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
    return formatted(
        "experiment name \"{}\" can't be the name of a directory; it may contain only the letters "
        "a to z, digits, '-', '_', '.' and '+', and must begin with a letter or digit",
        to_utf8(name));
  }
  return {};
}

Result<ExperimentSummary> run_experiment(ExperimentSpec spec,
                                         const PluginRegistry& plugins,
                                         const RunContext& options,
                                         const SharedSpace& ready) {
  LUTHIER_TRY(add_related(options.session.results, options.related, spec));
  std::vector<std::string> problems;
  const auto compiled = compile_shared(spec.space, ready);
  const SharedSpace space = compiled ? *compiled : nullptr;
  if (std::string problem = name_problem(spec.name); !problem.empty()) {
    problems.push_back(std::move(problem));
  }
  if (const auto resolved = plugins.resolve(spec, space); !resolved) {
    problems.push_back(resolved.error().message);
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  LUTHIER_TRY(record_working_directory(spec));
  if (options.session.memory_store) {
    return run_session(
        {}, {.create = true, .spec = std::move(spec), .space = space}, plugins, options);
  }
  return options.may_rename ? run_under_free_name(std::move(spec), plugins, options, space)
                            : run_under_name(spec, plugins, options, space);
}

Result<ExperimentSummary> resume_experiment(const std::filesystem::path& directory,
                                            const PluginRegistry& plugins,
                                            const RunContext& options,
                                            const Extension& extension) {
  SessionTask start{.extension = extension};
  return run_session(directory, std::move(start), plugins, options);
}

Result<ExperimentSummary> retry_experiment(const std::filesystem::path& directory,
                                           const PluginRegistry& plugins,
                                           const RunContext& options,
                                           std::optional<TrialId> trial) {
  SessionTask start{.retry = true, .retry_trial = trial};
  return run_session(directory, std::move(start), plugins, options);
}

Result<ExperimentSummary> enqueue_and_resume(const std::filesystem::path& directory,
                                             const PluginRegistry& plugins,
                                             const RunContext& options,
                                             const Config& config) {
  SessionTask start{.given = config};
  return run_session(directory, std::move(start), plugins, options);
}

}  // namespace luthier
