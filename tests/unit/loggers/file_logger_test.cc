// The promise of every file logger: after on_open the files are what the log says, whatever a crash
// left of them, and live writing, recovery and export give the same bytes.
#include "loggers/file_logger.h"

#include <sys/stat.h>

#include <algorithm>

#include <gtest/gtest.h>

#include "loggers/csv.h"
#include "loggers/json.h"
#include "loggers/log_position.h"
#include "loggers/tensorboard.h"
#include "luthier/rng.h"
#include "support/directory_content.h"
#include "support/log_view_for_loggers.h"
#include "support/scripted_log.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using test::LogView;
using test::ScriptedLog;
using Content = std::map<std::string, std::string>;

std::unique_ptr<FileFormat> format_named(const std::string& name) {
  if (name == "csv") {
    return csv_format();
  }
  return name == "json" ? json_format() : tensorboard_format("exp", {{"loss", Mode::min}}, {});
}

struct TestLogger {
  TestLogger(const std::string& name, const fs::path& directory)
      : logger(format_named(name),
               {.name = name, .directory = directory, .warn = [this](const std::string& text) {
                  warnings.push_back(text);
                }}) {}
  // As a controller does that passes on the stored events; only the first half of them, so that the
  // logger has to read the others itself.
  Result<> open(const ScriptedLog& log, Sequence last) {
    pass_on(log, last / 2);
    return logger.on_open(view, last, log.reader());
  }
  void pass_on(const ScriptedLog& log, Sequence last) {
    for (Sequence i = 0; i < last; ++i) {
      logger.on_stored(view, log.events()[static_cast<std::size_t>(i)]);
    }
  }
  void feed(const ScriptedLog& log, Sequence from, Sequence to) {
    const auto begin = static_cast<std::size_t>(from - 1);
    logger.on_events(
        view, std::span(log.events()).subspan(begin, static_cast<std::size_t>(to - from + 1)));
  }
  std::vector<std::string> warnings;
  LogView view;
  FileLogger logger;
};

class FileLoggers : public testing::TestWithParam<std::string> {
 protected:
  Content expected(const ScriptedLog& log, Sequence last) {
    const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
    TestLogger test(GetParam(), directory.path());
    EXPECT_TRUE(test.logger.write_all(log.reader(last)).ok());
    return content_of(directory.path());
  }
  void put(const fs::path& directory, const Content& content) {
    for (const auto& [name, bytes] : content) {
      fs::create_directories((directory / name).parent_path());
      write_bytes(directory / name, bytes);
    }
  }
  void remember(const fs::path& directory, Sequence sequence) {
    ASSERT_TRUE(write_position(ContainedFiles(directory),
                               ".loggers/" + GetParam() + ".position",
                               {.sequence = sequence, .closed = false})
                    .ok());
  }
};

TEST_P(FileLoggers, WriteTheSameLiveAndInAnExport) {
  const ScriptedLog log = test::eventful_log(30, 1);
  const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
  TestLogger test(GetParam(), directory.path());
  ASSERT_TRUE(test.open(log, 0).ok());
  Rng rng(2, "batches");
  TimePoint now = 0;
  for (Sequence next = 1; next <= log.last();) {
    const Sequence to = std::min<Sequence>(next + static_cast<Sequence>(rng.below(20)), log.last());
    test.feed(log, next, to);
    test.logger.on_idle(test.view, now += 300'000);
    next = to + 1;
  }
  test.logger.on_close(test.view);
  EXPECT_EQ(content_of(directory.path()), expected(log, log.last()));
  EXPECT_TRUE(test.warnings.empty());
}

TEST_P(FileLoggers, GoOnExactlyAfterBeingKilledAtAnyMoment) {
  const ScriptedLog log = test::eventful_log(12, 3);
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    Rng rng(seed, "kills");
    const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
    TimePoint now = 0;
    for (Sequence done = 0; done < log.last();) {
      TestLogger test(GetParam(), directory.path());
      ASSERT_TRUE(test.open(log, done).ok());
      for (int batch = 0; batch < 8 && done < log.last(); ++batch) {
        const Sequence to =
            std::min<Sequence>(done + 1 + static_cast<Sequence>(rng.below(30)), log.last());
        test.feed(log, done + 1, to);
        done = to;
        test.logger.on_idle(test.view, now += static_cast<TimePoint>(rng.below(1'000'000)));
      }
    }  // a logger that is destroyed without on_close writes nothing more, like a killed process
    TestLogger last(GetParam(), directory.path());
    ASSERT_TRUE(last.open(log, log.last()).ok());
    EXPECT_EQ(content_of(directory.path()), expected(log, log.last())) << "seed " << seed;
  }
}

