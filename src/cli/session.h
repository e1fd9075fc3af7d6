// Running an experiment from the command line: what run, resume, extend and retry share.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cli/options/arguments.h"
#include "tuner/assembly.h"

namespace luthier::cli {

// Options about this controller, not the experiment.
inline constexpr Option kJobs{
    .name = "jobs",
    .letter = 'j',
    .argument = "N",
    .meaning = "trials at a time (default: as many as there are processors)",
    .group = "budget"};
inline constexpr Option kDurability{
    .name = "durability",
    .argument = "fast|full",
    .meaning = "full survives a power loss, not only a crash (default: fast)",
    .group = "experiment",
    .completes = Completes::words,
    .words = "fast full"};
inline constexpr Option kCpus{.name = "cpus",
                              .argument = "N",
                              .meaning = "processors to hand out (default: the machine's)",
                              .group = "trials"};
inline constexpr Option kGpus{.name = "gpus",
                              .argument = "N",
                              .meaning = "gpus to hand out (default: those that are visible)",
                              .group = "trials"};
inline constexpr Option kInventory{.name = "inventory",
                                   .argument = "NAME=AMOUNT",
                                   .meaning = "another resource to hand out",
                                   .group = "trials",
                                   .repeatable = true};
inline constexpr Option kCluster{
    .name = "cluster",
    .argument = "HOST:PORT",
    .meaning = "the Ray head, for executor ray (default: RAY_ADDRESS, else this machine's)",
    .group = "execution"};
inline constexpr Option kVerbose{
    .name = "verbose", .letter = 'v', .meaning = "say more", .group = "execution"};
inline constexpr Option kQuiet{.name = "quiet",
                               .letter = 'q',
                               .meaning = "say nothing but failures and the end",
                               .group = "execution"};
inline constexpr Option kPlain{
    .name = "plain", .meaning = "lines instead of a live table", .group = "execution"};

// Options a session takes from the command line alone: resume, extend, retry.
inline constexpr std::array kSessionOptions = {kJobs,
                                               kDurability,
                                               kCpus,
                                               kGpus,
                                               kInventory,
                                               kPlugin,
                                               kCluster,
                                               kVerbose,
                                               kQuiet,
                                               kPlain,
                                               kResults,
                                               kJson};

struct SessionSetup {
  SessionSetup();
  void style_console();  // after a change of the two below

  PluginRegistry plugins;
  RunOptions options;
  bool plain = false;
  int verbosity = 1;  // 0 quiet, 2 verbose
  // What a resume has to be told again: options of this controller that are in no log.
  std::vector<std::pair<std::string, std::string>> again;
};
// One option of a session; false: `name` is no such option.
Result<bool> set_session_option(SessionSetup& setup,
                                std::string_view name,
                                const std::string& value);
Result<SessionSetup> session_setup(const Arguments& arguments);

// A run goes on when the reader of its talk goes away (`luthier run ... 2>&1 | head`).
void outlive_readers();

// Runs `go` on the experiment of the first operand and reports its end.
using Continue = std::function<Result<ExperimentSummary>(const std::filesystem::path& directory,
                                                         const SessionSetup& setup)>;
int continue_experiment(const Arguments& arguments, const Continue& go);

}  // namespace luthier::cli
