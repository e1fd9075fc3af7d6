#include "executors/attempt_pipes.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace luthier {
namespace {

bool take(int result, const int (&ends)[2], FileDescriptor& ours, FileDescriptor& theirs) {
  if (result != 0) {
    return false;
  }
  ours = FileDescriptor(ends[0]);
  theirs = FileDescriptor(ends[1]);
  fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK);
  return true;
}

bool open_pipe(FileDescriptor& ours, FileDescriptor& theirs) {
  int ends[2];
  return take(pipe2(ends, O_CLOEXEC), ends, ours, theirs);
}

bool open_socket(FileDescriptor& ours, FileDescriptor& theirs) {
  int ends[2];
  return take(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ends, ours, theirs);
}

}  // namespace

bool AttemptPipes::open() {
  return open_pipe(output, their_output) && open_pipe(error, their_error) &&
         open_socket(report, their_report);
}

void AttemptPipes::close_theirs() {
  for (FileDescriptor* fd : {&their_output, &their_error, &their_report}) {
    fd->reset();
  }
}

}  // namespace luthier
