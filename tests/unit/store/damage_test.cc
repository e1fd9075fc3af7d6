// Damaged logs: cut off at any byte, with any bit flipped. What is read is right or refused.
// LUTHIER_TEST_FULL=1 in the environment tries every byte of 64 KiB and 200,000 flips.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file_descriptor.h"
#include "store/memory_store.h"
#include "store/sqlite/event_reader.h"
#include "store/sqlite/salvage.h"
#include "store/sqlite/sqlite_store.h"
#include "support/child_process.h"
#include "support/faulty_store.h"
#include "support/random_events.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

bool exhaustive() {
  return std::getenv("LUTHIER_TEST_FULL") != nullptr;
}

class Damage : public testing::Test {
 protected:
  // Appends batches of `batch` events until there are `count`; does not close.
  void write(Sequence count, Sequence batch, bool create = true) {
    auto store =
        open_for_writing(directory_, {.create = create, .status = [&](auto /*moment*/) {
                                        return "status of " + std::to_string(lines_.size());
                                      }});
    ASSERT_TRUE(store.ok()) << store.error().message;
    for (Sequence done = 0; done < count; done += batch) {
      std::vector<Event> events;
      for (Sequence i = 0; i < batch; ++i) {
        const auto next = static_cast<Sequence>(lines_.size()) + 1;
        events.push_back(random_event(rng_, next));
        lines_.push_back(to_json(events.back()));
      }
      ASSERT_TRUE((*store)->append(events).ok());
    }
    if (close_) {
      ASSERT_TRUE((*store)->close().ok());
    }
  }

  // How many events a reader gets, all of them right; the error if there is one.
  Result<Sequence> readable() {
    auto reader = open_for_reading(directory_);
    if (!reader) {
      return reader.error();
    }
    Sequence count = 0;
    bool right = true;
    const auto read = (*reader)->read_from(1, [&](const Event& event) {
      right = right && static_cast<std::size_t>(count) < lines_.size() &&
              to_json(event) == lines_[static_cast<std::size_t>(count)];
      ++count;
      return true;
    });
    EXPECT_TRUE(right) << "a wrong event was passed on as right, before event " << count;
    if (const auto ends = (*reader)->ends(); ends && ends->status) {
      EXPECT_EQ(*ends->status, "status of " + std::to_string(ends->last)) << "a wrong status";
    }
    return read ? Result<Sequence>(count) : read.error();
  }

  // Of a copy, which is its to change.
  void expect_that_a_writer_loses_nothing(Sequence count, off_t place) {
    const auto copy = temporary_.path() / "copy";
    fs::copy(directory_, copy, fs::copy_options::recursive);
    if (auto store = open_for_writing(copy, {})) {
      EXPECT_EQ((*store)->last_sequence(), count) << place;
      EXPECT_TRUE((*store)->close().ok()) << place;
    } else {
      EXPECT_EQ(content(copy / "experiment.db"), content(database_)) << place;
      EXPECT_EQ(content(copy / "experiment.db-wal"), content(wal_)) << place;
    }
    fs::remove_all(copy);
  }

  static std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TemporaryDirectory temporary_{TemporaryDirectory::Place::memory};
  fs::path directory_ = temporary_.path() / "experiment";
  fs::path database_ = directory_ / "experiment.db";
  fs::path wal_ = directory_ / "experiment.db-wal";
  std::vector<std::string> lines_;
  Rng rng_{11, "damage"};
  bool close_ = false;
};

