#include "store/sqlite/trial_index.h"

#include <fcntl.h>

#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "base/contained_files.h"
#include "base/crc32c.h"
#include "base/format.h"
#include "core/log/field_codec.h"
#include "store/files.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "experiment.index";
constexpr const char* kUnfinished = "experiment.index.new";
constexpr std::int64_t kIndexId = 0x4C757469;  // "Luti"
constexpr std::int64_t kIndexVersion = 2;
constexpr std::int64_t kCommitted = 10;  // the tag of checkpoint_committed

constexpr std::string_view kLogTable =
    "CREATE TABLE log(sequence INTEGER NOT NULL, chain INTEGER NOT NULL, trials INTEGER NOT NULL, "
    "checksum INTEGER NOT NULL) STRICT";
constexpr std::string_view kCheckpointsTable =
    "CREATE TABLE checkpoints(checkpoint INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, checksum "
    "INTEGER NOT NULL) STRICT";
constexpr std::string_view kTrialsTable =
    "CREATE TABLE trials(trial INTEGER PRIMARY KEY, state INTEGER NOT NULL, loss REAL NOT NULL, "
    "iteration INTEGER NOT NULL, attempts INTEGER NOT NULL, exit_status INTEGER NOT NULL, wall_s "
    "REAL NOT NULL, cpu_s REAL NOT NULL, max_rss_bytes INTEGER NOT NULL, known INTEGER NOT NULL, "
    "proposed_by TEXT NOT NULL, reason TEXT NOT NULL, config BLOB NOT NULL, last BLOB NOT NULL, "
    "best BLOB NOT NULL, best_config BLOB NOT NULL, unmet TEXT NOT NULL, same INTEGER NOT NULL, "
    "events BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT";
// `same`: what is not stored a second time.
constexpr std::int64_t kBestIsLast = 1;
constexpr std::int64_t kBestConfigIsConfig = 2;

std::string schema() {
  std::string sql(kCheckpointsTable);
  return sql.append(";").append(kLogTable).append(";").append(kTrialsTable);
}

// The checksum of a row: of what it belongs to, then of each column.
class Checksum {
 public:
  explicit Checksum(const ChainEnd& end) {
    add(end.sequence);
    add(std::int64_t{end.chain});
  }
  void add(std::int64_t value) { add_bytes(&value, sizeof value); }
  void add(double value) { add_bytes(&value, sizeof value); }
  void add(std::string_view bytes) {
    add(static_cast<std::int64_t>(bytes.size()));
    value_ = crc32c(value_, bytes);
  }
  std::int64_t value() const { return value_; }

 private:
  void add_bytes(const void* value, std::size_t size) {
    std::array<char, 8> bytes;
    std::memcpy(bytes.data(), value, size);
    value_ = crc32c(value_, {bytes.data(), size});
  }
  std::uint32_t value_ = 0;
};

std::int64_t place_checksum(const ChainEnd& end, std::int64_t name, Sequence sequence) {
  Checksum checksum(end);
  checksum.add(name);
  checksum.add(sequence);
  return checksum.value();
}

// Binds the fields of a row to the columns of a statement.
class ColumnWriter {
 public:
  ColumnWriter(Statement& statement, const ChainEnd& end) : statement_(statement), sum_(end) {}

  template <class T>
  void operator()(std::string_view /*name*/, const T& value) {
    put(value);
  }
  void put(std::int64_t value) {
    statement_.bind(next_++, value);
    sum_.add(value);
  }
  void put(bool value) { put(std::int64_t{value}); }
  void put(TrialId id) { put(id.value); }
  void put(TrialState state) { put(static_cast<std::int64_t>(state)); }
  void put(double value) {
    statement_.bind_number(next_++, value);
    sum_.add(value);
  }
  void put(const std::string& text) {
    statement_.bind(next_++, text);
    sum_.add(text);
  }
  void put(const NamedValues& values) {
    std::string& bytes = blobs_[used_++ % blobs_.size()];
    bytes.clear();
    encode_values(values, bytes);
    put_blob(bytes);
  }
  // `bytes` must stay as they are until the statement was stepped.
  void put_blob(std::string_view bytes) {
    statement_.bind_blob(next_++, bytes);
    sum_.add(bytes);
  }
  void put_checksum() { statement_.bind(next_++, sum_.value()); }
  void start(const ChainEnd& end) {
    next_ = 0;
    used_ = 0;
    sum_ = Checksum(end);
  }

