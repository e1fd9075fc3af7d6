// Result files in every format, however they are written: at their end, all anew, in pieces.
#include "executors/results/files/result_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "executors/results/files/metric_globs.h"
#include "executors/results/files/record_groups.h"
#include "loggers/event_records.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ResultFilesTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text, bool append = false) {
    const auto path = folder_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, append ? std::ios::app | std::ios::binary : std::ios::binary) << text;
  }
  void append(const std::string& name, const std::string& text) { write(name, text, true); }
  ResultFiles open(std::vector<std::string> globs = {}, bool goes_on = false) {
    return ResultFiles(folder_.path(), {.globs = std::move(globs), .goes_on = goes_on});
  }
  static std::vector<std::string> texts(const std::vector<Metrics>& records) {
    std::vector<std::string> out;
    for (const auto& record : records) {
      out.push_back(to_json(record));
    }
    return out;
  }

  TemporaryDirectory folder_;
};

TEST_F(ResultFilesTest, WhatAnEarlierAttemptWroteDoesNotCount) {
  write("metrics.jsonl", "{\"loss\": 1}\n");
  auto files = open();
  EXPECT_THAT(files.read(true), IsEmpty());
  append("metrics.jsonl", "{\"loss\": 2}\n{\"loss\": 3");
  EXPECT_EQ(files.read(false).size(), 1U);
  append("metrics.jsonl", "}");
  EXPECT_EQ(files.read(true).size(), 1U);
  EXPECT_THAT(files.read(true), IsEmpty());
}

// As Lightning's CSV logger does: whenever a column appears, the whole file is written again.
TEST_F(ResultFilesTest, AFileWrittenAnewTellsOnlyWhatIsNew) {
  auto files = open();
  write("metrics.csv", "epoch,train_loss\n0,1.0\n");
  EXPECT_THAT(texts(files.read(false)), ElementsAre(R"({"epoch": 0, "train_loss": 1.0})"));
  write("metrics.csv", "epoch,train_loss,val_loss\n0,1.0,\n0,,0.9\n");
  EXPECT_THAT(texts(files.read(false)), ElementsAre(R"({"epoch": 0, "val_loss": 0.9})"));
  write("metrics.csv", "a_first,epoch,train_loss,val_loss\n,0,1.0,\n,0,,0.9\n7,1,,\n");
  EXPECT_THAT(texts(files.read(true)), ElementsAre(R"({"a_first": 7, "epoch": 1})"));
}

TEST_F(ResultFilesTest, AHalfWrittenFileIsNotMistakenForAnother) {
  auto files = open();
  write("metrics.csv", "epoch,loss\n0,1\n1,2\n2,3\n");
  EXPECT_EQ(files.read(false).size(), 3U);
  write("metrics.csv", "");
  EXPECT_THAT(files.read(false), IsEmpty());
  write("metrics.csv", "loss,epoch\n1,0\n2,");
  EXPECT_THAT(files.read(false), IsEmpty());
  append("metrics.csv", "1\n3,2\n4,3\n");
  EXPECT_THAT(texts(files.read(false)), ElementsAre(R"({"loss": 4, "epoch": 3})"));
}

TEST_F(ResultFilesTest, OtherContentIsRead) {
  auto files = open();
  write("results.csv", "loss\n3\n");
  EXPECT_EQ(files.read(false).size(), 1U);
  write("results.csv", "loss\n2\n");  // only ever the newest
  EXPECT_THAT(texts(files.read(false)), ElementsAre(R"({"loss": 2})"));
}

TEST_F(ResultFilesTest, OneThatStartsOverIsReadFromItsBeginning) {
  write("metrics.csv", "loss\n3\n2\n1\n");
  auto over = open();
  auto on = open({}, true);
  write("metrics.csv", "loss\n3\n2\n");
  EXPECT_EQ(over.read(false).size(), 2U);
  EXPECT_THAT(on.read(false), IsEmpty());  // it goes on from a checkpoint: these are the old ones
  write("metrics.csv", "loss\n3\n2\n1\n0\n");
  EXPECT_EQ(over.read(true).size(), 2U);
  EXPECT_THAT(texts(on.read(true)), ElementsAre(R"({"loss": 0})"));
}

