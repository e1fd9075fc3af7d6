// Courier: a thread that runs the person's command for one notification after the other, so that
// the engine never waits for it. It looks at the disk too, also while the engine waits for room.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "luthier/error.h"
#include "tuner/notifications/notification_command.h"
#include "tuner/notifications/notification_ledger.h"

namespace luthier {

struct CourierOptions {
  NotificationCommand command;
  std::optional<NotificationLedger> ledger = {};  // none: of an experiment in memory
  // Between two `improved`: those that come meanwhile are one, the latest.
  std::chrono::milliseconds improved_interval = std::chrono::seconds(10);
  // Called by the thread now and then: a notification about the disk, or that there is room again.
  // May be empty.
  enum class Disk : std::uint8_t { enough, between, low };
  std::function<Disk()> look_at_disk = {};
  std::function<Notification()> low_disk = {};
  std::function<void(const std::string&)> warn = {};  // by the thread; must be set
};

class Courier {
 public:
  static Result<std::unique_ptr<Courier>> start(CourierOptions options);
  ~Courier();  // kills a command that runs

  // Any thread; never waits.
  void post(Notification notification);
  // Delivers what was posted, the last `improved` at once; until everything is, or `hurry`.
  void finish(const std::function<bool()>& hurry);

 private:
  using Steady = std::chrono::steady_clock;

  explicit Courier(CourierOptions options) : options_(std::move(options)) {}
  void run();
  bool take_next(Notification& next, std::unique_lock<std::mutex>& lock);
  void deliver(const Notification& notification);
  void record(const Notification& notification, const NotificationOutcome& outcome) const;
  void settle(const Notification& told);
  void check_disk();

  const CourierOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::deque<Notification> waiting_;  // at most one `improved`
  bool finishing_ = false;
  bool over_ = false;
  bool busy_ = false;
  // The thread's own:
  Steady::time_point improved_at_;
  bool improved_once_ = false;
  Steady::time_point disk_at_;
  bool disk_told_ = false;  // a full disk may have no room for a claim
  bool warned_ = false;
  Sequence settled_ = 0;
  std::thread thread_;
};

}  // namespace luthier