 private:
  Statement& statement_;
  Checksum sum_;
  int next_ = 0;
  std::size_t used_ = 0;
  std::array<std::string, 4> blobs_;  // reused from row to row
};

// The other way round.
class ColumnReader {
 public:
  ColumnReader(const Statement& statement, const ChainEnd& end)
      : statement_(statement), sum_(end) {}

  template <class T>
  void operator()(std::string_view /*name*/, T& value) {
    get(value);
  }
  void get(std::int64_t& value) {
    value = statement_.integer(next_++);
    sum_.add(value);
  }
  void get(bool& value) {
    std::int64_t stored = 0;
    get(stored);
    value = stored == 1;
  }
  void get(TrialId& id) { get(id.value); }
  void get(TrialState& state) {
    std::int64_t stored = 0;
    get(stored);
    good_ = good_ && stored >= 0 && stored < kEnumerators<TrialState>;
    state = good_ ? static_cast<TrialState>(stored) : TrialState::pending;
  }
  void get(double& value) {
    value = statement_.number(next_++);
    sum_.add(value);
  }
  void get(std::string& text) { text = get_bytes(); }
  void get(NamedValues& values) {
    FieldDecoder decoder(get_bytes());
    decoder("", values);
    good_ = good_ && decoder.good() && !decoder.newer();
  }
  std::string_view get_bytes() {
    const std::string_view bytes = statement_.bytes(next_++);
    sum_.add(bytes);
    return bytes;
  }
  // Whether the checksum, which is the next column, is right, and so was every value.
  bool ends_right() const { return good_ && statement_.integer(next_) == sum_.value(); }

 private:
  const Statement& statement_;
  Checksum sum_;
  int next_ = 0;
  bool good_ = true;
};

// Which events are about each trial: differences of their sequences, seven bits a byte.
class EventPlaces {
 public:
  explicit EventPlaces(std::int64_t trials) : places_(static_cast<std::size_t>(trials)) {}

  void add(std::int64_t trial, Sequence sequence) {
    if (trial < 0 || static_cast<std::size_t>(trial) >= places_.size()) {
      return;  // the column is a stranger's: nothing but the event itself was checked
    }
    Place& place = places_[static_cast<std::size_t>(trial)];
    auto step = static_cast<std::uint64_t>(sequence - place.last);
    for (; step >= 0x80; step >>= 7) {
      place.bytes += static_cast<char>(step | 0x80);
    }
    place.bytes += static_cast<char>(step);
    place.last = sequence;
  }
  std::string_view of(TrialId trial) const {
    return places_[static_cast<std::size_t>(trial.value)].bytes;
  }

 private:
  struct Place {
    Sequence last = 0;
    std::string bytes;
  };
  std::vector<Place> places_;
};

// Nothing: not what EventPlaces wrote for a log of `most` events.
std::optional<std::vector<Sequence>> sequences_of(std::string_view bytes, Sequence most) {
  std::vector<Sequence> sequences;
  Sequence at = 0;
  std::uint64_t step = 0;
  int shift = 0;
  for (const char c : bytes) {
    step |= std::uint64_t{static_cast<unsigned char>(c) & 0x7FU} << shift;
    shift += 7;
    if ((static_cast<unsigned char>(c) & 0x80U) != 0) {
      if (shift > 56) {
        return std::nullopt;
      }
      continue;
    }
    if (step == 0 || step > static_cast<std::uint64_t>(most - at)) {
      return std::nullopt;
    }
    at += static_cast<Sequence>(step);
    sequences.push_back(at);
    step = 0;
    shift = 0;
  }
  return shift == 0 ? std::optional(std::move(sequences)) : std::nullopt;
}

