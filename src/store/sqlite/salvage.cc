#include "store/sqlite/salvage.h"

#include <vector>

#include "base/format.h"
#include "store/experiment_lock.h"
#include "store/files.h"
#include "store/sqlite/event_rows.h"
#include "store/sqlite/merged_copy.h"
#include "store/sqlite/sqlite_store.h"

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

// The copy that is read is nothing the user knows.
std::string told_of(const std::filesystem::path& database,
                    const std::filesystem::path& copy,
                    std::string message) {
  const std::string name = copy.string();
  for (auto at = message.find(name); at != std::string::npos; at = message.find(name)) {
    message.replace(at, name.size(), database.string());
  }
  return message;
}

// Everything in the copy that can be read goes into `target`; returns what ended it.
Result<std::string> copy_all(const std::filesystem::path& copied, EventStore& target) {
  auto source = Connection::open(copied, Connection::Access::read_still);
  if (!source) {
    return source.error();
  }
  // Damage to the tables' description does not stop a salvage: rows carry their own checksums.
  const auto identity = check_identity(*source);
  if (!identity && identity.error().code != ErrorCode::corruption) {
    return identity.error();
  }
  std::string damage;
  if (const auto done = copy(*source, target, damage); !done) {
    return done.error();
  }
  if (target.last_sequence() == 0 && !damage.empty()) {
    return Error{ErrorCode::corruption, damage};  // nothing to save
  }
  return damage.empty() && !identity ? identity.error().message : damage;
}

std::filesystem::path salvage_directory(const std::filesystem::path& experiment_directory) {
  auto normal = std::filesystem::absolute(experiment_directory).lexically_normal();
  normal = normal.has_filename() ? normal : normal.parent_path();
  return normal.string() + ".salvaged";
}

// How many events of the copy can be read.
Sequence readable_events(const std::filesystem::path& copied) {
  auto source = Connection::open(copied, Connection::Access::read_still);
  ChainEnd end;
  if (source) {
    (void)scan_rows(*source, 1, [](const EventRow&) { return true; }, end);
  }
  return end.sequence;
}

// Copies the log beside the new one, in the way that leaves more to be read; returns what is wrong
// with its write-ahead log.
Result<std::string> make_best_copy(const std::filesystem::path& database,
                                   const ContainedFiles& files,
                                   const std::string& name) {
  const std::string more = name + "2";
  auto broken = make_merged_copy(database, files.path(name), Merged::until_damage);
  if (!broken || broken->empty()) {
    return broken;
  }
  broken = make_merged_copy(database, files.path(more), Merged::all_that_is_right);
  if (broken && readable_events(files.path(more)) > readable_events(files.path(name))) {
    files.rename(more, name);
  }
  files.remove(more);
  return broken;
}

// With the copy beside the new log for as long as it is read.
Result<> salvage_into(const std::filesystem::path& database,
                      EventStore& target,
                      SalvageReport& report) {
  constexpr const char* kCopy = "experiment.db.copy";
  const ContainedFiles files(report.directory);
  const auto copied = files.path(kCopy);
  const auto broken = make_best_copy(database, files, kCopy);
  const auto damage = broken ? copy_all(copied, target) : broken;
  files.remove(kCopy);
  if (!damage) {
    return Error{damage.error().code, told_of(database, copied, damage.error().message)};
  }
  report.damage = told_of(database, copied, *damage);
  if (!broken->empty()) {
    report.damage = formatted("{} is damaged: {}", database.string(), *broken);
  }
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
  SalvageReport report{.directory = salvage_directory(experiment_directory)};
  auto target = open_for_writing(report.directory, {.full_durability = true, .create = true});
  if (!target) {
    return target.error();
  }
  if (const auto saved = salvage_into(database_path(experiment_directory), **target, report);
      !saved) {
    target = Error{};
    std::error_code ignored;
    std::filesystem::remove_all(report.directory, ignored);
    return saved.error();
  }
  report.events = (*target)->last_sequence();
  if (const auto closed = (*target)->close(); !closed) {
    return closed.error();
  }
  return report;
}

}  // namespace luthier
