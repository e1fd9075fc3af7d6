#include "tuner/plugin_registry.h"

#include <algorithm>
#include <utility>

#include <dlfcn.h>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/expression/requirement.h"
#include "core/name_length.h"
#include "core/space/prior_check.h"
#include "core/state/known_check.h"
#include "core/state/related_check.h"
#include "engine/rules.h"
#include "luthier/scheduler.h"
#include "luthier/searcher.h"
#include "search/priors/priors.h"
#include "search/priors/related_places.h"
#include "tuner/foreign_names.h"
#include "tuner/space_extension.h"

namespace luthier {
namespace {

template <class Rows>
std::vector<std::string> names_of(const Rows& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) {
    names.push_back(row.first);
  }
  return names;
}

// Of those, the ones that can: for several objectives, with requirements or with priors.
template <class Rows>
std::vector<std::string> able_of(const Rows& rows, bool PluginInfo::* can) {
  std::vector<std::string> names;
  for (const auto& row : rows) {
    if (row.second.info.*can) {
      names.push_back(row.first);
    }
  }
  return names;
}

template <class Rows>
auto* find_row(Rows& rows, const std::string& name) {
  const auto found =
      std::ranges::find(rows, name, [](const auto& row) -> const auto& { return row.first; });
  return found == rows.end() ? nullptr : &found->second;
}

// Of the program's own; the last one of that name.
template <class Owns>
auto* find_own(const Owns& owns, const std::string& name) {
  const auto found = std::find_if(
      owns.rbegin(), owns.rend(), [&](const auto& own) { return own.plugin.name == name; });
  return found == owns.rend() ? nullptr : &*found;
}

template <class Rows, class Added>
std::string add_rows(Rows& rows, const Added& added, const char* kind) {
  for (const auto& row : added) {
    if (find_row(rows, std::string(row.name)) != nullptr) {
      return formatted("its {} '{}' is already there; rename it", kind, row.name);
    }
    rows.emplace_back(std::string(row.name), row.plugin());
  }
  return {};
}

// One problem a line.
class Problems {
 public:
  void add(std::string problem) {
    if (!problem.empty()) {
      all_.push_back(std::move(problem));
    }
  }
  Result<> result() const {
    if (all_.empty()) {
      return {};
    }
    return Error{ErrorCode::invalid_argument, join(all_, "\n")};
  }

 private:
  std::vector<std::string> all_;
};

std::string below(const char* what, double value, double minimum) {
  if (value >= minimum) {
    return {};
  }
  return formatted(
      "{} is {}; it must be at least {}", what, format_number(value), format_number(minimum));
}

// Seconds that can be counted in microseconds.
std::string duration_problem(const char* what, double seconds) {
  constexpr double kLongest_s = 1e11;
  if (seconds <= kLongest_s) {
    return below(what, seconds, 0);
  }
  return std::string(what) + " is " + format_number(seconds) + "; it must be at most " +
         format_number(kLongest_s) + " seconds";
}

std::vector<std::string> long_names(const ExperimentSpec& spec) {
  std::vector<std::string> problems;
  for (const Parameter& parameter : spec.space.parameters()) {
    problems.push_back(name_length_problem("the parameter", parameter.name));
  }
  for (const Objective& objective : spec.objectives) {
    problems.push_back(name_length_problem("the metric", objective.metric));
  }
  for (const auto& [key, value] : spec.tags) {
    problems.push_back(name_length_problem("the tag", key));
  }
  for (const auto& [resource, amount] : spec.resources) {
    problems.push_back(name_length_problem("the resource", resource));
  }
  return problems;
}

std::string objectives_problem(const ExperimentSpec& spec) {
  if (spec.objectives.empty()) {
    return "no objective is given; name one with --min METRIC or --max METRIC";
  }
  for (std::size_t i = 0; i < spec.objectives.size(); ++i) {
    if (spec.objectives[i].metric.empty()) {
      return "an objective has an empty name; name the metric to minimise or maximise";
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (spec.objectives[i].metric == spec.objectives[j].metric) {
        return formatted("objective '{}' is given twice; give each metric once",
                         spec.objectives[i].metric);
      }
    }
  }
  return {};
}

Result<std::unique_ptr<Searcher>> make_searcher(const SearcherPlugin& plugin,
                                                const ExperimentSpec& spec,
                                                const CompiledSpace& space) {
  return plugin.make({.options = spec.searcher.options,
                      .objectives = spec.objectives,
                      .seed = spec.seed,
                      .space = &space,
                      .priors = spec.prior,
                      .related = spec.related});
}

// For the space that there is now; of trials outside of it, it learns as of a related task.
Result<std::unique_ptr<Searcher>> make_searcher_again(const SearcherPlugin& plugin,
                                                      const PluginSpec& resolved,
                                                      const ExperimentState& state) {
  ExperimentSpec spec = state.spec();
  spec.searcher = resolved;
  const auto problems = prior_problems(spec.prior, state.space());
  if (!problems.empty()) {
    return Error{ErrorCode::corruption, join(problems, "\n")};
  }
  if (auto outside = plugin.info.priors ? results_outside(state) : std::nullopt) {
    spec.related.push_back(*std::move(outside));
  }
  return make_searcher(plugin, spec, state.space());
}

}  // namespace

