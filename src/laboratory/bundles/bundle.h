// A bundle: what another person needs to run an experiment again and see whether it comes out the
// same. One gzipped tar with a fixed set of files (docs/bundles.md); equal experiments give equal
// bytes. The program that trials run is not in it: it is named, with the SHA-256 of its files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "luthier/error.h"
#include "luthier/event.h"
#include "luthier/experiment_spec.h"
#include "tuner/needed_files.h"
#include "tuner/stored/remarks.h"

namespace luthier {

// A searcher or scheduler that took part, as the log names it.
struct PluginVersion {
  std::string name;
  std::int64_t version = 0;
  friend auto operator<=>(const PluginVersion&, const PluginVersion&) = default;
};

// What a log tells a bundle about itself.
class BundleFacts {
 public:
  void take(const Event& event);

  std::string luthier_version;  // that made the experiment
  std::int64_t jobs = 0;
  std::vector<PluginVersion> plugins;      // by name
  std::vector<std::string> interventions;  // of people: "stop 3"; a rerun does without
  bool finished = false;

 private:
  void add(const std::string& name, std::int64_t version);
};

struct Bundle {
  ExperimentSpec spec;  // with the limits it had at its end
  BundleFacts facts;
  std::vector<NeededFile> needs;
  std::string canonical;  // see CanonicalExport
  AllRemarks remarks;     // to read; a rerun is another experiment and has its own
};

// Errors: invalid_argument (its trials are functions of a program, which can't be run again from
// here; it has not ended), already_exists, io, and those of reading the experiment.
Result<Bundle> write_bundle(const std::filesystem::path& experiment,
                            const std::filesystem::path& path);

// Errors: not_found, corruption (damaged), invalid_argument (hostile, or of a newer version), io.
Result<Bundle> read_bundle(const std::filesystem::path& path);

}  // namespace luthier
