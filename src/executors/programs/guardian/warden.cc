// The warden is the sub-reaper of one attempt: whatever its program starts, however it forks, stays
// below the warden, and "no child is left to wait for" is the exact sign that the tree is gone.
#include "executors/programs/guardian/warden.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <vector>

#include "executors/programs/guardian/command.h"
#include "executors/programs/guardian/process_tree.h"

namespace luthier::guardian {
namespace {

constexpr std::int64_t kNoDeadline = -1;
constexpr std::int64_t kKillAgainMs = 10;  // between two looks for what is still alive
constexpr std::int64_t kMemoryLookMs = 100;
constexpr std::int64_t kGiveUpMs = 5000;  // on processes that may not be killed

std::int64_t now_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000 + now.tv_nsec / 1000;
}

std::int64_t now_ms() {
  return now_us() / 1000;
}

std::uint64_t microseconds(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(time.tv_usec);
}

// Between vfork and exec: system calls only. Returns only if something failed.
void become(const Command& command, const int (&passed)[kPassedMax], volatile Spawned& spawned) {
  unblock_signals();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setsid();
  constexpr int kTargets[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, 3};
  for (int i = 0; i < 4; ++i) {
    if (passed[kStdin + i] >= 0 && dup2(passed[kStdin + i], kTargets[i]) < 0) {
      spawned.failed_errno = errno;
      return;
    }
  }
  if (chdir(command.directory) != 0) {
    spawned.failed_errno = errno;
    spawned.in_directory = 1;
    return;
  }
  execve(command.program, command.arguments.data(), command.environment.data());
  spawned.failed_errno = errno;
}

__attribute__((noinline)) Spawned spawn(const Command& command, const int (&passed)[kPassedMax]) {
  volatile Spawned spawned;
  // Not posix_spawn, which can't tell why the directory or a limit was refused.
  const pid_t pid = vfork();  // NOLINT(*vfork): the child is `become`
  if (pid == 0) {
    become(command, passed, spawned);  // NOLINT(*-unix.Vfork): system calls only
    _exit(127);
  }
  if (pid < 0) {
    spawned.failed_errno = errno;
  }
  return {.pid = pid, .failed_errno = spawned.failed_errno, .in_directory = spawned.in_directory};
}

class Warden {
 public:
  // `started_us`: on the monotonic clock, before the program could begin.
  Warden(const SpawnRequest& request, std::int64_t started_us, int control, int controller)
      : memory_bytes_(request.memory_bytes),
        control_(control),
        controller_(controller),
        started_us_(started_us) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    children_ = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  }

  Gone watch(pid_t root) {
    root_ = root;
    while (true) {
      const bool empty = reap();
      if (root_gone_ && (empty || given_up())) {
        return gone_;
      }
      act();
      wait();
    }
  }

 private:
  // Collects what has ended; true when no child is left.
  bool reap() {
    while (true) {
      int status = 0;
      rusage used{};
      const pid_t pid = wait4(-1, &status, WNOHANG, &used);
      if (pid <= 0) {
        return pid < 0 && errno == ECHILD;
      }
      add(used);
      if (pid == root_) {
        root_gone_ = true;
        gone_.wait_status = status;
        gone_.wall_us = static_cast<std::uint64_t>(now_us() - started_us_);
        gone_.peak_memory_bytes = std::max(gone_.peak_memory_bytes, gone_.max_rss_bytes);
        kill_all_ = true;
      }
    }
  }

  // What a process used, with those that it waited for itself. Whatever it did not wait for becomes
  // the warden's child and is added in turn.
  void add(const rusage& used) {
    gone_.cpu_us += microseconds(used.ru_utime) + microseconds(used.ru_stime);
    gone_.max_rss_bytes =
        std::max(gone_.max_rss_bytes, static_cast<std::uint64_t>(used.ru_maxrss) * 1024);
  }

