#include "executors/programs/guardian/command.h"

#include <sys/mman.h>

#include <csignal>

namespace luthier::guardian {

bool read_command(const SpawnRequest& request, int strings, Command& command) {
  void* mapped =
      mmap(nullptr, request.strings_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, strings, 0);
  if (mapped == MAP_FAILED) {
    return false;
  }
  char* next = static_cast<char*>(mapped);
  const auto take = [&next] {
    char* text = next;
    while (*next++ != '\0') {
    }
    return text;
  };
  command.directory = take();
  command.program = take();
  for (std::uint32_t i = 0; i < request.arguments; ++i) {
    command.arguments.push_back(take());
  }
  command.arguments.push_back(nullptr);
  for (std::uint32_t i = 0; i < request.environment; ++i) {
    command.environment.push_back(take());
  }
  command.environment.push_back(nullptr);
  return true;
}

void unblock_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace luthier::guardian
