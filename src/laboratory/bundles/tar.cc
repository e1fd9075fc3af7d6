#include "laboratory/bundles/tar.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "base/check.h"
#include "base/failure.h"
#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "base/try.h"

namespace luthier {
namespace {

constexpr std::size_t kBlock = 512;

struct Field {
  std::size_t at;
  std::size_t size;
};
constexpr Field kName{0, 100};
constexpr Field kMode{100, 8};
constexpr Field kOwner{108, 8};
constexpr Field kGroup{116, 8};
constexpr Field kSize{124, 12};
constexpr Field kTime{136, 12};
constexpr Field kSum{148, 8};
constexpr Field kKind{156, 1};
constexpr Field kMagic{257, 8};
constexpr Field kPrefix{345, 155};
constexpr std::string_view kUstar{"ustar\00000", 8};

using Header = std::array<char, kBlock>;

void put(Header& header, Field field, std::string_view text) {
  std::ranges::copy(text, header.begin() + static_cast<std::ptrdiff_t>(field.at));
}

// Octal digits with leading zeros; the last byte of the field stays NUL.
void put(Header& header, Field field, std::int64_t number) {
  for (std::size_t i = field.size - 1; i-- > 0; number /= 8) {
    header[field.at + i] = static_cast<char>('0' + (number % 8));
  }
}

std::string_view text_in(const Header& header, Field field) {
  const std::string_view all(header.data() + field.at, field.size);
  return all.substr(0, all.find('\0'));
}

std::optional<std::int64_t> number_in(const Header& header, Field field) {
  const std::string_view digits = trim(text_in(header, field));
  std::int64_t number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '7') {
      return std::nullopt;
    }
    number = (number * 8) + (c - '0');
  }
  return digits.empty() ? std::nullopt : std::optional(number);
}

// The sum of all bytes, those of the field itself taken as blanks.
std::int64_t sum_of(const Header& header) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const bool own = i >= kSum.at && i < kSum.at + kSum.size;
    sum += own ? ' ' : static_cast<unsigned char>(header[i]);
  }
  return sum;
}

std::size_t padding(std::int64_t bytes) {
  return (kBlock - (static_cast<std::size_t>(bytes) % kBlock)) % kBlock;
}

bool is_blank(const Header& header) {
  return std::ranges::all_of(header, [](char c) { return c == '\0'; });
}

Error hostile(const std::string& what, std::string_view name, const std::string& why) {
  return failure(ErrorCode::invalid_argument,
                 "{} holds '{}', {}; nothing of it was used",
                 what,
                 printable(name),
                 why);
}

// The file that a header announces, or what is wrong with it.
Result<const ExpectedFile*> announced(const Header& header,
                                      const std::string& what,
                                      std::span<const ExpectedFile> expected,
                                      std::int64_t& bytes) {
  const auto sum = number_in(header, kSum);
  const auto size = number_in(header, kSize);
  if (std::string_view(header.data() + kMagic.at, 5) != "ustar" || sum != sum_of(header) || !size) {
    return Error{ErrorCode::corruption, what + " is not a bundle, or it is damaged"};
  }
  const std::string_view name = text_in(header, kName);
  const char kind = header[kKind.at];
  if (kind != '0' && kind != '\0') {
    return hostile(what, name, "which is not a regular file");
  }
  const auto found = std::ranges::find(expected, name, &ExpectedFile::name);
  if (found == expected.end() || !text_in(header, kPrefix).empty()) {
    return hostile(what, name, "which no bundle holds");
  }
  if (*size > found->most_bytes) {
    return hostile(what, name, formatted("which is too large: {} bytes", *size));
  }
  bytes = *size;
  return &*found;
}

// The second blank block, and nothing behind it: only then is gzip's own sum checked.
Result<> check_end(GzipReader& in, const std::string& what) {
  Header header{};
  LUTHIER_TRY(in.read(header));
  LUTHIER_TAKE(const auto at_end, in.at_end());
  return is_blank(header) && at_end
             ? Result<>()
             : Result<>(Error{ErrorCode::corruption,
                              what + " does not end as a bundle does; copy or make it again"});
}

}  // namespace

Result<> TarWriter::begin(std::string_view name, std::int64_t bytes) {
  LUTHIER_CHECK(name.size() < kName.size, "a short name");
  Header header{};
  put(header, kName, name);
  put(header, kMode, std::int64_t{0644});
  put(header, kOwner, std::int64_t{0});
  put(header, kGroup, std::int64_t{0});
  put(header, kSize, bytes);
  put(header, kTime, std::int64_t{0});
  put(header, kKind, "0");
  put(header, kMagic, kUstar);
  const std::int64_t sum = sum_of(header);
  put(header, {kSum.at, kSum.size - 1}, sum);
  header[kSum.at + kSum.size - 1] = ' ';
  promised_ = bytes;
  written_ = 0;
  return out_.write({header.data(), header.size()});
}

Result<> TarWriter::add(std::string_view content) {
  written_ += static_cast<std::int64_t>(content.size());
  return out_.write(content);
}

Result<> TarWriter::end_file() {
  LUTHIER_CHECK(written_ == promised_, "a file has the size that was announced");
  return out_.write(std::string(padding(written_), '\0'));
}

Result<> TarWriter::end_archive() {
  return out_.write(std::string(2 * kBlock, '\0'));
}

Result<> read_tar(GzipReader& in,
                  const std::string& what,
                  std::span<const ExpectedFile> expected,
                  const ReceivePiece& receive) {
  std::vector<std::string_view> seen;
  Header header{};
  while (true) {
    LUTHIER_TRY(in.read(header));
    if (is_blank(header)) {
      break;
    }
    std::int64_t bytes = 0;
    LUTHIER_TAKE(const auto file, announced(header, what, expected, bytes));
    if (std::ranges::find(seen, file->name) != seen.end()) {
      return hostile(what, file->name, "and again");
    }
    seen.push_back(file->name);
    std::string piece;
    for (std::int64_t left = bytes; left > 0; left -= static_cast<std::int64_t>(piece.size())) {
      piece.resize(static_cast<std::size_t>(std::min<std::int64_t>(left, 1 << 18)));
      LUTHIER_TRY(in.read(piece));
      receive(file->name, piece);
    }
    piece.resize(padding(bytes));
    LUTHIER_TRY(in.read(piece));
  }
  LUTHIER_TRY(check_end(in, what));
  for (const ExpectedFile& file : expected) {
    if (std::ranges::find(seen, file.name) == seen.end()) {
      return failure(ErrorCode::corruption, "{} holds no {}; make it again", what, file.name);
    }
  }
  return {};
}

}  // namespace luthier