TEST_P(FileLoggers, RepairAFileTornAtAnyByte) {
  ScriptedLog log;
  log.create().trial(0, {{"lr", 0.1}}).start(0).result(0, 1, {{"loss", 1.5}});
  log.start(0, 2, 1).result(0, 2, {{"loss", 0.5}, {"note", "two\nlines, \"quoted\""}}).end(0);
  const Content whole = expected(log, log.last());
  ASSERT_GE(whole.size(), 1U);
  for (const auto& [name, bytes] : whole) {
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
      put(directory.path(), {{name, bytes.substr(0, length)}});
      TestLogger test(GetParam(), directory.path());
      ASSERT_TRUE(test.open(log, log.last()).ok());
      ASSERT_EQ(content_of(directory.path()), whole) << name << " cut at " << length;
    }
  }
}

TEST_P(FileLoggers, GoOnFromEveryStalePosition) {
  const ScriptedLog log = test::eventful_log(4, 7);
  const Content whole = expected(log, log.last());
  for (Sequence position = 0; position <= log.last(); position += 3) {
    for (Sequence written = position; written <= log.last(); written += 11) {
      const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
      put(directory.path(), expected(log, written));
      remember(directory.path(), position);
      TestLogger test(GetParam(), directory.path());
      ASSERT_TRUE(test.open(log, log.last()).ok());
      ASSERT_EQ(content_of(directory.path()), whole) << position << " of " << written;
    }
  }
}

TEST_P(FileLoggers, ReplaceWhatIsNotABeginningOfTheRightBytes) {
  const ScriptedLog log = test::eventful_log(3, 9);
  const Content whole = expected(log, log.last());
  for (const auto& [name, bytes] : whole) {
    for (const std::string& wrong : {bytes + bytes, "x" + bytes, bytes + "\n", std::string("?")}) {
      const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
      put(directory.path(), whole);
      write_bytes(directory.path() / name, wrong);
      remember(directory.path(), 0);
      TestLogger test(GetParam(), directory.path());
      ASSERT_TRUE(test.open(log, log.last()).ok());
      EXPECT_EQ(content_of(directory.path()), whole);
    }
  }
}

TEST_P(FileLoggers, LeaveFilesAloneThatWereCompleteAtThePosition) {
  ScriptedLog log;
  log.create().trial(0, {{"lr", 0.1}}).start(0).result(0, 1, {{"loss", 1.0}}).end(0);
  const Sequence position = log.last();
  log.trial(1, {{"lr", 0.2}}).start(1).result(1, 1, {{"loss", 2.0}}).end(1);
  Content marked = expected(log, position);
  for (auto& [name, bytes] : marked) {
    bytes = name.starts_with("trials/") ? "untouched" : bytes;
  }
  const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
  put(directory.path(), marked);
  remember(directory.path(), position);
  TestLogger test(GetParam(), directory.path());
  ASSERT_TRUE(test.open(log, log.last()).ok());
  Content wanted = expected(log, log.last());
  for (const auto& [name, bytes] : marked) {
    wanted[name] = bytes;
  }
  EXPECT_EQ(content_of(directory.path()), wanted);
}

TEST_P(FileLoggers, CheckEverythingWhenThePositionCannotBeTrusted) {
  const ScriptedLog log = test::eventful_log(3, 11);
  const Content whole = expected(log, log.last());
  for (const std::string text : {"",
                                 "nonsense",
                                 "luthier logger position 1\n5\nanother boot\nopen\n",
                                 "luthier logger position 1\n999999\nany\nclosed\n",
                                 "luthier logger position 1\n-4\nany\nclosed\n",
                                 "luthier logger position 1\n5\nany\n"}) {
    const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
    fs::create_directories(directory.path() / ".loggers");
    write_bytes(directory.path() / ".loggers" / (GetParam() + ".position"), text);
    TestLogger test(GetParam(), directory.path());
    ASSERT_TRUE(test.open(log, log.last()).ok());
    EXPECT_EQ(content_of(directory.path()), whole) << text;
  }
}

TEST_P(FileLoggers, TakeUpATrialThatIsTriedAgainAfterItEnded) {
  ScriptedLog log;
  log.create().trial(0, {{"lr", 0.1}}).start(0).result(0, 1, {{"loss", 1.0}}).end(0);
  const Sequence ended = log.last();
  log.add(TrialRequeued{{0}, 0, "retry", false});
  log.start(0, 2, 1).result(0, 2, {{"loss", 0.5}, {"new", 1}}).end(0);
  const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
  TestLogger test(GetParam(), directory.path());
  ASSERT_TRUE(test.open(log, 0).ok());
  test.feed(log, 1, ended);
  test.feed(log, ended + 1, log.last());
  test.logger.on_close(test.view);
  EXPECT_EQ(content_of(directory.path()), expected(log, log.last()));
}

