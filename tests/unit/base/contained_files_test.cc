// The same promises whether the kernel follows a name or we do, component by component.
#include "base/contained_files.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include <gtest/gtest.h>

#include "support/directory_content.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

class Contained : public testing::TestWithParam<ContainedFiles::Resolution> {
 protected:
  Contained() {
    fs::create_directories(root_ / "folder/deeper");
    fs::create_directory(outside_);
    write_bytes(root_ / "folder/file", "inside");
    write_bytes(outside_ / "file", "precious");
  }

  // Nothing outside was read, changed or made.
  void expect_untouched() const {
    EXPECT_EQ(content_of(outside_), (std::map<std::string, std::string>{{"file", "precious"}}));
  }

  TemporaryDirectory temporary_;
  fs::path root_ = temporary_.path() / "root";
  fs::path outside_ = temporary_.path() / "outside";
  ContainedFiles files_{root_, {}, GetParam()};
};

TEST_P(Contained, OpensWhatIsThere) {
  EXPECT_TRUE(files_.open("folder/file", O_RDONLY));
  EXPECT_TRUE(files_.open("./folder//./file", O_RDONLY));
  EXPECT_TRUE(files_.open_directory("folder/deeper"));
  EXPECT_TRUE(files_.open_directory({}));
  EXPECT_TRUE(files_.within("folder").open("file", O_RDWR));
  EXPECT_EQ(files_.list("folder")->size(), 2U);
  EXPECT_EQ(files_.status("folder/file")->st_size, 6);
  EXPECT_EQ(files_.within("folder").path("file"), root_ / "folder/file");
  EXPECT_FALSE(files_.open("folder/none", O_RDONLY));
  EXPECT_EQ(errno, ENOENT);
}

TEST_P(Contained, NamesThatLeadOutsideAreRefused) {
  for (const std::string& name : {std::string("../outside/file"),
                                  std::string("folder/../../outside/file"),
                                  (outside_ / "file").string(),
                                  std::string("/"),
                                  std::string(".."),
                                  std::string("folder/.."),
                                  std::string("folder/file\0/../x", 17)}) {
    errno = 0;
    EXPECT_FALSE(files_.open(name, O_RDWR | O_CREAT | O_TRUNC)) << name;
    EXPECT_EQ(errno, EXDEV) << name;
    EXPECT_FALSE(files_.open_directory(name)) << name;
    EXPECT_FALSE(files_.status(name)) << name;
    EXPECT_FALSE(files_.list(name)) << name;
    EXPECT_FALSE(files_.make_directories(name)) << name;
    EXPECT_FALSE(files_.remove(name)) << name;
    EXPECT_FALSE(files_.remove_all(name)) << name;
    EXPECT_FALSE(files_.rename("folder/file", name)) << name;
    EXPECT_FALSE(files_.rename(name, "folder/moved")) << name;
  }
  EXPECT_FALSE(files_.within("../outside").open("file", O_RDONLY));
  EXPECT_EQ(read_bytes(root_ / "folder/file"), "inside");
  expect_untouched();
}

TEST_P(Contained, LinksAreNotFollowedAnywhereBelowTheRoot) {
  fs::create_symlink(outside_ / "file", root_ / "link");
  fs::create_directory_symlink(outside_, root_ / "folder/way");
  fs::create_directory_symlink("deeper", root_ / "folder/near");
  fs::create_symlink(outside_ / "new", root_ / "nowhere");
  write_bytes(root_ / "folder/deeper/file", "deep");
  for (const char* name : {"link", "nowhere", "folder/way/file", "folder/near/file"}) {
    for (const int flags : {O_RDONLY, O_RDWR | O_CREAT | O_TRUNC, O_WRONLY | O_APPEND}) {
      errno = 0;
      EXPECT_FALSE(files_.open(name, flags)) << name;
      EXPECT_EQ(errno, ELOOP) << name;
    }
  }
  EXPECT_FALSE(files_.open("nowhere", O_WRONLY | O_CREAT | O_EXCL));
  EXPECT_FALSE(files_.open_directory("folder/way"));
  EXPECT_FALSE(files_.list("folder/near"));
  EXPECT_FALSE(files_.make_directories("folder/way/made"));
  EXPECT_FALSE(files_.remove("folder/way/file"));
  EXPECT_FALSE(files_.remove_all("folder/way/file"));
  EXPECT_FALSE(files_.rename("folder/file", "folder/way/moved"));
  EXPECT_TRUE(S_ISLNK(files_.status("link")->st_mode));
  expect_untouched();
}

