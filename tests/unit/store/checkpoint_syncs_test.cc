// With full durability nothing of a checkpoint may be lost to a power failure once it is sealed:
// each of its files and directories is synced before it has its name, and its name thereafter.
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/checkpoint_directories.h"
#include "support/temporary_directory.h"

namespace {

std::set<ino_t>* synced = nullptr;  // what fsync was called for, while somebody wants to know

}  // namespace

// In the place of the C library's, for this program.
extern "C" int fsync(int descriptor) {
  struct stat status{};
  if (synced != nullptr && ::fstat(descriptor, &status) == 0) {
    synced->insert(status.st_ino);
  }
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

namespace luthier {
namespace {

namespace fs = std::filesystem;

ino_t inode(const fs::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_ino;
}

class CheckpointSyncs : public testing::Test {
 protected:
  // Seals a checkpoint of two files; returns what was synced for it.
  std::set<ino_t> seal(bool full_durability) {
    CheckpointDirectories area(temporary_.path(), full_durability);
    const auto begun = area.begin(kAttempt);
    EXPECT_TRUE(begun.ok());
    fs::create_directory(*begun / "layers");
    std::ofstream(*begun / "model") << "weights";
    std::ofstream(*begun / "layers/0") << "more of them";
    std::set<ino_t> seen;
    synced = &seen;
    const auto sealed = area.seal(kAttempt, 1, *begun);
    synced = nullptr;
    EXPECT_TRUE(sealed.ok()) << sealed.error().message;
    directory_ = sealed->directory;
    return seen;
  }

  static constexpr AttemptId kAttempt{TrialId{3}, 1};
  TemporaryDirectory temporary_;
  fs::path directory_;
};

TEST_F(CheckpointSyncs, ReachEveryFileAndDirectoryWithFullDurability) {
  const auto seen = seal(true);
  for (const char* name : {"", "model", "layers", "layers/0", "manifest.json", "..", "../.."}) {
    EXPECT_TRUE(seen.contains(inode(directory_ / name))) << name;
  }
}

TEST_F(CheckpointSyncs, AreLeftOutWithFastDurability) {
  EXPECT_THAT(seal(false), testing::IsEmpty());
}

}  // namespace
}  // namespace luthier
