#include "executors/programs/guardian_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "executors/programs/child.h"
#include "executors/programs/spawn_packet.h"

extern "C" {
// NOLINTBEGIN(readability-identifier-naming): symbols of the assembler
extern const char luthier_guardian_begin[];
extern const char luthier_guardian_end[];
// NOLINTEND(readability-identifier-naming)
}

namespace luthier {
namespace {}  // namespace

Result<GuardianClient> GuardianClient::launch() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return spawn_error("the guardian could not be started", errno);
  }
  GuardianClient client;
  client.socket_ = FileDescriptor(ends[0]);
  const FileDescriptor theirs = above_standard(FileDescriptor(ends[1]));
  client.null_ = FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
  client.discard_ = FileDescriptor(open("/dev/null", O_WRONLY | O_CLOEXEC));
  constexpr unsigned kExecutable = 0x10;  // MFD_EXEC, of kernel 6.3
  LUTHIER_TAKE(auto image,
               memory_file("luthier-guardian",
                           luthier_guardian_begin,
                           // NOLINTNEXTLINE(*-security.PointerSub): ends of one embedded file
                           static_cast<std::size_t>(luthier_guardian_end - luthier_guardian_begin),
                           kExecutable));
  if (!theirs || !client.null_ || !client.discard_) {
    return spawn_error("the guardian could not be started", errno);
  }
  const FileDescriptor high = above_standard(std::move(image));
  if (!high) {
    return spawn_error("the guardian could not be started", errno);
  }
  pid_t pid = 0;
  char* const no_environment[] = {nullptr};
  if (const int error = spawn_child("/proc/self/fd/" + std::to_string(high.get()),
                                    {"luthier-guardian", std::to_string(getpid())},
                                    no_environment,
                                    {{theirs.get(), guardian::kSocket}},
                                    &pid);
      error != 0) {
    return spawn_error(
        "the guardian could not be started (it needs /proc and memory files that may be executed)",
        error);
  }
  client.pid_ = pid;
  return client;
}

GuardianClient::~GuardianClient() {
  if (!socket_) {
    return;
  }
  const FileDescriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  socket_.reset();
  pollfd polled{process.get(), POLLIN, 0};
  constexpr int kPatienceMs = 3000;
  if (process && poll(&polled, 1, kPatienceMs) > 0) {
    waitpid(pid_, nullptr, 0);
  }
}

Result<FileDescriptor> GuardianClient::spawn(const Program& program) {
  LUTHIER_TAKE(auto packet, SpawnPacket::make(with_input(program)));
  if (!packet.send(socket_.get(), &packet.request(), sizeof packet.request())) {
    return spawn_error("the guardian did not take the program", errno);
  }
  return packet.take_control();
}

Result<FileDescriptor> GuardianClient::launch_zygote(const Program& program) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    return spawn_error("the zygote could not be started", errno);
  }
  FileDescriptor ours(ends[0]);
  const FileDescriptor theirs(ends[1]);
  Program zygote = with_input(program);
  zygote.standard_output = zygote.standard_error = discard_.get();
  zygote.report = theirs.get();
  LUTHIER_TAKE(auto packet, SpawnPacket::make(zygote));
  guardian::SpawnRequest request = packet.request();
  request.zygote = 1;
  if (!packet.send(socket_.get(), &request, sizeof request)) {
    return spawn_error("the guardian did not take the zygote", errno);
  }
  return ours;
}

Program GuardianClient::with_input(const Program& program) const {
  Program out = program;
  out.standard_input = null_.get();
  return out;
}

Result<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    struct stat status{};
    if (stat(name.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
      return failure(ErrorCode::invalid_argument,
                     "'{}' is a directory, not a program; name a file in it",
                     to_utf8(name));
    }
    return name;
  }
  const char* path = getenv("PATH");
  bool found_plain_file = false;
  for (const auto& folder : split(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin", ':')) {
    const std::string candidate = formatted("{}/{}", folder.empty() ? "." : folder, name);
    struct stat status{};
    if (stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
      if (access(candidate.c_str(), X_OK) == 0) {
        return candidate;
      }
      found_plain_file = true;
    }
  }
  std::error_code ignored;
  const bool here = std::filesystem::exists(name, ignored);
  return failure(ErrorCode::not_found,
                 "the program '{}' {}",
                 to_utf8(name),
                 found_plain_file ? "is in PATH but may not be executed (chmod +x it)"
                 : here ? "is not in PATH, but there is one here: write ./" + to_utf8(name)
                        : "is not in PATH; install it or give its path");
}

std::string errno_in_words(int number) {
  const char* words = strerrordesc_np(number);
  return words != nullptr ? words : "error " + std::to_string(number);
}

}  // namespace luthier
