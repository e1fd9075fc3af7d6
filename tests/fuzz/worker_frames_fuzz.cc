// What a worker on a cluster sends after its greeting: any bytes are frames of its own attempts, or
// end its connection. No attempt of another worker hears of it, and each attempt ends once.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "base/check.h"
#include "executors/ray/worker_pool.h"
#include "input.h"

namespace {

using namespace luthier;
using ray_wire::Frame;
using ray_wire::Kind;

const AttemptId kOwn{TrialId{1}, 1};
const AttemptId kOthers{TrialId{2}, 1};

class StillClock : public Clock {
 public:
  TimePoint now() const override { return 1; }
};

class Cluster : public WorkerStarter, public WorkerPool::Listener {
 public:
  void start_worker(std::uint64_t, const RayShape&, const std::string& place) override {
    place_ = place;
  }
  void kill_worker(std::uint64_t) override {}
  void ask_nodes() override {}

  void on_frame(AttemptId id, const Frame& frame) override {
    LUTHIER_CHECK(id == kOwn, "a worker spoke for the attempt of another");
    LUTHIER_CHECK(!over_, "an attempt that is over was heard");
    over_ = frame.kind == Kind::gone ||
            (frame.kind == Kind::spawned &&
             ray_wire::packet_of<ray_wire::Spawned>(frame.payload).failed_errno != 0);
  }
  void on_refused(AttemptId, const std::string&) override {}
  void on_worker_lost(AttemptId id, const std::string&) override {
    LUTHIER_CHECK(id == kOwn && !over_, "an attempt was lost that its worker did not have");
    over_ = true;
  }
  void on_note(const std::string&) override {}

  const std::string& place() const { return place_; }

 private:
  std::string place_;
  bool over_ = false;
};

// Connects to where a worker was told to, and greets.
FileDescriptor connected(const std::string& place, std::string& greeting) {
  std::istringstream words(place);
  std::string address;
  std::uint64_t number = 0;
  words >> address >> greeting >> number;
  greeting.append(reinterpret_cast<const char*>(&number), sizeof number);
  const auto colon = address.find(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  FileDescriptor out(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  LUTHIER_CHECK(connect(out.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0,
                "no connection to the port of workers");
  const linger at_once{.l_onoff = 1, .l_linger = 0};  // its port is free again for the next input
  setsockopt(out.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  return out;
}

void serve(WorkerPool& pool) {
  pollfd polled{pool.fd(), POLLIN, 0};
  while (poll(&polled, 1, 0) > 0) {
    pool.serve();
  }
}

// Sends as it is read, so that nothing has to fit into a socket's buffer.
void say(const FileDescriptor& worker, std::string_view bytes, WorkerPool& pool) {
  while (!bytes.empty()) {
    const ssize_t sent =
        send(worker.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN) {
      return;  // hung up on
    }
    serve(pool);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const StillClock clock;
  Cluster cluster;
  WorkerPool pool(cluster,
                  WorkerPort::listen("127.0.0.1", 0).value(),
                  {{"node", {{"CPU", 8}}}},
                  std::chrono::seconds(10),
                  cluster,
                  clock);
  pool.start(kOthers, {.resources = {{"CPU", 2}}}, "{}");
  pool.start(kOwn, {.resources = {{"CPU", 1}}}, "{}");
  std::string greeting;
  FileDescriptor worker = connected(cluster.place(), greeting);
  ray_wire::append(greeting, Kind::alive, -1, 0, {});
  say(worker, greeting, pool);
  say(worker, Input(data, size).rest(), pool);
  worker = FileDescriptor();
  serve(pool);
  return 0;
}