TEST_F(ResultFilesTest, AHeaderMayComeAgainWithOtherColumns) {
  auto files = open();
  write("metrics.tsv", "epoch\tloss\n1\t0.5\nepoch\tacc\tloss\n2\t0.75\t0.25\n");
  EXPECT_THAT(
      texts(files.read(true)),
      ElementsAre(R"({"epoch": 1, "loss": 0.5})", R"({"epoch": 2, "acc": 0.75, "loss": 0.25})"));
}

TEST_F(ResultFilesTest, DocumentsAreReadAtTheEnd) {
  auto files = open();
  write("results.json", R"({"results": [{"command": "sleep 1", "mean": 1.5, "times": [1, 2]}]})");
  EXPECT_THAT(files.read(false), IsEmpty());
  EXPECT_THAT(texts(files.read(true)),
              ElementsAre(R"({"command": "sleep 1", "mean": 1.5, "times": [1, 2]})"));
}

TEST(RecordsOfJson, ListsOfSeveralObjectsAreNamed) {
  EXPECT_THAT(records_of_json(R"({"a": {"b": 1}, "benchmarks":
                                  [{"name": "BM_x", "time": 2}, {"name": "BM_y", "time": 3}]})")
                  .front(),
              testing::AllOf(testing::Property(&Metrics::size, 5U)));
  const auto records = records_of_json(
      R"({"benchmarks": [{"name": "BM_x", "time": 2}, {"name": "BM_y", "time": 3}]})");
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].number("BM_x/time"), 2);
  EXPECT_EQ(records[0].number("BM_y/time"), 3);
  EXPECT_EQ(records_of_json(R"([{"loss": 1}, {"loss": NaN}])").size(), 2U);
  EXPECT_EQ(records_of_json("{\"loss\": 1}\n{'loss': 2}\n").size(), 2U);
  EXPECT_THAT(records_of_json("nothing"), IsEmpty());
}

TEST_F(ResultFilesTest, GlobsReachNestedDirectoriesAndNothingElse) {
  write("logs/version_0/metrics.csv", "loss\n1\n");
  write("logs/other.txt", "loss\n1\n");
  write("stdout.log", "loss=1\n");
  write("progress.csv", "loss\n1\n");
  std::filesystem::create_directory_symlink("/", folder_.path() / "root");
  std::filesystem::create_symlink("logs/version_0/metrics.csv", folder_.path() / "link.csv");
  mkfifo((folder_.path() / "pipe.csv").c_str(), 0600);
  const auto found = [&](const std::string& glob) {
    return metric_files(ContainedFiles(folder_.path()), {glob});
  };
  EXPECT_THAT(found("**/*.csv"), ElementsAre("logs/version_0/metrics.csv"));
  EXPECT_THAT(found("logs/*/*.csv"), ElementsAre("logs/version_0/metrics.csv"));
  EXPECT_THAT(found("logs/version_0"), ElementsAre("logs/version_0/metrics.csv"));
  EXPECT_THAT(found("*.csv"), IsEmpty());
  EXPECT_THAT(found("*"), ElementsAre("logs/other.txt", "logs/version_0/metrics.csv"));
}

// A pipe that nobody writes to would be waited for, for ever.
TEST_F(ResultFilesTest, PipesAndLinksAreNoFiles) {
  write("there.csv", "loss\n1\n");
  mkfifo((folder_.path() / "metrics.csv").c_str(), 0600);
  std::filesystem::create_symlink("there.csv", folder_.path() / "results.csv");
  auto files = open();
  EXPECT_THAT(files.read(true), IsEmpty());
  EXPECT_TRUE(GrowingFile(ContainedFiles(folder_.path()), "metrics.csv").read().bytes.empty());
  EXPECT_TRUE(GrowingFile(ContainedFiles(folder_.path()), "results.csv").read().bytes.empty());
}

