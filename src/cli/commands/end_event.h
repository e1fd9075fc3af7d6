// How the commands that serve until they are told to end (mcp, serve) hear it.
#pragma once

#include "base/file_descriptor.h"
#include "luthier/error.h"

namespace luthier::cli {

// Readable once SIGINT, SIGHUP or SIGTERM has come; until then these signals end nothing. Once per
// process: the handlers stay, and keep the descriptor's number.
Result<FileDescriptor> end_event();

}  // namespace luthier::cli
