#include "store/sqlite/sqlite_store.h"

#include <fcntl.h>

#include <chrono>
#include <string>
#include <thread>

#include <sqlite3.h>

#include "base/check.h"
#include "base/failure.h"
#include "core/log/event_codec.h"
#include "store/experiment_lock.h"
#include "store/sqlite/event_rows.h"
#include "store/sqlite/stored_status.h"
#include "store/unborn.h"

namespace luthier {
namespace {

// Frames in the WAL after which it is copied into the database: 4096 bytes each.
constexpr int kCheckpointFrames = 2000;

// A new log's name until it is complete.
constexpr const char* kUnfinished = "experiment.db.new";

// How long close() waits for readers: ours hold the log for some milliseconds at a time.
constexpr std::chrono::milliseconds kReaderPatience{1000};
constexpr std::chrono::milliseconds kReaderPause{5};

// The status is kept so seldom that it takes one part in so many of the time.
constexpr int kStatusShare = 100;
constexpr std::chrono::nanoseconds kCostOfAByte{10};

class SqliteStore final : public EventStore {
 public:
  SqliteStore(ExperimentLock lock, Connection connection, ChainEnd end, const StoreOptions& options)
      : lock_(std::move(lock)),
        connection_(std::move(connection)),
        end_(end),
        wait_for_room_(options.wait_for_room),
        status_(options.status),
        trials_(options.trials),
        indexed_from_(options.indexed_from) {}

  Result<> prepare() {
    for (const auto& [statement, sql] :
         {std::pair<Statement*, const char*>{&begin_, "BEGIN IMMEDIATE"},
          {&insert_, "INSERT INTO events VALUES(?, ?, ?, ?, ?, ?)"},
          {&keep_status_, "INSERT OR REPLACE INTO meta VALUES(?, ?)"},
          {&commit_, "COMMIT"}}) {
      auto prepared = connection_.prepare(sql);
      if (!prepared) {
        return explained(prepared.error());
      }
      *statement = std::move(*prepared);
    }
    sqlite3_wal_hook(connection_.handle(), note_frames, this);
    return {};
  }

  Result<> append(std::span<const Event> events) override {
    if (failed_) {
      return refusal_;
    }
    LUTHIER_CHECK(connection_.is_open(), "append after close");
    ChainEnd end;
    const auto written = with_room([&] {
      end = end_;
      auto done = write(events, end);
      const bool full = !done && connection_.lacks_room();
      if (!done) {
        sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
      }
      return Attempt{std::move(done), full};
    });
    if (!written) {
      return fail(written.error());
    }
    end_ = end;
    checkpoint_if_long();
    return {};
  }

  Result<> read_from(Sequence first, const std::function<bool(const Event&)>& receive) override {
    if (failed_) {
      return refusal_;
    }
    ChainEnd end;
    return scan_events(connection_, first, receive, end);
  }

  Sequence last_sequence() const override { return end_.sequence; }

  Result<> close() override {
    if (failed_) {
      return refusal_;
    }
    const auto marked = with_room([&] {
      auto done = keep_status(StoreOptions::Moment::closing, end_);
      done = done ? write_closing_mark(connection_, end_) : done;
      const bool full = !done && connection_.lacks_room();
      return Attempt{std::move(done), full};
    });
    if (!marked) {
      return fail(marked.error());
    }
    index_trials();
    begin_ = {};
    insert_ = {};
    keep_status_ = {};
    commit_ = {};
    const auto rested = with_room([&] {
      auto done = leave_wal_mode();
      const bool full = !done && connection_.lacks_room();
      return Attempt{std::move(done), full};
    });
    if (!rested) {
      return fail(rested.error());
    }
    connection_.close();
    lock_.release();
    return {};
  }

 private:
  struct Attempt {
    Result<> done;
    bool full = false;  // it failed for want of room, and left everything as it was
  };

  // Tries until there is room, or whoever waits gives up. After any other failure nobody knows what
  // reached the disk.
  Result<> with_room(const std::function<Attempt()>& attempt) {
    Attempt last = attempt();
    bool waited = false;
    while (last.full && wait_for_room_ && wait_for_room_(&last.done.error())) {
      waited = true;
      last = attempt();
    }
    if (waited && last.done.ok()) {
      wait_for_room_(nullptr);
    }
    return std::move(last.done);
  }

  Result<> write(std::span<const Event> events, ChainEnd& end) {
    auto written = begin_.run();
    for (std::size_t i = 0; written.ok() && i < events.size(); ++i) {
      written = insert(events[i], end);
    }
    if (written.ok() && std::chrono::steady_clock::now() >= next_status_) {
      written = keep_status(StoreOptions::Moment::running, end);
    }
    return written.ok() ? commit_.run() : written;
  }

  // The events are safe without it: what goes wrong here leaves no index, and readers fold the log.
  void index_trials() {
    const auto directory = std::filesystem::path(connection_.path()).parent_path();
    const bool wanted = trials_ && end_.sequence > 0 && end_.sequence >= indexed_from_;
    if (wanted && !TrialIndex::open(directory, end_)) {
      static_cast<void>(write_trial_index(directory, connection_, end_, trials_()));
    }
  }

