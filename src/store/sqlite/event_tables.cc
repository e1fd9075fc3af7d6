#include "store/sqlite/event_tables.h"

#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "base/crc32c.h"
#include "base/failure.h"
#include "base/format.h"
#include "store/files.h"
#include "store/sqlite/database_files.h"
#include "store/sqlite/salvage.h"
#include "store/utc.h"

namespace luthier {
namespace {

constexpr const char* kEventsTable =
    "CREATE TABLE events(sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind INTEGER NOT "
    "NULL, trial INTEGER, payload BLOB NOT NULL, chain INTEGER NOT NULL) STRICT";
constexpr const char* kMetaTable =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID";

// The checksum of what `meta` says about the log as a whole.
std::string meta_checksum(std::string_view created, std::string_view version) {
  std::string text(created);
  return std::to_string(crc32c(0, text.append("\n").append(version)));
}

// Empty when there is no such row.
Result<std::string> meta_value(Connection& connection, std::string_view name) {
  auto statement = connection.prepare("SELECT value FROM meta WHERE name = ?");
  if (!statement) {
    return statement.error();
  }
  statement->bind(0, name);
  const auto row = statement->step();
  if (!row) {
    return row.error();
  }
  return *row ? std::string(statement->bytes(0)) : std::string();
}

Result<> set_meta(Connection& connection, std::string_view name, std::string_view value) {
  auto statement = connection.prepare("INSERT OR REPLACE INTO meta VALUES(?, ?)");
  if (!statement) {
    return statement.error();
  }
  statement->bind(0, name);
  statement->bind(1, value);
  return statement->run();
}

std::string mark_text(const ChainEnd& end) {
  return formatted("{} {}", end.sequence, end.chain);
}

Result<std::int64_t> pragma(Connection& connection, std::string_view name) {
  auto statement = connection.prepare("PRAGMA " + std::string(name));
  if (!statement) {
    return statement.error();
  }
  const auto row = statement->step();
  if (!row) {
    return row.error();
  }
  return *row ? statement->integer(0) : 0;
}

Result<> check_header(Connection& connection) {
  const auto application = pragma(connection, "application_id");
  if (!application) {
    return explained(application.error());
  }
  if (*application != kApplicationId) {
    return Error{
        ErrorCode::io,
        connection.path() + " is not an event log of luthier; name an experiment's directory"};
  }
  const auto version = pragma(connection, "user_version");
  if (!version) {
    return explained(version.error());
  }
  if (*version > kFormatVersion) {
    return failure(ErrorCode::io,
                   "{} has format {}, written by a newer version of luthier; this one reads up to "
                   "{}: open it with that version",
                   connection.path(),
                   *version,
                   kFormatVersion);
  }
  return *version == kFormatVersion
             ? Result<>()
             : damaged(connection, "no version of luthier used its format number");
}

Result<> check_tables(Connection& connection) {
  const auto tables = connection.query_text(
      "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)");
  if (!tables) {
    return explained(tables.error());
  }
  if (*tables != std::string(kEventsTable) + ";" + kMetaTable) {
    return damaged(connection, "its tables are not those of an event log");
  }
  return {};
}

Result<> check_meta(Connection& connection) {
  const auto created = meta_value(connection, "created");
  const auto version = meta_value(connection, "luthier_version");
  const auto checksum = meta_value(connection, "checksum");
  for (const auto* read : {&created, &version, &checksum}) {
    if (!*read) {
      return explained(read->error());
    }
  }
  if (*checksum != meta_checksum(*created, *version)) {
    return damaged(connection, "its description does not match its checksum");
  }
  return {};
}

}  // namespace

std::filesystem::path database_path(const std::filesystem::path& experiment_directory) {
  return experiment_directory / "experiment.db";
}

Error damaged(const Connection& connection, std::string_view what) {
  std::string message = connection.path();
  message.append(" is damaged: ").append(what).append(kDamageRemedy);
  return {ErrorCode::corruption, message};
}

Error explained(Error error) {
  if (error.code == ErrorCode::corruption) {
    error.message += kDamageRemedy;
  }
  return error;
}

Result<> create_tables(Connection& connection) {
  const std::string created = utc_text(std::chrono::system_clock::now());
  // Nobody else sees the file yet: it gets its name when it is complete.
  const std::string sql = formatted(
      "PRAGMA journal_mode=MEMORY; BEGIN; PRAGMA application_id={}; PRAGMA user_version={};{};{}",
      kApplicationId,
      kFormatVersion,
      kEventsTable,
      kMetaTable);
  if (auto made = connection.execute(sql.c_str()); !made) {
    return made;
  }
  const std::string checksum = meta_checksum(created, LUTHIER_VERSION);
  for (const auto& [name, value] :
       {std::pair<std::string_view, std::string_view>{"created", created},
        {"luthier_version", LUTHIER_VERSION},
        {"checksum", checksum}}) {
    if (auto set = set_meta(connection, name, value); !set) {
      return set;
    }
  }
  return connection.execute("COMMIT");
}

Result<> check_present(const std::filesystem::path& experiment_directory) {
  const auto path = database_path(experiment_directory);
  const auto status = ContainedFiles(experiment_directory).status(path.filename());
  if (status ? status->st_size == 0 && S_ISREG(status->st_mode)
             : errno == ENOENT || errno == ENOTDIR) {
    return failure(ErrorCode::not_found,
                   "there is no experiment in {}: {}{}",
                   experiment_directory.string(),
                   path.filename().string(),
                   status ? " is empty" : " does not exist");
  }
  return status ? check_files_are_plain(path) : system_error("read", path);
}

Result<> check_identity(Connection& connection) {
  for (const auto check : {check_header, check_tables, check_meta}) {
    if (auto checked = check(connection); !checked) {
      return checked;
    }
  }
  return {};
}

Result<> write_closing_mark(Connection& connection, const ChainEnd& end) {
  return set_meta(connection, "closed", mark_text(end));
}

Result<> begin_session(Connection& connection, const ChainEnd& end) {
  if (auto set = set_meta(connection, "reached", mark_text(end)); !set) {
    return set;
  }
  return connection.execute("DELETE FROM meta WHERE name = 'closed'");
}

Result<> check_closing_mark(Connection& connection, const ChainEnd& end) {
  const auto mark = meta_value(connection, "closed");
  if (!mark) {
    return explained(mark.error());
  }
  if (!mark->empty() && *mark != mark_text(end)) {
    return damaged(
        connection,
        formatted("it was closed with another last event than the {} it holds", end.sequence));
  }
  const auto reached = meta_value(connection, "reached");
  if (!reached) {
    return explained(reached.error());
  }
  if (std::strtoll(reached->c_str(), nullptr, 10) > end.sequence) {
    return damaged(
        connection,
        formatted("it ends with event {}, and had more when it was last opened", end.sequence));
  }
  return {};
}

}  // namespace luthier
