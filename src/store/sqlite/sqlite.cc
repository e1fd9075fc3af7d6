#include "store/sqlite/sqlite.h"

#include <sys/resource.h>

#include <cerrno>
#include <system_error>

#include <sqlite3.h>

#include "base/check.h"
#include "base/failure.h"
#include "store/sqlite/database_files.h"

namespace luthier {
namespace {

constexpr int kBusyMilliseconds = 2000;
constexpr int kLargestRow = 64 << 20;

ErrorCode code_of(int result) {
  switch (result & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:  // a table or column that is not there: the file is not what we wrote
    case SQLITE_CONSTRAINT:
      return ErrorCode::corruption;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::unavailable;
    default:
      return ErrorCode::io;
  }
}

// What the system said. SQLite forgets it where it takes a failed write back; a limit on the size
// of files tells it then.
int system_code(sqlite3* handle) {
  const int code = sqlite3_system_errno(handle);
  struct rlimit limit{};
  const bool limited = sqlite3_extended_errcode(handle) == SQLITE_IOERR_WRITE &&
                       ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  return code == 0 && limited ? EFBIG : code;
}

Error sqlite_error(sqlite3* handle, int result, std::string_view path) {
  std::string message(path);
  message.append(": ").append(sqlite3_errmsg(handle));
  if (const int code = system_code(handle); code != 0 && code_of(result) == ErrorCode::io) {
    message.append(" (").append(std::generic_category().message(code)).append(")");
    message += code == EFBIG ? "; raise the limit on the size of files (ulimit -f) and resume" : "";
  }
  if ((result & 0xFF) == SQLITE_FULL) {
    message += "; free some space and resume";
  } else if ((result & 0xFF) == SQLITE_NOTADB) {
    message += ", so not an event log of luthier; name an experiment's directory";
  } else if ((result & 0xFF) == SQLITE_READONLY) {
    message += "; make the directory writable or copy the experiment elsewhere";
  }
  return {code_of(result), message};
}

Error sqlite_error(sqlite3* handle, int result) {
  const char* path = sqlite3_db_filename(handle, "main");
  return sqlite_error(handle, result, path != nullptr ? path : "the event log");
}

// With the links on the way to the experiment followed: those are the user's own.
std::filesystem::path resolved(const std::filesystem::path& file) {
  std::error_code failed;
  const auto directory = std::filesystem::weakly_canonical(file.parent_path(), failed);
  return failed ? std::filesystem::absolute(file) : directory / file.filename();
}

// "file:" with every byte escaped that has a meaning in such a name.
std::string file_uri(const std::filesystem::path& file, std::string_view query) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : resolved(file).string()) {
    if (c == '?' || c == '#' || c == '%') {
      uri += '%';
      uri += kHex[static_cast<unsigned char>(c) >> 4];
      uri += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      uri += c;
    }
  }
  return uri.append("?").append(query);
}

bool has_content(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path, ignored);
  return !ignored && size > 0;
}

}  // namespace

Result<> check_path_length(const std::filesystem::path& file) {
  constexpr std::size_t kLongestSuffix = 8;  // "-journal"
  const sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  const auto most = static_cast<std::size_t>(system->mxPathname) - kLongestSuffix;
  const std::size_t size = resolved(file).string().size();
  return size <= most ? Result<>()
                      : failure(ErrorCode::invalid_argument,
                                "the path of the event log has {} bytes and may have {}; use a "
                                "shorter path with --results: {}",
                                size,
                                most,
                                file.string());
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void Statement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter + 1, value);
}
void Statement::bind(int parameter, std::string_view text) {
  sqlite3_bind_text(statement_.get(),
                    parameter + 1,
                    text.data(),
                    static_cast<int>(text.size()),
                    SQLITE_TRANSIENT);
}
void Statement::bind_blob(int parameter, std::string_view bytes) {
  sqlite3_bind_blob64(statement_.get(), parameter + 1, bytes.data(), bytes.size(), SQLITE_STATIC);
}
void Statement::bind_number(int parameter, double value) {
  sqlite3_bind_double(statement_.get(), parameter + 1, value);
}
void Statement::bind_null(int parameter) {
  sqlite3_bind_null(statement_.get(), parameter + 1);
}

