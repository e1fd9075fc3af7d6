// The rollback journal and the write-ahead log are taken only as our own writer leaves them.
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/sqlite/event_reader.h"
#include "store/sqlite/sqlite.h"
#include "store/sqlite/sqlite_store.h"
#include "support/child_process.h"
#include "support/directory_content.h"
#include "support/faulty_disk.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SideFiles : public testing::Test {
 protected:
  Result<> write(Sequence count, bool create) {
    auto store = open_for_writing(directory_, {.create = create});
    if (!store) {
      return store.error();
    }
    for (Sequence i = 0; i < count; ++i) {
      const Event event{(*store)->last_sequence() + 1, 0, Note{std::string(300, 'n')}};
      if (auto appended = (*store)->append({&event, 1}); !appended) {
        return appended;
      }
    }
    return (*store)->close();
  }

  Result<Sequence> count() const {
    auto reader = open_for_reading(directory_);
    return reader ? (*reader)->last_sequence() : reader.error();
  }

  static std::string number(std::uint32_t value) {
    return {static_cast<char>(value >> 24),
            static_cast<char>(value >> 16),
            static_cast<char>(value >> 8),
            static_cast<char>(value)};
  }

  // What SQLite leaves when it is killed in a transaction that writes these pages.
  static std::string journal(const std::vector<std::pair<std::uint32_t, std::string>>& pages,
                             std::size_t database_bytes) {
    std::string out = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" +
                      number(static_cast<std::uint32_t>(pages.size())) + number(0) +
                      number(static_cast<std::uint32_t>(database_bytes / 4096)) + number(512) +
                      number(4096);
    out.resize(512, '\0');
    for (const auto& [page, content] : pages) {
      std::uint32_t sum = 0;
      for (std::size_t i = content.size() - 200; i > 0 && i < content.size(); i -= 200) {
        sum += static_cast<unsigned char>(content[i]);
      }
      out += number(page) + content + number(sum);
    }
    return out;
  }

  TemporaryDirectory temporary_;
  fs::path directory_ = temporary_.path() / "experiment";
  fs::path database_ = directory_ / "experiment.db";
  fs::path journal_ = directory_ / "experiment.db-journal";
};

// From the first call of opening to the last of closing, both changes of journal mode among them.
TEST_F(SideFiles, AKillAtAnyCallRecovers) {
  ASSERT_TRUE(write(40, true).ok());
  int journals = 0;
  int deaths = 0;
  for (std::int64_t at = 1;; ++at) {
    ChildProcess child([&](int) {
      FaultyDisk disk;
      disk.kill_at(at);
      return write(2, false).ok() ? 0 : 1;
    });
    const int status = child.wait();
    if (status == 0) {
      break;
    }
    ASSERT_EQ(status, 128 + 9) << at;
    ++deaths;
    journals += fs::exists(journal_) && fs::file_size(journal_) > 0 ? 1 : 0;
    const auto there = count();
    ASSERT_TRUE(there.ok()) << "call " << at << ": " << there.error().message;
    const auto gone_on = write(1, false);
    ASSERT_TRUE(gone_on.ok()) << "call " << at << ": " << gone_on.error().message;
    ASSERT_EQ(*count(), *there + 1) << at;
    EXPECT_FALSE(fs::exists(journal_));
  }
  EXPECT_GT(deaths, 10);
  EXPECT_GT(journals, 2) << "no kill fell into a change of journal mode";
}

