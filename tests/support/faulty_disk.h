// FaultyDisk: the file system under SQLite's one writing connection, failing where a test says. It
// works on real files: what a failed or cut write leaves there is what the next process finds.
// One at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "luthier/rng.h"

namespace luthier {

// What a process may ask of a disk that the disk may refuse.
enum class DiskCall : std::uint8_t { write, sync, truncate };

class FaultyDisk {
 public:
  FaultyDisk();  // every connection opened from now on for writing is on this disk
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  // The process dies when it has written so many bytes of the log's WAL: the write that crosses
  // them is cut there, and nothing after it reaches the disk. SQLite is told of errors, for the
  // test's process lives on.
  void die_in_wal_after(std::int64_t bytes) { wal_bytes_left_ = bytes; }
  bool dead() const { return dead_; }
  // The process is killed at the n-th call of any kind (1, 2, ...), before it is carried out: a
  // child's, for this is SIGKILL. Removing a file is a call too.
  void kill_at(std::int64_t n) { kill_at_ = n; }
  void count_call();
  // Another process, with nothing broken.
  void revive();
  std::int64_t wal_bytes() const { return wal_bytes_; }

  // The n-th call of its kind (1, 2, ...) fails with `error`, a result code of SQLite such as
  // SQLITE_FULL; a write is cut in its middle. `times`: so many in a row.
  void fail(DiskCall call, std::int64_t n, int error, std::int64_t times = 1);
  std::int64_t calls(DiskCall call) const { return calls_[static_cast<std::size_t>(call)]; }

  // The machine loses power: of the writes since a file's last sync any may be missing, and one may
  // be cut. Drop the connections first.
  void lose_power(Rng& rng);

  // ---- for the file system's own functions
  struct Write {
    std::int64_t offset = 0;
    std::string bytes;
    std::string before;            // what it overwrote
    std::int64_t size_before = 0;  // of the file
    bool truncates = false;        // to `offset`
  };
  int on_write(const std::string& path, bool wal, Write write, std::int64_t& allowed);
  int on_truncate(const std::string& path, Write write);
  int on_sync(const std::string& path);
  bool keeps_unsynced = false;  // set it before the first write when power may be lost

 private:
  int fault(DiskCall call);

  struct Planned {
    std::int64_t from = std::numeric_limits<std::int64_t>::max();
    std::int64_t to = 0;
    int error = 0;
  };
  Planned planned_[3];
  std::int64_t calls_[3] = {};
  std::int64_t wal_bytes_ = 0;
  std::int64_t all_calls_ = 0;
  std::int64_t kill_at_ = 0;
  std::int64_t wal_bytes_left_ = std::numeric_limits<std::int64_t>::max();
  bool dead_ = false;
  std::map<std::string, std::vector<Write>> unsynced_;
};

}  // namespace luthier
