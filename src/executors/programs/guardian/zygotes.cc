#include "executors/programs/guardian/zygotes.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "executors/programs/guardian/command.h"

namespace luthier::guardian {
namespace {

constexpr int kFirstOfOurs = 10;

// Descriptors come to lie above those they are for, so that none is overwritten before its turn.
bool place(int (&files)[7]) {
  for (int& file : files) {
    file = fcntl(file, F_DUPFD_CLOEXEC, kFirstOfOurs);
    if (file < 0) {
      return false;
    }
  }
  for (int target = 0; target < 7; ++target) {
    if (dup2(files[target], target) < 0) {
      return false;
    }
  }
  return true;
}

[[noreturn]] void become(const SpawnRequest& request,
                         const int (&passed)[kPassedMax],
                         int guardian,
                         int controller) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  Command command;
  int files[7] = {passed[kStdin],
                  passed[kStdout],
                  passed[kStderr],
                  passed[kReport],
                  guardian,
                  open("/proc/self/exe", O_RDONLY | O_CLOEXEC),
                  controller};
  if (read_command(request, passed[kStrings], command) && chdir(command.directory) == 0 &&
      place(files)) {
    unblock_signals();
    execve(command.program, command.arguments.data(), command.environment.data());
  }
  _exit(127);
}

}  // namespace

void Zygotes::start(const SpawnRequest& request, const int (&passed)[kPassedMax]) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return;
  }
  const pid_t pid = fork();
  if (pid == 0) {
    become(request, passed, ends[1], controller_);
  }
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return;
  }
  zygotes_.push_back({pid, ends[0]});
}

void Zygotes::add_polled(std::vector<pollfd>& polled) const {
  for (const Zygote& zygote : zygotes_) {
    polled.push_back({zygote.socket, POLLIN, 0});
  }
}

bool Zygotes::hear() {
  bool killed = false;
  for (const Zygote& zygote : zygotes_) {
    killed = hear(zygote) || killed;
  }
  return killed;
}

bool Zygotes::hear(const Zygote& zygote) {
  bool killed = false;
  WarmWarden said;
  while (recv(zygote.socket, &said, sizeof said, MSG_DONTWAIT) == sizeof said) {
    if (said.ended == 0) {
      wardens_.push_back(said.pid);
    } else {
      killed = (std::erase(wardens_, said.pid) > 0 && said.wait_status != 0) || killed;
    }
  }
  return killed;
}

void Zygotes::reaped(pid_t pid) {
  const auto found = std::ranges::find(zygotes_, pid, &Zygote::pid);
  if (found != zygotes_.end()) {
    hear(*found);
    close(found->socket);
    zygotes_.erase(found);
  }
}

void Zygotes::add_pids(std::vector<pid_t>& pids) const {
  for (const Zygote& zygote : zygotes_) {
    pids.push_back(zygote.pid);
  }
}

void Zygotes::kill_all() {
  for (const Zygote& zygote : zygotes_) {
    kill(zygote.pid, SIGKILL);
  }
}

}  // namespace luthier::guardian
