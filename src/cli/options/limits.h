// What the program does when it runs into a limit that the system would end it for.
#pragma once

namespace luthier::cli {

// From now on a write beyond the largest file (ulimit -f) fails and is told, and memory that is not
// there ends the program with a sentence and the code of system errors.
void meet_limits();

}  // namespace luthier::cli
