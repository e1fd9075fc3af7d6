// The zygotes: processes that fork the programs of attempts (warm_start.py). Each forks a warden
// for an attempt, which executes this program to watch it; they tell here which wardens they have.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <vector>

#include "executors/programs/guardian/wire.h"

namespace luthier::guardian {

class Zygotes {
 public:
  // `wardens`: the guardian's list. `controller`: a pidfd of the executor's process.
  Zygotes(std::vector<pid_t>& wardens, int controller)
      : wardens_(wardens), controller_(controller) {}

  // A zygote that can't be started is one whose request socket closes.
  void start(const SpawnRequest& request, const int (&passed)[kPassedMax]);
  void add_polled(std::vector<pollfd>& polled) const;
  // Hears what zygotes say. True when a warden was killed: its processes are now the guardian's.
  bool hear();
  // Before any other child is looked for in `wardens`, so that those of a dead zygote are known.
  void reaped(pid_t pid);
  void add_pids(std::vector<pid_t>& pids) const;
  // Ends them; what they forked goes on.
  void kill_all();

 private:
  struct Zygote {
    pid_t pid;
    int socket;
  };
  bool hear(const Zygote& zygote);

  std::vector<pid_t>& wardens_;
  const int controller_;
  std::vector<Zygote> zygotes_;
};

}  // namespace luthier::guardian
