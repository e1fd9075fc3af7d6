#include "tuner/notifications/courier.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/new_thread.h"
#include "core/json_writer.h"

namespace luthier {
namespace {

constexpr auto kDiskInterval = std::chrono::seconds(5);
constexpr auto kLook = std::chrono::milliseconds(50);
constexpr std::string_view kLowDisk = "low_disk";

}  // namespace

Result<std::unique_ptr<Courier>> Courier::start(CourierOptions options) {
  std::unique_ptr<Courier> courier(new Courier(std::move(options)));
  if (courier->options_.ledger) {
    courier->settled_ = courier->options_.ledger->settled().value_or(0);
  }
  auto thread = new_thread("notifications", [self = courier.get()] { self->run(); });
  if (!thread) {
    return thread.error();
  }
  courier->thread_ = *std::move(thread);
  return courier;
}

Courier::~Courier() {
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Courier::post(Notification notification) {
  {
    const std::scoped_lock lock(mutex_);
    if (notification.kind == NotificationKind::improved) {
      std::erase_if(waiting_, [](const Notification& each) {
        return each.kind == NotificationKind::improved;
      });
    }
    waiting_.push_back(std::move(notification));
  }
  changed_.notify_all();
}

void Courier::finish(const std::function<bool()>& hurry) {
  std::unique_lock lock(mutex_);
  finishing_ = true;
  changed_.notify_all();
  while ((busy_ || !waiting_.empty()) && !hurry()) {
    changed_.wait_for(lock, kLook);
  }
}

void Courier::run() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    if (options_.look_at_disk && !finishing_ && Steady::now() >= disk_at_) {
      lock.unlock();
      check_disk();
      lock.lock();
      disk_at_ = Steady::now() + kDiskInterval;
    }
    if (Notification next; take_next(next, lock)) {
      busy_ = true;
      lock.unlock();
      deliver(next);
      lock.lock();
      busy_ = false;
      changed_.notify_all();
    }
  }
}

// The oldest, or a while of waiting. An `improved` waits for its turn unless something that came
// after it would wait too.
bool Courier::take_next(Notification& next, std::unique_lock<std::mutex>& lock) {
  const bool early = !finishing_ && waiting_.size() == 1 && improved_once_ &&
                     waiting_.front().kind == NotificationKind::improved &&
                     Steady::now() < improved_at_ + options_.improved_interval;
  if (waiting_.empty() || early) {
    changed_.wait_for(lock, early ? kLook : std::chrono::milliseconds(kDiskInterval));
    return false;
  }
  next = std::move(waiting_.front());
  waiting_.pop_front();
  return true;
}

void Courier::deliver(const Notification& notification) {
  const NotificationLedger* ledger = options_.ledger ? &*options_.ledger : nullptr;
  const auto hurry = [this] {
    const std::scoped_lock lock(mutex_);
    return over_;
  };
  const auto outcome = run_notification(options_.command, notification, ledger, hurry);
  if (notification.kind == NotificationKind::improved) {
    improved_at_ = Steady::now();
    improved_once_ = true;
  }
  if (!outcome.told_before) {
    record(notification, outcome);
    if (!outcome.trouble.empty() && !std::exchange(warned_, true)) {
      options_.warn(formatted(
          "the command of --notify failed for '{}' ({}); the run is not affected, and {}",
          to_text(notification.kind),
          outcome.trouble,
          ledger != nullptr ? "notifications/told.jsonl in its directory lists every failure"
                            : "no further failure is reported"));
    }
  }
  settle(notification);
}

void Courier::record(const Notification& notification, const NotificationOutcome& outcome) const {
  if (!options_.ledger) {
    return;
  }
  std::string line;
  JsonWriter(line)
      .object()
      .field("sequence", notification.sequence)
      .field("event", to_text(notification.kind))
      .field("message", notification.message)
      .field("ok", outcome.trouble.empty())
      .field("trouble", outcome.trouble)
      .field("lasted_s", outcome.lasted_s)
      .end();
  // What can't be kept is in the warning.
  static_cast<void>(options_.ledger->record(line + "\n"));
}

void Courier::settle(const Notification& told) {
  Sequence up_to = told.sequence;
  {
    const std::scoped_lock lock(mutex_);
    for (const Notification& each : waiting_) {
      up_to = each.sequence > 0 ? std::min(up_to, each.sequence - 1) : up_to;
    }
  }
  if (options_.ledger && up_to > settled_ && options_.ledger->settle(up_to)) {
    settled_ = up_to;
    options_.ledger->remove_old_claims();
  }
}

void Courier::check_disk() {
  const auto disk = options_.look_at_disk();
  const bool told =
      disk_told_ || (options_.ledger && options_.ledger->has_claim(std::string(kLowDisk)));
  if (disk == CourierOptions::Disk::low && !told) {
    disk_told_ = true;
    post(options_.low_disk());
  } else if (disk == CourierOptions::Disk::enough && told) {
    disk_told_ = false;
    if (options_.ledger) {
      options_.ledger->remove_claim(std::string(kLowDisk));
    }
  }
}

}  // namespace luthier
