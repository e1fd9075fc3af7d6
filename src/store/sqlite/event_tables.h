// The database file around the event rows: its tables, its marks and what makes it a log of this
// version. docs/event_log.md is the full description.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "luthier/event.h"
#include "store/sqlite/sqlite.h"

namespace luthier {

inline constexpr std::int64_t kApplicationId = 0x4C757468;  // "Luth"
inline constexpr std::int64_t kFormatVersion = 1;

// A place in the chain of checksums: a row and the checksum it carries.
struct ChainEnd {
  Sequence sequence = 0;
  std::uint32_t chain = 0;
};

std::filesystem::path database_path(const std::filesystem::path& experiment_directory);

// corruption: what is wrong with the file, and the remedy.
Error damaged(const Connection& connection, std::string_view what);
// SQLite's own words for damage get the remedy too; other errors stay as they are.
Error explained(Error error);

// Makes the tables in an empty database.
Result<> create_tables(Connection& connection);

// not_found when there is no log at all; says nothing about its content.
Result<> check_present(const std::filesystem::path& experiment_directory);
// That the database is an event log, of this version or an older one, with exactly our tables.
Result<> check_identity(Connection& connection);

// A log that was closed in order says where it ends, and one that is open where it ended when it
// was opened, so that a lost tail is noticed.
Result<> write_closing_mark(Connection& connection, const ChainEnd& end);
Result<> begin_session(Connection& connection, const ChainEnd& end);
// Passes when there is no mark: then the log was not closed, and ends where it ends.
Result<> check_closing_mark(Connection& connection, const ChainEnd& end);

}  // namespace luthier
