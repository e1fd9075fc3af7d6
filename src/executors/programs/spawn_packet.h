// SpawnPacket: a program on its way to the guardian or to a zygote: the request and what it brings
// along (guardian/wire.h).
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "base/file_descriptor.h"
#include "executors/programs/guardian/wire.h"
#include "luthier/error.h"

namespace luthier {

struct Program;

class SpawnPacket {
 public:
  // `program`'s descriptors are borrowed until the packet is sent.
  static Result<SpawnPacket> make(const Program& program);

  const guardian::SpawnRequest& request() const { return request_; }
  // `request`: what the other side wants to read, with the packet's descriptors.
  bool send(int socket, const void* request, std::size_t size) const;
  // The executor's end of the control socket.
  FileDescriptor take_control() { return std::move(control_); }
  // The other end, which was sent too.
  FileDescriptor take_their_control() { return std::move(their_control_); }

 private:
  FileDescriptor control_;
  FileDescriptor their_control_;
  FileDescriptor strings_;
  guardian::SpawnRequest request_;
  std::array<int, guardian::kPassedMax> passed_{};
};

// A memory file of these bytes. `flags`: of memfd_create, dropped by kernels that know none.
Result<FileDescriptor> memory_file(const char* name,
                                   const char* bytes,
                                   std::size_t size,
                                   unsigned flags);
// The code is `unavailable` when trying again later may help.
Error spawn_error(const std::string& what, int number);

}  // namespace luthier