Result<bool> Statement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW || result == SQLITE_DONE) {
    return result == SQLITE_ROW;
  }
  sqlite3* handle = sqlite3_db_handle(statement_.get());
  return sqlite_error(handle, sqlite3_extended_errcode(handle));
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

Result<> Statement::run() {
  const auto stepped = step();
  reset();
  return stepped ? Result<>() : stepped.error();
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
double Statement::number(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}
std::string_view Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Connection::Close::operator()(sqlite3* handle) const {
  LUTHIER_CHECK(sqlite3_close(handle) == SQLITE_OK, "a statement outlives its connection");
}

Result<Connection> Connection::open(const std::filesystem::path& file, Access access) {
  if (const auto short_enough = check_path_length(file); !short_enough) {
    return short_enough.error();
  }
  if (const auto plain = check_files_are_plain(file); !plain) {
    return plain.error();
  }
  if (access != Access::read) {
    if (const auto checked = check_side_files(file); !checked) {
      return checked.error();
    }
  }
  std::string query = "cache=private";
  const char* vfs = nullptr;
  int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW;
  flags |= access == Access::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  if (access == Access::read) {
    query += "&readonly_shm=1";
  } else if (access == Access::read_still) {
    vfs = "unix-none";
    // Without a WAL, a database that was in WAL mode would get one made by being opened.
    query += has_content(file.string() + "-wal") ? "" : "&immutable=1";
  }
  sqlite3* handle = nullptr;
  const int result = sqlite3_open_v2(file_uri(file, query).c_str(), &handle, flags, vfs);
  Connection connection;
  connection.handle_.reset(handle);
  if (handle == nullptr) {
    return failure(ErrorCode::io, "cannot open {}: out of memory", file.string());
  }
  if (result != SQLITE_OK) {
    return sqlite_error(handle, result, file.string());
  }
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kLargestRow);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  // Exclusive mode, set before anything is read, keeps the index of the WAL in memory instead of in
  // a file beside it.
  const char* settings = access == Access::read_still
                             ? "PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-1024"
                             : "PRAGMA cache_size=-1024";
  if (const auto set = connection.execute(settings); !set) {
    return set.error();
  }
  return connection;
}

std::string Connection::path() const {
  const char* path = sqlite3_db_filename(handle(), "main");
  return path != nullptr ? path : "the event log";
}

bool Connection::lacks_room() const {
  const int result = sqlite3_extended_errcode(handle());
  const int number = sqlite3_system_errno(handle());
  const bool refused = result == SQLITE_IOERR_WRITE || result == SQLITE_IOERR_SHMSIZE;
  return (result & 0xFF) == SQLITE_FULL || (refused && (number == ENOSPC || number == EDQUOT));
}

Error Connection::error(int result) const {
  return sqlite_error(handle(), result);
}

Result<> Connection::execute(const char* sql) const {
  const int result = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? Result<>() : sqlite_error(handle(), result);
}

Result<Statement> Connection::prepare(std::string_view sql) const {
  Statement statement;
  sqlite3_stmt* prepared = nullptr;
  const int result = sqlite3_prepare_v3(handle(),
                                        sql.data(),
                                        static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT,
                                        &prepared,
                                        nullptr);
  statement.statement_.reset(prepared);
  if (result != SQLITE_OK) {
    return sqlite_error(handle(), result);
  }
  return statement;
}

Result<std::optional<std::string>> Connection::query_text(std::string_view sql) const {
  auto statement = prepare(sql);
  if (!statement) {
    return statement.error();
  }
  const auto row = statement->step();
  if (!row) {
    return row.error();
  }
  if (!*row) {
    return std::optional<std::string>();
  }
  std::string text(statement->bytes(0));
  // A statement that changes the file commits when it is done, after its row: to the end, so that a
  // commit that fails is told.
  if (const auto done = statement->step(); !done) {
    return done.error();
  }
  return std::optional(std::move(text));
}

}  // namespace luthier
