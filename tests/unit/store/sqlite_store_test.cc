// The event log on disk: what is appended comes back, one writer at a time, and what is refused is
// refused with the right code and changes nothing.
#include "store/sqlite/sqlite_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "store/sqlite/event_reader.h"
#include "store/sqlite/event_tables.h"
#include "support/child_process.h"
#include "support/directory_content.h"
#include "support/random_events.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

std::vector<Event> random_events(std::uint64_t seed, Sequence count) {
  Rng rng(seed, "store events");
  std::vector<Event> events;
  for (Sequence s = 1; s <= count; ++s) {
    events.push_back(random_event(rng, s));
  }
  return events;
}

template <class Source>
std::vector<std::string> read_all(Source& source, Sequence first = 1) {
  std::vector<std::string> lines;
  const auto read = source.read_from(first, [&](const Event& event) {
    lines.push_back(to_json(event));
    return true;
  });
  EXPECT_TRUE(read.ok()) << read.error().message;
  return lines;
}

std::vector<std::string> lines_of(std::span<const Event> events) {
  std::vector<std::string> lines;
  for (const auto& event : events) {
    lines.push_back(to_json(event));
  }
  return lines;
}

std::unique_ptr<EventStore> opened(const fs::path& directory, StoreOptions options = {}) {
  auto store = open_for_writing(directory, options);
  EXPECT_TRUE(store.ok()) << store.error().message;
  return store ? std::move(*store) : nullptr;
}

class SqliteStore : public testing::TestWithParam<bool> {
 protected:
  TemporaryDirectory temporary_;
  fs::path directory_ = temporary_.path() / "experiment ?#%41 \xC3\xA4";
};

TEST_P(SqliteStore, GivesBackWhatWasAppendedNowAndAfterClosing) {
  const auto events = random_events(1, 300);
  const std::span<const Event> all(events);
  {
    const auto store = opened(directory_, {.full_durability = GetParam(), .create = true});
    EXPECT_EQ(store->last_sequence(), 0);
    ASSERT_TRUE(store->append(all.first(1)).ok());
    ASSERT_TRUE(store->append(all.subspan(1, 199)).ok());
    EXPECT_EQ(store->last_sequence(), 200);
    EXPECT_EQ(read_all(*store, 150), lines_of(all.subspan(149, 51)));
    EXPECT_EQ(read_all(*store, 201).size(), 0U);
    ASSERT_TRUE(store->close().ok());
  }
  EXPECT_THAT(content_of(directory_), UnorderedElementsAre(testing::Key("experiment.db")));
  const auto store = opened(directory_, {.full_durability = GetParam()});
  EXPECT_EQ(store->last_sequence(), 200);
  ASSERT_TRUE(store->append(all.subspan(200)).ok());
  EXPECT_EQ(read_all(*store), lines_of(all));
  ASSERT_TRUE(store->close().ok());
  const auto reader = open_for_reading(directory_);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(read_all(**reader), lines_of(all));
  EXPECT_EQ(*(*reader)->last_sequence(), 300);
}

INSTANTIATE_TEST_SUITE_P(Durability, SqliteStore, testing::Bool(), [](const auto& info) {
  return info.param ? "full" : "fast";
});

TEST_F(SqliteStore, WhatAProcessLeavesBehindWhenItDiesIsAllThere) {
  const auto events = random_events(2, 50);
  opened(directory_, {.create = true})->append(events).ok();  // destroyed without close()
  EXPECT_TRUE(fs::exists(directory_ / "experiment.db-wal"));

  const auto before = content_of(directory_);
  const auto reader = open_for_reading(directory_);
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  EXPECT_EQ(read_all(**reader), lines_of(events));
  EXPECT_EQ(content_of(directory_), before) << "a reader changed something";

  const auto store = opened(directory_);
  EXPECT_EQ(read_all(*store), lines_of(events));
  ASSERT_TRUE(store->close().ok());
  EXPECT_THAT(content_of(directory_), UnorderedElementsAre(testing::Key("experiment.db")));
}

