// RayDriver: luthier-ray, a Python process that asks Ray for workers
// (python/luthier/_ray_driver.py). What both say is a JSON object a line:
//
//   -> {"do": "connect", "address": ..., "node_ip": ..., "code": [...], "version": ...}
//   <- {"ready": "ADDRESS", "nodes": [...]}    by which the cluster knows this machine; or
//   <- {"unusable": "a sentence"}              and it ends
//   -> {"do": "start", "worker": N, "place": ..., "resources": {...}, "strategy": ..., "bundles":
//   [...]}
//   -> {"do": "kill", "worker": N}
//   <- {"ended": N, "reason": ...}             once for each worker
//   -> {"do": "nodes"}
//   <- {"nodes": [{"name": ..., "resources": {...}}, ...]}
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.h"
#include "executors/ray/worker_starter.h"
#include "luthier/error.h"

namespace luthier {

struct RayConnection {
  std::string interpreter;  // a Python that has Ray
  std::string package;      // the folder that holds the package luthier; empty: that Python has it
  std::string guardian;     // the program, at the same path on every node
  std::string address;
  std::string node_ip;
  std::int64_t port = 0;
  std::chrono::seconds patience{60};
  std::chrono::seconds silence{60};
  std::vector<std::string> code;  // where workers find code: directories
};

struct RayDriverWord {
  enum class Kind : std::uint8_t { ready, unusable, nodes, ended } kind = Kind::nodes;
  std::string text;            // the address, the sentence or the reason
  std::vector<RayNode> nodes;  // of ready and nodes
  std::uint64_t worker = 0;    // of ended
};

class RayDriver : public WorkerStarter {
 public:
  // Starts it and tells it where to connect; does not wait.
  static Result<RayDriver> launch(const RayConnection& connection);
  RayDriver() = default;
  RayDriver(RayDriver&& other) noexcept;
  RayDriver& operator=(RayDriver&& other) noexcept;
  ~RayDriver() override;  // asks it to leave, kills it when it does not

  explicit operator bool() const { return static_cast<bool>(socket_); }
  int socket() const { return socket_.get(); }  // non-blocking
  int talk() const { return talk_.get(); }      // its stdout and stderr, non-blocking

  // Reads what is there; false: it is gone.
  bool read();
  std::optional<RayDriverWord> next();
  void start_worker(std::uint64_t worker, const RayShape& shape, const std::string& place) override;
  void kill_worker(std::uint64_t worker) override;
  void ask_nodes() override;
  // Writes what the socket takes.
  void flush();
  bool has_unsent() const { return !outgoing_.empty(); }
  void read_talk();
  // Whether the cluster did not take its token; Ray goes on trying for long.
  bool is_refused() const { return said_.find("Unauthenticated") != std::string::npos; }
  // At once, without good-bye: before there is anything to leave behind.
  void kill();
  // Once it is gone: why, as far as its end and its last words tell.
  std::string last_words();

 private:
  void say_hello(const RayConnection& connection);
  void send(std::string_view line);
  void end();
  std::string how_it_ended();

  FileDescriptor socket_;
  FileDescriptor talk_;
  pid_t pid_ = 0;
  std::string incoming_;
  std::string outgoing_;
  std::string said_;  // the end of its talk
};

// The Python to run it with: `given`, else LUTHIER_RAY_PYTHON, else .venv/bin/python of the working
// directory, else python3. The error says how to get one.
Result<std::string> find_ray_python(const std::string& given);
// A file of Luthier's installation, such as "libexec/luthier-guardian", of this program or of the
// command `luthier`; empty: it is not there.
std::filesystem::path installed(const std::filesystem::path& file);

// Why a cluster can't be used whose driver ended with `last_words`.
std::string ray_refusal(const std::string& address, const std::string& last_words);

}  // namespace luthier
