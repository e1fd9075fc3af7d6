#include "support/faulty_disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <new>

#include <sqlite3.h>

#include "base/check.h"
#include "base/file_descriptor.h"

namespace luthier {
namespace {

constexpr const char* kName = "luthier-faulty-disk";
FaultyDisk* current_disk = nullptr;
sqlite3_vfs* real_system = nullptr;

// SQLite allocates it, with room for the real file behind it.
struct File {
  sqlite3_file base;
  const char* path;  // SQLite's own, valid while the file is open; null for temporary files
  bool wal;
};
sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
}
const sqlite3_io_methods& methods(sqlite3_file* file) {
  return *real(file)->pMethods;
}

void count_call() {
  if (current_disk != nullptr) {
    current_disk->count_call();
  }
}

int remove_file(sqlite3_vfs*, const char* path, int sync_directory) {
  count_call();
  return real_system->xDelete(real_system, path, sync_directory);
}

int write_file(sqlite3_file* file, const void* data, int amount, sqlite3_int64 offset) {
  count_call();
  const auto* self = reinterpret_cast<File*>(file);
  if (current_disk == nullptr || self->path == nullptr) {
    return methods(file).xWrite(real(file), data, amount, offset);
  }
  FaultyDisk::Write write{offset, std::string(static_cast<const char*>(data), amount)};
  if (current_disk->keeps_unsynced) {
    methods(file).xFileSize(real(file), reinterpret_cast<sqlite3_int64*>(&write.size_before));
    write.before.resize(
        static_cast<std::size_t>(std::clamp<std::int64_t>(write.size_before - offset, 0, amount)));
    methods(file).xRead(
        real(file), write.before.data(), static_cast<int>(write.before.size()), offset);
  }
  std::int64_t allowed = amount;
  const int result = current_disk->on_write(self->path, self->wal, std::move(write), allowed);
  if (allowed > 0) {
    const int written = methods(file).xWrite(real(file), data, static_cast<int>(allowed), offset);
    LUTHIER_CHECK(written == SQLITE_OK, "the test's own disk is full");
  }
  return result;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  count_call();
  const auto* self = reinterpret_cast<File*>(file);
  if (current_disk != nullptr && self->path != nullptr) {
    FaultyDisk::Write write{.offset = size, .truncates = true};
    methods(file).xFileSize(real(file), reinterpret_cast<sqlite3_int64*>(&write.size_before));
    write.before.resize(
        static_cast<std::size_t>(std::max<std::int64_t>(0, write.size_before - size)));
    methods(file).xRead(
        real(file), write.before.data(), static_cast<int>(write.before.size()), size);
    if (const int result = current_disk->on_truncate(self->path, std::move(write))) {
      return result;
    }
  }
  return methods(file).xTruncate(real(file), size);
}

int sync_file(sqlite3_file* file, int flags) {
  count_call();
  const auto* self = reinterpret_cast<File*>(file);
  if (current_disk != nullptr && self->path != nullptr) {
    if (const int result = current_disk->on_sync(self->path)) {
      return result;
    }
  }
  return methods(file).xSync(real(file), flags);
}

// The calls that are passed on as they are.
int close_file(sqlite3_file* file) {
  return methods(file).xClose(real(file));
}
int read_file(sqlite3_file* file, void* data, int amount, sqlite3_int64 offset) {
  return methods(file).xRead(real(file), data, amount, offset);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return methods(file).xFileSize(real(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return methods(file).xLock(real(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return methods(file).xUnlock(real(file), level);
}
int check_reserved(sqlite3_file* file, int* reserved) {
  return methods(file).xCheckReservedLock(real(file), reserved);
}
int control_file(sqlite3_file* file, int operation, void* argument) {
  return methods(file).xFileControl(real(file), operation, argument);
}
int sector_size(sqlite3_file* file) {
  return methods(file).xSectorSize(real(file));
}
int characteristics(sqlite3_file* file) {
  return methods(file).xDeviceCharacteristics(real(file));
}
int map_index(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return methods(file).xShmMap(real(file), page, size, extend, memory);
}
int lock_index(sqlite3_file* file, int offset, int count, int flags) {
  return methods(file).xShmLock(real(file), offset, count, flags);
}
void index_barrier(sqlite3_file* file) {
  methods(file).xShmBarrier(real(file));
}
int unmap_index(sqlite3_file* file, int remove) {
  return methods(file).xShmUnmap(real(file), remove);
}

const sqlite3_io_methods kMethods = {2,
                                     close_file,
                                     read_file,
                                     write_file,
                                     truncate_file,
                                     sync_file,
                                     file_size,
                                     lock_file,
                                     unlock_file,
                                     check_reserved,
                                     control_file,
                                     sector_size,
                                     characteristics,
                                     map_index,
                                     lock_index,
                                     index_barrier,
                                     unmap_index,
                                     nullptr,
                                     nullptr};

int open_on_disk(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  auto* self = new (file) File{};
  const int result = real_system->xOpen(real_system, path, real(file), flags, out_flags);
  self->base.pMethods = real(file)->pMethods != nullptr ? &kMethods : nullptr;
  self->path = path;
  self->wal = (flags & SQLITE_OPEN_WAL) != 0;
  return result;
}

sqlite3_vfs faulty_system() {
  sqlite3_vfs system = *real_system;
  system.pNext = nullptr;
  system.zName = kName;
  system.szOsFile = static_cast<int>(sizeof(File)) + real_system->szOsFile;
  system.xOpen = open_on_disk;
  system.xDelete = remove_file;
  return system;
}

}  // namespace

FaultyDisk::FaultyDisk() {
  LUTHIER_CHECK(current_disk == nullptr, "one faulty disk at a time");
  if (real_system == nullptr) {
    sqlite3_initialize();
    real_system = sqlite3_vfs_find(nullptr);
    static sqlite3_vfs system = faulty_system();
    sqlite3_vfs_register(&system, 0);
  }
  sqlite3_vfs_register(sqlite3_vfs_find(kName), 1);
  current_disk = this;
}

FaultyDisk::~FaultyDisk() {
  current_disk = nullptr;
  sqlite3_vfs_register(real_system, 1);
}

void FaultyDisk::count_call() {
  if (++all_calls_ == kill_at_) {
    ::kill(::getpid(), SIGKILL);
  }
}

void FaultyDisk::revive() {
  dead_ = false;
  wal_bytes_left_ = std::numeric_limits<std::int64_t>::max();
  std::ranges::fill(planned_, Planned{});
}

void FaultyDisk::fail(DiskCall call, std::int64_t n, int error, std::int64_t times) {
  planned_[static_cast<std::size_t>(call)] = {n, n + times, error};
}

int FaultyDisk::fault(DiskCall call) {
  const auto kind = static_cast<std::size_t>(call);
  const std::int64_t n = ++calls_[kind];
  return n >= planned_[kind].from && n < planned_[kind].to ? planned_[kind].error : SQLITE_OK;
}

int FaultyDisk::on_write(const std::string& path, bool wal, Write write, std::int64_t& allowed) {
  if (dead_) {
    allowed = 0;
    return SQLITE_IOERR_WRITE;
  }
  int result = fault(DiskCall::write);
  if (result != SQLITE_OK) {
    allowed /= 2;
  } else if (wal && allowed > wal_bytes_left_) {
    allowed = wal_bytes_left_;
    dead_ = true;
    result = SQLITE_IOERR_WRITE;
  }
  if (wal) {
    wal_bytes_ += allowed;
    wal_bytes_left_ -= allowed;
  }
  if (keeps_unsynced && allowed > 0) {
    write.bytes.resize(static_cast<std::size_t>(allowed));
    unsynced_[path].push_back(std::move(write));
  }
  return result;
}

int FaultyDisk::on_truncate(const std::string& path, Write write) {
  const int result = dead_ ? SQLITE_IOERR_TRUNCATE : fault(DiskCall::truncate);
  if (keeps_unsynced && result == SQLITE_OK) {
    unsynced_[path].push_back(std::move(write));
  }
  return result;
}

int FaultyDisk::on_sync(const std::string& path) {
  const int result = dead_ ? SQLITE_IOERR_FSYNC : fault(DiskCall::sync);
  if (result == SQLITE_OK) {
    unsynced_.erase(path);
  }
  return result;
}

void FaultyDisk::lose_power(Rng& rng) {
  for (auto& [path, writes] : unsynced_) {
    const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!file) {
      continue;  // removed since
    }
    for (auto write = writes.rbegin(); write != writes.rend(); ++write) {
      (void)!::ftruncate(file.get(), write->size_before);
      (void)!::pwrite(file.get(), write->before.data(), write->before.size(), write->offset);
    }
    for (const Write& write : writes) {
      std::uint64_t kept = write.bytes.size();
      switch (rng.below(4)) {
        case 0:
          kept = 0;
          break;
        case 1:
          kept = rng.below(kept + 1);
          break;
        default:
          break;
      }
      if (write.truncates && rng.below(2) == 0) {
        (void)!::ftruncate(file.get(), write.offset);
      }
      (void)!::pwrite(file.get(), write.bytes.data(), kept, write.offset);
    }
  }
  unsynced_.clear();
}

}  // namespace luthier