  Result<> keep_status(StoreOptions::Moment moment, const ChainEnd& end) {
    if (!status_ || end.sequence == 0) {
      return {};
    }
    const auto begun = std::chrono::steady_clock::now();
    const std::string bytes = status_(moment);
    Result<> kept;
    if (!bytes.empty()) {
      const std::string text = status_text(end, bytes);
      keep_status_.bind(0, kStatusName);
      keep_status_.bind(1, text);
      kept = keep_status_.run();
    }
    // Writing it to the disk costs as well, about as much for each byte.
    const auto now = std::chrono::steady_clock::now();
    next_status_ = now + kStatusShare * (now - begun + kCostOfAByte * bytes.size());
    return kept;
  }

  // Copies the WAL into the database and removes it. While a reader holds the log that can't be
  // done, and need not: it is whole as it is, and the next one who opens it for writing does it.
  Result<> leave_wal_mode() {
    sqlite3_busy_timeout(connection_.handle(), 0);
    const auto deadline = std::chrono::steady_clock::now() + kReaderPatience;
    while (true) {
      const auto mode = connection_.query_text("PRAGMA journal_mode=DELETE");
      if (mode.ok()) {
        return {};
      }
      if (mode.error().code != ErrorCode::unavailable) {
        return mode.error();
      }
      if (std::chrono::steady_clock::now() >= deadline) {
        return {};
      }
      std::this_thread::sleep_for(kReaderPause);
    }
  }

  Result<> insert(const Event& event, ChainEnd& end) {
    LUTHIER_CHECK(event.sequence == end.sequence + 1, "appended out of order");
    payload_.clear();
    if (auto encoded = encode(event.body, payload_); !encoded) {
      return encoded;
    }
    EventRow row{.sequence = event.sequence,
                 .time = event.time,
                 .kind = tag_of(event.body),
                 .payload = payload_};
    insert_.bind(0, row.sequence);
    insert_.bind(1, row.time);
    insert_.bind(2, row.kind);
    if (const auto trial = trial_of(event.body)) {
      row.trial = trial->value;
      insert_.bind(3, *row.trial);
    } else {
      insert_.bind_null(3);
    }
    insert_.bind_blob(4, row.payload);
    end = {row.sequence, chain_after(end.chain, row)};
    insert_.bind(5, std::int64_t{end.chain});
    return insert_.run();
  }

  // Runs inside commits: only takes note, because the WAL can't be copied from in here.
  static int note_frames(void* self, sqlite3*, const char*, int frames) {
    static_cast<SqliteStore*>(self)->wal_frames_ = frames;
    return SQLITE_OK;
  }

  // The events are safe in the WAL by now, so trouble here refuses the next append, not this one.
  void checkpoint_if_long() {
    if (wal_frames_ < next_checkpoint_) {
      return;
    }
    int frames = 0;
    int copied = 0;
    const int result = sqlite3_wal_checkpoint_v2(
        connection_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &frames, &copied);
    // It is as whole where it is: the next time there may be room.
    const bool full = result != SQLITE_OK && connection_.lacks_room();
    if (result != SQLITE_OK && (result & 0xFF) != SQLITE_BUSY && !(full && wait_for_room_)) {
      (void)fail(connection_.error(result));
    }
    // A reader may hold part of the WAL back: try again after as many frames, not at every append.
    next_checkpoint_ = copied < frames ? frames + kCheckpointFrames : kCheckpointFrames;
  }

  Result<> fail(const Error& error) {
    failed_ = true;
    refusal_ = {error.code,
                error.message + "; the event log accepts nothing more until it is opened again"};
    return refusal_;
  }

