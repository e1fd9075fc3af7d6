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
  Result<std::unique_ptr<Advisors>> make_advisors(const ExperimentSpec& spec,
                                                  const SharedSpace& ready = nullptr) const;

 private:
  // All of resolve() but the length of names: earlier versions took longer ones into the log.
  Result<> settle(ExperimentSpec& spec, const SharedSpace& ready) const;
  bool knows(const ExperimentSpec& spec) const;  // its searcher and its scheduler
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
