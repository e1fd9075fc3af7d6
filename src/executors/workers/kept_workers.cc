#include "executors/workers/kept_workers.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

#include "base/format.h"
#include "executors/programs/guardian/wire.h"
#include "executors/programs/packet_socket.h"
#include "executors/programs/spawn_packet.h"

namespace luthier {
namespace {

constexpr int kNotStarted = 127 << 8;  // the status that a shell gives a program it can't start

// A process's memory limit is its warden's, and its GPUs are those that it has begun to use.
std::string fit_of(const Program& attempt) {
  const auto devices = std::ranges::find_if(attempt.environment, [](const std::string& variable) {
    return std::string_view(variable).starts_with("CUDA_VISIBLE_DEVICES=");
  });
  return formatted(
      "{} {}", attempt.memory_bytes, devices == attempt.environment.end() ? "" : *devices);
}

bool nothing_yet(ssize_t count) {
  return count < 0 && (errno == EAGAIN || errno == EINTR);
}

template <class Packet>
void send_packet(const FileDescriptor& socket, const Packet& packet) {
  send(socket.get(), &packet, sizeof packet, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace

Result<FileDescriptor> KeptWorkers::spawn(const Program& attempt) {
  auto worker = idle_worker(attempt);
  if (!worker) {
    return worker.error();
  }
  auto packet = SpawnPacket::make(attempt);
  if (!packet) {
    return packet.error();
  }
  // The worker itself says that the attempt is gone, by the same socket: this must be there first.
  FileDescriptor control = packet->take_their_control();
  send_packet(control, guardian::Spawned{});
  if (!packet->send((*worker)->orders.get(), &packet->request(), sizeof packet->request())) {
    return spawn_error("the worker did not take the trial", errno);
  }
  (*worker)->attempt = std::move(control);
  watch((*worker)->attempt.get());
  return packet->take_control();
}

Result<KeptWorkers::Worker*> KeptWorkers::idle_worker(const Program& attempt) {
  hear();  // that one has become idle may not have been read yet
  const std::string fit = fit_of(attempt);
  const auto found = std::ranges::find_if(workers_, [&](const Worker& worker) {
    return !worker.attempt && !worker.doomed && worker.fit == fit;
  });
  return found != workers_.end() ? Result<Worker*>(&*found) : new_worker(attempt);
}

Result<KeptWorkers::Worker*> KeptWorkers::new_worker(const Program& attempt) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    return spawn_error("the worker could not be started", errno);
  }
  Worker worker{.orders = FileDescriptor(ends[0]), .fit = fit_of(attempt)};
  const FileDescriptor theirs(ends[1]);
  auto warden = start_(attempt, theirs.get());
  if (!warden) {
    return warden.error();
  }
  worker.warden = *std::move(warden);
  watch(worker.warden.get());
  watch(worker.orders.get());
  workers_.push_back(std::move(worker));
  return &workers_.back();
}

void KeptWorkers::hear() {
  for (auto at = workers_.begin(); at != workers_.end();) {
    hear_orders(*at);
    if (at->attempt) {
      hear_attempt(*at);
    }
    if (hear_warden(*at)) {
      ++at;
    } else {
      release(*at);
      at = workers_.erase(at);
    }
  }
}

// One byte: it has ended its attempt. Its end is its warden's to say.
void KeptWorkers::hear_orders(Worker& worker) const {
  char byte = 0;
  const ssize_t count =
      worker.orders ? recv(worker.orders.get(), &byte, 1, MSG_DONTWAIT) : ssize_t{0};
  if (count == 1) {
    release(worker);
  } else if (!nothing_yet(count)) {
    worker.orders.reset();
    worker.doomed = true;
  }
}

// What the executor asks of an attempt is asked of its whole process, which ends with it.
void KeptWorkers::hear_attempt(Worker& worker) const {
  guardian::Terminate request;
  const ssize_t count = receive_packet(worker.attempt.get(), &request, sizeof request);
  if (nothing_yet(count)) {
    return;
  }
  if (count != sizeof request) {
    request = {};
    release(worker);
  }
  worker.doomed = true;
  send_packet(worker.warden, request);
}

bool KeptWorkers::hear_warden(Worker& worker) {
  union {
    guardian::ReplyKind kind;
    guardian::Spawned spawned;
    guardian::Gone gone;
  } packet{};
  const ssize_t count = receive_packet(worker.warden.get(), &packet, sizeof packet);
  if (nothing_yet(count)) {
    return true;
  }
  if (count == sizeof packet.spawned && packet.kind == guardian::ReplyKind::spawned) {
    if (packet.spawned.failed_errno == 0) {
      return true;
    }
    packet.gone = {.wait_status = kNotStarted};
  } else if (count != sizeof packet.gone || packet.kind != guardian::ReplyKind::gone) {
    packet.gone = {.wait_status = SIGKILL};
  }
  if (worker.attempt) {
    send_packet(worker.attempt, packet.gone);
  }
  return false;
}

void KeptWorkers::watch(int fd) const {
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

// The worker has the same socket: closing it here does not end the watch.
void KeptWorkers::release(Worker& worker) const {
  if (worker.attempt) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, worker.attempt.get(), nullptr);
    worker.attempt.reset();
  }
}

void KeptWorkers::forget_idle() {
  workers_.remove_if([](const Worker& worker) { return !worker.attempt; });
}

}  // namespace luthier
