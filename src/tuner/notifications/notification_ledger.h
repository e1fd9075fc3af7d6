// NotificationLedger: what was told of an experiment, in its directory `notifications`: a claim for
// each notification whose command was started, `settled`, up to where everything was told, and
// `told.jsonl`, a line for each command that ended. Nothing here says what command to run.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/contained_files.h"
#include "luthier/error.h"
#include "tuner/notifications/notification.h"

namespace luthier {

class NotificationLedger {
 public:
  explicit NotificationLedger(const std::filesystem::path& experiment_directory)
      : files_(experiment_directory, "notifications") {}

  // The event up to which everything was told. Nothing: the controller before had no command, so
  // that what happened then is not to be told.
  std::optional<Sequence> settled() const;
  // Makes the directory too.
  Result<> settle(Sequence up_to) const;
  void forget() const;  // this controller has no command

  // "0000001234-improved", what the command's start makes.
  static std::string claim_of(const Notification& notification);
  bool has_claim(const std::string& claim) const;
  void remove_claim(const std::string& claim) const;
  // All but the newest hundred.
  void remove_old_claims() const;
  FileDescriptor open_directory() const { return files_.open_directory({}); }

  Result<> record(std::string_view line) const;

 private:
  ContainedFiles files_;
};

}  // namespace luthier