TEST_F(SideFiles, AJournalThatNamesASuperJournalIsNotOurs) {
  ASSERT_TRUE(write(40, true).ok());
  const fs::path victim = temporary_.path() / "victim";
  write_bytes(victim, "precious");
  const std::string database = read_bytes(database_);
  const std::string name = victim.string();
  std::uint32_t sum = 0;
  for (const char c : name) {
    sum += static_cast<std::uint32_t>(static_cast<signed char>(c));
  }
  for (const bool with_page : {true, false}) {
    std::string content = with_page ? journal({{1, database.substr(0, 4096)}}, database.size())
                                    : journal({}, database.size());
    content += number((1U << 30) / 4096 + 1) + name +
               number(static_cast<std::uint32_t>(name.size())) + number(sum) +
               "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
    write_bytes(journal_, content);
    const auto refused = open_for_writing(directory_, {});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::corruption);
    EXPECT_THAT(refused.error().message, HasSubstr("rollback journal"));
    EXPECT_EQ(read_bytes(victim), "precious");
    EXPECT_EQ(read_bytes(journal_), content) << "it was touched";
  }
}

TEST_F(SideFiles, AJournalThatWouldWriteOtherThingsIsNotOurs) {
  ASSERT_TRUE(write(40, true).ok());
  const std::string database = read_bytes(database_);
  std::string other = database.substr(0, 4096);
  other[3000] = static_cast<char>(other[3000] + 1);
  for (const std::string& content :
       {journal({{2, std::string(4096, '\0')}}, database.size()),
        journal({{1, other}}, database.size()),
        journal({{1, database.substr(0, 4096)}, {2, database.substr(4096, 4096)}}, database.size()),
        journal({{1, database.substr(0, 4096)}}, database.size() - 4096),
        journal({}, 4096),
        std::string("garbage that is no journal")}) {
    write_bytes(journal_, content);
    EXPECT_EQ(open_for_writing(directory_, {}).error().code, ErrorCode::corruption);
    EXPECT_EQ(count().error().code, ErrorCode::corruption);
    EXPECT_EQ(read_bytes(database_), database);
  }
  for (const std::string& content : {std::string(), std::string(600, '\0')}) {
    write_bytes(journal_, content);
    EXPECT_TRUE(write(1, false).ok()) << "SQLite takes no notice of it either";
  }
}

// A reader that keeps a transaction open does not keep a writer from ending.
TEST_F(SideFiles, AReaderAtTheEndLeavesTheLogToTheNextOpener) {
  ASSERT_TRUE(write(40, true).ok());
  auto store = open_for_writing(directory_, {});
  ASSERT_TRUE(store.ok());
  const Event event{41, 0, Note{"last"}};
  ASSERT_TRUE((*store)->append({&event, 1}).ok());
  ChildProcess reader([&](int out) {
    auto connection = Connection::open(database_, Connection::Access::read);
    const bool holds = connection.ok() && connection->execute("BEGIN; SELECT * FROM events").ok();
    print_line(out, holds ? "reading" : "failed");
    ::pause();
    return 0;
  });
  ASSERT_EQ(reader.read_line(), "reading");
  EXPECT_TRUE((*store)->close().ok());
  EXPECT_EQ(*count(), 41);
  reader.kill();
  EXPECT_TRUE(write(1, false).ok());
  EXPECT_EQ(*count(), 42);
  EXPECT_FALSE(fs::exists(directory_ / "experiment.db-wal"));
}

// Whoever receives events may take all the time in the world.
TEST_F(SideFiles, AReaderHoldsNothingWhileItsReceiverWaits) {
  ASSERT_TRUE(write(40, true).ok());
  auto store = open_for_writing(directory_, {});
  ASSERT_TRUE(store.ok());
  const Event event{41, 0, Note{"last"}};
  ASSERT_TRUE((*store)->append({&event, 1}).ok());
  ChildProcess slow([&](int out) {
    auto reader = open_for_reading(directory_);
    const auto read = (*reader)->read_from(1, [&](const Event& got) {
      if (got.sequence == 1) {
        print_line(out, "receiving");
        ::pause();
      }
      return true;
    });
    return read.ok() ? 0 : 1;
  });
  ASSERT_EQ(slow.read_line(), "receiving");
  EXPECT_TRUE((*store)->close().ok());
  EXPECT_FALSE(fs::exists(directory_ / "experiment.db-wal")) << "nobody stood in the way";
}

}  // namespace
}  // namespace luthier
