// The trial index of a closed log: rows and stories are those of the whole log, whatever happened
// to the index. A row that is wrong although its checksum is right is shown, found by a check, and
// harms nothing.
#include "store/sqlite/trial_index.h"

#include <fcntl.h>
#include <unistd.h>

#include <map>

#include <gtest/gtest.h>

#include "base/file_descriptor.h"
#include "core/state/experiment_status.h"
#include "store/memory_store.h"
#include "store/sqlite/event_reader.h"
#include "store/sqlite/sqlite_store.h"
#include "support/simulated_run.h"
#include "support/temporary_directory.h"
#include "tuner/assembly.h"
#include "tuner/plugin_registry.h"
#include "tuner/stored/derived_check.h"
#include "tuner/stored/status.h"
#include "tuner/stored/trial_story.h"
#include "tuner/stored/trial_table.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

class TrialIndexTest : public testing::Test {
 protected:
  // Clones, checkpoints, failures and retries; then the same log again with an index, which so
  // short a one has not.
  static void SetUpTestSuite() {
    place_ = new TemporaryDirectory(TemporaryDirectory::Place::memory);
    ExperimentSpec spec{.name = "indexed", .objectives = {{"loss", Mode::min}}};
    spec.space.add("x", uniform(0, 1));
    spec.scheduler = {"pbt", {{"perturbation_interval", 2}}};
    spec.samples = 40;
    spec.retries = 1;
    ASSERT_TRUE(PluginRegistry().resolve(spec).ok());
    const auto store = make_memory_store();
    const auto run = run_simulated(spec, *store, CurveScript(9, true), 6);
    ASSERT_EQ(run.first_error, "");
    state_ = new ExperimentState();
    ASSERT_TRUE(store
                    ->read_from(1,
                                [&](const Event& event) {
                                  events_.push_back(event);
                                  return state_->apply(event).ok();
                                })
                    .ok());
  }
  static void TearDownTestSuite() {
    delete state_;
    delete place_;
  }

  void SetUp() override {
    directory_ = place_->path() / "experiment";
    write(trial_rows(*state_));
  }

  void write(const TrialRows& rows, Sequence from = 1) {
    fs::remove_all(directory_);
    auto store = open_for_writing(
        directory_, {.create = true, .trials = [&] { return rows; }, .indexed_from = from});
    ASSERT_TRUE(store.ok()) << store.error().message;
    ASSERT_TRUE((*store)->append(events_).ok());
    ASSERT_TRUE((*store)->close().ok());
  }

  static std::optional<TrialIndex> index() {
    const auto ends = reader_of(directory_)->ends();
    return ends ? TrialIndex::open(directory_, {ends->last, ends->chain}) : std::nullopt;
  }

  // Rows and stories as the commands get them.
  static void expect_the_log(const std::string& when) {
    auto table = open_trial_table(directory_);
    ASSERT_TRUE(table.ok()) << table.error().message;
    std::int64_t next = 0;
    const auto read = (*table)->each([&](const TrialRow& row) {
      EXPECT_EQ(encode(row), encode(row_of(*state_, {next}))) << when;
      ++next;
      return true;
    });
    EXPECT_TRUE(read.ok()) << when;
    EXPECT_EQ(next, state_->trial_count()) << when;
    for (const std::int64_t trial : {0, 7, 39}) {
      const auto row = (*table)->row({trial});
      ASSERT_TRUE(row.ok()) << when;
      EXPECT_EQ(encode(*row), encode(row_of(*state_, {trial}))) << when;
      expect_the_story({trial}, when);
    }
  }

  static void expect_the_story(TrialId trial, const std::string& when) {
    std::vector<std::string> own;
    std::map<CheckpointId, TrialId> committed;
    const auto story = read_trial_story(directory_, trial, [&](const Event& event) {
      if (const auto* checkpoint = std::get_if<CheckpointCommitted>(&event.body)) {
        committed[checkpoint->checkpoint] = checkpoint->trial;
      }
      if (const auto* started = std::get_if<AttemptStarted>(&event.body);
          started != nullptr && started->trial == trial && started->checkpoint.value > 0) {
        EXPECT_TRUE(committed.contains(started->checkpoint)) << when;
      }
      if (trial_of(event.body) == trial) {
        own.push_back(to_json(event));
      }
    });
    ASSERT_TRUE(story.ok()) << when << ": " << story.error().message;
    EXPECT_EQ(story->trial_count, state_->trial_count()) << when;
    std::vector<std::string> expected;
    for (const Event& event : events_) {
      if (trial_of(event.body) == trial) {
        expected.push_back(to_json(event));
      }
    }
    EXPECT_EQ(own, expected) << when;
  }

