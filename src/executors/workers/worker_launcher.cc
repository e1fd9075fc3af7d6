#include "executors/workers/worker_launcher.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "executors/programs/spawn_packet.h"

namespace luthier {
namespace {

bool has_ended(int socket) {
  pollfd polled{socket, POLLIN, 0};
  return poll(&polled, 1, 0) > 0 && (polled.revents & (POLLHUP | POLLERR)) != 0;
}

// What every attempt has in common: this process's own, without what it is told itself.
std::vector<std::string> common_environment() {
  std::vector<std::string> out = {"PYTHONUNBUFFERED=1"};
  for (char* const* entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (text.starts_with("PYTHONUNBUFFERED=")) {
      out.front() = text;
    } else if (!text.starts_with("LUTHIER_")) {
      out.emplace_back(text);
    }
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<WorkerLauncher>> WorkerLauncher::make(GuardianClient guardian,
                                                             WorkerOptions options,
                                                             std::string directory) {
  FileDescriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) {
    return spawn_error("the workers could not be started", errno);
  }
  return std::unique_ptr<WorkerLauncher>(new WorkerLauncher(
      std::move(guardian), std::move(options), std::move(directory), std::move(epoll)));
}

WorkerLauncher::WorkerLauncher(GuardianClient guardian,
                               WorkerOptions options,
                               std::string directory,
                               FileDescriptor epoll)
    : guardian_(std::move(guardian)),
      options_(std::move(options)),
      directory_(std::move(directory)),
      epoll_(std::move(epoll)),
      forks_(options_.start == WorkerStart::fork),
      discard_(open("/dev/null", O_WRONLY | O_CLOEXEC)),
      kept_([this](const Program& first, int orders) { return start_kept(first, orders); },
            epoll_.get()) {
  watch(guardian_.socket());
}

void WorkerLauncher::watch(int fd) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
}

Program WorkerLauncher::command(std::string what, std::vector<std::string> environment) const {
  Program program{.directory = directory_,
                  .path = options_.command.front(),
                  .arguments = options_.command,
                  .environment = std::move(environment)};
  program.arguments.push_back(std::move(what));
  return program;
}

Result<FileDescriptor> WorkerLauncher::spawn(const Program& program, const StartRequest& request) {
  Program attempt = command("run", program.environment);
  attempt.standard_output = program.standard_output;
  attempt.standard_error = program.standard_error;
  attempt.report = program.report;
  attempt.memory_bytes =
      static_cast<std::uint64_t>(std::max<std::int64_t>(request.resources.memory_bytes, 0));
  if (options_.start == WorkerStart::reuse) {
    return kept_.spawn(guardian_.with_input(attempt));
  }
  if (!forks_) {
    return guardian_.spawn(attempt);
  }
  if (!zygote_) {
    if (const auto started = start_zygote(); !started) {
      return started.error();
    }
  }
  return zygote_.spawn(guardian_.with_input(attempt), options_.command.size());
}

Result<> WorkerLauncher::start_zygote() {
  auto socket = guardian_.launch_zygote(command("serve", common_environment()));
  if (!socket) {
    return socket.error();
  }
  zygote_ = Zygote(*std::move(socket));
  watch(zygote_.socket());
  return {};
}

// What its module prints as it is loaded belongs to no trial.
Result<FileDescriptor> WorkerLauncher::start_kept(const Program& first, int orders) {
  Program worker = command("keep", first.environment);
  worker.standard_output = worker.standard_error = discard_.get();
  worker.report = orders;
  worker.memory_bytes = first.memory_bytes;
  return guardian_.spawn(worker);
}

// Attempts that were sent to it are sent again: nobody answered for them.
void WorkerLauncher::drop_zygote(const std::string& why) {
  zygote_ = Zygote();
  forks_ = false;
  if (note_) {
    note_("each trial loads the function anew: " + why);
  }
}

void WorkerLauncher::renew() {
  if (has_ended(guardian_.socket())) {
    renew_guardian();
  }
  kept_.hear();
  while (zygote_) {
    const auto message = zygote_.hear();
    if (!message) {
      return;
    }
    if (const auto* unfit = std::get_if<Zygote::Unfit>(&*message)) {
      drop_zygote(unfit->reason);
    } else if (std::holds_alternative<Zygote::Gone>(*message)) {
      drop_zygote("the process that trials are forked from has ended");
    }
  }
}

// It died (somebody killed it). Wardens go on without it; the next attempt needs another.
void WorkerLauncher::renew_guardian() {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, guardian_.socket(), nullptr);
  if (auto again = GuardianClient::launch()) {
    guardian_ = *std::move(again);
    watch(guardian_.socket());
    zygote_ = Zygote();
    kept_.forget_idle();
  }
}

}  // namespace luthier