TEST_F(SqliteStore, AReaderNeedsNoIndexFileAndMakesNone) {
  const auto events = random_events(3, 50);
  opened(directory_, {.create = true})->append(events).ok();
  fs::remove(directory_ / "experiment.db-shm");
  const auto before = content_of(directory_);
  const auto reader = open_for_reading(directory_);
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  EXPECT_EQ(read_all(**reader), lines_of(events));
  EXPECT_EQ(content_of(directory_), before);
  // Without its WAL the log ends earlier, but is still one.
  fs::remove(directory_ / "experiment.db-wal");
  EXPECT_EQ(read_all(**reader).size(), 0U);
  EXPECT_THAT(content_of(directory_), UnorderedElementsAre(testing::Key("experiment.db")));
}

TEST_F(SqliteStore, FilesArePrivateWhateverTheUmask) {
  for (const mode_t mask : {0000, 0777}) {
    const fs::path directory = directory_ / std::to_string(mask) / "nested";
    const mode_t old = ::umask(mask);
    const auto store = opened(directory, {.create = true});
    const Event event{1, 0, Note{"x"}};
    EXPECT_TRUE(store->append({&event, 1}).ok());
    ::umask(old);
    for (const char* name :
         {"experiment.db", "experiment.db-wal", "experiment.db-shm", "experiment.lock"}) {
      struct stat status = {};
      ASSERT_EQ(::stat((directory / name).c_str(), &status), 0) << name;
      EXPECT_EQ(status.st_mode & 0777, 0600U) << name;
    }
    struct stat status = {};
    ASSERT_EQ(::stat(directory.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700U);
    ASSERT_TRUE(store->close().ok());
  }
}

TEST_F(SqliteStore, CreatingAndOpeningAreToldApart) {
  EXPECT_EQ(open_for_writing(directory_, {}).error().code, ErrorCode::not_found);
  EXPECT_EQ(open_for_reading(directory_).error().code, ErrorCode::not_found);
  EXPECT_FALSE(fs::exists(directory_));
  ASSERT_TRUE(opened(directory_, {.create = true})->close().ok());
  // Nothing was logged, so the place is free.
  auto store = opened(directory_, {.create = true});
  const Event event{1, 0, Note{"x"}};
  ASSERT_TRUE(store->append({&event, 1}).ok());
  ASSERT_TRUE(store->close().ok());
  store.reset();
  EXPECT_EQ(open_for_writing(directory_, {.create = true}).error().code, ErrorCode::already_exists);
  std::ofstream(directory_ / "experiment.db", std::ios::trunc).close();
  EXPECT_EQ(open_for_writing(directory_, {}).error().code, ErrorCode::not_found);
  EXPECT_EQ(open_for_reading(directory_).error().code, ErrorCode::not_found);
}

TEST_F(SqliteStore, ASecondWriterIsRefusedByNameAndTheFirstIsNotDisturbed) {
  ChildProcess child([&](int out) {
    const auto store = open_for_writing(directory_, {.create = true});
    print_line(out, store.ok() ? "open" : store.error().message);
    ::pause();
    return 0;
  });
  ASSERT_EQ(child.read_line(), "open");
  const auto start = std::chrono::steady_clock::now();
  const auto refused = open_for_writing(directory_, {});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message,
              HasSubstr("process " + std::to_string(child.pid()) + " on "));
  EXPECT_THAT(refused.error().message, HasSubstr(" since 20"));

  child.kill();
  child.wait();
  EXPECT_TRUE(fs::exists(directory_ / "experiment.lock"));
  const auto store = opened(directory_);
  ASSERT_TRUE(store);
  EXPECT_EQ(open_for_writing(directory_, {}).error().code, ErrorCode::unavailable)
      << "within one process too";
  ASSERT_TRUE(store->close().ok());
}

TEST_F(SqliteStore, AReaderFollowsALiveWriter) {
  const auto events = random_events(4, 400);
  const std::span<const Event> all(events);
  const auto store = opened(directory_, {.create = true});
  const auto reader = open_for_reading(directory_);
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  for (std::size_t done = 0; done < events.size(); done += 40) {
    ASSERT_TRUE(store->append(all.subspan(done, 40)).ok());
    ASSERT_EQ(*(*reader)->last_sequence(), static_cast<Sequence>(done) + 40);
    ASSERT_EQ(read_all(**reader, static_cast<Sequence>(done) + 1), lines_of(all.subspan(done, 40)));
  }
  ASSERT_TRUE(store->close().ok());
  EXPECT_EQ(read_all(**reader), lines_of(all));
  EXPECT_THAT(content_of(directory_), UnorderedElementsAre(testing::Key("experiment.db")));
}