PluginRegistry::PluginRegistry() {
  add_rows(searchers_, builtin_searchers(), "searcher");
  add_rows(schedulers_, builtin_schedulers(), "scheduler");
}

Result<> PluginRegistry::load(const std::filesystem::path& library) {
  const std::string name = library.string();
  const auto refuse = [&](const std::string& why) {
    return failure(ErrorCode::invalid_argument, "plugin library '{}' can't be used: {}", name, why);
  };
  // A path without a slash would be looked up in the system's library folders.
  const std::string path = std::filesystem::absolute(library).string();
  if (!std::filesystem::exists(library)) {
    return refuse("there is no such file");
  }
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return refuse(dlerror());
  }
  auto* entry =
      reinterpret_cast<const PluginLibrary* (*)()>(dlsym(handle, "luthier_plugin_library"));
  if (entry == nullptr) {
    dlclose(handle);
    return refuse("it has no symbol luthier_plugin_library; define it with LUTHIER_PLUGIN_LIBRARY");
  }
  const PluginLibrary& content = *entry();
  if (content.interface_version != PluginLibrary{}.interface_version) {
    return refuse(formatted("it was built for plugin interface {}, this is {}; build it again",
                            content.interface_version,
                            PluginLibrary{}.interface_version));
  }
  std::string problem = add_rows(searchers_, content.searchers, "searcher");
  if (problem.empty()) {
    problem = add_rows(schedulers_, content.schedulers, "scheduler");
  }
  if (!problem.empty()) {
    return refuse(problem);
  }
  return {};  // the library stays loaded: its code runs until the program ends
}

void PluginRegistry::add(OwnPlugin plugin, std::function<std::unique_ptr<Searcher>()> make) {
  own_searchers_.push_back({std::move(plugin), std::move(make)});
}

void PluginRegistry::add(OwnPlugin plugin, std::function<std::unique_ptr<TrialScheduler>()> make) {
  own_schedulers_.push_back({std::move(plugin), std::move(make)});
}

std::vector<std::string> PluginRegistry::searchers() const {
  return names_of(searchers_);
}
std::vector<std::string> PluginRegistry::schedulers() const {
  return names_of(schedulers_);
}

const SearcherPlugin* PluginRegistry::searcher(const std::string& name) const {
  return find_row(searchers_, name);
}
const SchedulerPlugin* PluginRegistry::scheduler(const std::string& name) const {
  return find_row(schedulers_, name);
}

Result<> PluginRegistry::resolve(ExperimentSpec& spec, const SharedSpace& ready) const {
  Problems problems;
  if (const auto settled = settle(spec, ready); !settled) {
    problems.add(settled.error().message);
  }
  for (const Requirement& requirement : spec.require) {
    problems.add(requirement_problem(requirement, spec.space));
  }
  for (std::string& problem : long_names(spec)) {
    problems.add(std::move(problem));
  }
  return problems.result();
}

