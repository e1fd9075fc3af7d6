#include "tuner/notifications/notification_command.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <thread>
#include <utility>

#include "base/failure.h"
#include "base/shell_words.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "executors/programs/child.h"
#include "executors/programs/guardian_client.h"

namespace luthier {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kPause = std::chrono::milliseconds(20);

// The environment of this process with the three variables of a notification.
std::vector<std::string> environment_of(const std::string& experiment,
                                        const Notification& notification) {
  const std::array<std::pair<std::string, std::string>, 3> ours = {
      {{"LUTHIER_EVENT=", std::string(to_text(notification.kind))},
       {"LUTHIER_EXPERIMENT=", experiment},
       {"LUTHIER_MESSAGE=", notification.message}}};
  std::vector<std::string> all;
  for (const char* const* entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (std::ranges::none_of(ours,
                             [&](const auto& each) { return text.starts_with(each.first); })) {
      all.emplace_back(text);
    }
  }
  for (const auto& [name, value] : ours) {
    all.push_back(name + value);
  }
  return all;
}

// What the command reads: memory that needs no room on a disk and nobody to write it.
FileDescriptor input_of(const Notification& notification) {
  FileDescriptor file = above_standard(FileDescriptor(memfd_create("notification", MFD_CLOEXEC)));
  const std::string text = notification.json + "\n";
  const bool written =
      ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return written && lseek(file.get(), 0, SEEK_SET) == 0 ? std::move(file) : FileDescriptor();
}

// The end of what the command says on standard error.
class Complaint {
 public:
  explicit Complaint(FileDescriptor pipe) : pipe_(std::move(pipe)) {}

  // Waits for a moment, at most.
  void hear() {
    pollfd polled{pipe_.get(), POLLIN, 0};
    if (!pipe_ || ::poll(&polled, 1, static_cast<int>(kPause.count())) <= 0) {
      return;
    }
    read();
  }
  void hear_rest() {
    while (pipe_ && read()) {
    }
  }
  std::string last_line() const {
    const std::string_view text = trim(text_);
    const auto start = text.rfind('\n');
    return fit(printable(start == std::string_view::npos ? text : text.substr(start + 1)), 300);
  }
  bool open() const { return static_cast<bool>(pipe_); }

 private:
  bool read() {
    constexpr std::size_t kKept = 4096;
    std::array<char, kKept> buffer;
    const ssize_t count = ::read(pipe_.get(), buffer.data(), buffer.size());
    if (count > 0) {
      text_.append(buffer.data(), static_cast<std::size_t>(count));
      text_.erase(0, text_.size() > kKept ? text_.size() - kKept : 0);
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
      pipe_.reset();
    }
    return count > 0;
  }

  FileDescriptor pipe_;
  std::string text_;
};

std::string trouble_of(int status, const Complaint& complaint) {
  if (status == 0) {
    return {};
  }
  const std::string said = complaint.last_line();
  return (WIFEXITED(status) ? formatted("exit status {}", WEXITSTATUS(status))
                            : formatted("signal {}", WTERMSIG(status))) +
         (said.empty() ? "" : ": " + said);
}

struct Started {
  pid_t pid = -1;
  FileDescriptor complaint;
  int error = 0;  // why it was not started
};

Started start(const NotificationCommand& command,
              const Notification& notification,
              const NotificationLedger* ledger) {
  std::array<int, 2> ends{-1, -1};
  const auto path = find_program(command.words.front());
  const FileDescriptor input = input_of(notification);
  if (!path || !input || ::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return {.error = path ? errno : ENOENT};
  }
  Started started{.complaint = FileDescriptor(ends[0])};
  const FileDescriptor errors = above_standard(FileDescriptor(ends[1]));
  ::fcntl(errors.get(), F_SETFL, 0);  // it may wait to be read
  const std::vector<std::string> environment = environment_of(command.experiment, notification);
  std::vector<char*> pointers;
  for (const std::string& entry : environment) {
    pointers.push_back(const_cast<char*>(entry.c_str()));
  }
  pointers.push_back(nullptr);
  const FileDescriptor claims =
      ledger != nullptr ? above_standard(ledger->open_directory()) : FileDescriptor();
  const FileDescriptor here =
      above_standard(FileDescriptor(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)));
  const ChildClaim claim{claims.get(), NotificationLedger::claim_of(notification), here.get()};
  started.error = spawn_child(*path,
                              command.words,
                              pointers.data(),
                              {{input.get(), STDIN_FILENO}, {errors.get(), STDERR_FILENO}},
                              &started.pid,
                              claims ? &claim : nullptr);
  return started;
}

// Its status; nothing: it was killed.
std::optional<int> wait_for(pid_t pid,
                            Complaint& complaint,
                            Steady::time_point deadline,
                            const std::function<bool()>& hurry) {
  int status = 0;
  while (true) {
    const pid_t ended = ::waitpid(pid, &status, WNOHANG);
    if (ended == pid || (ended < 0 && errno == ECHILD)) {  // this process may reap by itself
      complaint.hear_rest();
      return status;
    }
    if (Steady::now() >= deadline || hurry()) {
      ::kill(-pid, SIGKILL);
      while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
      }
      return std::nullopt;
    }
    complaint.hear();
    if (!complaint.open()) {
      std::this_thread::sleep_for(kPause);
    }
  }
}

}  // namespace

Result<NotificationCommand> parse_notification_command(const std::string& text,
                                                       std::string experiment) {
  auto words = shell_words(text);
  if (!words) {
    return words.error();
  }
  if (words->empty() || words->front().empty()) {
    return Error{ErrorCode::invalid_argument, "it names no program"};
  }
  if (const auto path = find_program(words->front()); !path) {
    return path.error();
  }
  return NotificationCommand{.words = *std::move(words), .experiment = std::move(experiment)};
}

NotificationOutcome run_notification(const NotificationCommand& command,
                                     const Notification& notification,
                                     const NotificationLedger* ledger,
                                     const std::function<bool()>& hurry) {
  const auto begun = Steady::now();
  Started started = start(command, notification, ledger);
  if (started.error == ENOSPC || started.error == EDQUOT) {  // what may be the very news
    started = start(command, notification, nullptr);
  }
  if (started.error != 0) {
    return {.told_before = started.error == EEXIST,
            .trouble = "it can't be started: " + errno_in_words(started.error)};
  }
  Complaint complaint(std::move(started.complaint));
  const auto status = wait_for(started.pid, complaint, begun + command.limit, hurry);
  NotificationOutcome outcome{.lasted_s =
                                  std::chrono::duration<double>(Steady::now() - begun).count()};
  outcome.trouble = status ? trouble_of(*status, complaint)
                           : formatted("it was killed after {} s", short_number(outcome.lasted_s));
  return outcome;
}

}  // namespace luthier
