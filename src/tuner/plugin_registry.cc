#include "tuner/plugin_registry.h"

#include <algorithm>
#include <utility>

#include <dlfcn.h>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/expression/requirement.h"
#include "core/space/prior_check.h"
#include "engine/rules.h"
#include "luthier/scheduler.h"
#include "luthier/searcher.h"
#include "search/priors/priors.h"
#include "search/wrappers/wrapper.h"
#include "tuner/foreign_names.h"
#include "tuner/space_extension.h"
#include "tuner/spec_problems.h"

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

// Of those, the ones that can: for several objectives, with requirements or with priors. A wrapper
// can what the searcher inside can.
template <class Rows>
std::vector<std::string> able_of(const Rows& rows, bool PluginInfo::* can) {
  std::vector<std::string> names;
  for (const auto& row : rows) {
    if (row.second.info.*can && find_wrapper(row.first) == nullptr) {
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

template <class Owns>
const OwnPlugin* own_plugin(const Owns& owns, const std::string& name) {
  const auto* own = find_own(owns, name);
  return own != nullptr ? &own->plugin : nullptr;
}

template <class Plugin>
const PluginInfo* info_of(const Plugin* plugin) {
  return plugin != nullptr ? &plugin->info : nullptr;
}

// Each layer doubles the backslashes in the text of the outermost.
constexpr std::size_t kMostLayers = 6;

using Layers = std::vector<PluginRegistry::SearcherLayer>;

}  // namespace

PluginRegistry::PluginRegistry() {
  add_rows(searchers_, builtin_searchers(), "searcher");
  for (const SearcherWrapper& wrapper : searcher_wrappers()) {
    searchers_.emplace_back(std::string(wrapper.name), SearcherPlugin{.info = wrapper.info()});
  }
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
  add_name_problems(spec, problems);
  return problems.result();
}

Result<> PluginRegistry::settle(ExperimentSpec& spec, const SharedSpace& ready) const {
  Problems problems;
  add_objective_problems(spec, problems);
  settle_searcher(spec, problems);
  settle_plugin(AlgorithmKind::scheduler, spec, spec.scheduler, problems);
  add_number_problems(spec, problems);
  if (const auto space = compile_shared(spec.space, ready)) {
    settle_contents(spec, **space, problems);
  } else {
    problems.add(space.error().message);
  }
  if (const auto rules = Rules::make(spec); !rules) {
    problems.add(rules.error().message);
  }
  return problems.result();
}

// With those that it is around.
void PluginRegistry::settle_searcher(ExperimentSpec& spec, Problems& problems) const {
  std::vector<PluginSpec> layers = {spec.searcher};  // from the outside in
  settle_plugin(AlgorithmKind::searcher, spec, layers.back(), problems);
  while (find_wrapper(layers.back().name) != nullptr &&
         find_own(own_searchers_, layers.back().name) == nullptr) {
    const Value* given = layers.back().options.find("searcher");
    if (given == nullptr || given->text() == nullptr) {
      break;  // which is a problem of its options
    }
    auto inside = searcher_inside(layers.back());
    if (!inside || layers.size() == kMostLayers) {
      problems.add(inside ? formatted("more than {} searchers are inside one another", kMostLayers)
                          : inside.error().message);
      break;
    }
    settle_plugin(AlgorithmKind::searcher, spec, layers.emplace_back(*std::move(inside)), problems);
  }
  for (std::size_t i = layers.size() - 1; i > 0; --i) {
    layers[i - 1].options.set("searcher", to_text(layers[i]));
  }
  spec.searcher = layers.front();
}

void PluginRegistry::settle_plugin(AlgorithmKind kind,
                                   const ExperimentSpec& spec,
                                   PluginSpec& plugin,
                                   Problems& problems) const {
  const bool searches = kind == AlgorithmKind::searcher;
  const OwnPlugin* own =
      searches ? own_plugin(own_searchers_, plugin.name) : own_plugin(own_schedulers_, plugin.name);
  if (own != nullptr) {
    check_abilities(
        kind,
        spec,
        plugin.name,
        {.multi_objective = true, .requirements = own->requirements, .priors = own->priors},
        problems);
    return;
  }
  const PluginInfo* info =
      searches ? info_of(searcher(plugin.name)) : info_of(scheduler(plugin.name));
  if (info == nullptr) {
    problems.add(unknown_algorithm(kind,
                                   plugin.name,
                                   searches ? searchers() : schedulers(),
                                   searches ? schedulers() : searchers()));
    return;
  }
  if (!spec.time_attr.empty() && !plugin.options.contains("time_attr") &&
      std::ranges::find(info->options, "time_attr", &OptionSpec::name) != info->options.end()) {
    plugin.options.set("time_attr", spec.time_attr);
  }
  auto options = resolve_options(
      formatted("{} '{}'", to_text(kind), plugin.name), info->options, plugin.options);
  if (!options) {
    problems.add(options.error().message);
    return;
  }
  plugin.options = std::move(*options);
  check_abilities(kind, spec, plugin.name, *info, problems);
}

// Whether it can do what the spec asks of it.
void PluginRegistry::check_abilities(AlgorithmKind kind,
                                     const ExperimentSpec& spec,
                                     const std::string& name,
                                     const PluginInfo& info,
                                     Problems& problems) const {
  const bool searches = kind == AlgorithmKind::searcher;
  const std::string called = formatted("{} '{}'", to_text(kind), name);
  const auto able = [&](bool PluginInfo::* can) {
    return join(searches ? able_of(searchers_, can) : able_of(schedulers_, can), ", ");
  };
  if (!spec.require.empty() && !info.requirements) {
    problems.add(
        formatted("{} does not know requirements: it would treat trials that miss '{}' like all "
                  "others; these know them: {}",
                  called,
                  spec.require.front().text,
                  able(&PluginInfo::requirements)));
  }
  const auto add_unused = [&](const char* what, const std::string& given) {
    problems.add(
        formatted("{} does not use {}, and '{}' would change nothing; drop it, or take one of "
                  "these: {}",
                  called,
                  what,
                  given,
                  able(&PluginInfo::priors)));
  };
  if (searches && !info.priors && !spec.prior.empty()) {
    add_unused("priors", to_text(spec.prior.front()));
  }
  if (searches && !info.priors && !spec.related.empty()) {
    add_unused("related tasks", spec.related.front().name);
  }
  if (spec.objectives.size() > 1 && !info.multi_objective) {
    problems.add(formatted("{} handles one objective, and {} are given; these handle several: {}",
                           called,
                           spec.objectives.size(),
                           able(&PluginInfo::multi_objective)));
  }
}

bool PluginRegistry::knows(const ExperimentSpec& spec) const {
  const std::string& scheduling = spec.scheduler.name;
  return layers_of(spec.searcher) &&
         (scheduler(scheduling) != nullptr || find_own(own_schedulers_, scheduling) != nullptr);
}

Result<Layers> PluginRegistry::layers_of(PluginSpec searching) const {
  Layers layers;
  while (true) {
    if (const auto* own = find_own(own_searchers_, searching.name)) {
      layers.push_back(
          {.make = [make = own->make](const PluginContext& /*context*/) { return make(); },
           .version = own->plugin.version,
           .is_own = true});
      return layers;
    }
    const SearcherPlugin* plugin = searcher(searching.name);
    if (plugin == nullptr) {
      return Error{
          ErrorCode::invalid_argument,
          unknown_name("searcher", searching.name, searchers()) +
              "; a searcher of a library needs its --plugin, one of a program that program"};
    }
    const SearcherWrapper* wrapper = find_wrapper(searching.name);
    layers.push_back({.make = plugin->make,
                      .version = plugin->info.version,
                      .priors = plugin->info.priors,
                      .reads_results = plugin->reads_results,
                      .options = searching.options,
                      .wrapper = wrapper});
    if (wrapper == nullptr) {
      return layers;
    }
    LUTHIER_TAKE(searching, searcher_inside(searching));
  }
}

namespace {

Result<std::unique_ptr<Searcher>> make_searcher(
    std::span<const PluginRegistry::SearcherLayer> layers,
    const ExperimentSpec& spec,
    const CompiledSpace& space) {
  const auto& outermost = layers.front();
  const PluginContext context{.options = outermost.options,
                              .objectives = spec.objectives,
                              .seed = spec.seed,
                              .space = &space,
                              .priors = spec.prior,
                              .related = spec.related};
  if (outermost.wrapper == nullptr) {
    return outermost.make(context);
  }
  LUTHIER_TAKE(auto inside, make_searcher(layers.subspan(1), spec, space));
  return outermost.wrapper->make(context, std::move(inside));
}

// For the space that there is now; of trials outside of it, it learns as of a related task.
Result<std::unique_ptr<Searcher>> make_searcher_again(const Layers& layers,
                                                      const ExperimentState& state) {
  ExperimentSpec spec = state.spec();
  const auto problems = prior_problems(spec.prior, state.space());
  if (!problems.empty()) {
    return Error{ErrorCode::corruption, join(problems, "\n")};
  }
  if (auto outside = layers.back().priors ? results_outside(state) : std::nullopt) {
    spec.related.push_back(*std::move(outside));
  }
  return make_searcher(layers, spec, state.space());
}

int version_of(const Layers& layers) {
  int version = 0;
  for (const auto& layer : layers) {
    version += layer.version;
  }
  return version;
}

}  // namespace

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
  AdvisorNames names{.searcher = spec.searcher.name, .scheduler = spec.scheduler.name};
  names.stops_trials = spec.scheduler.name != "fifo";
  std::unique_ptr<TrialScheduler> scheduler_made;
  if (const auto* own = find_own(own_schedulers_, names.scheduler)) {
    scheduler_made = own->make();
    names.scheduler_version = own->plugin.version;
    names.needs_checkpoints = own->plugin.needs_checkpoints;
  }
  LUTHIER_TAKE(const Layers layers, layers_of(spec.searcher));
  LUTHIER_TAKE(auto searcher_made, make_searcher(layers, spec, *space));
  names.searcher_version = version_of(layers);
  names.reads_results = layers.back().reads_results;
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
  if (!layers.back().is_own) {
    advisors->made_again_by(
        [layers](const ExperimentState& state) { return make_searcher_again(layers, state); });
  }
  return advisors;
}

}  // namespace luthier