// The directory of an experiment may be a stranger's: neither `trials` nor a trial may be a link.
TEST_F(ResultFilesTest, NothingBehindALinkIsRead) {
  write("elsewhere/metrics.csv", "loss\n1\n");
  write("elsewhere/deep/metrics.jsonl", "{\"loss\": 1}\n");
  const auto trials = folder_.path() / "experiment" / "trials";
  std::filesystem::create_directories(trials / "00001");
  std::filesystem::create_directory_symlink(folder_.path() / "elsewhere", trials / "00000");
  std::filesystem::create_directory_symlink(folder_.path() / "elsewhere", trials / "00001/tb");
  for (const char* trial : {"00000", "00001"}) {
    for (const std::vector<std::string>& globs :
         {std::vector<std::string>{}, {"**"}, {"tb"}, {"tb/*.csv"}, {"../*/*.csv"}}) {
      EXPECT_THAT(ResultFiles(trials / trial, {.globs = globs}).read(true), IsEmpty());
    }
  }
}

TEST_F(ResultFilesTest, TensorBoardEventsAreReadInAnyPieces) {
  std::string bytes;
  append_file_version(bytes, 0);
  append_scalars(bytes, 1, 10, {{"loss/val", 0.1}, {"acc", 0.5}});
  append_scalars(bytes, 2, 20, {{"loss/val", 0.0625}});
  auto files = open({"tb"});
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < bytes.size(); i += 7) {
    append("tb/events.out.tfevents.1.host", bytes.substr(i, 7));
    for (const auto& text : texts(files.read(false))) {
      seen.push_back(text);
    }
  }
  EXPECT_THAT(seen,
              ElementsAre(R"({"loss/val": 0.1, "acc": 0.5, "step": 10})",
                          R"({"loss/val": 0.0625, "step": 20})"));
}

TEST_F(ResultFilesTest, DamagedEventsAreHarmless) {
  std::string bytes;
  append_file_version(bytes, 0);
  append_scalars(bytes, 1, 1, {{"loss", 0.5}});
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    std::vector<Metrics> records;
    make_record_format("events.out.tfevents.1")->take(damaged, records);
    for (const auto& record : records) {
      EXPECT_EQ(to_json(record), R"({"loss": 0.5, "step": 1})") << at;
    }
  }
}

// Keras writes the same tags twice.
TEST_F(ResultFilesTest, EventsOfTrainingAndValidationAreToldApart) {
  std::string bytes;
  append_scalars(bytes, 1, 1, {{"epoch_loss", 0.5}});
  write("train/events.out.tfevents.1", bytes);
  auto files = open({"**/*tfevents*"});
  write("validation/events.out.tfevents.1", bytes);
  EXPECT_THAT(texts(files.read(true)), ElementsAre(R"({"validation/epoch_loss": 0.5, "step": 1})"));
}

TEST_F(ResultFilesTest, MlflowKeepsAFileForEachMetric) {
  auto files = open({"mlruns"});
  write("mlruns/0/abc/metrics/val/loss", "1700000000 0.5 1\n1700000001 0.25 2\n");
  write("mlruns/0/abc/metrics/acc", "1700000000 0.75 1\n1700000001 0.875 2\n");
  write("mlruns/0/abc/params/lr", "0.1");
  RecordGroups groups({"val/loss", "acc"});
  for (const auto& record : files.read(true)) {
    groups.add(record);
  }
  EXPECT_THAT(texts(groups.take()),
              ElementsAre(R"({"step": 1, "acc": 0.75, "val/loss": 0.5})",
                          R"({"step": 2, "acc": 0.875, "val/loss": 0.25})"));
}