// One look at the log: where the events of trials are, and the checkpoints.
Result<> look_through(Connection& events,
                      const ChainEnd& end,
                      EventPlaces& places,
                      Statement& add_checkpoint) {
  auto rows =
      events.prepare("SELECT sequence, trial, kind FROM events WHERE trial >= 0 ORDER BY sequence");
  if (!rows) {
    return rows.error();
  }
  std::int64_t checkpoints = 0;  // they are numbered from 1 on
  while (true) {
    const auto row = rows->step();
    if (!row || !*row) {
      return row ? Result<>() : row.error();
    }
    const Sequence sequence = rows->integer(0);
    places.add(rows->integer(1), sequence);
    if (rows->integer(2) == kCommitted) {
      add_checkpoint.bind(0, ++checkpoints);
      add_checkpoint.bind(1, sequence);
      add_checkpoint.bind(2, place_checksum(end, checkpoints, sequence));
      if (auto added = add_checkpoint.run(); !added) {
        return added;
      }
    }
  }
}

Result<> add_rows(Connection& index,
                  const ChainEnd& end,
                  const EventPlaces& places,
                  const TrialRows& trials) {
  auto insert = index.prepare(
      "INSERT INTO trials VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert) {
    return insert.error();
  }
  Result<> added;
  ColumnWriter writer(*insert, end);
  for (TrialId trial; added && trial.value < trials.count; ++trial.value) {
    TrialRow row = trials.row(trial);
    const std::int64_t same = (row.best == row.last ? kBestIsLast : 0) |
                              (row.best_config == row.config ? kBestConfigIsConfig : 0);
    row.best = (same & kBestIsLast) != 0 ? Metrics() : std::move(row.best);
    row.best_config = (same & kBestConfigIsConfig) != 0 ? Config() : std::move(row.best_config);
    writer.start(end);
    describe_row(writer, row);
    writer.put(same);
    writer.put_blob(places.of(trial));
    writer.put_checksum();
    added = insert->run();
  }
  return added;
}

Result<> finish(Connection& index, const ChainEnd& end, std::int64_t trials) {
  auto insert = index.prepare("INSERT INTO log VALUES(?, ?, ?, ?)");
  if (!insert) {
    return insert.error();
  }
  insert->bind(0, end.sequence);
  insert->bind(1, std::int64_t{end.chain});
  insert->bind(2, trials);
  insert->bind(3, place_checksum(end, trials, end.sequence));
  if (auto added = insert->run(); !added) {
    return added;
  }
  return index.execute("COMMIT");
}

// Nobody sees the file before it is complete, and nobody trusts what a power loss leaves of it.
Result<> fill(const fs::path& file,
              Connection& events,
              const ChainEnd& end,
              const TrialRows& trials) {
  auto index = Connection::open(file, Connection::Access::write);
  if (!index) {
    return index.error();
  }
  std::string begin = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; BEGIN; ";
  begin.append("PRAGMA application_id=").append(std::to_string(kIndexId));
  begin.append("; PRAGMA user_version=").append(std::to_string(kIndexVersion));
  begin.append("; ").append(schema());
  if (auto begun = index->execute(begin.c_str()); !begun) {
    return begun;
  }
  EventPlaces places(trials.count);
  {
    auto add = index->prepare("INSERT INTO checkpoints VALUES(?, ?, ?)");
    auto looked = add ? look_through(events, end, places, *add) : add.error();
    if (!looked) {
      return looked;
    }
  }
  const auto added = add_rows(*index, end, places, trials);
  return added ? finish(*index, end, trials.count) : added;
}

}  // namespace

Result<> write_trial_index(const fs::path& experiment_directory,
                           Connection& events,
                           const ChainEnd& end,
                           const TrialRows& trials) {
  const ContainedFiles files(experiment_directory);
  files.remove(kUnfinished);
  if (!files.open(kUnfinished, O_RDWR | O_CREAT | O_EXCL)) {
    return system_error("create", files.path(kUnfinished));
  }
  auto made = fill(files.path(kUnfinished), events, end, trials);
  if (made && !files.rename(kUnfinished, kName)) {
    made = system_error("name", files.path(kName));
  }
  if (!made) {
    files.remove(kUnfinished);
  }
  return made;
}

