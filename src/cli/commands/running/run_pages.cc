#include "cli/commands/running/run_pages.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json.h"
#include "executors/programs/child.h"

namespace luthier::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(10);
constexpr auto kGrace = std::chrono::seconds(2);
constexpr std::size_t kLongestAnswer = std::size_t{16} << 10;

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return failure(ErrorCode::io, "can't start the pages: {}", std::strerror(errno));
  }
  return Pipe{above_standard(FileDescriptor(ends[0])), above_standard(FileDescriptor(ends[1]))};
}

// Up to `last`, the end, or the end of patience.
std::string read_up_to(int file, char last) {
  const auto give_up = Clock::now() + kPatience;
  std::string text;
  while (text.size() < kLongestAnswer && !text.ends_with(last) && Clock::now() < give_up) {
    pollfd polled{file, POLLIN, 0};
    if (::poll(&polled, 1, 100) <= 0) {
      continue;
    }
    char next = 0;
    const ssize_t count = ::read(file, &next, 1);
    if (count == 0) {
      break;
    }
    if (count > 0) {
      text += next;
    }
  }
  return text;
}

// What the pages' process said of why it can't, with the option of this one.
std::string reason_in(const std::string& messages) {
  constexpr std::string_view kTalks = "luthier: ";
  constexpr std::string_view kPort = " --port ";
  std::string text(trim(messages));
  text.erase(0, text.starts_with(kTalks) ? kTalks.size() : 0);
  if (const auto at = text.find(kPort); at != std::string::npos) {
    text.replace(at, kPort.size(), " --ui-port ");
  }
  return text.empty() ? "the pages did not start" : text;
}

}  // namespace

Result<RunPages> RunPages::start(const std::filesystem::path& results, int port) {
  LUTHIER_TAKE(auto input, make_pipe());
  LUTHIER_TAKE(auto output, make_pipe());
  LUTHIER_TAKE(auto messages, make_pipe());
  pid_t pid = -1;
  const int error = spawn_child("/proc/self/exe",
                                {"luthier",
                                 "serve",
                                 "--results",
                                 results.string(),
                                 "--port",
                                 std::to_string(port),
                                 "--json",
                                 "--while-input"},
                                environ,
                                {{input.read.get(), STDIN_FILENO},
                                 {output.write.get(), STDOUT_FILENO},
                                 {messages.write.get(), STDERR_FILENO}},
                                &pid);
  if (error != 0) {
    return failure(ErrorCode::io, "can't start the pages: {}", std::strerror(error));
  }
  RunPages pages(pid, std::move(input.write));
  output.write.reset();
  messages.write.reset();
  const auto said = parse_json(read_up_to(output.read.get(), '\n'));
  const Json* address = said ? said->find("address") : nullptr;
  if (address == nullptr || address->value.text() == nullptr) {
    return Error{ErrorCode::unavailable,
                 "--ui: " + reason_in(read_up_to(messages.read.get(), '\0'))};
  }
  pages.address_ = *address->value.text();
  return pages;
}

RunPages::RunPages(RunPages&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::move(other.input_)),
      address_(std::move(other.address_)) {}

RunPages::~RunPages() {
  if (pid_ < 0) {
    return;
  }
  input_.reset();
  const auto give_up = Clock::now() + kGrace;
  while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (Clock::now() > give_up) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace luthier::cli
