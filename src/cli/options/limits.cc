#include "cli/options/limits.h"

#include <unistd.h>

#include <csignal>
#include <new>
#include <string_view>

#include "cli/output/output.h"

namespace luthier::cli {
namespace {

// Nothing here may ask for memory. As after any crash, what the log holds is kept.
[[noreturn]] void leave_without_memory() {
  constexpr std::string_view kSentence =
      "luthier: there is not enough memory; raise its limit (ulimit -v) or give it less to do. "
      "What "
      "was being run can be resumed\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kSentence.data(), kSentence.size());
  ::_exit(kSystem);
}

}  // namespace

void meet_limits() {
  // A handler and not SIG_IGN, which trials would inherit.
  std::signal(SIGXFSZ, [](int) {});
  std::set_new_handler(leave_without_memory);
}

}  // namespace luthier::cli
