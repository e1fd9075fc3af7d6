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
#include <stdexcept>
#include <thread>

#include <ray/api.h>

#include "channel.h"
#include "head_probe.h"
#include "pool.h"

namespace luthier::ray_driver {
namespace {

using ray_wire::Frame;
using ray_wire::Kind;

constexpr int kSocket = 3;
constexpr auto kLookEvery = std::chrono::milliseconds(250);
constexpr int kDescribeMs = 20000;
constexpr const char* kNodes = "nodes\n";

struct Settings {
  std::string address;
  std::string node_ip;
  std::string patience;
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

std::string describe() {
  const auto answer =
      ray::Task(ray::PyFunction<std::string>{"luthier._cluster", "describe"}).Remote();
  const std::string nodes = *answer.Get(kDescribeMs);
  // Get() returns some of Ray's errors as if they were the answer.
  if (nodes.rfind(kNodes, 0) != 0) {
    throw std::runtime_error("Ray could not run luthier._cluster.describe");
  }
  return nodes.substr(std::strlen(kNodes));
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
  std::string nodes;
  try {
    nodes = describe();
  } catch (const std::exception& error) {
    channel.send(Kind::unusable,
                 -1,
                 0,
                 "the Ray cluster at " + settings.address +
                     " could not run luthier's Python worker: " + error.what() +
                     "; the package luthier has to be at the same path on every node");
    leave(1);
  }
  channel.send(Kind::ready, -1, 0, nodes);
  Pool pool(channel, nodes, describe, settings.silence);
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
  return luthier::ray_driver::serve();
}
