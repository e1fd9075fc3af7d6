// The experiments of a directory at a glance, and one experiment in some detail: what `ls` and
// `show` print, and what the service answers.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/state/experiment_status.h"
#include "luthier/error.h"
#include "luthier/experiment_spec.h"
#include "tuner/stored/remarks.h"

namespace luthier {

// An experiment that can be listed, or what is wrong with it.
struct ListedExperiment {
  std::filesystem::path directory;
  Result<ExperimentStatus> status;
  bool running = false;  // a controller holds it
  TimePoint active = 0;  // when anything was last written about it
  Remarks remarks = {};  // of the experiment
};

// The most recent first, without those that never began.
std::vector<ListedExperiment> experiments_of(const std::filesystem::path& results);

// Trials by state; those that were running when nobody runs the experiment any more are
// interrupted.
using StateCounts = std::vector<std::pair<std::string_view, std::int64_t>>;
StateCounts counts_of(const ExperimentStatus& status, bool running);
// Since anything happened. Precondition: the status could be read.
double age_s(const ListedExperiment& listed);
std::string listed_json(const ListedExperiment& listed);

// How far an experiment is, without a look at all of its log.
struct Overview {
  std::filesystem::path directory;
  ExperimentSpec spec;
  ExperimentStatus status;
  bool running = false;  // a controller holds it
  AllRemarks remarks = {};
};
Result<Overview> read_overview(const std::filesystem::path& directory);
// Why it ended, or is about to; empty: it is not.
const std::string& end_reason(const Overview& experiment);
std::string objectives_text(const ExperimentSpec& spec);  // "min loss, max accuracy"
// As docs/cli.md describes it under `show`, "schema" first.
std::string overview_json(const Overview& experiment);

}  // namespace luthier
