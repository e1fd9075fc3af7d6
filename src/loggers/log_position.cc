#include "loggers/log_position.h"

#include <fstream>
#include <string>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "loggers/private_files.h"

namespace luthier {
namespace {

constexpr std::size_t kMostBytes = 4096;
constexpr std::string_view kFormat = "luthier logger position 1";

// Different after each start of the machine.
std::string boot_id() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(in, id);
  return id;
}

}  // namespace

Result<> write_position(const ContainedFiles& files,
                        const std::filesystem::path& name,
                        const LogPosition& position) {
  std::string text(kFormat);
  text += formatted("\n{}\n{}\n", position.sequence, boot_id());
  text += position.closed ? "closed\n" : "open\n";
  return replace_file(files, name, text);
}

Sequence read_position(const ContainedFiles& files,
                       const std::filesystem::path& name,
                       Sequence last) {
  std::string text;
  const auto read = read_pieces(files, name, [&](std::string_view piece) {
    text += piece;
    return text.size() < kMostBytes ? Result<>() : Error{ErrorCode::io, "too long"};
  });
  if (!read) {
    return 0;
  }
  const std::vector<std::string> lines = split(text, '\n');
  if (lines.size() != 5 || lines[0] != kFormat || !lines[4].empty()) {
    return 0;
  }
  const auto sequence = parse_integer(lines[1]);
  const bool trusted = lines[3] == "closed" || (lines[3] == "open" && lines[2] == boot_id());
  if (!sequence || *sequence < 0 || *sequence > last || !trusted) {
    return 0;
  }
  return *sequence;
}

}  // namespace luthier