Result<> PluginRegistry::settle(ExperimentSpec& spec, const SharedSpace& ready) const {
  Problems problems;
  const bool several = spec.objectives.size() > 1;
  problems.add(objectives_problem(spec));
  const auto check = [&](AlgorithmKind kind,
                         PluginSpec& plugin,
                         const PluginInfo* info,
                         const OwnPlugin* own) {
    const std::string what(to_text(kind));
    const std::string called = formatted("{} '{}'", what, plugin.name);
    const auto able = [&](bool PluginInfo::* can) {
      return join(what == "searcher" ? able_of(searchers_, can) : able_of(schedulers_, can), ", ");
    };
    const auto check_requirements = [&](bool known) {
      if (!spec.require.empty() && !known) {
        problems.add(
            formatted("{} does not know requirements: it would treat trials that miss "
                      "'{}' like all others; these know them: {}",
                      called,
                      spec.require.front().text,
                      able(&PluginInfo::requirements)));
      }
    };
    const auto check_priors = [&](bool known) {
      if (!spec.prior.empty() && kind == AlgorithmKind::searcher && !known) {
        problems.add(
            formatted("{} does not use priors, and '{}' would change nothing; drop it, or take one "
                      "of these: {}",
                      called,
                      to_text(spec.prior.front()),
                      able(&PluginInfo::priors)));
      }
      if (!spec.related.empty() && kind == AlgorithmKind::searcher && !known) {
        problems.add(
            formatted("{} does not use related tasks, and '{}' would change nothing; drop it, or "
                      "take one of these: {}",
                      called,
                      spec.related.front().name,
                      able(&PluginInfo::priors)));
      }
    };
    if (own != nullptr) {
      check_priors(own->priors);
      return check_requirements(own->requirements);
    }
    if (info == nullptr) {
      const bool searches = kind == AlgorithmKind::searcher;
      return problems.add(unknown_algorithm(kind,
                                            plugin.name,
                                            searches ? searchers() : schedulers(),
                                            searches ? schedulers() : searchers()));
    }
    if (!spec.time_attr.empty() && !plugin.options.contains("time_attr") &&
        std::ranges::find(info->options, "time_attr", &OptionSpec::name) != info->options.end()) {
      plugin.options.set("time_attr", spec.time_attr);
    }
    auto options = resolve_options(called, info->options, plugin.options);
    if (!options) {
      return problems.add(options.error().message);
    }
    plugin.options = std::move(*options);
    check_requirements(info->requirements);
    check_priors(info->priors);
    if (several && !info->multi_objective) {
      problems.add(formatted("{} handles one objective, and {} are given; these handle several: {}",
                             called,
                             spec.objectives.size(),
                             able(&PluginInfo::multi_objective)));
    }
  };
  const auto own = [](const auto& plugins, const std::string& name) {
    const auto* found = find_own(plugins, name);
    return found != nullptr ? &found->plugin : nullptr;
  };
  const SearcherPlugin* searching = searcher(spec.searcher.name);
  const SchedulerPlugin* scheduling = scheduler(spec.scheduler.name);
  check(AlgorithmKind::searcher,
        spec.searcher,
        searching ? &searching->info : nullptr,
        own(own_searchers_, spec.searcher.name));
  check(AlgorithmKind::scheduler,
        spec.scheduler,
        scheduling ? &scheduling->info : nullptr,
        own(own_schedulers_, spec.scheduler.name));
  problems.add(below("samples", static_cast<double>(spec.samples), 0));
  problems.add(below("iterations", static_cast<double>(spec.iterations), 0));
  problems.add(below("retries", static_cast<double>(spec.retries), 0));
  problems.add(below("max_failures", static_cast<double>(spec.max_failures), -1));
  problems.add(duration_problem("time budget", spec.time_budget_s));
  problems.add(duration_problem("trial timeout", spec.trial_timeout_s));
  problems.add(duration_problem("retry delay", spec.retry_delay_s));
  problems.add(duration_problem("grace", spec.grace_s));
  problems.add(below("checkpoint_every", static_cast<double>(spec.checkpoint_every), 0));
  problems.add(below("keep_checkpoints", static_cast<double>(spec.keep_checkpoints), 0));
  problems.add(below("deterministic", static_cast<double>(spec.deterministic), 0));
  const auto space = compile_shared(spec.space, ready);
  if (!space) {
    problems.add(space.error().message);
  } else {
    std::vector<std::string> of_priors = prior_problems(spec.prior, **space);
    if (of_priors.empty()) {
      of_priors.push_back(centre_problem(spec.prior, **space));
    }
    for (std::string& problem : of_priors) {
      problems.add(std::move(problem));
    }
    for (RelatedTask& task : spec.related) {
      auto ordered = ordered_related(spec, task);
      if (!ordered) {
        problems.add(ordered.error().message);
      } else if (related_places(*ordered, **space).empty()) {
        problems.add(formatted(
            "the related task '{}' has no value of a parameter that is searched here; drop it",
            task.name));
      } else {
        task = *std::move(ordered);
      }
    }
    for (std::size_t i = 0; i < spec.points.size(); ++i) {
      if (const auto checked = (*space)->check(spec.points[i]); !checked) {
        problems.add(formatted("point {}: {}", i + 1, checked.error().message));
      }
    }
    for (std::size_t i = 0; i < spec.known.size(); ++i) {
      auto whole = complete_known(**space, spec.objectives, spec.known[i]);
      if (whole) {
        spec.known[i] = *std::move(whole);
      } else {
        problems.add(formatted("known result {}: {}", i + 1, whole.error().message));
      }
    }
  }
  if (const auto rules = Rules::make(spec); !rules) {
    problems.add(rules.error().message);
  }
  return problems.result();
}

