#include "executors/programs/attempt_pipes.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include <termios.h>

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

// Nobody types there, and no session has it as its controlling terminal: no signal can come from
// it. Wide, as tables and bars are cut to the width.
bool open_terminal(FileDescriptor& ours, FileDescriptor& theirs) {
  ours = FileDescriptor(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  if (!ours || unlockpt(ours.get()) != 0) {
    return false;
  }
  theirs = FileDescriptor(ioctl(ours.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios plain{};
  if (!theirs || tcgetattr(theirs.get(), &plain) != 0) {
    return false;
  }
  cfmakeraw(&plain);
  const winsize size{.ws_row = 50, .ws_col = 200, .ws_xpixel = 0, .ws_ypixel = 0};
  return tcsetattr(theirs.get(), TCSANOW, &plain) == 0 &&
         ioctl(theirs.get(), TIOCSWINSZ, &size) == 0;
}

bool open_socket(FileDescriptor& ours, FileDescriptor& theirs) {
  int ends[2];
  return take(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ends, ours, theirs);
}

}  // namespace

bool AttemptPipes::open(bool tty) {
  return (tty ? open_terminal(output, their_output) : open_pipe(output, their_output)) &&
         open_pipe(error, their_error) && open_socket(report, their_report);
}

void AttemptPipes::close_theirs() {
  for (FileDescriptor* fd : {&their_output, &their_error, &their_report}) {
    fd->reset();
  }
}

}  // namespace luthier
