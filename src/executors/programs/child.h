// Starts a program that gets nothing of this one but what it is given: no other files, no signals,
// no terminal.
#pragma once

#include <sys/types.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "base/file_descriptor.h"

namespace luthier {

struct ChildFile {
  int ours = -1;
  int theirs = -1;  // its number in the child
};

// A file that the child makes as the last thing before it becomes the program. If there is one of
// its name already, or a link, no program is started and spawn_child returns EEXIST: of all that
// are started with one claim, one runs, whatever becomes of this process meanwhile.
struct ChildClaim {
  int directory = -1;
  std::string name;
  int working_directory = -1;  // where the program is started
};

// In a session of its own, so that Ctrl-C is not for it. Of descriptors 0 to 2 what is not given is
// /dev/null. Our numbers have to be above theirs (above_standard). Returns 0 or an errno.
int spawn_child(const std::string& path,
                const std::vector<std::string>& arguments,
                char* const environment[],
                std::initializer_list<ChildFile> files,
                pid_t* pid,
                const ChildClaim* claim = nullptr);

// The same file under a number that no child's own has; none, with errno, when there is no room.
FileDescriptor above_standard(FileDescriptor file);

}  // namespace luthier
