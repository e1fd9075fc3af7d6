#include "store/sqlite/database_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "base/contained_files.h"
#include "base/format.h"
#include "store/files.h"
#include "store/sqlite/salvage.h"
#include "store/sqlite/write_ahead_log.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kJournalMagic{"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8};
constexpr std::size_t kPage = 4096;
constexpr std::size_t kLargestSector = 65536;

Error damaged_file(const fs::path& database, const std::string& what) {
  return {ErrorCode::corruption,
          formatted("{} is damaged: {}{}", database.string(), what, kDamageRemedy)};
}

Result<std::string> read_start(const ContainedFiles& files,
                               const std::string& name,
                               std::size_t most) {
  const FileDescriptor file = files.open(name, O_RDONLY);
  std::string bytes(most, '\0');
  std::size_t have = 0;
  while (file && have < most) {
    const ssize_t count =
        ::pread(file.get(), bytes.data() + have, most - have, static_cast<off_t>(have));
    if (count == 0 || (count < 0 && errno != EINTR)) {
      break;
    }
    have += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  if (!file && errno != ENOENT) {
    return system_error("read", files.path(name));
  }
  bytes.resize(have);
  return bytes;
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

// The first page without what a change of journal mode changes: the two format numbers, the change
// counter and the version that wrote it.
std::string settled(std::string_view first_page) {
  std::string page(first_page);
  page.replace(18, 2, 2, '\0');
  page.replace(24, 4, 4, '\0');
  page.replace(92, 8, 8, '\0');
  return page;
}

// A change of journal mode writes page 1 and nothing else, so its journal is a header that fills a
// sector, and at most page 1 as it was. More, as the name of a super-journal or other pages, comes
// from elsewhere: SQLite would delete files and write pages on its word.
bool is_own_journal(std::string_view journal, std::string_view page, std::uint64_t database_bytes) {
  if (journal.size() < 28) {
    return false;
  }
  const std::uint32_t pages = number_at(journal, 8);
  const std::size_t sector = number_at(journal, 20);
  if (pages > 1 || number_at(journal, 16) * std::uint64_t{kPage} != database_bytes ||
      sector < 512 || sector > kLargestSector || number_at(journal, 24) != kPage) {
    return false;
  }
  if (journal.size() > sector + kPage + 8 || journal.ends_with(kJournalMagic)) {
    return false;
  }
  if (pages == 0) {
    return true;  // not synced yet: SQLite takes nothing from it
  }
  return journal.size() == sector + kPage + 8 && number_at(journal, sector) == 1 &&
         page.size() == kPage && settled(journal.substr(sector + 4, kPage)) == settled(page);
}

Result<> check_journal(const ContainedFiles& files, const fs::path& database) {
  const std::string name = database.filename().string();
  const auto journal = read_start(files, name + "-journal", kLargestSector + kPage + 9);
  const auto page = read_start(files, name, kPage);
  if (!journal || !page) {
    return journal ? page.error() : journal.error();
  }
  // What begins with something else is no journal to SQLite either.
  if (journal->empty() || journal->front() == '\0') {
    return {};
  }
  const auto status = files.status(name);
  const auto wal = files.status(name + "-wal");
  const bool own = journal->starts_with(kJournalMagic) && status && !(wal && wal->st_size > 0) &&
                   is_own_journal(*journal, *page, static_cast<std::uint64_t>(status->st_size));
  return own ? Result<>()
             : damaged_file(database, "there is a rollback journal beside it that is not its own");
}

}  // namespace

Result<> check_files_are_plain(const fs::path& database) {
  const ContainedFiles files(database.parent_path());
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    const std::string name = database.filename().string() + suffix;
    const auto status = files.status(name);
    if (status ? S_ISREG(status->st_mode) : errno == ENOENT) {
      continue;
    }
    if (status) {
      errno = S_ISLNK(status->st_mode) ? ELOOP : ENXIO;
    }
    return system_error("open", files.path(name));
  }
  return {};
}

Result<> check_side_files(const fs::path& database) {
  const ContainedFiles files(database.parent_path());
  if (auto journal = check_journal(files, database); !journal) {
    return journal;
  }
  const auto wal = read_write_ahead_log(
      files, database.filename().string() + "-wal", [](const WalFrame&) { return Result<>(); });
  if (!wal) {
    return wal.error();
  }
  return wal->damage.empty() ? Result<>() : damaged_file(database, wal->damage);
}

}  // namespace luthier
