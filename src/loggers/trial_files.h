// What one kind of file says about trials, apart from where the files are. A TrialWriter is a pure
// function of the events of its trial: the same events give the same bytes, live, after a crash and
// in an export. So a file can always be checked against the log, and no state is saved.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/contained_files.h"
#include "luthier/error.h"
#include "luthier/event.h"

namespace luthier {

// The folder of one trial: one file at a time that grows, small ones that are replaced. Holds the
// bytes not yet written, but no descriptor, so that any number of trials may be open.
class TrialFolder {
 public:
  // Nothing reaches the disk until `set_place` was called with files, which must outlive this.
  void set_place(const ContainedFiles* files, std::filesystem::path directory) {
    files_ = files;
    directory_ = std::move(directory);
  }

  // From here on `out` belongs to this file; what waits for the one before is written.
  Result<> open(std::string name);
  bool is_open() const { return !name_.empty(); }
  // Bytes to append to the open file. Precondition: is_open().
  std::string& out() { return waiting_; }
  std::size_t waiting() const { return waiting_.size(); }
  // Puts `by` in the place of the last bytes of the open file, which must be `bytes` long and were
  // appended in one piece.
  Result<> replace_end(std::size_t bytes, std::string_view by);
  Result<> flush();

  Result<> replace(const std::string& name, std::string_view bytes);
  // Writes a new version of the open file, made by `rewrite` from the old one (which has all bytes
  // so far), and puts it in its place.
  using Rewrite = std::function<Result<>(const ContainedFiles& files,
                                         const std::filesystem::path& old_version,
                                         const std::filesystem::path& new_version)>;
  Result<> rewrite(const Rewrite& rewrite);

 private:
  const ContainedFiles* files_ = nullptr;  // null: bytes are dropped
  std::filesystem::path directory_;        // of the trial, below them
  std::string name_;
  std::string waiting_;
};

class TrialWriter {
 public:
  virtual ~TrialWriter() = default;
  // Each event about this trial in log order, TrialAdded first.
  virtual Result<> on_event(const Event& event, TrialFolder& folder) = 0;
};

class FileFormat {
 public:
  virtual ~FileFormat() = default;
  virtual std::unique_ptr<TrialWriter> make_writer(TrialId trial) const = 0;
  // The file beside the trials, written when the experiment is created; an empty name: none.
  struct RootFile {
    std::string name;
    std::string bytes;
  };
  virtual RootFile root_file(TimePoint /*created*/) const { return {}; }
};

}  // namespace luthier
