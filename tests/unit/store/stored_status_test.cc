// The status beside the events: it stands for the last event or is not there, and no damage to it
// reaches a reader.
#include "store/sqlite/stored_status.h"

#include <gtest/gtest.h>

#include "store/sqlite/event_reader.h"
#include "store/sqlite/sqlite_store.h"
#include "support/random_events.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

class StoredStatus : public testing::Test {
 protected:
  std::unique_ptr<EventStore> open(bool create, bool with_status = true) {
    StoreOptions options{.create = create};
    if (with_status) {
      options.status = [this](StoreOptions::Moment moment) {
        moments_.push_back(moment);
        return "status of " + std::to_string(next_ - 1);
      };
    }
    auto store = open_for_writing(directory_, options);
    EXPECT_TRUE(store.ok()) << store.error().message;
    return std::move(*store);
  }

  void append(EventStore& store, Sequence count) {
    std::vector<Event> events;
    for (Sequence i = 0; i < count; ++i) {
      events.push_back(random_event(rng_, next_++));
    }
    ASSERT_TRUE(store.append(events).ok());
  }

  std::optional<std::string> kept() {
    const auto ends = reader_of(directory_)->ends();
    EXPECT_TRUE(ends.ok()) << ends.error().message;
    EXPECT_EQ(ends->last, next_ - 1);
    return ends->status;
  }

  std::string text() {
    const auto connection =
        Connection::open(directory_ / "experiment.db", Connection::Access::read_still);
    EXPECT_TRUE(connection.ok());
    return connection->query_text("SELECT value FROM meta WHERE name = 'status'")->value_or("");
  }
  void execute(const std::string& sql) {
    const auto connection =
        Connection::open(directory_ / "experiment.db", Connection::Access::write);
    ASSERT_TRUE(connection.ok());
    EXPECT_TRUE(connection->execute(sql.c_str()).ok());
  }

  TemporaryDirectory temporary_{TemporaryDirectory::Place::memory};
  fs::path directory_ = temporary_.path() / "experiment";
  Rng rng_{5, "stored status"};
  Sequence next_ = 1;
  std::vector<StoreOptions::Moment> moments_;
};

TEST_F(StoredStatus, IsThereWithTheFirstEventsAndAfterTheEnd) {
  auto store = open(true);
  append(*store, 3);
  EXPECT_EQ(kept(), "status of 3") << "while someone writes";
  append(*store, 200);
  ASSERT_TRUE(store->close().ok());
  EXPECT_EQ(kept(), "status of 203");
  ASSERT_FALSE(moments_.empty());
  EXPECT_EQ(moments_.front(), StoreOptions::Moment::running);
  EXPECT_EQ(moments_.back(), StoreOptions::Moment::closing);
}

TEST_F(StoredStatus, OfAnEarlierEventIsNone) {
  auto store = open(true);
  append(*store, 3);
  ASSERT_TRUE(store->close().ok());
  store = open(false, false);  // as an earlier version writes
  append(*store, 1);
  EXPECT_EQ(kept(), std::nullopt);
  ASSERT_TRUE(store->close().ok());
  EXPECT_EQ(kept(), std::nullopt);
  store = open(false);
  ASSERT_TRUE(store->close().ok());
  EXPECT_EQ(kept(), "status of 4");
}

TEST_F(StoredStatus, IsNotKeptForALogWithoutEvents) {
  auto store = open(true);
  ASSERT_TRUE(store->close().ok());
  EXPECT_EQ(kept(), std::nullopt);
  EXPECT_TRUE(moments_.empty());
}

TEST_F(StoredStatus, SurvivesAKilledWriter) {
  auto store = open(true);
  append(*store, 3);
  store.reset();
  EXPECT_EQ(kept(), "status of 3");
}

TEST_F(StoredStatus, ThatWasChangedIsNone) {
  auto store = open(true);
  append(*store, 3);
  ASSERT_TRUE(store->close().ok());
  const std::string right = text();
  for (const std::string& wrong : {std::string(),
                                   std::string("3"),
                                   right + "0",
                                   right + "00",
                                   " " + right,
                                   right.substr(0, right.size() - 2),
                                   "4" + right.substr(1),
                                   std::string("9223372036854775808 1 1 00")}) {
    execute("UPDATE meta SET value = '" + wrong + "' WHERE name = 'status'");
    EXPECT_EQ(kept(), std::nullopt) << wrong;
  }
  execute("UPDATE meta SET value = '" + right + "' WHERE name = 'status'");
  EXPECT_EQ(kept(), "status of 3");
}

// Of the text itself: no bit of it may change what is taken for right.
TEST(StatusText, StandsForOneEventAndForItsBytes) {
  const ChainEnd end{.sequence = 12, .chain = 0x8A9136AA};
  const std::string bytes("\0\xff what it says", 15);
  const std::string text = status_text(end, bytes);
  EXPECT_EQ(kept_status(text, end), bytes);
  EXPECT_EQ(kept_status(text, {.sequence = 13, .chain = end.chain}), std::nullopt);
  EXPECT_EQ(kept_status(text, {.sequence = 12, .chain = end.chain + 1}), std::nullopt);
  for (std::size_t place = 0; place < text.size(); ++place) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = text;
      flipped[place] = static_cast<char>(flipped[place] ^ (1 << bit));
      EXPECT_EQ(kept_status(flipped, end), std::nullopt) << place << " bit " << bit;
    }
    EXPECT_EQ(kept_status(text.substr(0, place), end), std::nullopt) << place;
  }
  EXPECT_EQ(kept_status(status_text(end, ""), end), "");
}

class StoredEvents : public StoredStatus {};

TEST_F(StoredEvents, AreReceivedOnceAndInOrderAsTheLogIsChecked) {
  auto store = open(true);
  append(*store, 50);
  ASSERT_TRUE(store->close().ok());
  Sequence received = 0;
  auto again = open_for_writing(directory_, {.receive = [&](const Event& event) -> Result<> {
                                  EXPECT_EQ(event.sequence, ++received);
                                  return {};
                                }});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(received, 50);
}

TEST_F(StoredEvents, ThatAreRefusedLeaveTheLogAsItWas) {
  auto store = open(true);
  append(*store, 50);
  ASSERT_TRUE(store->close().ok());
  Sequence received = 0;
  const auto refused = open_for_writing(
      directory_, {.receive = [&](const Event&) -> Result<> {
        return ++received < 20 ? Result<>() : Error{ErrorCode::not_found, "no more"};
      }});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  EXPECT_EQ(received, 20);
  EXPECT_FALSE(fs::exists(directory_ / "experiment.db-wal"));
  EXPECT_EQ(kept(), "status of 50");
}

}  // namespace
}  // namespace luthier