  void act() {
    if (deadline_ != kNoDeadline && now_ms() >= deadline_ && !kill_all_) {
      gone_.killed = 1;
      kill_all_ = true;
    }
    if (memory_bytes_ > 0 && !kill_all_ && resident_bytes() > memory_bytes_) {
      const std::uint64_t used = proportional_bytes();
      gone_.peak_memory_bytes = std::max(gone_.peak_memory_bytes, used);
      if (used > memory_bytes_) {
        gone_.over_memory = 1;
        kill_all_ = true;
      }
    }
    if (kill_all_) {
      killing_since_ = killing_since_ == kNoDeadline ? now_ms() : killing_since_;
      gone_.survivors = kill_descendants();
    }
  }

  bool given_up() const {
    return gone_.survivors > 0 && killing_since_ != kNoDeadline &&
           now_ms() - killing_since_ > kGiveUpMs;
  }

  int timeout() const {
    std::int64_t left = -1;
    if (kill_all_) {
      left = kKillAgainMs;
    } else if (deadline_ != kNoDeadline) {
      left = std::max<std::int64_t>(deadline_ - now_ms(), 0);
    }
    if (memory_bytes_ > 0 && !kill_all_) {
      left = left < 0 ? kMemoryLookMs : std::min(left, kMemoryLookMs);
    }
    return static_cast<int>(left);
  }

  void wait() {
    pollfd polled[] = {{children_, POLLIN, 0}, {control_, POLLIN, 0}, {controller_, POLLIN, 0}};
    if (poll(polled, 3, timeout()) <= 0) {
      return;
    }
    if (polled[0].revents != 0) {
      signalfd_siginfo ignored;
      while (read(children_, &ignored, sizeof ignored) > 0) {
      }
    }
    if (polled[1].revents != 0) {
      receive();
    }
    if (polled[2].revents != 0) {
      orphaned();
    }
  }

  void receive() {
    Terminate request;
    const ssize_t count = recv(control_, &request, sizeof request, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
      return;
    }
    if (count != sizeof request) {
      orphaned();
      return;
    }
    if (!root_gone_) {
      kill(-root_, SIGTERM);
      kill(-root_, SIGCONT);  // a stopped process does not see its SIGTERM
    }
    deadline_ = now_ms() + request.grace_ms;
  }

  // Nobody is left to report to.
  void orphaned() {
    kill_all_ = true;
    control_ = -1;
    controller_ = -1;
  }

  const std::uint64_t memory_bytes_;
  int control_;
  int controller_;
  int children_ = -1;
  pid_t root_ = 0;
  const std::int64_t started_us_;
  bool root_gone_ = false;
  bool kill_all_ = false;
  std::int64_t deadline_ = kNoDeadline;
  std::int64_t killing_since_ = kNoDeadline;
  Gone gone_;
};

[[noreturn]] void watch(const SpawnRequest& request,
                        const Spawned& spawned,
                        std::int64_t started_us,
                        int control,
                        int controller) {
  send(control, &spawned, sizeof spawned, MSG_NOSIGNAL);
  if (spawned.failed_errno != 0) {
    _exit(0);
  }
  const Gone gone = Warden(request, started_us, control, controller).watch(spawned.pid);
  send(control, &gone, sizeof gone, MSG_NOSIGNAL);
  _exit(0);
}

}  // namespace

void run_warden(const SpawnRequest& request, const int (&passed)[kPassedMax], int controller) {
  prctl(PR_SET_NAME, "luthier-warden");
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  Command command;
  Spawned spawned{.failed_errno = ENOMEM};
  const std::int64_t started_us = now_us();
  if (read_command(request, passed[kStrings], command)) {
    spawned = spawn(command, passed);
  }
  for (int i = kStrings; i < kPassedMax; ++i) {
    close(passed[i]);
  }
  watch(request, spawned, started_us, passed[kControl], controller);
}

void adopt(const SpawnRequest& request,
           const Spawned& spawned,
           std::int64_t started_us,
           int control,
           int controller) {
  prctl(PR_SET_NAME, "luthier-warden");
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  watch(request, spawned, started_us, control, controller);
}

}  // namespace luthier::guardian