TEST_P(Contained, LinksOnTheWayToTheRootAreTheUsersOwn) {
  fs::create_directory_symlink(root_, temporary_.path() / "shortcut");
  const ContainedFiles files(temporary_.path() / "shortcut", {}, GetParam());
  EXPECT_TRUE(files.open("folder/file", O_RDONLY));
  EXPECT_TRUE(files.make_directories("made"));
  EXPECT_TRUE(fs::is_directory(root_ / "made"));
}

TEST_P(Contained, OnlyRegularFilesAreOpenedAndNothingBlocks) {
  ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
  const int made = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const std::string path = (root_ / "socket").string();
  ASSERT_LT(path.size(), sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(::bind(made, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  for (const char* name : {"pipe", "socket", "folder"}) {
    for (const int flags : {O_RDONLY, O_WRONLY, O_RDWR, O_RDWR | O_CREAT | O_TRUNC}) {
      EXPECT_FALSE(files_.open(name, flags)) << name;
      EXPECT_TRUE(errno == ENXIO || errno == EISDIR) << name << ": " << errno;
    }
  }
  ::close(made);
}

TEST_P(Contained, WhatIsMadeIsPrivateUnderAnyUmask) {
  for (const mode_t mask : {0U, 022U, 077U, 0777U}) {
    const mode_t before = ::umask(mask);
    const bool made = files_.make_directories("a/b") && files_.open("a/b/new", O_WRONLY | O_CREAT);
    ::umask(before);
    ASSERT_TRUE(made) << mask;
    EXPECT_EQ(files_.status("a")->st_mode & 07777, 0700U);
    EXPECT_EQ(files_.status("a/b")->st_mode & 07777, 0700U);
    EXPECT_EQ(files_.status("a/b/new")->st_mode & 07777, 0600U);
    EXPECT_TRUE(files_.remove_all("a"));
  }
}

TEST_P(Contained, CreatesTruncatesAndAppends) {
  EXPECT_FALSE(files_.open("folder/file", O_RDWR | O_CREAT | O_EXCL));
  EXPECT_EQ(errno, EEXIST);
  EXPECT_EQ(::write(files_.open("folder/file", O_WRONLY | O_APPEND).get(), "!", 1), 1);
  EXPECT_EQ(read_bytes(root_ / "folder/file"), "inside!");
  EXPECT_TRUE(files_.open("folder/file", O_WRONLY | O_TRUNC));
  EXPECT_EQ(read_bytes(root_ / "folder/file"), "");
}

TEST_P(Contained, RemovesTreesButNotWhatLinksStandFor) {
  fs::create_directory_symlink(outside_, root_ / "folder/way");
  fs::create_symlink(outside_ / "file", root_ / "folder/deeper/link");
  EXPECT_FALSE(files_.remove("folder"));
  EXPECT_TRUE(files_.remove_all("folder"));
  EXPECT_TRUE(files_.remove_all("folder")) << "what is not there is no error";
  EXPECT_TRUE(fs::is_empty(root_));
  expect_untouched();
}

TEST_P(Contained, RenamesOverAFileOrNot) {
  write_bytes(root_ / "other", "other");
  EXPECT_FALSE(files_.rename("other", "folder/file", ContainedFiles::Target::free));
  EXPECT_EQ(errno, EEXIST);
  EXPECT_TRUE(files_.rename("other", "folder/file"));
  EXPECT_EQ(read_bytes(root_ / "folder/file"), "other");
}

// A folder that is exchanged for a link all the while never leads outside.
TEST_P(Contained, ARaceIsNotWon) {
  fs::create_directory(root_ / "swapped");
  fs::create_directory_symlink(outside_, root_ / "link");
  std::atomic<bool> done = false;
  std::thread swapper([&] {
    while (!done) {
      ::renameat2(AT_FDCWD,
                  (root_ / "swapped").c_str(),
                  AT_FDCWD,
                  (root_ / "link").c_str(),
                  RENAME_EXCHANGE);
    }
  });
  for (int i = 0; i < 3000; ++i) {
    EXPECT_FALSE(files_.open("swapped/file", O_RDONLY));
    files_.open("swapped/new", O_WRONLY | O_CREAT);
    files_.make_directories("swapped/made/below");
    files_.remove("swapped/file");
  }
  done = true;
  swapper.join();
  expect_untouched();
}

INSTANTIATE_TEST_SUITE_P(BothWays,
                         Contained,
                         testing::Values(ContainedFiles::Resolution::kernel,
                                         ContainedFiles::Resolution::by_component),
                         [](const auto& info) {
                           return info.param == ContainedFiles::Resolution::kernel ? "Kernel"
                                                                                   : "ByComponent";
                         });

}  // namespace
}  // namespace luthier