  ExperimentLock lock_;  // outlives the connection
  Connection connection_;
  Statement begin_;
  Statement insert_;
  Statement keep_status_;
  Statement commit_;
  ChainEnd end_;
  std::function<bool(const Error*)> wait_for_room_;
  std::function<std::string(StoreOptions::Moment)> status_;
  std::chrono::steady_clock::time_point next_status_{};
  std::function<TrialRows()> trials_;
  Sequence indexed_from_;
  std::string payload_;  // reused
  int wal_frames_ = 0;
  int next_checkpoint_ = kCheckpointFrames;
  bool failed_ = false;
  Error refusal_;
};

using ReceiveStored = std::function<Result<>(const Event&)>;

// Reads every row; `receive` may be empty.
Result<> scan_all(Connection& connection, const ReceiveStored& receive, ChainEnd& end) {
  if (!receive) {
    return scan_rows(connection, 1, [](const EventRow&) { return true; }, end);
  }
  Result<> received;
  auto scanned = scan_events(
      connection,
      1,
      [&](const Event& event) {
        received = receive(event);
        return received.ok();
      },
      end);
  return received ? scanned : received;
}

// Reads everything without changing a byte.
Result<ChainEnd> verify(const std::filesystem::path& database, const ReceiveStored& receive) {
  auto connection = Connection::open(database, Connection::Access::read_still);
  if (!connection) {
    return connection.error();
  }
  if (const auto identity = check_identity(*connection); !identity) {
    return identity.error();
  }
  ChainEnd end;
  if (const auto scanned = scan_all(*connection, receive, end); !scanned) {
    return scanned.error();
  }
  if (const auto mark = check_closing_mark(*connection, end); !mark) {
    return mark.error();
  }
  return end;
}

// Under another name until it is complete, so that a crash leaves either nothing or a whole log.
Result<> create_database(const std::filesystem::path& directory) {
  const ContainedFiles files(directory);
  const auto unfinished = directory / kUnfinished;
  files.remove(kUnfinished);
  if (!files.open(kUnfinished, O_RDWR | O_CREAT | O_EXCL)) {
    return system_error("create", unfinished);
  }
  {
    auto connection = Connection::open(unfinished, Connection::Access::write);
    if (!connection) {
      return connection.error();
    }
    if (auto tables = create_tables(*connection); !tables) {
      return tables;
    }
  }
  if (auto synced = sync_file(files, kUnfinished); !synced) {
    return synced;
  }
  if (!files.rename(kUnfinished, database_path(directory).filename())) {
    return system_error("name", database_path(directory));
  }
  return sync_directory(files, {});
}

Result<> begin_writing(Connection& connection, bool full_durability, const ChainEnd& end) {
  const auto mode = connection.query_text("PRAGMA journal_mode=WAL");
  if (!mode) {
    return mode.error();
  }
  if (*mode != "wal") {
    return Error{
        ErrorCode::io,
        connection.path() +
            ": this file system can't hold a shared log (WAL); choose a local disk with --results"};
  }
  // NORMAL syncs at each checkpoint only, which keeps the log whole; FULL syncs each commit.
  const char* durability =
      full_durability ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL";
  // So that a frame of the WAL that is not right can be told from one that is not finished: frames
  // are written once, in order, and none of an earlier round stays behind those of a new one.
  const char* settings =
      "PRAGMA wal_autocheckpoint=0; PRAGMA cache_spill=OFF; PRAGMA journal_size_limit=0; "
      "PRAGMA wal_checkpoint(TRUNCATE)";
  for (const char* sql : {durability, settings}) {
    if (auto set = connection.execute(sql); !set) {
      return set;
    }
  }
  return begin_session(connection, end);
}

// A new database beside an old write-ahead log would be taken for its own.
bool has_lost_its_database(const std::filesystem::path& directory) {
  const auto wal = ContainedFiles(directory).status("experiment.db-wal");
  return wal && wal->st_size > 0;
}

Result<> require_presence(const std::filesystem::path& directory, bool create) {
  const auto present = check_present(directory);
  if (create && present.ok() && is_unborn(directory)) {
    return {};
  }
  if (create && present.ok()) {
    return failure(ErrorCode::already_exists,
                   "there is an experiment in {} already; resume it or choose another name",
                   directory.string());
  }
  const bool absent = !present && present.error().code == ErrorCode::not_found;
  if (create && absent && has_lost_its_database(directory)) {
    return Error{ErrorCode::corruption,
                 database_path(directory).string() +
                     " is gone, but its write-ahead log is there with what was written last; put "
                     "the database back, or choose another name"};
  }
  return create && absent ? Result<>() : present;
}

}  // namespace

Result<std::unique_ptr<EventStore>> open_for_writing(
    const std::filesystem::path& experiment_directory, const StoreOptions& options) {
  const auto database = database_path(experiment_directory);
  if (const auto short_enough = check_path_length(experiment_directory / kUnfinished);
      !short_enough) {
    return short_enough.error();
  }
  if (const auto presence = require_presence(experiment_directory, options.create); !presence) {
    return presence.error();
  }
  if (options.create) {
    if (const auto made = make_private_directory(experiment_directory); !made) {
      return made.error();
    }
  }
  auto lock = ExperimentLock::take(experiment_directory);
  if (!lock) {
    return lock.error();
  }
  if (options.create) {
    // Again under the lock: another process may have made it meanwhile.
    auto created = require_presence(experiment_directory, true);
    created = created ? clear_unborn(experiment_directory) : created;
    created = created ? create_database(experiment_directory) : created;
    if (!created) {
      return created.error();
    }
  }
  const auto verified = verify(database, options.receive);
  if (!verified) {
    return verified.error();
  }
  if (const auto announced = lock->announce(); !announced) {
    return announced.error();
  }
  auto connection = Connection::open(database, Connection::Access::write);
  if (!connection) {
    return connection.error();
  }
  if (const auto begun = begin_writing(*connection, options.full_durability, *verified); !begun) {
    return begun.error();
  }
  const auto last = last_row(*connection);
  if (!last) {
    return last.error();
  }
  if (last->sequence != verified->sequence || last->chain != verified->chain) {
    return damaged(*connection, "its last event is not the one that was checked a moment ago");
  }
  auto store =
      std::make_unique<SqliteStore>(std::move(*lock), std::move(*connection), *verified, options);
  if (const auto prepared = store->prepare(); !prepared) {
    return prepared.error();
  }
  return std::unique_ptr<EventStore>(std::move(store));
}

}  // namespace luthier
