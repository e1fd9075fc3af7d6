#include "store/sqlite/write_ahead_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <string>

#include "base/format.h"
#include "store/files.h"

namespace luthier {
namespace {

constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::uint32_t kMagic = 0x377F0682;  // the lowest bit: the sums read big-endian words
constexpr std::uint32_t kVersion = 3007000;
// Rounds by which a frame that was left behind can be older than the log's header.
constexpr std::uint32_t kMostRounds = 1 << 20;

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

struct Sum {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  friend bool operator==(const Sum&, const Sum&) = default;
};

Sum sum_at(std::string_view bytes, std::size_t at) {
  return {big_endian(bytes, at), big_endian(bytes, at + 4)};
}

Sum add(Sum sum, std::string_view bytes, bool big) {
  for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
    const Sum words = sum_at(bytes, i);
    sum.a += (big ? words.a : __builtin_bswap32(words.a)) + sum.b;
    sum.b += (big ? words.b : __builtin_bswap32(words.b)) + sum.a;
  }
  return sum;
}

// Reads up to `into.size()` bytes; fewer at the end of the file. Negative: errno.
ssize_t read_all(int file, std::string& into) {
  std::size_t have = 0;
  while (have < into.size()) {
    const ssize_t count = ::read(file, into.data() + have, into.size() - have);
    if (count < 0 && errno != EINTR) {
      return -1;
    }
    if (count == 0) {
      break;
    }
    have += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return static_cast<ssize_t>(have);
}

struct Header {
  bool big = false;
  std::uint32_t page_bytes = 0;
  std::uint32_t first_salt = 0;
  std::uint32_t second_salt = 0;
  Sum sum;
};

std::optional<Header> parse_header(std::string_view bytes) {
  const std::uint32_t magic = big_endian(bytes, 0);
  const Header header{.big = (magic & 1) != 0,
                      .page_bytes = big_endian(bytes, 8),
                      .first_salt = big_endian(bytes, 16),
                      .second_salt = big_endian(bytes, 20),
                      .sum = sum_at(bytes, 24)};
  const bool sound = (magic & ~1U) == kMagic && big_endian(bytes, 4) == kVersion &&
                     std::has_single_bit(header.page_bytes) && header.page_bytes >= 512 &&
                     header.page_bytes <= 65536 &&
                     add({}, bytes.substr(0, 24), header.big) == header.sum;
  return sound ? std::optional(header) : std::nullopt;
}

// Tells what a writer that died leaves from what nobody leaves who writes in order: a frame that is
// not right although something written after it is.
class Judge {
 public:
  explicit Judge(const Header& header) : header_(header), stored_(header.sum), made_(header.sum) {}

  WalFrame take(std::string_view bytes, std::int64_t number) {
    const std::uint32_t first = big_endian(bytes, 8);
    const std::uint32_t second = big_endian(bytes, 12);
    const std::uint32_t rounds = header_.first_salt - first;
    const bool older = second != header_.second_salt && rounds >= 1 && rounds <= kMostRounds;
    const bool intact = first == header_.first_salt && second == header_.second_salt;
    const Sum carried = sum_at(bytes, 16);
    const bool follows = sum_after(made_, bytes) == carried;
    WalFrame frame{.number = number,
                   .page = big_endian(bytes, 0),
                   .commit_pages = big_endian(bytes, 4),
                   .current = !older,
                   .right = follows || sum_after(stored_, bytes) == carried,
                   .content = bytes.substr(kFrameHeaderBytes)};
    if (broken_ == 0 && !(intact && follows)) {
      broken_ = number;
      older_ = older;
      torn_ = !ends_transaction(bytes, frame.commit_pages, carried);
    } else if (broken_ == 0) {
      committed_ = committed_ || frame.commit_pages > 0;
    } else {
      leftover_ = leftover_ || older;
      behind_ = behind_ || (!older && frame.right && frame.commit_pages > 0);
    }
    made_ = sum_after(made_, bytes);
    stored_ = carried;
    return frame;
  }

  std::string damage() const {
    // The first transaction of a round is written over the frames of the round before.
    const bool overwriting = !committed_ && leftover_;
    if (broken_ == 0 || (!behind_ && (older_ || torn_ || overwriting))) {
      return {};
    }
    return formatted("frame {} of its write-ahead log does not match its checksum{}",
                     broken_,
                     behind_ ? ", and there are results behind it" : "");
  }

 private:
  Sum sum_after(Sum before, std::string_view frame) const {
    return add(
        add(before, frame.substr(0, 8), header_.big), frame.substr(kFrameHeaderBytes), header_.big);
  }

  // Also when one flipped bit hides it.
  bool ends_transaction(std::string_view frame, std::uint32_t commit_pages, Sum carried) const {
    bool ends = commit_pages > 0;
    std::string mended(frame);
    for (std::size_t bit = 0; bit < 32 && !ends; ++bit) {
      const auto flip = static_cast<char>(1U << (bit % 8));
      mended[4 + (bit / 8)] ^= flip;
      ends = sum_after(made_, mended) == carried;
      mended[4 + (bit / 8)] ^= flip;
    }
    return ends;
  }

  Header header_;
  Sum stored_;  // what the frame before carries
  Sum made_;    // what it should
  std::int64_t broken_ = 0;
  bool older_ = false;      // the broken one is of an earlier round
  bool torn_ = false;       // it ends no transaction
  bool committed_ = false;  // a transaction ended before it
  bool leftover_ = false;   // frames of an earlier round lie behind it
  bool behind_ = false;     // a transaction of this round ends behind it
};

}  // namespace

Result<WalEnd> read_write_ahead_log(const ContainedFiles& files,
                                    const std::string& name,
                                    const std::function<Result<>(const WalFrame&)>& receive) {
  const FileDescriptor file = files.open(name, O_RDONLY);
  if (!file) {
    return errno == ENOENT ? Result<WalEnd>(WalEnd{}) : system_error("read", files.path(name));
  }
  std::string bytes(kHeaderBytes, '\0');
  ssize_t count = read_all(file.get(), bytes);
  if (count < 0) {
    return system_error("read", files.path(name));
  }
  if (count < static_cast<ssize_t>(kHeaderBytes)) {
    return WalEnd{};
  }
  const auto header = parse_header(bytes);
  if (!header) {
    return WalEnd{.damage = "the beginning of its write-ahead log does not match its checksum"};
  }
  Judge judge(*header);
  bytes.resize(kFrameHeaderBytes + header->page_bytes);
  for (std::int64_t number = 1;
       (count = read_all(file.get(), bytes)) == static_cast<ssize_t>(bytes.size());
       ++number) {
    if (auto received = receive(judge.take(bytes, number)); !received) {
      return received.error();
    }
  }
  return count < 0 ? Result<WalEnd>(system_error("read", files.path(name)))
                   : WalEnd{.page_bytes = header->page_bytes, .damage = judge.damage()};
}

}  // namespace luthier
