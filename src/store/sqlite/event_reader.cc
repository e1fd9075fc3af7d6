#include "store/sqlite/event_reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/failure.h"
#include "store/experiment_lock.h"
#include "store/sqlite/event_rows.h"
#include "store/sqlite/stored_status.h"

namespace luthier {
namespace {

constexpr std::chrono::milliseconds kPatience{2000};
constexpr std::chrono::milliseconds kPause{5};
// Checking so many events takes no longer than opening the file.
constexpr Sequence kShortLog = 1000;
constexpr std::size_t kPieceBytes = std::size_t{4} << 20;

// What shows that someone wrote while we read without locks.
struct Fingerprint {
  std::array<std::int64_t, 8> facts{};
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

Fingerprint fingerprint_of(const std::filesystem::path& database) {
  Fingerprint fingerprint;
  std::size_t at = 0;
  for (const char* suffix : {"", "-wal"}) {
    struct stat status = {};
    ::lstat((database.string() + suffix).c_str(), &status);
    for (const std::int64_t fact : {static_cast<std::int64_t>(status.st_ino),
                                    static_cast<std::int64_t>(status.st_size),
                                    static_cast<std::int64_t>(status.st_mtim.tv_sec),
                                    static_cast<std::int64_t>(status.st_mtim.tv_nsec)}) {
      fingerprint.facts[at++] = fact;
    }
  }
  return fingerprint;
}

// Rows in memory.
class Rows {
 public:
  void clear() {
    places_.clear();
    payloads_.clear();
  }
  void add(const EventRow& row) {
    places_.push_back({row.sequence, row.time, payloads_.size(), row.payload.size()});
    payloads_ += row.payload;
  }
  std::size_t count() const { return places_.size(); }
  std::size_t bytes() const { return payloads_.size(); }
  EventRow at(std::size_t i) const {
    const Place& place = places_[i];
    return {.sequence = place.sequence,
            .time = place.time,
            .payload = std::string_view(payloads_).substr(place.start, place.size)};
  }

