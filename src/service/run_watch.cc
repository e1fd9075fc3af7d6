#include "service/run_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/new_thread.h"
#include "tuner/machine/signals.h"

namespace luthier {
namespace {

// After its client has died a run has so long to save what it can; then nothing waits for it.
constexpr int kGoodOrderMs = 3000;

}  // namespace

void interrupt_run() {
  InterruptSignals::interrupt(SIGINT);
}

Result<> RunWatch::start() {
  over_ = FileDescriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  awake_ = FileDescriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!over_ || !awake_) {
    return Error{ErrorCode::io,
                 "no descriptor is left to watch the client; raise the limit on open files "
                 "(ulimit -n)"};
  }
  auto thread = new_thread("the client", [this] { watch(); });
  if (!thread) {
    return thread.error();
  }
  thread_ = *std::move(thread);
  return {};
}

RunWatch::~RunWatch() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(over_.get(), &one, sizeof one);
    thread_.join();
  }
}

void RunWatch::watch() {
  hear();
  while (wait_readable()) {
    if (!socket_.read_some()) {
      leave_alone();
      return;
    }
    hear();
    if (socket_.overlong()) {
      leave_alone();
      return;
    }
  }
}

void RunWatch::hear() {
  while (const auto line = socket_.buffered_line()) {
    ClientRequest request;
    const auto parsed = parse_client_request(*line, request);
    const auto said = parsed ? calls_.answer(request) : format_answer(request, parsed.error());
    if (said) {
      socket_.write_line(*said);
      socket_.flush();
    }
  }
}

// The client is gone: in good order first, then at once; again, in case the run had only begun.
void RunWatch::leave_alone() {
  calls_.gone();
  pollfd polled{over_.get(), POLLIN, 0};
  do {
    InterruptSignals::interrupt(SIGHUP);
  } while (poll(&polled, 1, kGoodOrderMs) == 0);
}

bool RunWatch::wait_readable() {
  while (true) {
    pollfd polled[] = {
        {over_.get(), POLLIN, 0}, {socket_.in(), POLLIN, 0}, {awake_.get(), POLLIN, 0}};
    while (poll(polled, 3, -1) < 0 && errno == EINTR) {
    }
    if (polled[2].revents != 0) {
      std::uint64_t times = 0;
      [[maybe_unused]] const auto count = read(awake_.get(), &times, sizeof times);
      socket_.flush();
    }
    if (polled[0].revents != 0 || polled[1].revents != 0) {
      return polled[0].revents == 0;
    }
  }
}

void RunWatch::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(awake_.get(), &one, sizeof one);
}

}  // namespace luthier