TEST_F(Damage, AWalCutOffAnywhereOpensToAPrefixOfWholeBatches) {
  write(60, 3);
  const auto size = static_cast<std::int64_t>(fs::file_size(wal_));
  const std::int64_t step = exhaustive() ? 1 : 149;
  constexpr std::int64_t kTail = 131072;  // a batch takes a few pages of 4 KB
  Sequence last = static_cast<Sequence>(lines_.size());
  for (std::int64_t length = size; length >= std::max<std::int64_t>(0, size - kTail);
       length -= length > size - 4200 ? 1 + (step - 1) / 8 : step) {
    fs::resize_file(wal_, static_cast<std::uintmax_t>(length));
    const auto count = readable();
    ASSERT_TRUE(count.ok()) << length << ": " << count.error().message;
    ASSERT_LE(*count, last) << length;
    ASSERT_EQ(*count % 3, 0) << length;
    last = *count;
  }
  EXPECT_LT(last, static_cast<Sequence>(lines_.size()) * 3 / 4) << "the cuts reached no event";
}

TEST_F(Damage, AWriterGoesOnAfterACutOffWal) {
  write(60, 3);
  const auto whole = fs::file_size(wal_);
  for (const std::uintmax_t cut : {1U, 24U, 4096U, 4121U, 20000U}) {
    fs::copy(directory_, temporary_.path() / "copy", fs::copy_options::recursive);
    fs::resize_file(temporary_.path() / "copy/experiment.db-wal", whole - cut);
    auto store = open_for_writing(temporary_.path() / "copy", {});
    ASSERT_TRUE(store.ok()) << store.error().message;
    const Event event{(*store)->last_sequence() + 1, 0, Note{"after the cut"}};
    ASSERT_TRUE((*store)->append({&event, 1}).ok());
    ASSERT_TRUE((*store)->close().ok());
    auto again = open_for_writing(temporary_.path() / "copy", {});
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ((*again)->last_sequence(), event.sequence);
    again = Error{};
    fs::remove_all(temporary_.path() / "copy");
  }
}

