// The loggers by name, and exports, which are the same loggers reading a finished log.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "loggers/console/console.h"
#include "luthier/experiment_spec.h"
#include "luthier/logger.h"

namespace luthier {

std::vector<std::string> logger_names();  // console, csv, json, tensorboard

struct LoggerContext {
  std::filesystem::path experiment_directory;  // empty with --store memory: console only
  const ExperimentSpec& spec;                  // used during the call only
  ConsoleOptions console = {};
  std::string logs_command = {};  // shows a trial's output; empty: nothing does
  // Receives the one sentence that says why a logger can write its files no further (they can be
  // had from the log later). Must be set for loggers that write files.
  std::function<void(const std::string&)> warn = {};
};

// An unknown name gets a suggestion.
Result<std::unique_ptr<Logger>> make_logger(std::string_view name, LoggerContext context);

// Makes the files of one logger what the log says, whatever the directory holds of them:
// DIRECTORY/TRIALS_FOLDER/00042/... An empty trials folder gives the flat layout that Ray Tune
// users know.
Result<> export_files(std::string_view logger,
                      const ExperimentSpec& spec,
                      const Logger::ReadFrom& read,
                      const std::filesystem::path& directory,
                      const std::string& trials_folder = "trials");

}  // namespace luthier