 private:
  struct Place {
    Sequence sequence;
    TimePoint time;
    std::size_t start;
    std::size_t size;
  };
  std::vector<Place> places_;
  std::string payloads_;
};

class SqliteReader final : public EventReader {
 public:
  explicit SqliteReader(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // In pieces, so that nobody waits for `receive`: a reader that is slow holds nothing open.
  Result<> read_from(Sequence first, const std::function<bool(const Event&)>& receive) override {
    std::optional<Sequence> last;
    Sequence next = std::max<Sequence>(first, 1);
    Rows rows;
    do {
      const auto read = read_rows(next, last, rows);
      bool wanted = true;
      const auto passed = pass_on(rows, receive, wanted);
      if (!passed || !read || !wanted) {
        return passed ? (wanted ? read : Result<>()) : passed;
      }
      next += static_cast<Sequence>(rows.count());
    } while (rows.count() > 0 && next <= *last);
    return {};
  }

  Result<Sequence> last_sequence() override {
    Sequence last = 0;
    const auto read = settled([&](Connection& connection) -> Result<> {
      const auto row = last_row(connection);
      if (!row) {
        return row.error();
      }
      last = row->sequence;
      return {};
    });
    return read ? Result<Sequence>(last) : read.error();
  }

  Result<Ends> ends() override {
    Ends ends;
    const auto read = settled([&](Connection& connection) -> Result<> {
      ends = {};
      const auto last = last_row(connection);
      if (!last) {
        return last.error();
      }
      auto status = read_kept_status(connection, *last);
      if (!status) {
        return status.error();
      }
      ends.last = last->sequence;
      ends.chain = last->chain;
      ends.status = std::move(*status);
      return read_first(connection, last->sequence <= kShortLog, ends);
    });
    return read ? Result<Ends>(std::move(ends)) : read.error();
  }

  Result<std::vector<Event>> events_at(std::span<const Sequence> places) override {
    std::vector<Event> events;
    const auto read = settled([&](Connection& connection) {
      events.clear();
      return read_events_at(connection, places, events);
    });
    return read ? Result<std::vector<Event>>(std::move(events)) : read.error();
  }

  Result<> check() {
    return settled([](Connection&) { return Result<>(); });
  }

 private:
  // Rows from `next` on, up to `last` (found out when it is not known yet) or a few megabytes.
  // Those before an error are there too.
  Result<> read_rows(Sequence next, std::optional<Sequence>& last, Rows& rows) {
    return settled([&](Connection& connection) -> Result<> {
      rows.clear();
      if (!last) {
        const auto row = last_row(connection);
        if (!row) {
          return row.error();
        }
        last = row->sequence;
      }
      ChainEnd end;
      return next > *last ? Result<>()
                          : scan_rows(
                                connection,
                                next,
                                [&](const EventRow& row) {
                                  rows.add(row);
                                  return row.sequence < *last && rows.bytes() < kPieceBytes;
                                },
                                end);
    });
  }

  Result<> pass_on(const Rows& rows,
                   const std::function<bool(const Event&)>& receive,
                   bool& wanted) const {
    Event event;
    for (std::size_t i = 0; i < rows.count() && wanted; ++i) {
      const EventRow row = rows.at(i);
      if (const auto decoded = decode_row(row, event); !decoded) {
        return failure(decoded.error().code,
                       "{}: {}",
                       database_path(directory_).string(),
                       decoded.error().message);
      }
      wanted = receive(event);
    }
    return {};
  }

  // Goes on to the end of a short log, so that damage to it is told.
  static Result<> read_first(Connection& connection, bool to_the_end, Ends& ends) {
    ChainEnd end;
    Result<> decoded;
    const auto scanned = scan_rows(
        connection,
        1,
        [&](const EventRow& row) {
          decoded = row.sequence == 1 ? decode_row(row, ends.first.emplace()) : decoded;
          return decoded.ok() && to_the_end;
        },
        end);
    return decoded
               ? scanned
               : failure(
                     decoded.error().code, "{}: {}", connection.path(), decoded.error().message);
  }

  // Runs `read` on a connection of its own. A writer that comes or goes meanwhile can make a read
  // fail that has nothing wrong with it: then it is tried again.
  Result<> settled(const std::function<Result<>(Connection&)>& read) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (true) {
      const auto before = fingerprint_of(database_path(directory_));
      const bool live = ExperimentLock::is_held(directory_);
      const auto result = attempt(live, read);
      if (result.ok()) {
        return result;
      }
      const bool moved = live != ExperimentLock::is_held(directory_) ||
                         before != fingerprint_of(database_path(directory_));
      const bool real = live ? result.error().code == ErrorCode::corruption : !moved;
      if (real || std::chrono::steady_clock::now() >= deadline) {
        return result;
      }
      std::this_thread::sleep_for(kPause);
    }
  }

  Result<> attempt(bool live, const std::function<Result<>(Connection&)>& read) {
    if (auto present = check_present(directory_); !present) {
      return present;
    }
    auto connection =
        Connection::open(database_path(directory_),
                         live ? Connection::Access::read : Connection::Access::read_still);
    if (!connection) {
      return explained(connection.error());
    }
    // One transaction: every query sees the same moment of the log.
    if (const auto begun = connection->execute("BEGIN"); !begun) {
      return explained(begun.error());
    }
    if (auto identity = check_identity(*connection); !identity) {
      return identity;
    }
    const auto last = last_row(*connection);
    if (!last) {
      return last.error();
    }
    if (auto mark = check_closing_mark(*connection, *last); !mark) {
      return mark;
    }
    return read(*connection);
  }

  std::filesystem::path directory_;
};

}  // namespace

std::unique_ptr<EventReader> reader_of(const std::filesystem::path& experiment_directory) {
  return std::make_unique<SqliteReader>(experiment_directory);
}

Result<std::unique_ptr<EventReader>> open_for_reading(
    const std::filesystem::path& experiment_directory) {
  auto reader = std::make_unique<SqliteReader>(experiment_directory);
  if (const auto checked = reader->check(); !checked) {
    return checked.error();
  }
  return std::unique_ptr<EventReader>(std::move(reader));
}

}  // namespace luthier
