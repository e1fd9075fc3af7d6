#include "executors/attempt_failures.h"

#include <sys/wait.h>

#include <cerrno>
#include <cmath>
#include <cstring>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "executors/programs/guardian_client.h"

namespace luthier {
namespace {

constexpr std::uint64_t kMebibyte = 1U << 20;

// Both in the unit in which the limit is a whole number.
std::string memory_text(std::uint64_t bytes, std::uint64_t limit) {
  const bool binary = limit % kMebibyte == 0;
  const double unit = binary ? static_cast<double>(kMebibyte) : 1e6;
  return format_number(std::floor(static_cast<double>(bytes) * 10 / unit) / 10) +
         (binary ? " MiB" : " MB");
}

}  // namespace

std::string start_failure(const guardian::Spawned& spawned,
                          const std::string& program,
                          const std::string& working_directory) {
  const int number = spawned.failed_errno;
  const std::string remedy =
      number == ENOEXEC  ? "; begin the script with a #! line or name its interpreter"
      : number == EACCES ? "; make it executable (chmod +x)"
      : number == E2BIG  ? "; give the parameters in a file with {params.file:json}"
      : number == ENOENT ? "; check its path, and the #! line if it is a script"
                         : "";
  return (spawned.in_directory != 0
              ? formatted("the working directory '{}' could not be entered: ", working_directory)
              : formatted("the program '{}' could not be started: ", to_utf8(program))) +
         errno_in_words(number) + remedy;
}

std::string no_room_failure(const std::string& program, const std::string& reason) {
  return formatted(
      "the program '{}' could not be started: {}; lower --jobs or raise the limits on files and "
      "processes (ulimit -n, ulimit -u)",
      to_utf8(program),
      reason);
}

std::string exit_failure(const guardian::Gone& gone,
                         std::uint64_t memory_limit_bytes,
                         const std::string& tail) {
  const int status = gone.wait_status;
  std::string out;
  if (gone.over_memory != 0) {
    out = formatted(
        "used {} of memory, more than its limit of {}, and was ended; give it more "
        "with --memory, or have it use less",
        memory_text(gone.peak_memory_bytes, memory_limit_bytes),
        memory_text(memory_limit_bytes, memory_limit_bytes));
  } else if (WIFSIGNALED(status)) {
    const char* name = sigdescr_np(WTERMSIG(status));
    out = formatted(
        "was ended by signal {} ({})", WTERMSIG(status), name != nullptr ? name : "unknown");
  } else {
    out = "exited with status " + std::to_string(WEXITSTATUS(status));
  }
  return tail.empty() ? out : formatted("{}; last lines of stderr:\n{}", out, tail);
}

std::string time_out_failure(std::chrono::microseconds limit) {
  return formatted("ran longer than its limit of {} s and was ended",
                   format_number(static_cast<double>(limit.count()) / 1e6));
}

}  // namespace luthier
