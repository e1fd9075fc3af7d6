#include "executors/guardian_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
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

#include "base/text.h"
#include "executors/child.h"

extern "C" {
// NOLINTBEGIN(readability-identifier-naming): symbols of the assembler
extern const char luthier_guardian_begin[];
extern const char luthier_guardian_end[];
// NOLINTEND(readability-identifier-naming)
}

namespace luthier {
namespace {

Error failed(const std::string& what, int number) {
  const bool passes = number == EMFILE || number == ENFILE || number == EAGAIN ||
                      number == ENOMEM || number == ENOBUFS || number == ETOOMANYREFS ||
                      number == EINTR;
  return {passes ? ErrorCode::unavailable : ErrorCode::io, what + ": " + errno_in_words(number)};
}

bool write_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t count = write(fd, bytes, size);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return false;
    }
    bytes += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

Result<FileDescriptor> memory_file(const char* name,
                                   const char* bytes,
                                   std::size_t size,
                                   unsigned flags) {
  FileDescriptor file(memfd_create(name, MFD_CLOEXEC | flags));
  if (!file && errno == EINVAL && flags != 0) {
    file = FileDescriptor(memfd_create(name, MFD_CLOEXEC));  // a kernel before MFD_EXEC
  }
  if (!file || !write_all(file.get(), bytes, size)) {
    return failed("a memory file could not be made", errno);
  }
  return file;
}

bool send_request(int socket,
                  const guardian::SpawnRequest& request,
                  const int* passed,
                  std::size_t count) {
  iovec part{.iov_base = const_cast<guardian::SpawnRequest*>(&request), .iov_len = sizeof request};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * guardian::kPassedMax)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int) * count);
  memcpy(CMSG_DATA(header), passed, sizeof(int) * count);
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof request;
}

}  // namespace

Result<GuardianClient> GuardianClient::launch() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return failed("the guardian could not be started", errno);
  }
  GuardianClient client;
  client.socket_ = FileDescriptor(ends[0]);
  const FileDescriptor theirs = above_standard(FileDescriptor(ends[1]));
  client.null_ = FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
  constexpr unsigned kExecutable = 0x10;  // MFD_EXEC, of kernel 6.3
  auto image = memory_file("luthier-guardian",
                           luthier_guardian_begin,
                           // NOLINTNEXTLINE(*-security.PointerSub): ends of one embedded file
                           static_cast<std::size_t>(luthier_guardian_end - luthier_guardian_begin),
                           kExecutable);
  if (!image) {
    return image.error();
  }
  if (!theirs || !client.null_) {
    return failed("the guardian could not be started", errno);
  }
  const FileDescriptor high = above_standard(*std::move(image));
  if (!high) {
    return failed("the guardian could not be started", errno);
  }
  pid_t pid = 0;
  char* const no_environment[] = {nullptr};
  if (const int error = spawn_child("/proc/self/fd/" + std::to_string(high.get()),
                                    {"luthier-guardian", std::to_string(getpid())},
                                    no_environment,
                                    {{theirs.get(), guardian::kSocket}},
                                    &pid);
      error != 0) {
    return failed(
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
  std::string strings = program.directory;
  const auto add = [&](const std::string& text) { strings.append(1, '\0').append(text); };
  add(program.path);
  for (const auto& argument : program.arguments) {
    add(argument);
  }
  for (const auto& variable : program.environment) {
    add(variable);
  }
  strings += '\0';
  const auto file = memory_file("luthier-command", strings.data(), strings.size(), 0);
  if (!file) {
    return file.error();
  }
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    return failed("the program could not be started", errno);
  }
  FileDescriptor ours(ends[0]);
  const FileDescriptor theirs(ends[1]);
  const guardian::SpawnRequest request{
      .arguments = static_cast<std::uint32_t>(program.arguments.size()),
      .environment = static_cast<std::uint32_t>(program.environment.size()),
      .strings_bytes = strings.size(),
      .memory_bytes = program.memory_bytes};
  const int passed[guardian::kPassedMax] = {theirs.get(),
                                            file->get(),
                                            null_.get(),
                                            program.standard_output,
                                            program.standard_error,
                                            program.report};
  const std::size_t count = program.report >= 0 ? guardian::kPassedMax : guardian::kReport;
  if (!send_request(socket_.get(), request, passed, count)) {
    return failed("the guardian did not take the program", errno);
  }
  return ours;
}

Result<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    struct stat status{};
    if (stat(name.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
      return Error{ErrorCode::invalid_argument,
                   "'" + to_utf8(name) + "' is a directory and no program; name a file in it"};
    }
    return name;
  }
  const char* path = getenv("PATH");
  bool found_plain_file = false;
  for (const auto& folder : split(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin", ':')) {
    const std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
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
  return Error{ErrorCode::not_found,
               "the program '" + to_utf8(name) + "' " +
                   (found_plain_file ? "is in PATH but may not be executed (chmod +x it)"
                    : here           ? "is not in PATH; there is one here: write ./" + to_utf8(name)
                                     : "is not in PATH; install it or give its path")};
}

std::string errno_in_words(int number) {
  const char* words = strerrordesc_np(number);
  return words != nullptr ? words : "error " + std::to_string(number);
}

}  // namespace luthier
