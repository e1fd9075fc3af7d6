// luthier-ray: the Ray driver of one experiment. The executor `ray` starts it with a socket as
// descriptor 3; it connects to the cluster, starts workers and passes frames between them and the
// executor. A program of its own because Ray's library has another string ABI and ends its process
// when it is unhappy; Luthier's log must not depend on either.
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <thread>

#include <ray/api.h>

#include "channel.h"
#include "head_probe.h"
#include "memory.h"
#include "pool.h"
#include "worker_port.h"

namespace luthier::ray_driver {
namespace {

using ray_wire::Frame;
using ray_wire::Kind;

constexpr int kSocket = 3;
constexpr auto kLookEvery = std::chrono::milliseconds(250);
constexpr int kDescribeMs = 20000;
constexpr const char* kDriver = "driver ";

struct Settings {
  std::string address;
  std::string node_ip;
  std::string patience;
  int port = 0;
  std::chrono::seconds silence{};
  std::vector<std::string> code;
};

Settings read_hello(const std::string& text) {
  Settings settings;
  ray_wire::read_settings(text, [&](const std::string& key, const std::string& value) {
    if (key == "address") {
      settings.address = value;
    } else if (key == "node_ip") {
      settings.node_ip = value;
    } else if (key == "patience") {
      settings.patience = value;
    } else if (key == "port") {
      settings.port = static_cast<int>(std::strtol(value.c_str(), nullptr, 10));
    } else if (key == "silence") {
      settings.silence = std::chrono::seconds(std::strtol(value.c_str(), nullptr, 10));
    } else if (key == "code") {
      settings.code.push_back(value);
    }
  });
  return settings;
}

void connect(const Settings& settings) {
  // After so long without the head Ray ends this process, which is how the executor learns of it.
  setenv("RAY_gcs_rpc_server_reconnect_timeout_s", settings.patience.c_str(), 0);
  ray::RayConfig config;
  config.address = settings.address;
  config.code_search_path = settings.code;
  std::vector<std::string> words = {"luthier-ray"};
  if (!settings.node_ip.empty()) {
    words.push_back("--ray_node_ip_address=" + settings.node_ip);
  }
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  ray::Init(config, static_cast<int>(arguments.size()), arguments.data());
}

// The cluster as a node sees it: the address by which it knows this process, then the nodes
// (shape.h).
struct Description {
  std::string driver;
  std::string nodes;
};

Description describe() {
  const auto answer =
      ray::Task(ray::PyFunction<std::string>{"luthier._cluster", "describe"}).Remote();
  const std::string text = *answer.Get(kDescribeMs);
  const std::size_t head = std::strlen(kDriver);
  const std::size_t end = text.find('\n');
  // Get() returns some of Ray's errors as if they were the answer.
  if (text.rfind(kDriver, 0) != 0 || end == std::string::npos) {
    throw std::runtime_error("Ray could not run luthier._cluster.describe");
  }
  return {text.substr(head, end - head), text.substr(end + 1)};
}

// The job's actors end with this process. Ray's own good-bye may wait for a head that is gone.
[[noreturn]] void leave(int status) {
  std::thread([] {
    std::this_thread::sleep_for(std::chrono::seconds(2));
    _exit(0);
  }).detach();
  ray::Shutdown();
  _exit(status);
}

int serve() {
  Channel channel(kSocket);
  Frame frame;
  if (!channel.receive(frame) || frame.kind != Kind::hello) {
    std::fprintf(stderr, "luthier-ray is started by luthier (--executor ray), not by hand\n");
    return 2;
  }
  const Settings settings = read_hello(frame.payload);
  if (const std::string why = why_unreachable(settings.address); !why.empty()) {
    channel.send(Kind::unusable, -1, 0, why);
    return 1;
  }
  connect(settings);
  Description cluster;
  try {
    cluster = describe();
  } catch (const std::exception& error) {
    channel.send(Kind::unusable,
                 -1,
                 0,
                 "the Ray cluster at " + settings.address +
                     " could not run luthier's Python worker: " + error.what() +
                     "; the package luthier has to be at the same path on every node");
    leave(1);
  }
  std::optional<WorkerPort> port;
  try {
    port.emplace(cluster.driver, settings.port);
  } catch (const std::exception& error) {
    channel.send(Kind::unusable,
                 -1,
                 0,
                 std::string(error.what()) + "; give another one with --executor ray:port=PORT");
    leave(1);
  }
  give_back_start_up_memory();
  channel.send(Kind::ready, -1, 0, cluster.nodes);
  Pool pool(channel, *port, cluster.nodes, [] { return describe().nodes; }, settings.silence);
  std::thread([&pool] {
    while (true) {
      std::this_thread::sleep_for(kLookEvery);
      pool.look_around();
    }
  }).detach();
  while (channel.receive(frame)) {
    if (frame.kind == Kind::start) {
      pool.start(frame);
    } else {
      pool.pass_on(frame);
    }
  }
  leave(0);
}

}  // namespace
}  // namespace luthier::ray_driver

int main() {
  prctl(PR_SET_NAME, "luthier-ray");
  luthier::ray_driver::share_one_arena();
  return luthier::ray_driver::serve();
}
