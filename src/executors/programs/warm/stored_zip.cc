#include "executors/programs/warm/stored_zip.h"

#include <cstdint>

#include <zlib.h>

namespace luthier {
namespace {

void append(std::string& out, std::uint32_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out += static_cast<char>(number >> (8 * i) & 0xff);
  }
}

// What the local header and the directory say alike: from "version needed" to the lengths.
std::string facts(std::string_view name, std::string_view content) {
  constexpr std::uint32_t kFirstOfJanuary1980 = 0x21;
  const auto size = static_cast<std::uint32_t>(content.size());
  const uLong crc =
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
  std::string out;
  append(out, 10, 2);
  append(out, 0, 4);  // flags; stored
  append(out, 0, 2);  // time of day
  append(out, kFirstOfJanuary1980, 2);
  append(out, static_cast<std::uint32_t>(crc), 4);
  append(out, size, 4);
  append(out, size, 4);
  append(out, static_cast<std::uint32_t>(name.size()), 2);
  append(out, 0, 2);  // extra field
  return out;
}

}  // namespace

std::string stored_zip(const std::vector<ZipFile>& files) {
  std::string out;
  std::string directory;
  for (const auto& [name, content] : files) {
    const std::string common = facts(name, content);
    directory += "PK\1\2";
    append(directory, 20, 2);  // version made by
    directory += common;
    append(directory, 0, 2);  // comment
    append(directory, 0, 4);  // disk, internal attributes
    append(directory, 0, 4);  // external attributes
    append(directory, static_cast<std::uint32_t>(out.size()), 4);
    directory += name;
    out.append("PK\3\4").append(common).append(name).append(content);
  }
  const auto directory_at = static_cast<std::uint32_t>(out.size());
  const auto count = static_cast<std::uint32_t>(files.size());
  out += directory;
  out += "PK\5\6";
  append(out, 0, 4);  // disks
  append(out, count, 2);
  append(out, count, 2);
  append(out, static_cast<std::uint32_t>(directory.size()), 4);
  append(out, directory_at, 4);
  append(out, 0, 2);  // comment
  return out;
}

}  // namespace luthier
