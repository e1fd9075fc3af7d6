// The command table: one row a file of this folder.
#include <array>

#include "cli/command.h"

namespace luthier::cli {

extern const Command kRun, kTry, kLs, kShow, kTrials, kBest, kLogs, kTop, kExplain, kStop, kPause,
    kResume, kExtend, kEnqueue, kRetry, kNote, kTag, kRm, kReplay, kSimulate, kCompare, kImportance,
    kReport, kPlot, kExport, kPlugins, kDoctor, kCompletion, kServe, kMcp, kHelp, kVersion;

std::span<const Command* const> commands() {
  static constexpr std::array<const Command*, 32> kCommands = {
      &kRun,     &kTry,     &kLs,     &kShow,       &kTrials,  &kBest,       &kLogs,   &kTop,
      &kExplain, &kStop,    &kPause,  &kResume,     &kExtend,  &kEnqueue,    &kRetry,  &kNote,
      &kTag,     &kRm,      &kReplay, &kSimulate,   &kCompare, &kImportance, &kReport, &kPlot,
      &kExport,  &kPlugins, &kDoctor, &kCompletion, &kServe,   &kMcp,        &kHelp,   &kVersion};
  return kCommands;
}

}  // namespace luthier::cli
