#include "store/sqlite/stored_status.h"

#include "base/crc32c.h"
#include "base/format.h"

namespace luthier {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

std::string hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

std::optional<std::string> bytes_of(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const auto high = kDigits.find(text[i]);
    const auto low = kDigits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      return std::nullopt;
    }
    bytes += static_cast<char>((high << 4) | low);
  }
  return text.size() % 2 == 0 ? std::optional(std::move(bytes)) : std::nullopt;
}

// "12 2226852557 99887766 ": what the text of `bytes` begins with.
std::string beginning(const ChainEnd& end, std::string_view bytes) {
  const std::string place = formatted("{} {} ", end.sequence, end.chain);
  return formatted("{}{} ", place, crc32c(crc32c(0, place), bytes));
}

}  // namespace

std::string status_text(const ChainEnd& end, std::string_view bytes) {
  return beginning(end, bytes) + hex(bytes);
}

std::optional<std::string> kept_status(std::string_view text, const ChainEnd& end) {
  auto bytes = bytes_of(text.substr(text.rfind(' ') + 1));
  return bytes && text.starts_with(beginning(end, *bytes)) ? bytes : std::nullopt;
}

Result<std::optional<std::string>> read_kept_status(Connection& connection, const ChainEnd& end) {
  auto statement = connection.prepare("SELECT value FROM meta WHERE name = ?");
  if (!statement) {
    return explained(statement.error());
  }
  statement->bind(0, kStatusName);
  const auto row = statement->step();
  if (!row) {
    return explained(row.error());
  }
  return *row ? kept_status(statement->bytes(0), end) : std::optional<std::string>();
}

}  // namespace luthier
