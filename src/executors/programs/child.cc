#include "executors/programs/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <csignal>

namespace luthier {
namespace {

constexpr int kFirstOfOurs = 10;

void add_claim(posix_spawn_file_actions_t& actions, const ChildClaim& claim) {
  constexpr int kPassing = kFirstOfOurs - 1;
  posix_spawn_file_actions_addfchdir_np(&actions, claim.directory);
  posix_spawn_file_actions_addopen(
      &actions, kPassing, claim.name.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  posix_spawn_file_actions_addclose(&actions, kPassing);
  posix_spawn_file_actions_addfchdir_np(&actions, claim.working_directory);
}

}  // namespace

int spawn_child(const std::string& path,
                const std::vector<std::string>& arguments,
                char* const environment[],
                std::initializer_list<ChildFile> files,
                pid_t* pid,
                const ChildClaim* claim) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  for (const ChildFile& file : files) {
    posix_spawn_file_actions_adddup2(&actions, file.ours, file.theirs);
  }
  if (claim != nullptr) {
    add_claim(actions, *claim);
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> words;
  for (const std::string& word : arguments) {
    words.push_back(const_cast<char*>(word.c_str()));
  }
  words.push_back(nullptr);
  const int error =
      posix_spawn(pid, path.c_str(), &actions, &attributes, words.data(), environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

FileDescriptor above_standard(FileDescriptor file) {
  return FileDescriptor(fcntl(file.get(), F_DUPFD_CLOEXEC, kFirstOfOurs));
}

}  // namespace luthier
