// Notifier: watches a run and has the person's command told what becomes of it. Fed from the log
// like a logger, so that a controller that goes on after a crash tells what the one before it did
// not.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "luthier/experiment_spec.h"
#include "luthier/logger.h"
#include "luthier/tuner.h"
#include "tuner/notifications/courier.h"
#include "tuner/notifications/notification_rules.h"

namespace luthier {

class Notifier final : public Logger {
 public:
  // `directory` is empty for an experiment in memory. Null without a command. invalid_argument: the
  // command or a name can't be used.
  static Result<std::shared_ptr<Notifier>> make(const NotifyOptions& options,
                                                const ExperimentSpec& spec,
                                                const std::filesystem::path& directory);

  void on_stored(const ExperimentView& view, const Event& event) override;
  Result<> on_open(const ExperimentView& view, Sequence last, const ReadFrom& read) override;
  void on_events(const ExperimentView& view, std::span<const Event> events) override;
  void on_idle(const ExperimentView& view, TimePoint now) override;

  // That the command failed, the first time it did.
  std::optional<std::string> take_warning();
  // The controller leaves with an error.
  void fail(const std::string& message);
  // Tells what is left to tell, of an earlier controller too, or until `hurry`. The log is closed
  // by now: nobody waits for this but the person.
  void finish(const std::function<bool()>& hurry);

 private:
  Notifier() = default;
  Result<> begin();
  void post(std::optional<Notification> notification);
  void post_due();

  std::vector<NotificationKind> kinds_;
  std::optional<NotificationRules> rules_;
  std::optional<NotificationLedger> ledger_;
  std::optional<Sequence> settled_;  // by an earlier controller
  std::vector<Notification> due_;    // what it did not tell
  std::mutex mutex_;
  std::optional<std::string> warning_;  // guarded by mutex_
  std::optional<CourierOptions> options_;
  std::unique_ptr<Courier> courier_;  // once the run begins; its thread uses what is above
};

}  // namespace luthier