TEST_F(SqliteStore, ReadersInOtherProcessesNeverSeeAHalfStep) {
  // Batches of five: a reader must see a multiple of five at any moment, while the writer closes
  // and opens again and again.
  ASSERT_TRUE(opened(directory_, {.create = true})->close().ok());
  ChildProcess readers([&](int out) {
    const auto reader = open_for_reading(directory_);
    Sequence last = 0;
    int reads = 0;
    while (reader.ok() && last < 1000) {
      Sequence seen = 0;
      const auto read = (*reader)->read_from(1, [&](const Event& event) {
        seen = event.sequence;
        return true;
      });
      if (!read || seen % 5 != 0 || seen < last) {
        print_line(out, read ? "saw " + std::to_string(seen) : read.error().message);
        return 1;
      }
      last = seen;
      if (++reads == 1) {
        print_line(out, "reading");
      }
    }
    print_line(out, reader.ok() && reads > 1 ? "fine" : "never read");
    return 0;
  });
  ASSERT_EQ(readers.read_line(), "reading");  // however busy the machine, they overlap
  Rng rng(5, "half step");
  for (Sequence next = 1; next < 1000;) {
    const auto store = opened(directory_);
    ASSERT_TRUE(store);
    for (int batch = 0; batch < 20; ++batch) {
      std::vector<Event> events;
      for (int i = 0; i < 5; ++i) {
        events.push_back(random_event(rng, next++));
      }
      ASSERT_TRUE(store->append(events).ok());
    }
    if (rng.below(2) == 0) {
      const auto closed = store->close();
      ASSERT_TRUE(closed.ok()) << closed.error().message;
    }
  }
  EXPECT_EQ(readers.read_line(), "fine");
  EXPECT_EQ(readers.wait(), 0);
}

TEST_F(SqliteStore, EveryAcknowledgedAppendSurvivesSigkill) {
  std::filesystem::create_directories(directory_);
  ASSERT_TRUE(opened(directory_, {.create = true})->close().ok());
  Rng rng(6, "kill");
  Sequence acknowledged = 0;
  for (int round = 0; round < 12; ++round) {
    ChildProcess child([&](int out) {
      auto store = open_for_writing(directory_, {});
      if (!store) {
        print_line(out, store.error().message);
        return 1;
      }
      Rng content(static_cast<std::uint64_t>(round), "kill content");
      while (true) {
        std::vector<Event> events;
        for (std::uint64_t i = 1 + content.below(8); i > 0; --i) {
          events.push_back(random_event(
              content, (*store)->last_sequence() + static_cast<Sequence>(events.size()) + 1));
        }
        if (!(*store)->append(events)) {
          return 2;
        }
        print_line(out, std::to_string((*store)->last_sequence()));
      }
    });
    const std::string first = child.read_line();
    ASSERT_TRUE(!first.empty() && std::isdigit(first[0])) << first;
    ::usleep(static_cast<useconds_t>(rng.below(8000)));
    child.kill();
    const std::string rest = first + "\n" + child.read_all();
    const std::string whole = rest.substr(0, rest.rfind('\n'));
    acknowledged = std::stoll(whole.substr(whole.rfind('\n') + 1));
    EXPECT_EQ(child.wait(), 128 + 9);
    const auto reader = open_for_reading(directory_);
    ASSERT_TRUE(reader.ok()) << reader.error().message;
    ASSERT_GE(*(*reader)->last_sequence(), acknowledged);
    ASSERT_EQ(static_cast<Sequence>(read_all(**reader).size()), *(*reader)->last_sequence());
  }
  const auto store = opened(directory_);
  EXPECT_GE(store->last_sequence(), acknowledged);
  ASSERT_TRUE(store->close().ok());
}