// Resuming an experiment must not cost a reading of its log for each logger.
TEST_P(FileLoggers, ReadNoStoredEventAgainThatTheyDoNotNeed) {
  ScriptedLog log;
  log.create();
  for (std::int64_t i = 0; i < 20; ++i) {
    log.trial(i, {{"lr", 0.1}}).start(i).result(i, 1, {{"loss", 1.0}}).end(i);
  }
  const Sequence ended = log.last();
  log.trial(20, {{"lr", 0.2}}).start(20).result(20, 1, {{"loss", 2.0}});
  const Sequence open = log.last();
  const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
  const auto reads = [&](Sequence last) {
    TestLogger test(GetParam(), directory.path());
    test.pass_on(log, last);
    Sequence read = 0;
    const auto counted = [&](Sequence first, const std::function<bool(const Event&)>& receive) {
      return log.reader()(first, [&](const Event& event) {
        ++read;
        return receive(event);
      });
    };
    EXPECT_TRUE(test.logger.on_open(test.view, last, counted).ok());
    test.logger.on_close(test.view);
    return read;
  };
  EXPECT_GE(reads(ended), ended) << "nothing was written yet";
  EXPECT_EQ(reads(ended), 0);
  EXPECT_EQ(reads(open), open - ended) << "the trial that is new and has not ended";
  EXPECT_EQ(reads(open), open - ended) << "the trial that has not ended";
  EXPECT_EQ(content_of(directory.path()), expected(log, open));
}

TEST_P(FileLoggers, KeepFilesPrivateWhateverTheUmask) {
  const ScriptedLog log = test::eventful_log(3, 13);
  for (const mode_t mask : {mode_t{0}, mode_t{0277}}) {
    const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
    const mode_t before = ::umask(mask);
    TestLogger test(GetParam(), directory.path());
    ASSERT_TRUE(test.open(log, 0).ok());
    test.feed(log, 1, log.last());
    test.logger.on_close(test.view);
    ::umask(before);
    for (const auto& entry : fs::recursive_directory_iterator(directory.path())) {
      EXPECT_EQ(static_cast<unsigned>(entry.status().permissions()),
                entry.is_directory() ? 0700U : 0600U)
          << entry.path();
    }
  }
}

TEST_P(FileLoggers, SayOnceWhyTheyStoppedAndRecoverLater) {
  const ScriptedLog log = test::eventful_log(3, 15);
  const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
  write_bytes(directory.path() / "trials", "a file in the way");
  {
    TestLogger test(GetParam(), directory.path());
    ASSERT_TRUE(test.open(log, 0).ok());
    test.feed(log, 1, log.last());
    test.logger.on_idle(test.view, 5'000'000);
    test.logger.on_close(test.view);
    ASSERT_EQ(test.warnings.size(), 1U);
    EXPECT_NE(test.warnings[0].find(GetParam() + " logger stopped: can't"), std::string::npos)
        << test.warnings[0];
    EXPECT_NE(test.warnings[0].find("trials/"), std::string::npos) << test.warnings[0];
  }
  fs::remove(directory.path() / "trials");
  TestLogger test(GetParam(), directory.path());
  ASSERT_TRUE(test.open(log, log.last()).ok());
  EXPECT_EQ(content_of(directory.path()), expected(log, log.last()));
}

TEST_P(FileLoggers, DoNotFollowASymbolicLinkOutOfTheExperiment) {
  const ScriptedLog log = test::eventful_log(1, 17);
  const Content whole = expected(log, log.last());
  const TemporaryDirectory elsewhere{TemporaryDirectory::Place::memory};
  write_bytes(elsewhere.path() / "victim", "keep me");
  for (const auto& [name, bytes] : whole) {
    const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
    fs::create_directories((directory.path() / name).parent_path());
    fs::create_symlink(elsewhere.path() / "victim", directory.path() / name);
    TestLogger test(GetParam(), directory.path());
    ASSERT_TRUE(test.open(log, 0).ok());
    test.feed(log, 1, log.last());
    test.logger.on_close(test.view);
    EXPECT_EQ(read_bytes(elsewhere.path() / "victim"), "keep me") << name;
  }
}

INSTANTIATE_TEST_SUITE_P(All,
                         FileLoggers,
                         testing::Values("csv", "json", "tensorboard"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace luthier