  static std::string difference() {
    DerivedCheck check;
    const auto state = read_state(directory_, [&](const Event& event) { check.take(event); });
    EXPECT_TRUE(state.ok());
    return check.difference(directory_, **state);
  }

  static inline TemporaryDirectory* place_ = nullptr;
  static inline ExperimentState* state_ = nullptr;
  static inline std::vector<Event> events_;
  static inline fs::path directory_;
};

TEST_F(TrialIndexTest, GivesRowsAndStoriesOfTheLog) {
  auto found = index();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->trial_count(), state_->trial_count());
  expect_the_log("indexed");
  EXPECT_EQ(difference(), "");
  bool cloned = false;
  for (const Event& event : events_) {
    const auto* started = std::get_if<AttemptStarted>(&event.body);
    cloned = cloned || (started != nullptr && started->checkpoint.value > 0);
  }
  EXPECT_TRUE(cloned) << "no trial refers to a checkpoint";
}

TEST_F(TrialIndexTest, IsMadeForLongLogsOnly) {
  write(trial_rows(*state_), static_cast<Sequence>(events_.size()) + 1);
  EXPECT_FALSE(fs::exists(directory_ / "experiment.index"));
  expect_the_log("not indexed");
}

TEST_F(TrialIndexTest, OfAnEarlierEventIsNotUsed) {
  const Event note{static_cast<Sequence>(events_.size()) + 1, events_.back().time, Note{"more"}};
  auto store = open_for_writing(directory_, {});
  ASSERT_TRUE(store.ok());
  ASSERT_TRUE((*store)->append({&note, 1}).ok());
  EXPECT_FALSE(index()) << "while someone writes";
  ASSERT_TRUE((*store)->close().ok());
  EXPECT_FALSE(index());
  expect_the_log("behind");
}

// Whatever bit flips: rows and stories are right, by the log.
TEST_F(TrialIndexTest, AFlippedBitIsFoundOrHarmless) {
  const auto file = directory_ / "experiment.index";
  const FileDescriptor open(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  const auto size = fs::file_size(file);
  Rng rng(17, "index");
  for (int i = 0; i < 150; ++i) {
    const auto at = static_cast<off_t>(rng.below(size));
    char byte = 0;
    ASSERT_EQ(::pread(open.get(), &byte, 1, at), 1);
    const char flipped = static_cast<char>(byte ^ (1U << rng.below(8)));
    ASSERT_EQ(::pwrite(open.get(), &flipped, 1, at), 1);
    expect_the_log("byte " + std::to_string(at));
    ASSERT_EQ(::pwrite(open.get(), &byte, 1, at), 1);
  }
  for (const std::uintmax_t length : {std::uintmax_t{0}, std::uintmax_t{100}, size / 2, size - 1}) {
    fs::copy_file(file, directory_ / "aside", fs::copy_options::overwrite_existing);
    fs::resize_file(file, length);
    expect_the_log("cut to " + std::to_string(length));
    fs::rename(directory_ / "aside", file);
  }
}

TEST_F(TrialIndexTest, ThatLiesWithRightChecksumsIsFoundAndHarmsNothing) {
  TrialRows lie = trial_rows(*state_);
  lie.row = [right = lie.row](TrialId trial) {
    TrialRow row = right(trial);
    row.reason = trial.value == 7 ? "another" : row.reason;
    return row;
  };
  write(lie);
  ASSERT_TRUE(index());
  EXPECT_EQ((*open_trial_table(directory_))->row({7})->reason, "another");
  EXPECT_EQ(difference(), "trial index");
  EXPECT_EQ((*read_state(directory_))->record({7}).reason, state_->record({7}).reason);
  lie = trial_rows(*state_);
  --lie.count;
  write(lie);
  EXPECT_EQ(difference(), "trial index");
}

TEST_F(TrialIndexTest, WithAnotherTableIsNotUsed) {
  auto connection = Connection::open(directory_ / "experiment.index", Connection::Access::write);
  ASSERT_TRUE(connection.ok());
  ASSERT_TRUE(connection->execute("CREATE VIEW more AS SELECT 1").ok());
  EXPECT_FALSE(index());
  expect_the_log("with a view");
}

}  // namespace
}  // namespace luthier
