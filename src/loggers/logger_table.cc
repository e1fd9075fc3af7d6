#include "loggers/logger_table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "loggers/csv.h"
#include "loggers/file_logger.h"
#include "loggers/json.h"
#include "loggers/private_files.h"
#include "loggers/tensorboard.h"

namespace luthier {
namespace {

struct FormatRow {
  std::string_view name;
  std::unique_ptr<FileFormat> (*make)(const ExperimentSpec& spec);
};

constexpr std::array kFormats = {
    FormatRow{"csv", [](const ExperimentSpec&) { return csv_format(); }},
    FormatRow{"json", [](const ExperimentSpec&) { return json_format(); }},
    FormatRow{"tensorboard", [](const ExperimentSpec& spec) {
                return tensorboard_format(spec.name, spec.objectives, spec.space.parameters());
              }}};

const FormatRow* find_format(std::string_view name) {
  const auto* const row = std::ranges::find(kFormats, name, &FormatRow::name);
  return row == kFormats.end() ? nullptr : row;
}

}  // namespace

std::vector<std::string> logger_names() {
  std::vector<std::string> names = {"console"};
  for (const FormatRow& row : kFormats) {
    names.emplace_back(row.name);
  }
  return names;
}

Result<std::unique_ptr<Logger>> make_logger(std::string_view name, LoggerContext context) {
  if (name == "console") {
    return std::unique_ptr<Logger>(std::make_unique<Console>(
        subject_of(context.spec, std::move(context.logs_command)), context.console));
  }
  const FormatRow* row = find_format(name);
  if (row == nullptr) {
    return Error{ErrorCode::invalid_argument, unknown_name("logger", name, logger_names())};
  }
  if (context.experiment_directory.empty()) {
    return failure(ErrorCode::invalid_argument,
                   "the {} logger writes files, which an experiment with --store memory can't "
                   "store; leave it out of --log, or use --store file",
                   name);
  }
  LUTHIER_CHECK(context.warn, "LoggerContext::warn is not set");
  return std::unique_ptr<Logger>(std::make_unique<FileLogger>(
      row->make(context.spec),
      FileLoggerOptions{.name = std::string(name),
                        .directory = std::move(context.experiment_directory),
                        .warn = std::move(context.warn)}));
}

Result<> export_files(std::string_view logger,
                      const ExperimentSpec& spec,
                      const Logger::ReadFrom& read,
                      const std::filesystem::path& directory,
                      const std::string& trials_folder) {
  const FormatRow* row = find_format(logger);
  if (row == nullptr) {
    return failure(ErrorCode::invalid_argument,
                   "the {} logger has no files to export; those that do: csv, json, tensorboard",
                   logger);
  }
  LUTHIER_TRY(make_private_directories(directory));
  FileLogger files(
      row->make(spec),
      {.name = std::string(logger), .directory = directory, .trials_folder = trials_folder});
  return files.write_all(read);
}

}  // namespace luthier