// Changes something inside a closed log behind the store's back.
void alter(const fs::path& directory, const char* sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open((directory / "experiment.db").c_str(), &handle), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

struct Alteration {
  const char* sql;
  ErrorCode code;
  const char* words;
};

TEST_F(SqliteStore, WhatWasAlteredIsRefusedAndLeftAsItIs) {
  const std::vector<Alteration> alterations = {
      {"UPDATE events SET payload = X'140179' WHERE sequence = 20",
       ErrorCode::corruption,
       "event 20 does not match"},
      {"UPDATE events SET time = time + 1 WHERE sequence = 7",
       ErrorCode::corruption,
       "event 7 does not match"},
      {"UPDATE events SET trial = 99 WHERE sequence = 8",
       ErrorCode::corruption,
       "event 8 does not match"},
      {"DELETE FROM events WHERE sequence = 12", ErrorCode::corruption, "event 12 is missing"},
      {"DELETE FROM events WHERE sequence > 25",
       ErrorCode::corruption,
       "closed with another last event"},
      {"DELETE FROM events", ErrorCode::corruption, "closed with another last event"},
      {"UPDATE meta SET value = 'x' WHERE name = 'created'", ErrorCode::corruption, "description"},
      {"CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END",
       ErrorCode::corruption,
       "tables"},
      {"ALTER TABLE events RENAME TO e; CREATE VIEW events AS SELECT * FROM e",
       ErrorCode::corruption,
       "tables"},
      {"PRAGMA user_version = 2", ErrorCode::io, "written by a newer version"},
      {"PRAGMA application_id = 5", ErrorCode::io, "not an event log"},
  };
  const auto events = random_events(7, 30);
  for (const auto& [sql, code, words] : alterations) {
    fs::remove_all(directory_);
    const auto store = opened(directory_, {.create = true});
    ASSERT_TRUE(store->append(events).ok());
    ASSERT_TRUE(store->close().ok());
    alter(directory_, sql);
    const auto before = content_of(directory_);
    const auto refused = open_for_writing(directory_, {});
    ASSERT_FALSE(refused.ok()) << sql;
    EXPECT_EQ(refused.error().code, code) << sql << ": " << refused.error().message;
    EXPECT_THAT(refused.error().message, HasSubstr(words)) << sql;
    auto reader = open_for_reading(directory_);
    const auto read = reader ? (*reader)->read_from(1, [](const Event&) { return true; })
                             : Result<>(reader.error());
    ASSERT_FALSE(read.ok()) << sql;
    EXPECT_EQ(read.error().code, code) << sql << ": " << read.error().message;
    EXPECT_EQ(content_of(directory_), before) << sql;
  }
}

TEST_F(SqliteStore, WhatIsNoLogIsNotOpened) {
  fs::create_directories(directory_);
  std::ofstream(directory_ / "experiment.db") << std::string(5000, 'x');
  const auto before = content_of(directory_);
  const auto refused = open_for_writing(directory_, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::io);
  EXPECT_THAT(refused.error().message, HasSubstr("not an event log"));
  EXPECT_EQ(open_for_reading(directory_).error().code, ErrorCode::io);
  EXPECT_EQ(content_of(directory_), before);
}

TEST_F(SqliteStore, AReadOnlyDirectoryIsReadButNotWritten) {
  const auto events = random_events(8, 30);
  fs::permissions(temporary_.path(), fs::perms::all);
  {
    const auto store = opened(directory_, {.create = true});
    ASSERT_TRUE(store->append(events).ok());
    ASSERT_TRUE(store->close().ok());
  }
  fs::permissions(directory_, static_cast<fs::perms>(0555));
  fs::permissions(directory_ / "experiment.db", static_cast<fs::perms>(0444));
  ChildProcess child([&](int out) {
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) {
      return 1;
    }
    const auto refused = open_for_writing(directory_, {});
    const auto reader = open_for_reading(directory_);
    print_line(out,
               refused.ok() ? "opened" : std::to_string(static_cast<int>(refused.error().code)));
    print_line(out,
               reader.ok() ? std::to_string(read_all(**reader).size()) : reader.error().message);
    const auto created = open_for_writing(directory_ / "new", {.create = true});
    print_line(out, created.ok() ? "created" : created.error().message);
    return 0;
  });
  EXPECT_EQ(child.read_line(), std::to_string(static_cast<int>(ErrorCode::io)));
  EXPECT_EQ(child.read_line(), "30");
  EXPECT_THAT(child.read_line(), HasSubstr("make it writable"));
  fs::permissions(directory_, fs::perms::owner_all);
}

}  // namespace
}  // namespace luthier