std::vector<std::string> grouped(const std::vector<std::string>& objectives,
                                 const std::vector<Metrics>& records) {
  RecordGroups groups(objectives);
  for (const auto& record : records) {
    groups.add(record);
  }
  groups.finish();
  std::vector<std::string> out;
  for (const auto& group : groups.take()) {
    out.push_back(to_json(group));
  }
  return out;
}

TEST(RecordGroups, RowsOfOneStepAreOneResult) {
  EXPECT_THAT(grouped({"val"},
                      {{{"epoch", 0}, {"train", 3.0}},
                       {{"epoch", 0}, {"val", 2.0}},
                       {{"epoch", 1}, {"train", 1.0}},
                       {{"epoch", 1}, {"val", 2.0}}}),
              ElementsAre(R"({"epoch": 0, "train": 3.0, "val": 2.0})",
                          R"({"epoch": 1, "train": 1.0, "val": 2.0})"));
}

TEST(RecordGroups, RowsOfDifferentStepsAreNotMixed) {
  EXPECT_THAT(grouped({"val"},
                      {{{"epoch", 0}, {"val", 2.0}},
                       {{"epoch", 0}, {"train", 3.0}},
                       {{"epoch", 1}, {"val", 1.0}}}),
              ElementsAre(R"({"epoch": 0, "val": 2.0})", R"({"epoch": 1, "val": 1.0})"));
}

TEST(RecordGroups, AnObjectiveThatIsMissingDoesNotHoldUpTheRest) {
  EXPECT_THAT(grouped({"loss", "acc"}, {{{"loss", 1.0}}, {{"loss", 1.0}}, {{"acc", 0.5}}}),
              ElementsAre(R"({"loss": 1.0})", R"({"loss": 1.0, "acc": 0.5})"));
}

TEST_F(ResultFilesTest, AByteOrderMarkIsNoPartOfAName) {
  auto files = open({"*"});
  write("a.csv", "\xEF\xBB\xBFloss,epoch\n1,0\n");
  write("b.jsonl", "\xEF\xBB\xBF{\"loss\": 2}\n");
  write("c.json", "\xEF\xBB\xBF{\"loss\": 3}");
  for (const auto& record : files.read(true)) {
    EXPECT_TRUE(record.contains("loss")) << to_json(record);
  }
  write("a.csv", "\xEF\xBB\xBFloss,epoch,acc\n4,0,1\n");
  EXPECT_THAT(texts(files.read(true)), ElementsAre(R"({"loss": 4, "epoch": 0, "acc": 1})"));
}

TEST_F(ResultFilesTest, SaysWhatThereIsInsteadOfAFile) {
  const ContainedFiles directory(folder_.path());
  EXPECT_EQ(no_metric_file(directory, {"m.csv"}),
            "no such file was written; the program wrote no other file to the trial's directory");
  write("stdout.log", "");
  write("logs/b.csv", "");
  write("a.csv", "");
  EXPECT_EQ(no_metric_file(directory, {"m.csv", "n*.csv"}),
            "no such file was written; the program wrote a.csv, logs/b.csv");
  ASSERT_EQ(symlink("a.csv", (folder_.path() / "m.csv").c_str()), 0);
  EXPECT_EQ(no_metric_file(directory, {"m.csv"}),
            "m.csv is not a regular file and is not read; the program wrote a.csv, logs/b.csv");
  EXPECT_EQ(no_metric_file(directory, {"a.*"}), "");
}

TEST(MetricGlobs, KnowASetThatIsNeverClosed) {
  for (const char* open : {"[", "a[", "a[b.csv", "a[!b", "[]", "[!]", "a[0-9][b", "[]b.csv"}) {
    EXPECT_TRUE(has_open_bracket(open)) << open;
  }
  for (const char* closed : {"", "*.csv", "a]", "[ab]", "[]]", "[!]]", "a\\[b", "run[0-9].csv"}) {
    EXPECT_FALSE(has_open_bracket(closed)) << closed;
  }
}

}  // namespace
}  // namespace luthier
