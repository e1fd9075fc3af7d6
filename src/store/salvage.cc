#include "store/salvage.h"

#include <vector>

#include "store/event_rows.h"
#include "store/experiment_lock.h"
#include "store/sqlite_store.h"

namespace luthier {
namespace {

constexpr std::size_t kBatch = 1000;

// Copies events in batches; `failure` is that of the new log.
class Copier {
 public:
  explicit Copier(EventStore& target) : target_(target) {}

  bool receive(const Event& event) {
    batch_.push_back(event);
    return batch_.size() < kBatch || flush();
  }
  bool flush() {
    if (failure.ok()) {
      failure = target_.append(batch_);
    }
    batch_.clear();
    return failure.ok();
  }

  Result<> failure;

 private:
  EventStore& target_;
  std::vector<Event> batch_;
};

// Copies what can be read; returns what ended it.
Result<> copy(Connection& source, EventStore& target, std::string& damage) {
  Copier copier(target);
  ChainEnd end;
  auto scanned =
      scan_events(source, 1, [&](const Event& event) { return copier.receive(event); }, end);
  copier.flush();
  if (!copier.failure) {
    return copier.failure;
  }
  if (!scanned && scanned.error().code != ErrorCode::corruption) {
    return scanned;
  }
  const auto whole = scanned ? check_closing_mark(source, end) : scanned;
  damage = whole ? std::string() : whole.error().message;
  return {};
}

}  // namespace

Result<SalvageReport> salvage(const std::filesystem::path& experiment_directory) {
  if (const auto present = check_present(experiment_directory); !present) {
    return present.error();
  }
  const auto lock = ExperimentLock::take(experiment_directory);
  if (!lock) {
    return lock.error();
  }
  auto source =
      Connection::open(database_path(experiment_directory), Connection::Access::read_still);
  if (!source) {
    return source.error();
  }
  // Damage to the tables' description does not stop a salvage: rows carry their own checksums.
  const auto identity = check_identity(*source);
  if (!identity && identity.error().code != ErrorCode::corruption) {
    return identity.error();
  }
  if (const auto last = last_row(*source); !last) {
    return last.error();
  }
  auto normal = std::filesystem::absolute(experiment_directory).lexically_normal();
  normal = normal.has_filename() ? normal : normal.parent_path();
  SalvageReport report{.directory = normal.string() + ".salvaged"};
  auto target = open_for_writing(report.directory, {.full_durability = true, .create = true});
  if (!target) {
    return target.error();
  }
  if (const auto copied = copy(*source, **target, report.damage); !copied) {
    return copied.error();
  }
  if (report.damage.empty() && !identity) {
    report.damage = identity.error().message;
  }
  report.events = (*target)->last_sequence();
  if (const auto closed = (*target)->close(); !closed) {
    return closed.error();
  }
  return report;
}

}  // namespace luthier
