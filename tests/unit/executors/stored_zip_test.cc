#include "executors/programs/warm/stored_zip.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>
#include <zlib.h>

namespace luthier {
namespace {

std::uint32_t number(const std::string& bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes.at(at + i))) << (8 * i);
  }
  return value;
}

// Follows the places an archive gives, from its end: APPNOTE.TXT of PKWARE, 4.3.
TEST(StoredZip, LeadsFromItsEndToTheFile) {
  const std::string content(100'000, 'x');
  const std::string archive = stored_zip({{"module.py", content}});
  const std::size_t end = archive.size() - 22;
  ASSERT_EQ(archive.substr(end, 4), "PK\5\6");
  EXPECT_EQ(number(archive, end + 10, 2), 1);
  const std::size_t directory = number(archive, end + 16, 4);
  EXPECT_EQ(directory + number(archive, end + 12, 4), end);
  ASSERT_EQ(archive.substr(directory, 4), "PK\1\2");
  EXPECT_EQ(number(archive, directory + 10, 2), 0) << "stored";
  EXPECT_EQ(number(archive, directory + 24, 4), content.size());
  EXPECT_EQ(archive.substr(directory + 46), "module.py" + archive.substr(end));
  const std::size_t local = number(archive, directory + 42, 4);
  ASSERT_EQ(archive.substr(local, 4), "PK\3\4");
  EXPECT_EQ(number(archive, local + 14, 4),
            crc32(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
  EXPECT_EQ(archive.substr(local + 30, 9), "module.py");
  EXPECT_EQ(archive.substr(local + 39, content.size()), content);
  EXPECT_EQ(local + 39 + content.size(), directory);
}

TEST(StoredZip, HoldsFilesInTheirOrder) {
  const std::string archive = stored_zip({{"a.py", "first"}, {"b/c.py", "the second"}});
  const std::size_t end = archive.size() - 22;
  EXPECT_EQ(number(archive, end + 10, 2), 2);
  std::size_t entry = number(archive, end + 16, 4);
  std::string seen;
  for (int i = 0; i < 2; ++i) {
    const std::size_t local = number(archive, entry + 42, 4);
    const std::size_t name = number(archive, entry + 28, 2);
    ASSERT_EQ(archive.substr(local, 4), "PK\3\4");
    seen += archive.substr(local + 30, name + number(archive, local + 22, 4)) + "|";
    entry += 46 + name;
  }
  EXPECT_EQ(seen, "a.pyfirst|b/c.pythe second|");
  EXPECT_EQ(entry, end);
}

}  // namespace
}  // namespace luthier
