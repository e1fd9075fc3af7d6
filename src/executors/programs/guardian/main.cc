// The guardian: starts the programs of trials and sees to it that nothing of them outlives the
// executor, whatever ends it. A program of its own, because a large process with threads forks
// slowly, and because the dead can't clean up. It forks a warden for each attempt (warden.cc).
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#include "executors/programs/guardian/process_tree.h"
#include "executors/programs/guardian/warden.h"
#include "executors/programs/guardian/zygotes.h"

namespace luthier::guardian {
namespace {

// Those that guardian and wardens learn of when they look.
sigset_t block_signals() {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&watched, signal);
  }
  sigprocmask(SIG_BLOCK, &watched, nullptr);
  return watched;
}

class Guardian {
 public:
  explicit Guardian(int controller) : controller_(controller) {
    const sigset_t watched = block_signals();
    signals_ = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  }

  void serve() {
    while (!leaving_) {
      std::vector<pollfd> polled = {
          {signals_, POLLIN, 0}, {kSocket, POLLIN, 0}, {controller_, POLLIN, 0}};
      zygotes_.add_polled(polled);
      poll(polled.data(), polled.size(), strays_ ? 10 : -1);
      read_signals();
      strays_ = zygotes_.hear() || strays_;
      reap();
      if (polled[1].revents != 0) {
        receive();
      }
      leaving_ = leaving_ || polled[2].revents != 0;
    }
  }

  // The wardens saw the same and are killing their trees; after a second nobody is asked any more.
  void leave() {
    close(kSocket);
    zygotes_.kill_all();
    for (int round = 0; !reap(); ++round) {
      if (round >= 100 || asked_to_leave_) {
        kill_descendants();
      }
      if (round >= 600) {
        return;  // processes of another user, which nobody here can end
      }
      const timespec pause{.tv_sec = 0, .tv_nsec = 10'000'000};
      nanosleep(&pause, nullptr);
    }
  }

 private:
  void read_signals() {
    signalfd_siginfo signal;
    while (read(signals_, &signal, sizeof signal) > 0) {
      if (signal.ssi_signo != SIGCHLD) {
        leaving_ = true;
        asked_to_leave_ = true;
      }
    }
  }

  // Collects what has ended; true when no child is left. What a warden leaves behind when it is
  // killed itself becomes a child of the guardian.
  bool reap() {
    while (true) {
      int status = 0;
      const pid_t pid = waitpid(-1, &status, WNOHANG);
      if (pid <= 0) {
        const bool none = pid < 0 && errno == ECHILD;
        if (strays_) {
          strays_ = kill_strays();
        }
        return none;
      }
      zygotes_.reaped(pid);
      if (std::erase(wardens_, pid) > 0 && status != 0) {
        strays_ = true;
      }
    }
  }

  // Whether there was any child that is neither a warden nor a zygote.
  bool kill_strays() {
    std::vector<pid_t> spared = wardens_;
    zygotes_.add_pids(spared);
    return kill_children_except(spared) > 0;
  }

  void receive() {
    SpawnRequest request;
    int passed[kPassedMax];
    std::ranges::fill(passed, -1);
    if (!receive_request(request, passed)) {
      return;
    }
    request.zygote != 0 ? zygotes_.start(request, passed) : start_warden(request, passed);
    for (const int fd : passed) {
      close(fd);
    }
  }

  void start_warden(const SpawnRequest& request, const int (&passed)[kPassedMax]) {
    const pid_t pid = fork();
    if (pid == 0) {
      close(kSocket);
      close(signals_);
      run_warden(request, passed, controller_);
    }
    if (pid > 0) {
      wardens_.push_back(pid);
    } else {
      const Spawned refused{.failed_errno = errno};
      send(passed[kControl], &refused, sizeof refused, MSG_NOSIGNAL);
    }
  }

  bool receive_request(SpawnRequest& request, int (&passed)[kPassedMax]) {
    iovec part{.iov_base = &request, .iov_len = sizeof request};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof passed)];
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t count = recvmsg(kSocket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
      return false;
    }
    if (count != sizeof request) {
      leaving_ = true;
      return false;
    }
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
      memcpy(passed, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
    }
    // With no descriptor free here the kernel drops what was passed: the executor sees the end of
    // the control socket and tries again.
    return passed[kStderr] >= 0;
  }

  int controller_;
  int signals_ = -1;
  bool leaving_ = false;
  bool asked_to_leave_ = false;
  bool strays_ = false;
  std::vector<pid_t> wardens_;
  Zygotes zygotes_{wardens_, controller_};
};

// A zygote forked the program and this, its warden: adopt REQUEST PID ERRNO IN_DIRECTORY
// STARTED, where REQUEST is a SpawnRequest in hexadecimal digits and STARTED microseconds of the
// monotonic clock.
int run_adopted(char* const* words) {
  SpawnRequest request;
  auto* bytes = reinterpret_cast<unsigned char*>(&request);
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  if (strlen(words[0]) != 2 * sizeof request) {
    return 1;
  }
  for (std::size_t i = 0; i < sizeof request; ++i) {
    bytes[i] = static_cast<unsigned char>(digit(words[0][2 * i]) << 4 | digit(words[0][2 * i + 1]));
  }
  const auto number = [](const char* word) { return static_cast<int>(strtol(word, nullptr, 10)); };
  block_signals();
  adopt(request,
        {.pid = number(words[1]),
         .failed_errno = number(words[2]),
         .in_directory = static_cast<std::uint32_t>(number(words[3]))},
        strtoll(words[4], nullptr, 10),
        kSocket,
        kAdoptedController);
}

}  // namespace
}  // namespace luthier::guardian

int main(int argc, char* argv[]) {
  if (argc == 7 && strcmp(argv[1], "adopt") == 0) {
    return luthier::guardian::run_adopted(argv + 2);
  }
  prctl(PR_SET_NAME, "luthier-guard");
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t controller = argc > 1 ? static_cast<pid_t>(strtol(argv[1], nullptr, 10)) : 0;
  // Before the check: a controller that dies now still has its pid, as a zombie of somebody.
  const int watched = static_cast<int>(syscall(SYS_pidfd_open, controller, 0));
  if (watched < 0 || getppid() != controller) {
    return 1;
  }
  luthier::guardian::Guardian guardian(watched);
  guardian.serve();
  guardian.leave();
  return 0;
}
