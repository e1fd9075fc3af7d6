// SQLite's C interface with owners and Results: just what the event store needs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "luthier/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace luthier {

// A prepared statement; columns and parameters count from 0.
class Statement {
 public:
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, std::string_view text);
  // `bytes` must stay as they are until the statement was stepped.
  void bind_blob(int parameter, std::string_view bytes);
  void bind_number(int parameter, double value);
  void bind_null(int parameter);

  // One step: true when there is a row to read.
  Result<bool> step();
  void reset();
  // For a statement without rows: steps and resets.
  Result<> run();

  std::int64_t integer(int column) const;
  double number(int column) const;
  bool is_null(int column) const;
  // Valid until the next step.
  std::string_view bytes(int column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// SQLite opens no file with a longer path: invalid_argument.
Result<> check_path_length(const std::filesystem::path& file);

class Connection {
 public:
  enum class Access {
    write,      // the one connection that writes and checkpoints
    read,       // beside a living writer: takes shared locks only, changes no file
    read_still  // of files nobody writes: takes no locks, changes and makes no file
  };
  // The file must exist. It and those beside it are checked before SQLite acts on them
  // (database_files.h): corruption.
  static Result<Connection> open(const std::filesystem::path& file, Access access);

  Connection() = default;
  Result<> execute(const char* sql) const;
  Result<Statement> prepare(std::string_view sql) const;
  // The single value of a query, as text; nothing when it has no row.
  Result<std::optional<std::string>> query_text(std::string_view sql) const;

  bool is_open() const { return handle_ != nullptr; }
  std::string path() const;
  // Whether its last call failed because the disk, or what the user may use of it, is full.
  bool lacks_room() const;
  // What a result code of SQLite means, as an error that names the file.
  Error error(int result) const;
  sqlite3* handle() const { return handle_.get(); }
  // Closes; statements must be gone. Leaves WAL and index files as they are.
  void close() { handle_.reset(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace luthier
