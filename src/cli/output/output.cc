#include "cli/output/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"

namespace luthier::cli {

void outlive_readers() {
  // A handler and not SIG_IGN, which trials would inherit.
  std::signal(SIGPIPE, [](int) {});
}

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::not_found:
    case ErrorCode::already_exists:
      return kUsage;
    case ErrorCode::unavailable:
      return kHeld;
    case ErrorCode::corruption:
      return kDamaged;
    case ErrorCode::io:
      return kSystem;
  }
  return kSystem;
}

bool print(std::string_view data) {
  if (std::fwrite(data.data(), 1, data.size(), stdout) == data.size() && std::fflush(stdout) == 0) {
    return true;
  }
  talk(std::string("can't write to standard output: ") + std::strerror(errno));
  return false;
}

int finish(std::string_view data) {
  return print(data) ? kSuccess : kSystem;
}

int output_columns() {
  if (::isatty(STDOUT_FILENO) != 1) {
    return 0;
  }
  const char* said = std::getenv("COLUMNS");
  const auto columns = parse_integer(said != nullptr ? said : "");
  if (columns && *columns > 0) {
    return static_cast<int>(std::min<std::int64_t>(*columns, 10'000));
  }
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

namespace {

// What a sentence says of itself stands at its ends; between them may be any text of the user's.
std::string shortened(const std::string& line) {
  constexpr std::size_t kLongest = 2000;
  constexpr std::size_t kTail = 400;
  if (line.size() <= kLongest) {
    return line;
  }
  const auto in_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  std::size_t tail = line.size() - kTail;
  while (tail < line.size() && in_character(line[tail])) {
    ++tail;
  }
  return fit(line, kLongest - kTail) + line.substr(tail);
}

}  // namespace

void talk(std::string_view sentences) {
  for (const auto& line : split(sentences, '\n')) {
    std::fputs(formatted("luthier: {}\n", shortened(printable(line))).c_str(), stderr);
  }
}

int fail(const Error& error) {
  talk(error.message);
  return exit_code(error.code);
}

int fail_usage(std::string message) {
  return fail({ErrorCode::invalid_argument, std::move(message)});
}

}  // namespace luthier::cli
