#include "tuner/notifications/notifier.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/try.h"
#include "core/json_writer.h"

namespace luthier {
namespace {

using Disk = CourierOptions::Disk;

// Enough is more than not low: a disk at the limit is told of once.
constexpr double kEnough = 1.25;

std::optional<std::int64_t> free_bytes(const std::filesystem::path& directory) {
  struct statvfs status{};
  if (::statvfs(directory.c_str(), &status) != 0) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(status.f_bavail) * static_cast<std::int64_t>(status.f_frsize);
}

Disk look_at(const std::filesystem::path& directory, std::int64_t low) {
  const auto free = free_bytes(directory);
  if (!free || static_cast<double>(*free) >= kEnough * static_cast<double>(low)) {
    return Disk::enough;
  }
  return *free < low ? Disk::low : Disk::between;
}

Notification low_disk(const std::string& experiment,
                      const std::filesystem::path& directory,
                      std::int64_t low) {
  const std::int64_t free = free_bytes(directory).value_or(0);
  const auto megabytes = [](std::int64_t bytes) {
    return short_number(static_cast<double>(bytes) / 1e6);
  };
  Notification made{
      .kind = NotificationKind::low_disk,
      .message = formatted("{} runs out of disk: {} MB are free in {}, less than {} MB",
                           printable(experiment),
                           megabytes(free),
                           printable(directory.string()),
                           megabytes(low))};
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  JsonWriter(made.json)
      .object()
      .field("schema", 1)
      .field("event", to_text(made.kind))
      .field("experiment", experiment)
      .field("message", made.message)
      .field("time_s", now.count())
      .field("free_bytes", free)
      .field("directory", directory.string())
      .end();
  return made;
}

Error placed(const char* option, const Error& error) {
  return {ErrorCode::invalid_argument, formatted("{}: {}", option, error.message)};
}

// Where it is whatever the command's directory.
std::filesystem::path from_the_root(const std::filesystem::path& directory) {
  std::error_code ignored;
  return directory.empty() ? directory : std::filesystem::absolute(directory, ignored);
}

}  // namespace

Result<std::shared_ptr<Notifier>> Notifier::make(const NotifyOptions& options,
                                                 const ExperimentSpec& spec,
                                                 const std::filesystem::path& directory) {
  if (options.command.empty()) {
    return std::shared_ptr<Notifier>();
  }
  std::optional<NotificationLedger> ledger;
  if (!directory.empty()) {
    ledger.emplace(directory);
  }
  auto command = parse_notification_command(options.command, spec.name);
  auto kinds = parse_notification_kinds(options.on);
  if (!command || !kinds) {
    return command ? placed("notify_on", kinds.error()) : placed("notify", command.error());
  }
  const std::shared_ptr<Notifier> notifier(new Notifier());
  const std::filesystem::path place = from_the_root(directory);
  notifier->kinds_ = *std::move(kinds);
  notifier->ledger_ = ledger;
  notifier->settled_ = ledger ? ledger->settled() : std::nullopt;
  notifier->rules_.emplace(NotificationSubject{
      .experiment = subject_of(spec, {}), .directory = place, .stalled_s = options.stalled_s});
  CourierOptions courier{.command = *std::move(command),
                         .ledger = std::move(ledger),
                         .warn = [self = notifier.get()](const std::string& sentence) {
                           const std::scoped_lock lock(self->mutex_);
                           self->warning_ = sentence;
                         }};
  const std::int64_t low = options.low_disk_bytes;
  const bool wants_disk =
      std::ranges::find(notifier->kinds_, NotificationKind::low_disk) != notifier->kinds_.end();
  if (wants_disk && low > 0 && !place.empty()) {
    courier.look_at_disk = [place, low] { return look_at(place, low); };
    courier.low_disk = [name = spec.name, place, low] { return low_disk(name, place, low); };
  }
  notifier->options_ = std::move(courier);
  return notifier;
}

// After the ledger has its directory.
Result<> Notifier::begin() {
  LUTHIER_TAKE(courier_, Courier::start(*std::move(options_)));
  return {};
}

void Notifier::on_stored(const ExperimentView& /*view*/, const Event& event) {
  auto notification = rules_->apply(event);
  if (!notification || !settled_ || event.sequence <= *settled_) {
    return;
  }
  // The best is the latest: an earlier one is old news once this one was told or is to be told.
  if (notification->kind == NotificationKind::improved) {
    std::erase_if(due_,
                  [](const Notification& each) { return each.kind == NotificationKind::improved; });
  }
  if (!ledger_->has_claim(NotificationLedger::claim_of(*notification))) {
    due_.push_back(*std::move(notification));
  }
}

Result<> Notifier::on_open(const ExperimentView& /*view*/,
                           Sequence last,
                           const ReadFrom& /*read*/) {
  if (ledger_ && !settled_) {
    LUTHIER_TRY(ledger_->settle(last));
  }
  LUTHIER_TRY(begin());
  post_due();
  return {};
}

void Notifier::on_events(const ExperimentView& /*view*/, std::span<const Event> events) {
  for (const Event& event : events) {
    post(rules_->apply(event));
  }
}

void Notifier::on_idle(const ExperimentView& view, TimePoint now) {
  post(rules_->on_time(view.running_count() > 0, now));
}

std::optional<std::string> Notifier::take_warning() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(warning_, std::nullopt);
}

void Notifier::fail(const std::string& message) {
  post(rules_->on_error(message));
}

void Notifier::finish(const std::function<bool()>& hurry) {
  if (!courier_ && (due_.empty() || !begin())) {
    return;  // a run that did not begin, and nothing is left of those before it
  }
  post_due();
  courier_->finish(hurry);
}

void Notifier::post(std::optional<Notification> notification) {
  if (courier_ && notification && std::ranges::find(kinds_, notification->kind) != kinds_.end()) {
    courier_->post(*std::move(notification));
  }
}

void Notifier::post_due() {
  for (Notification& each : due_) {
    post(std::move(each));
  }
  due_.clear();
}

}  // namespace luthier
