// Up to which event of the log a logger's files are complete. A position that can't be trusted
// reads as 0: then every file is checked against the log.
#pragma once

#include <filesystem>

#include "base/contained_files.h"
#include "luthier/error.h"
#include "luthier/trial.h"

namespace luthier {

struct LogPosition {
  Sequence sequence = 0;
  bool closed = false;  // written when the controller left in good order
};

Result<> write_position(const ContainedFiles& files,
                        const std::filesystem::path& name,
                        const LogPosition& position);
// The sequence up to which the files need no check, if the log is as long. 0 when the file is
// absent or damaged, or when the machine went down since while the controller ran: what the logger
// handed to the system may then be lost.
Sequence read_position(const ContainedFiles& files, const std::filesystem::path& name);

}  // namespace luthier
