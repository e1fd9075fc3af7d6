// The command table: one row a file of this folder.
#include <array>

#include "cli/command.h"

namespace luthier::cli {

extern const Command kRun, kLs, kShow, kTrials, kBest, kLogs, kExplain, kStop, kPause, kResume,
    kExtend, kRetry, kReplay, kSimulate, kCompare, kExport, kPlugins, kDoctor, kCompletion, kHelp,
    kVersion;

std::span<const Command* const> commands() {
  static constexpr std::array<const Command*, 21> kCommands = {
      &kRun,     &kLs,     &kShow,    &kTrials, &kBest,       &kLogs,   &kExplain,
      &kStop,    &kPause,  &kResume,  &kExtend, &kRetry,      &kReplay, &kSimulate,
      &kCompare, &kExport, &kPlugins, &kDoctor, &kCompletion, &kHelp,   &kVersion};
  return kCommands;
}

}  // namespace luthier::cli