bool PluginRegistry::knows(const ExperimentSpec& spec) const {
  const auto is_own = [](const auto& plugins, const std::string& name) {
    return find_own(plugins, name) != nullptr;
  };
  const std::string& searching = spec.searcher.name;
  const std::string& scheduling = spec.scheduler.name;
  return (searcher(searching) != nullptr || is_own(own_searchers_, searching)) &&
         (scheduler(scheduling) != nullptr || is_own(own_schedulers_, scheduling));
}

Result<std::unique_ptr<Advisors>> PluginRegistry::make_advisors(const ExperimentSpec& given,
                                                                const SharedSpace& ready) const {
  ExperimentSpec spec = given;
  LUTHIER_TAKE(const SharedSpace space, compile_shared(spec.space, ready));
  // Of a new experiment this was done; a stored one is a stranger's, or of an older version whose
  // plugins had fewer options.
  if (knows(spec)) {
    if (const auto checked = settle(spec, space); !checked) {
      return Error{ErrorCode::corruption,
                   "the experiment in the log is not one that `luthier run` writes: " +
                       checked.error().message};
    }
  }
  Advisors::MakeSearcher make_again;
  AdvisorNames names{.searcher = spec.searcher.name, .scheduler = spec.scheduler.name};
  names.stops_trials = spec.scheduler.name != "fifo";
  std::unique_ptr<Searcher> searcher_made;
  std::unique_ptr<TrialScheduler> scheduler_made;
  if (const auto* own = find_own(own_searchers_, names.searcher)) {
    searcher_made = own->make();
    names.searcher_version = own->plugin.version;
  }
  if (const auto* own = find_own(own_schedulers_, names.scheduler)) {
    scheduler_made = own->make();
    names.scheduler_version = own->plugin.version;
    names.needs_checkpoints = own->plugin.needs_checkpoints;
  }
  if (!searcher_made) {
    const SearcherPlugin* plugin = searcher(names.searcher);
    if (plugin == nullptr) {
      return Error{
          ErrorCode::invalid_argument,
          unknown_name("searcher", names.searcher, searchers()) +
              "; a searcher of a library needs its --plugin, one of a program that program"};
    }
    LUTHIER_TAKE(auto made, make_searcher(*plugin, spec, *space));
    searcher_made = std::move(made);
    names.searcher_version = plugin->info.version;
    names.reads_results = plugin->reads_results;
    make_again = [plugin = *plugin, options = spec.searcher](const ExperimentState& state) {
      return make_searcher_again(plugin, options, state);
    };
  }
  if (!scheduler_made) {
    const SchedulerPlugin* plugin = scheduler(names.scheduler);
    if (plugin == nullptr) {
      return Error{ErrorCode::invalid_argument,
                   unknown_name("scheduler", names.scheduler, schedulers()) +
                       "; a scheduler of a library needs its --plugin, one of a program that "
                       "program"};
    }
    LUTHIER_TAKE(auto made,
                 plugin->make({spec.scheduler.options, spec.objectives, spec.seed, space.get()}));
    scheduler_made = std::move(made);
    names.scheduler_version = plugin->info.version;
    names.needs_checkpoints = plugin->needs_checkpoints;
  }
  auto advisors = std::make_unique<Advisors>(
      std::move(names), std::move(searcher_made), std::move(scheduler_made));
  advisors->answered_by(host_);
  advisors->made_again_by(std::move(make_again));
  return advisors;
}

}  // namespace luthier