// Flips bits of `file` one after another, each undone before the next.
template <class Check>
void flip_bits(const fs::path& file, int flips, Rng& rng, Check check) {
  const FileDescriptor open(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  const auto size = fs::file_size(file);
  for (int i = 0; i < flips; ++i) {
    const auto place = static_cast<off_t>(rng.below(size));
    char byte = 0;
    ASSERT_EQ(::pread(open.get(), &byte, 1, place), 1);
    const char flipped = static_cast<char>(byte ^ (1U << rng.below(8)));
    ASSERT_EQ(::pwrite(open.get(), &flipped, 1, place), 1);
    check(place);
    ASSERT_EQ(::pwrite(open.get(), &byte, 1, place), 1);
  }
}

TEST_F(Damage, AFlippedBitOfAClosedLogIsFoundOrHarmless) {
  close_ = true;
  write(80, 10);
  int found = 0;
  flip_bits(database_, exhaustive() ? 100000 : 500, rng_, [&](off_t place) {
    const auto count = readable();
    if (count.ok()) {
      EXPECT_EQ(*count, 80) << place;
      return;
    }
    ++found;
    EXPECT_TRUE(count.error().code == ErrorCode::corruption ||
                count.error().code == ErrorCode::io || count.error().code == ErrorCode::not_found)
        << count.error().message;
  });
  EXPECT_GT(found, exhaustive() ? 50000 : 200);
  EXPECT_EQ(*readable(), 80);
}

// A run that was killed: whatever bit flips, no acknowledged event is missing or wrong without a
// word.
TEST_F(Damage, AFlippedBitOfAKilledRunIsToldOrHarmless) {
  close_ = true;
  write(40, 10);
  close_ = false;
  write(40, 4, false);
  int told = 0;
  int flips = 0;
  for (const auto& file : {wal_, database_}) {
    flip_bits(file, exhaustive() ? 50000 : 300, rng_, [&](off_t place) {
      if (++flips % 10 == 0) {
        expect_that_a_writer_loses_nothing(80, place);
      }
      const auto count = readable();
      ASSERT_TRUE(!count.ok() || *count == 80) << file << " " << place << ": " << *count;
      told += count.ok() ? 0 : 1;
      if (!count.ok()) {
        EXPECT_TRUE(count.error().code == ErrorCode::corruption ||
                    count.error().code == ErrorCode::io)
            << count.error().message;
      }
    });
  }
  EXPECT_GT(told, 300);
  EXPECT_EQ(*readable(), 80);
}

// The last transaction is the one that nothing behind it gives away.
TEST_F(Damage, EveryBitOfTheLastFramesHeaderIsToldOrHarmless) {
  write(12, 3);
  const auto size = static_cast<std::int64_t>(fs::file_size(wal_));
  const FileDescriptor file(::open(wal_.c_str(), O_RDWR | O_CLOEXEC));
  for (std::int64_t place = size - 4120; place < size - 4096 + 16; ++place) {
    for (int bit = 0; bit < 8; ++bit) {
      char byte = 0;
      ASSERT_EQ(::pread(file.get(), &byte, 1, place), 1);
      const char flipped = static_cast<char>(byte ^ (1 << bit));
      ASSERT_EQ(::pwrite(file.get(), &flipped, 1, place), 1);
      const auto count = readable();
      EXPECT_TRUE(!count.ok() || *count == 12) << place - size << " bit " << bit;
      ASSERT_EQ(::pwrite(file.get(), &byte, 1, place), 1);
    }
  }
}

// Damage stays as it is: nothing opens, repairs or removes it.
TEST_F(Damage, ABrokenWalIsTouchedByNobodyAndSalvageKeepsWhatLiesBehindIt) {
  close_ = true;
  write(40, 10);
  close_ = false;
  write(60, 4, false);
  std::string content;
  {
    std::ifstream file(wal_, std::ios::binary);
    content.assign(std::istreambuf_iterator<char>(file), {});
  }
  const std::size_t frames = (content.size() - 32) / 4120;
  ASSERT_GT(frames, 10U);
  content[32 + (4120 * 2) + 24 + 4000] ^= 8;  // in the third frame
  std::ofstream(wal_, std::ios::binary) << content;
  EXPECT_EQ(open_for_writing(directory_, {}).error().code, ErrorCode::corruption);
  EXPECT_EQ(readable().error().code, ErrorCode::corruption);
  const auto report = salvage(directory_);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_THAT(report->damage, HasSubstr("frame 3 of its write-ahead log"));
  EXPECT_EQ(report->events, 100) << "later frames hold these pages again";
  std::ifstream file(wal_, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), content);
  directory_ = report->directory;
  EXPECT_EQ(*readable(), 100);
}

// A long run copies its WAL into the database and begins it anew, over and over.
TEST_F(Damage, AKillAtAnyTimeOfALongRunIsNoDamage) {
  for (int kills = 0; kills < 6; ++kills) {
    ChildProcess child([&](int out) {
      auto store = open_for_writing(directory_, {.create = kills == 0});
      if (!store) {
        print_line(out, store.error().message);
        return 1;
      }
      Rng rng(11, "long run");
      print_line(out, "open");
      while (true) {
        std::vector<Event> events;
        for (Sequence i = 0; i < 20; ++i) {
          events.push_back(random_event(rng, (*store)->last_sequence() + 1 + i));
        }
        if (!(*store)->append(events)) {
          return 2;
        }
        if ((*store)->last_sequence() % 400 == 0) {
          print_line(out, std::to_string((*store)->last_sequence()));
        }
      }
    });
    ASSERT_EQ(child.read_line(), "open");
    Sequence acknowledged = 0;
    for (int i = 0; i < 12 + (kills * 3); ++i) {
      acknowledged = std::stoll(child.read_line());
    }
    child.kill();
    child.wait();
    auto reader = open_for_reading(directory_);
    ASSERT_TRUE(reader.ok()) << reader.error().message;
    EXPECT_GE(*(*reader)->last_sequence(), acknowledged);
  }
}

