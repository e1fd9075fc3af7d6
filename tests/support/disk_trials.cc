#include "support/disk_trials.h"

#include <vector>

#include <sqlite3.h>

#include "store/sqlite/event_reader.h"
#include "store/sqlite/salvage.h"
#include "store/sqlite/sqlite_store.h"
#include "support/random_events.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

// Enough for the WAL to be copied into the database once: 2,000 pages.
constexpr int kBatches = 60;
constexpr std::int64_t kBatch = 3;
constexpr std::size_t kPadding = 60'000;

class Trial {
 public:
  Result<> open(bool create, bool full = false) {
    store_.reset();
    auto store = open_for_writing(
        directory_, {.full_durability = full, .create = create, .wait_for_room = wait_for_room});
    if (!store) {
      return store.error();
    }
    store_ = std::move(*store);
    return {};
  }
  void drop() { store_.reset(); }

  Result<> append() {
    std::vector<Event> events;
    for (std::int64_t i = 0; i < kBatch; ++i) {
      events.push_back(random_event(rng_, store_->last_sequence() + 1 + i));
    }
    events.back().body = Note{std::string(kPadding, 'x')};
    for (const Event& event : events) {
      lines_.push_back(to_json(event));
    }
    auto appended = store_->append(events);
    acknowledged_ += appended ? kBatch : 0;
    return appended;
  }
  Result<> close() { return store_->close(); }

  // What is wrong with the log as a new process finds it; `may_lose`: acknowledged events.
  std::string check(bool may_lose) {
    if (auto opened = open(false); !opened) {
      return opened.error().message;
    }
    std::int64_t count = 0;
    bool right = true;
    const auto read = store_->read_from(1, [&](const Event& event) {
      const auto at = static_cast<std::size_t>(count++);
      return right = at < lines_.size() && to_json(event) == lines_[at];
    });
    if (!read || !right) {
      return read ? "event " + std::to_string(count) + " is another one" : read.error().message;
    }
    if (count % kBatch != 0 && !salvaged_) {
      return "half a batch is there: " + std::to_string(count) + " events";
    }
    if (count < acknowledged_ && !may_lose) {
      return std::to_string(acknowledged_) + " events were acknowledged, " + std::to_string(count) +
             " are there";
    }
    lines_.resize(static_cast<std::size_t>(count));
    const auto appended = append();
    const auto closed = appended ? close() : appended;
    return closed ? "" : closed.error().message;
  }

  // Damage that was told is mended as its message says.
  std::string salvage_if_damaged() {
    const auto reader = open_for_reading(directory_);
    if (reader || reader.error().code != ErrorCode::corruption) {
      return {};
    }
    const auto saved = salvage(directory_);
    if (!saved) {
      return saved.error().message;
    }
    directory_ = saved->directory;
    salvaged_ = true;
    return {};
  }

  std::function<bool(const Error*)> wait_for_room = {};

  std::int64_t acknowledged() const { return acknowledged_; }
  const std::filesystem::path& directory() const { return directory_; }

 private:
  TemporaryDirectory place_{TemporaryDirectory::Place::memory};
  std::filesystem::path directory_ = place_.path() / "experiment";
  std::unique_ptr<EventStore> store_;
  Rng rng_{3, "disk trial"};
  std::vector<std::string> lines_;
  std::int64_t acknowledged_ = 0;
  bool salvaged_ = false;  // row by row: a batch may have lost its end
};

}  // namespace

DiskTrial fail_disk_call(DiskCall call, std::int64_t n, int error) {
  FaultyDisk disk;
  Trial trial;
  DiskTrial report;
  if (n > 0) {
    disk.fail(call, n, error);
  }
  auto going = trial.open(true);
  for (int i = 0; going && i < kBatches; ++i) {
    going = trial.append();
  }
  if (going) {
    going = trial.close();
  } else if (trial.acknowledged() > 0 && trial.append()) {
    report.problem = "the log accepted more after a failed write";
  }
  report.refused = !going;
  report.calls = disk.calls(call);
  disk.revive();
  const bool created = std::filesystem::exists(trial.directory() / "experiment.db");
  if (report.problem.empty() && (created || trial.acknowledged() > 0)) {
    report.problem = trial.check(false);
  }
  return report;
}

DiskTrial outlast_full_disk(std::int64_t n) {
  constexpr std::int64_t kTimes = 5;
  FaultyDisk disk;
  Trial trial;
  DiskTrial report;
  std::int64_t again = 0;
  trial.wait_for_room = [&](const Error* full) {
    report.calls += full != nullptr ? 1 : 0;
    again += full == nullptr ? 1 : 0;
    return true;
  };
  disk.fail(DiskCall::write, n, SQLITE_FULL, kTimes);
  auto going = trial.open(true);
  report.refused = !going;
  for (int i = 0; going && i < kBatches; ++i) {
    going = trial.append();
  }
  going = going ? trial.close() : going;
  if (!going && !report.refused) {
    report.problem = "it did not outlast the full disk: " + going.error().message;
  } else if (report.calls > 0 && again == 0) {
    report.problem = "nobody was told that there is room again";
  }
  disk.revive();
  trial.wait_for_room = {};
  if (report.problem.empty() && !report.refused) {
    report.problem = trial.check(false);
  }
  return report;
}

std::string lose_power_once(std::uint64_t seed, bool full_durability) {
  FaultyDisk disk;
  disk.keeps_unsynced = true;
  Rng rng(seed, "power");
  Trial trial;
  if (auto opened = trial.open(true, full_durability); !opened) {
    return opened.error().message;
  }
  for (std::uint64_t left = 1 + rng.below(kBatches); left > 0; --left) {
    if (auto appended = trial.append(); !appended) {
      return appended.error().message;
    }
  }
  trial.drop();
  disk.lose_power(rng);
  // Writes that were not synced reach the disk in any order, so that a frame of the WAL may be
  // there and one before it not.
  const std::string mended = full_durability ? std::string() : trial.salvage_if_damaged();
  return mended.empty() ? trial.check(!full_durability) : mended;
}

}  // namespace luthier