std::optional<TrialIndex> TrialIndex::open(const fs::path& experiment_directory,
                                           const ChainEnd& end) {
  const ContainedFiles files(experiment_directory);
  if (!files.status(kName)) {
    return std::nullopt;
  }
  auto connection = Connection::open(files.path(kName), Connection::Access::read_still);
  if (!connection || !connection->execute("BEGIN")) {
    return std::nullopt;
  }
  const auto tables = connection->query_text(
      "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)");
  const auto version = connection->query_text("PRAGMA user_version");
  const bool known =
      tables && version && *tables == schema() && *version == std::to_string(kIndexVersion);
  auto log = known ? connection->prepare("SELECT sequence, chain, trials, checksum FROM log")
                   : Result<Statement>(Error{});
  const auto row = log ? log->step() : log.error();
  if (!row || !*row) {
    return std::nullopt;
  }
  const std::int64_t trials = log->integer(2);
  if (log->integer(0) != end.sequence || log->integer(1) != std::int64_t{end.chain} || trials < 0 ||
      log->integer(3) != place_checksum(end, trials, end.sequence)) {
    return std::nullopt;
  }
  log = Statement();
  return TrialIndex(*std::move(connection), end, trials);
}

Error TrialIndex::damaged_at(TrialId trial) const {
  return {
      ErrorCode::corruption,
      formatted("{}: trial {} does not match its checksum", connection_.path(), to_text(trial))};
}

Result<> TrialIndex::each(TrialId first, const std::function<bool(const TrialRow&)>& take) {
  auto rows = connection_.prepare("SELECT * FROM trials WHERE trial >= ? ORDER BY trial");
  if (!rows) {
    return rows.error();
  }
  rows->bind(0, first.value);
  for (TrialId trial = first; trial.value < trials_; ++trial.value) {
    const auto stepped = rows->step();
    if (!stepped) {
      return stepped.error();
    }
    if (!*stepped) {
      return damaged_at(trial);
    }
    TrialRow row;
    ColumnReader reader(*rows, end_);
    describe_row(reader, row);
    std::int64_t same = 0;
    reader.get(same);
    reader.get_bytes();
    if (!reader.ends_right() || row.trial != trial) {
      return damaged_at(trial);
    }
    if ((same & kBestIsLast) != 0) {
      row.best = row.last;
    }
    if ((same & kBestConfigIsConfig) != 0) {
      row.best_config = row.config;
    }
    if (!take(row)) {
      return {};
    }
  }
  return {};
}

Result<TrialRow> TrialIndex::row(TrialId trial) {
  std::optional<TrialRow> found;
  const auto read = each(trial, [&](const TrialRow& row) {
    found = row;
    return false;
  });
  return !read ? read.error() : found ? Result<TrialRow>(*std::move(found)) : damaged_at(trial);
}

Result<std::vector<Sequence>> TrialIndex::events(TrialId trial) {
  auto rows = connection_.prepare("SELECT * FROM trials WHERE trial = ?");
  if (!rows) {
    return rows.error();
  }
  rows->bind(0, trial.value);
  const auto stepped = rows->step();
  if (!stepped || !*stepped) {
    return stepped ? damaged_at(trial) : stepped.error();
  }
  TrialRow row;
  ColumnReader reader(*rows, end_);
  describe_row(reader, row);
  std::int64_t same = 0;
  reader.get(same);
  auto sequences = sequences_of(reader.get_bytes(), end_.sequence);
  return sequences && reader.ends_right() ? Result<std::vector<Sequence>>(*std::move(sequences))
                                          : damaged_at(trial);
}

Result<Sequence> TrialIndex::event_of(CheckpointId checkpoint) {
  auto rows =
      connection_.prepare("SELECT sequence, checksum FROM checkpoints WHERE checkpoint = ?");
  if (!rows) {
    return rows.error();
  }
  rows->bind(0, checkpoint.value);
  const auto stepped = rows->step();
  if (!stepped) {
    return stepped.error();
  }
  const Sequence sequence = *stepped ? rows->integer(0) : 0;
  return *stepped && rows->integer(1) == place_checksum(end_, checkpoint.value, sequence)
             ? Result<Sequence>(sequence)
             : Error{ErrorCode::corruption, connection_.path() + ": a checkpoint is missing"};
}

}  // namespace luthier
