// PluginRegistry: the searchers and schedulers there are: built in, loaded from libraries, or given
// by the program.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/space/shared_space.h"
#include "engine/advisors.h"
#include "luthier/experiment_spec.h"
#include "luthier/plugin.h"

namespace luthier {

// What is known of a program's own plugin.
struct OwnPlugin {
  std::string name;
  int version = 1;
  bool needs_checkpoints = false;  // a scheduler: as in SchedulerPlugin
  bool requirements = true;        // as in PluginInfo
  bool priors = false;             // the same
};

class Problems;
struct SearcherWrapper;
enum class AlgorithmKind : std::uint8_t;

class PluginRegistry {
 public:
  PluginRegistry();  // with the built-in plugins

  // Opens a --plugin library and adds what it lists; an error names the file and what is wrong.
  Result<> load(const std::filesystem::path& library);
  // The program's own: `make` is called once for each run, resume and replay.
  void add(OwnPlugin plugin, std::function<std::unique_ptr<Searcher>()> make);
  void add(OwnPlugin plugin, std::function<std::unique_ptr<TrialScheduler>()> make);
  // Who answers for them, if it is another program; it must outlive the advisors made here.
  void answered_by(AdvisorHost* host) { host_ = host; }

  std::vector<std::string> searchers() const;  // names, in order
  std::vector<std::string> schedulers() const;
  const SearcherPlugin* searcher(const std::string& name) const;
  const SchedulerPlugin* scheduler(const std::string& name) const;

  // Fills in the options' defaults and checks them, names and objectives: the spec
  // as it goes into the log. Every problem is reported, one a line.
  // `ready`: the spec's space, where it is compiled already.
  Result<> resolve(ExperimentSpec& spec, const SharedSpace& ready = nullptr) const;
  // The advisors of a resolved spec. One from a log is checked as resolve() does: corruption if it
  // can't be what `run` wrote; invalid_argument if a plugin is not there.
  Result<std::unique_ptr<Advisors>> make_advisors(const ExperimentSpec& given,
                                                  const SharedSpace& ready = nullptr) const;

  // A searcher by its plugin, with the wrappers that are around it.
  struct SearcherLayer {
    std::function<Result<std::unique_ptr<Searcher>>(const PluginContext&)> make;
    int version = 1;
    bool priors = false;        // as in PluginInfo
    bool reads_results = true;  // as in SearcherPlugin
    bool is_own = false;        // of the program that runs
    NamedValues options = {};
    const SearcherWrapper* wrapper = nullptr;  // null: the innermost
  };

 private:
  // All of resolve() but the length of names: earlier versions took longer ones into the log.
  Result<> settle(ExperimentSpec& spec, const SharedSpace& ready) const;
  void settle_searcher(ExperimentSpec& spec, Problems& problems) const;
  void settle_plugin(AlgorithmKind kind,
                     const ExperimentSpec& spec,
                     PluginSpec& plugin,
                     Problems& problems) const;
  void check_abilities(AlgorithmKind kind,
                       const ExperimentSpec& spec,
                       const std::string& name,
                       const PluginInfo& info,
                       Problems& problems) const;
  bool knows(const ExperimentSpec& spec) const;  // its searcher and its scheduler
  // Outermost first: each is around the next one.
  Result<std::vector<SearcherLayer>> layers_of(PluginSpec searching) const;
  template <class Plugin>
  struct Own {
    OwnPlugin plugin;
    std::function<std::unique_ptr<Plugin>()> make;
  };
  std::vector<std::pair<std::string, SearcherPlugin>> searchers_;
  std::vector<std::pair<std::string, SchedulerPlugin>> schedulers_;
  std::vector<Own<Searcher>> own_searchers_;
  std::vector<Own<TrialScheduler>> own_schedulers_;
  AdvisorHost* host_ = nullptr;
};

}  // namespace luthier
