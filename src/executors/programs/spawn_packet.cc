#include "executors/programs/spawn_packet.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/format.h"
#include "base/try.h"
#include "executors/programs/guardian_client.h"

namespace luthier {
namespace {

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

}  // namespace

Error spawn_error(const std::string& what, int number) {
  const bool passes = number == EMFILE || number == ENFILE || number == EAGAIN ||
                      number == ENOMEM || number == ENOBUFS || number == ETOOMANYREFS ||
                      number == EINTR;
  return {passes ? ErrorCode::unavailable : ErrorCode::io,
          formatted("{}: {}", what, errno_in_words(number))};
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
    return spawn_error("a memory file could not be made", errno);
  }
  return file;
}

Result<SpawnPacket> SpawnPacket::make(const Program& program) {
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
  LUTHIER_TAKE(auto file, memory_file("luthier-command", strings.data(), strings.size(), 0));
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    return spawn_error("the program could not be started", errno);
  }
  SpawnPacket packet;
  packet.control_ = FileDescriptor(ends[0]);
  packet.their_control_ = FileDescriptor(ends[1]);
  packet.strings_ = std::move(file);
  packet.request_ = {.arguments = static_cast<std::uint32_t>(program.arguments.size()),
                     .environment = static_cast<std::uint32_t>(program.environment.size()),
                     .strings_bytes = strings.size(),
                     .memory_bytes = program.memory_bytes};
  packet.passed_ = {packet.their_control_.get(),
                    packet.strings_.get(),
                    program.standard_input,
                    program.standard_output,
                    program.standard_error,
                    program.report};
  return packet;
}

bool SpawnPacket::send(int socket, const void* request, std::size_t size) const {
  const std::size_t count =
      passed_[guardian::kReport] >= 0 ? guardian::kPassedMax : guardian::kReport;
  iovec part{.iov_base = const_cast<void*>(request), .iov_len = size};
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
  memcpy(CMSG_DATA(header), passed_.data(), sizeof(int) * count);
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(size);
}

}  // namespace luthier