TEST_F(Damage, SalvageKeepsEveryEventBeforeTheDamage) {
  close_ = true;
  write(400, 50);
  std::string content;
  {
    std::ifstream file(database_, std::ios::binary);
    content.assign(std::istreambuf_iterator<char>(file), {});
  }
  // The text of a note somewhere in the middle.
  const Event marker{401, 0, Note{"a text that is nowhere else"}};
  lines_.push_back(to_json(marker));
  {
    auto store = open_for_writing(directory_, {});
    ASSERT_TRUE((*store)->append({&marker, 1}).ok());
    ASSERT_TRUE((*store)->close().ok());
    write(200, 50, false);
    std::ifstream file(database_, std::ios::binary);
    content.assign(std::istreambuf_iterator<char>(file), {});
  }
  const auto place = content.find("a text that is nowhere else");
  ASSERT_NE(place, std::string::npos);
  content[place] = 'A';
  std::ofstream(database_, std::ios::binary) << content;

  EXPECT_EQ(open_for_writing(directory_, {}).error().code, ErrorCode::corruption);
  const auto report = salvage(directory_ / "");
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->events, 400);
  EXPECT_THAT(report->damage, HasSubstr("event 401 does not match its checksum"));
  EXPECT_EQ(report->directory, temporary_.path() / "experiment.salvaged");
  EXPECT_EQ(salvage(directory_).error().code, ErrorCode::already_exists);
  std::ifstream file(database_, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), content);

  directory_ = report->directory;
  EXPECT_EQ(*readable(), 400);
}

TEST_F(Damage, AFullDiskIsToldAndNothingAcknowledgedIsLost) {
  ChildProcess child([&](int out) {
    std::signal(SIGXFSZ, SIG_IGN);
    auto store = open_for_writing(directory_, {.create = true});
    const rlimit limit{300000, 300000};
    if (!store || ::setrlimit(RLIMIT_FSIZE, &limit) != 0) {
      return 1;
    }
    Rng rng(11, "damage");
    while (true) {
      const Event event = random_event(rng, (*store)->last_sequence() + 1);
      const auto written = (*store)->append({&event, 1});
      if (!written) {
        print_line(out, std::to_string((*store)->last_sequence()));
        print_line(out, std::to_string(static_cast<int>(written.error().code)));
        const auto again = (*store)->append({&event, 1});
        print_line(out, again ? "accepted" : again.error().message);
        return (*store)->close().ok() ? 3 : 0;
      }
    }
  });
  const auto acknowledged = std::stoll(child.read_line());
  EXPECT_GT(acknowledged, 10);
  EXPECT_EQ(child.read_line(), std::to_string(static_cast<int>(ErrorCode::io)));
  EXPECT_THAT(child.read_line(), HasSubstr("accepts nothing more until it is opened again"));
  EXPECT_EQ(child.wait(), 0);
  for (Sequence s = 1; s <= acknowledged; ++s) {
    lines_.push_back(to_json(random_event(rng_, s)));
  }
  EXPECT_EQ(*readable(), acknowledged);
  write(3, 3, false);
  EXPECT_EQ(*readable(), acknowledged + 3);
}

TEST(FaultyStore, FailsAsAskedAndThenRefusesEverything) {
  const std::vector<Event> events = {{1, 0, Note{"a"}}, {2, 0, Note{"b"}}, {3, 0, Note{"c"}}};
  const std::span<const Event> all(events);
  FaultyStore store(make_memory_store(), {.fail_at = 2, .torn_events = 1});
  ASSERT_TRUE(store.append(all.first(1)).ok());
  EXPECT_FALSE(store.append(all.subspan(1)).ok());
  EXPECT_FALSE(store.append(all.subspan(1)).ok());
  EXPECT_EQ(store.power_loss()->last_sequence(), 2);

  FaultyStore lazy(make_memory_store(), {.sync_every = 2});
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(lazy.append(all.subspan(i, 1)).ok());
  }
  EXPECT_EQ(lazy.last_sequence(), 3);
  EXPECT_EQ(lazy.power_loss()->last_sequence(), 2);
}

}  // namespace
}  // namespace luthier
