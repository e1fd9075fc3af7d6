// Checkpoint directories: whole under their final name or not there at all.
#include "store/checkpoint_directories.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Checkpoints : public testing::TestWithParam<bool> {
 protected:
  fs::path sealed(std::int64_t iteration, const std::string& text) {
    const auto temporary = area_.begin(kAttempt);
    EXPECT_TRUE(temporary.ok());
    write(*temporary / "model.bin", text);
    const auto result = area_.seal(kAttempt, iteration, *temporary);
    EXPECT_TRUE(result.ok()) << result.error().message;
    return result->directory;
  }

  static constexpr AttemptId kAttempt{TrialId{42}, 1};
  TemporaryDirectory temporary_;
  CheckpointDirectories area_{temporary_.path(), GetParam()};
  fs::path parent_ = temporary_.path() / "trials/00042/checkpoints";
};
INSTANTIATE_TEST_SUITE_P(Durability, Checkpoints, testing::Bool(), [](const auto& info) {
  return info.param ? "full" : "fast";
});

TEST_P(Checkpoints, AreSealedVerifiedAndRemoved) {
  const auto temporary = area_.begin(kAttempt);
  ASSERT_TRUE(temporary.ok()) << temporary.error().message;
  struct stat status = {};
  ASSERT_EQ(::stat(temporary->c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  const std::vector<std::string> names = {
      "model.bin", "layers/0/weights", "a b\n\"c\"", "-rf", "\xFF\xFE", "layers/manifest.json"};
  for (const auto& name : names) {
    write(*temporary / name, name + " content");
  }
  fs::create_directory(*temporary / "empty");
  const auto result = area_.seal(kAttempt, 10, *temporary);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->directory, parent_ / "000010");
  std::int64_t bytes = 0;
  for (const auto& name : names) {
    bytes += static_cast<std::int64_t>((name + " content").size());
    EXPECT_EQ(read(result->directory / name), name + " content");
  }
  EXPECT_EQ(result->bytes, bytes);
  EXPECT_FALSE(fs::exists(*temporary));
  EXPECT_THAT(read(result->directory / "manifest.json"), HasSubstr("\"name_hex\": \"fffe\""));
  const auto verified = area_.verify(result->directory);
  EXPECT_TRUE(verified.ok()) << verified.error().message;
  area_.remove(result->directory);
  EXPECT_TRUE(fs::is_empty(parent_));
  area_.remove(result->directory);
}

TEST_P(Checkpoints, TheManifestHasTheStandardSum) {
  const auto directory = sealed(1, "abc");
  EXPECT_THAT(read(directory / "manifest.json"),
              HasSubstr("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

TEST_P(Checkpoints, EveryKindOfDamageIsNamed) {
  const auto damage = [&](const std::function<void(const fs::path&)>& change) {
    const auto directory = sealed(3, "weights");
    change(directory);
    const auto verified = area_.verify(directory);
    EXPECT_FALSE(verified.ok());
    EXPECT_EQ(verified.error().code, ErrorCode::corruption);
    return verified.error().message;
  };
  EXPECT_THAT(damage([](const fs::path& d) { write(d / "model.bin", "Weights"); }),
              HasSubstr("model.bin has different content"));
  EXPECT_THAT(damage([](const fs::path& d) { write(d / "model.bin", "weight"); }),
              HasSubstr("model.bin has a different size"));
  EXPECT_THAT(damage([](const fs::path& d) { fs::remove(d / "model.bin"); }),
              HasSubstr("model.bin is missing"));
  EXPECT_THAT(damage([](const fs::path& d) { write(d / "more", "x"); }),
              HasSubstr("more is not in its manifest"));
  EXPECT_THAT(damage([](const fs::path& d) { fs::remove(d / "manifest.json"); }),
              HasSubstr("has no manifest.json"));
  EXPECT_THAT(damage([](const fs::path& d) { write(d / "manifest.json", "{\"files\": [1]}"); }),
              HasSubstr("manifest.json is damaged"));
  EXPECT_THAT(damage([](const fs::path& d) { fs::remove_all(d); }), HasSubstr("is gone"));
  EXPECT_THAT(damage([](const fs::path& d) {
                fs::remove(d / "model.bin");
                fs::create_symlink("/etc/hostname", d / "model.bin");
              }),
              HasSubstr("symbolic link"));
}

TEST_P(Checkpoints, ALinkOrASpecialFileIsNoCheckpoint) {
  const auto temporary = area_.begin(kAttempt);
  fs::create_directory_symlink("/etc", *temporary / "elsewhere");
  const auto linked = area_.seal(kAttempt, 1, *temporary);
  ASSERT_FALSE(linked.ok());
  EXPECT_EQ(linked.error().code, ErrorCode::invalid_argument);
  fs::remove(*temporary / "elsewhere");
  ASSERT_EQ(::mkfifo((*temporary / "pipe").c_str(), 0600), 0);
  EXPECT_FALSE(area_.seal(kAttempt, 1, *temporary).ok());
  EXPECT_FALSE(area_.seal(kAttempt, 1, "/etc").ok());
  EXPECT_FALSE(fs::exists(parent_ / "000001"));
}

TEST_P(Checkpoints, OneOfTheSameIterationIsNeverReplaced) {
  const auto first = sealed(7, "first");
  const auto second = sealed(7, "second");
  const auto third = sealed(7, "third");
  EXPECT_EQ(second, parent_ / "000007-2");
  EXPECT_EQ(third, parent_ / "000007-3");
  EXPECT_EQ(read(first / "model.bin"), "first");
  EXPECT_EQ(read(second / "model.bin"), "second");
  for (const auto& directory : {first, second, third}) {
    EXPECT_TRUE(area_.verify(directory).ok());
  }
}

TEST_P(Checkpoints, RemovingALinkLeavesWhatItPointsTo) {
  write(temporary_.path() / "precious/file", "x");
  fs::create_directories(parent_);
  fs::create_directory_symlink(temporary_.path() / "precious", parent_ / "000005");
  EXPECT_FALSE(area_.verify(parent_ / "000005").ok());
  area_.remove(parent_ / "000005");
  EXPECT_FALSE(fs::is_symlink(fs::symlink_status(parent_ / "000005")));
  EXPECT_TRUE(fs::exists(temporary_.path() / "precious/file"));
}

TEST_P(Checkpoints, CleaningLeavesOnlyWhatIsKept) {
  const auto kept = sealed(1, "kept");
  sealed(2, "not committed");
  const auto half = area_.begin(kAttempt);
  write(*half / "model.bin", "half");
  write(parent_ / ".trash-000009-1-1/model.bin", "old");
  area_.clean(TrialId{42}, {"000001"});
  EXPECT_EQ(std::distance(fs::directory_iterator(parent_), {}), 1);
  EXPECT_TRUE(area_.verify(kept).ok());
  area_.clean(TrialId{43}, {});
}

TEST_P(Checkpoints, AKillWhileSealingLeavesOnlyWholeOnes) {
  for (int round = 0; round < 8; ++round) {
    ChildProcess child([&](int out) {
      for (std::int64_t iteration = 1;; ++iteration) {
        const auto temporary = area_.begin(kAttempt);
        for (int i = 0; temporary.ok() && i < 5; ++i) {
          write(*temporary / std::to_string(i), std::string(3000, 'x'));
        }
        if (!temporary || !area_.seal(kAttempt, 1 + iteration % 3, *temporary)) {
          return 1;
        }
        print_line(out, "sealed");
      }
    });
    ASSERT_EQ(child.read_line(), "sealed");
    ::usleep(static_cast<useconds_t>(500 * round));
    child.kill();
    EXPECT_EQ(child.wait(), 128 + 9);
    for (const auto& entry : fs::directory_iterator(parent_)) {
      if (!entry.path().filename().string().starts_with('.')) {
        const auto verified = area_.verify(entry.path());
        EXPECT_TRUE(verified.ok()) << verified.error().message;
      }
    }
  }
}

TEST(TemporaryCheckpoints, GoWithTheirOwner) {
  auto area = CheckpointDirectories::make_temporary();
  ASSERT_TRUE(area.ok());
  const fs::path root = (*area)->root();
  const auto temporary = (*area)->begin({TrialId{0}, 1});
  write(*temporary / "x", "y");
  EXPECT_TRUE((*area)->seal({TrialId{0}, 1}, 1, *temporary).ok());
  area->reset();
  EXPECT_FALSE(fs::exists(root));
}

// Summed, they would take minutes.
TEST_P(Checkpoints, ALargeOneIsGivenUpWhileItIsSealedOrVerified) {
  const auto small = sealed(1, "small");
  const auto temporary = area_.begin(kAttempt);
  ASSERT_TRUE(temporary.ok());
  write(*temporary / "large", "");
  fs::resize_file(*temporary / "large", std::uintmax_t{1} << 40);
  Result<CheckpointArea::Sealed> given_up = Error{ErrorCode::io, "not tried"};
  std::thread sealing([&] { given_up = area_.seal(kAttempt, 2, *temporary); });
  area_.give_up();
  sealing.join();
  ASSERT_FALSE(given_up);
  EXPECT_EQ(given_up.error().code, ErrorCode::unavailable) << given_up.error().message;
  EXPECT_FALSE(fs::exists(parent_ / "000002"));
  const auto verified = area_.verify(small);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code, ErrorCode::unavailable) << verified.error().message;
}

}  // namespace
}  // namespace luthier
