// FileLogger: keeps the files of a FileFormat equal to the log. Live events are buffered and
// appended about once a second. When an experiment is resumed, the files of every trial with events
// after the remembered position are built again from the log, by the same code, in a scratch folder
// and compared: so after a SIGKILL at any moment there is neither a gap nor a line twice.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "loggers/stored_trials.h"
#include "loggers/trial_files.h"
#include "luthier/logger.h"

namespace luthier {

struct FileLoggerOptions {
  std::string name;                 // of the logger: "csv"
  std::filesystem::path directory;  // the experiment's, or where an export goes
  std::string trials_folder = "trials";
  // Receives the one sentence that says why the files are not written any further.
  std::function<void(const std::string&)> warn;
};

class FileLogger final : public Logger {
 public:
  FileLogger(std::unique_ptr<FileFormat> format, FileLoggerOptions options);
  ~FileLogger() override;

  void on_stored(const ExperimentView& view, const Event& event) override;
  Result<> on_open(const ExperimentView& view, Sequence last, const ReadFrom& read) override;
  void on_events(const ExperimentView& view, std::span<const Event> events) override;
  void on_idle(const ExperimentView& view, TimePoint now) override;
  void on_close(const ExperimentView& view) override;

  // Makes all files what the log says, whatever is in the directory: an export.
  Result<> write_all(const ReadFrom& read);

 private:
  struct Open;  // a trial that has not ended
  enum class Target : std::uint8_t { files, scratch, nowhere };

  Result<> apply(const Event& event);
  Result<> apply_to_trial(const Event& event, TrialId trial);
  Result<> write_root(const Event& event);
  Open& open_trial(TrialId trial);
  Result<> flush();
  void forget_ended();
  Result<> remember(bool closed);

  Result<> recover(Sequence last, const ReadFrom& read);
  void note(const Event& event);
  Result<> note_rest(Sequence last, const ReadFrom& read);
  Result<> rebuild(Sequence last, const ReadFrom& read);
  Result<> fold(Sequence last, const ReadFrom& read);
  Result<> fold_event(const Event& event);
  Result<> reconcile() const;
  Result<> reconcile_below(const std::filesystem::path& folder) const;
  Result<> reopen_ended(std::span<const Event> events);

  Target target_of(TrialId trial) const;
  std::filesystem::path root(Target target) const;
  void place(TrialFolder& folder, TrialId trial) const;
  std::filesystem::path state_file(const char* suffix) const;
  void give_up(const Error& error);

  std::unique_ptr<FileFormat> format_;
  FileLoggerOptions options_;
  ContainedFiles files_;  // names are below the directory
  ReadFrom read_;
  std::unordered_map<TrialId, std::unique_ptr<Open>> open_;
  std::vector<TrialId> waiting_;  // open trials with bytes to write
  std::size_t waiting_bytes_ = 0;
  std::vector<TrialId> ended_;  // to be forgotten, unless they go on
  Sequence applied_ = 0;
  Sequence remembered_ = 0;
  TimePoint last_flush_ = 0;
  bool broken_ = false;
  // Until the stored events are folded.
  std::optional<StoredTrials> stored_;
  bool folding_ = false;
};

}  // namespace luthier
