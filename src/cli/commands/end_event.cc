#include "cli/commands/end_event.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

#include "base/failure.h"

namespace luthier::cli {
namespace {

int event = -1;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): its handler's

void note_signal(int /*signal*/) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event, &one, sizeof one);
}

}  // namespace

Result<FileDescriptor> end_event() {
  FileDescriptor out(eventfd(0, EFD_CLOEXEC));
  if (!out) {
    return failure(ErrorCode::io, "descriptors ran out; raise the limit (ulimit -n)");
  }
  event = out.get();
  for (const int signal : {SIGINT, SIGHUP, SIGTERM}) {
    std::signal(signal, note_signal);
  }
  return out;
}

}  // namespace luthier::cli
