#include "loggers/log_position.h"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/text.h"
#include "loggers/private_files.h"

namespace luthier {
namespace {

constexpr std::string_view kFormat = "luthier logger position 1";

// Different after each start of the machine.
std::string boot_id() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(in, id);
  return id;
}

}  // namespace

Result<> write_position(const std::filesystem::path& file, const LogPosition& position) {
  std::string text(kFormat);
  text += '\n' + std::to_string(position.sequence) + '\n' + boot_id() + '\n';
  text += position.closed ? "closed\n" : "open\n";
  return replace_file(file, text);
}

Sequence read_position(const std::filesystem::path& file, Sequence last) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
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
