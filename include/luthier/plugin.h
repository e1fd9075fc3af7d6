// How searchers and schedulers are listed, documented and built. A file src/search/NAME.cc or
// src/schedulers/NAME.cc defines one plugin; the table is generated from the file names
// (cmake/plugins.cmake). The same structs serve plugins loaded with --plugin LIB.so.
#pragma once

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/error.h"
#include "luthier/known_result.h"
#include "luthier/prior.h"
#include "luthier/trial.h"
#include "luthier/value.h"

namespace luthier {

class CompiledSpace;
class Searcher;
class TrialScheduler;

enum class OptionType : std::uint8_t { number, integer, boolean, text };

// One option of a plugin. `minimum` and `maximum` bound numbers (inclusive); `choices` lists the
// texts allowed, empty = any.
struct OptionSpec {
  std::string name;
  OptionType type = OptionType::number;
  Value default_value;  // null: the option has no default and may stay absent
  std::string meaning;  // a sentence: effect of more and of less
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  std::vector<std::string> choices = {};
};

// What a plugin's factory receives: `options` holds every declared option that has a value,
// checked for type and range, defaults filled in.
struct PluginContext {
  NamedValues options;
  std::span<const Objective> objectives;
  std::uint64_t seed = 0;
  // The experiment's space, so that options naming parameters can be checked; valid during make.
  // Null when a plugin is built without an experiment.
  const CompiledSpace* space = nullptr;
  // Where good values are believed to lie; they suit the space. Empty unless the plugin knows them.
  std::span<const Prior> priors = {};
  // Tasks that resemble this one; the same.
  std::span<const RelatedTask> related = {};
};

struct PluginInfo {
  std::string summary;  // one line
  std::string paper;    // source: authors, title, year; empty when there is none
  int version = 1;      // raised when the same facts may lead to other answers
  std::vector<OptionSpec> options = {};
  bool multi_objective = false;
  // Ranks a result that misses a requirement (TrialResult::excess) after all that meet every one.
  bool requirements = false;
  bool priors = false;  // a searcher: looks where PluginContext::priors and ::related say
};

struct SchedulerPlugin {
  PluginInfo info;
  // A trial that it paused and that saved nothing fails: without checkpoints it would start over
  // for ever.
  bool needs_checkpoints = false;
  Result<std::unique_ptr<TrialScheduler>> (*make)(const PluginContext& context) = nullptr;
};

struct SearcherPlugin {
  PluginInfo info;
  // Proposals depend on results. False (random, grid, ...): they are the same at any number of
  // jobs.
  bool reads_results = true;
  Result<std::unique_ptr<Searcher>> (*make)(const PluginContext& context) = nullptr;
};

struct SchedulerRow {
  std::string_view name;
  SchedulerPlugin (*plugin)();
};
struct SearcherRow {
  std::string_view name;
  SearcherPlugin (*plugin)();
};
std::span<const SchedulerRow> builtin_schedulers();
std::span<const SearcherRow> builtin_searchers();

// The value of each declared option: `given` checked against `specs`, defaults filled in. Every
// problem is named: unknown name (with a suggestion), wrong type, out of range.
// `what` is how the plugin is called in messages: "scheduler 'asha'".
Result<NamedValues> resolve_options(std::string_view what,
                                    std::span<const OptionSpec> specs,
                                    const NamedValues& given);

// A library for --plugin exports one C symbol, `luthier_plugin_library`, made by this macro.
struct PluginLibrary {
  int interface_version = 4;
  std::span<const SchedulerRow> schedulers = {};
  std::span<const SearcherRow> searchers = {};
};
#define LUTHIER_PLUGIN_LIBRARY(...)                                     \
  extern "C" const ::luthier::PluginLibrary* luthier_plugin_library() { \
    static const ::luthier::PluginLibrary kLibrary = __VA_ARGS__;       \
    return &kLibrary;                                                   \
  }

}  // namespace luthier
