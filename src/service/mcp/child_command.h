// Commands of this very program as processes of their own: what they print is what a person sees,
// and one that crashes or hangs takes nothing with it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "luthier/error.h"

namespace luthier {

struct CommandLimits {
  std::size_t most_bytes = std::size_t{256} << 10;  // kept of its output
  bool keep_last = false;                           // ... the end instead of the beginning
  std::chrono::seconds time = std::chrono::minutes(10);
};

struct CommandOutput {
  int code = 0;  // as a shell has it: 128 + the signal that ended it
  std::string out = {};
  std::string messages = {};  // standard error
  bool cut = false;           // `out` is not all
  bool cancelled = false;
};

// Runs `luthier WORDS` to its end; cancelled as soon as `cancel` is readable. Any thread.
Result<CommandOutput> run_command(const std::vector<std::string>& words,
                                  int cancel,
                                  const CommandLimits& limits = {});

// A command that goes on when this process ends. Its output goes to memory that it holds itself.
class BackgroundCommand {
 public:
  static Result<BackgroundCommand> start(const std::vector<std::string>& words);

  pid_t pid() const { return pid_; }
  std::optional<int> exit_code();  // once it has ended
  std::string messages() const;    // the last of its standard error
  void interrupt() const;          // asks it to save and to end, as long as it runs

 private:
  pid_t pid_ = -1;
  FileDescriptor messages_;
  std::optional<int> code_;
};

}  // namespace luthier
