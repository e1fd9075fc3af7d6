// The executor that runs trials on a Ray cluster: command lines, Python functions and classes, and
// functions and classes of C++ libraries. Ray itself is driven by a Python process beside this one
// (ray_driver.h); nothing here loads Ray.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "executors/programs/process.h"

namespace luthier {

struct RayOptions {
  // What a trial is, one of the three: process.command, `python` ("module:name") or `library`.
  ProcessOptions process;
  std::string python;
  std::filesystem::path library;

  std::string address;  // of the head, "host:port"; empty: that of RAY_ADDRESS or of this machine
  std::string interpreter;  // a Python that has Ray; empty: see find_ray_python()
  std::string node_ip;      // by which this machine is in the cluster; empty: Ray finds out
  std::int64_t port = 0;    // of this machine, where workers connect; 0: any that is free
  // Trials of a function that share a worker process. More starts fewer processes; they share its
  // memory and, in Python, its lock.
  std::int64_t per_worker = 1;
  std::string strategy = "PACK";     // where the bundles go
  std::vector<std::string> bundles;  // "cpu:1+gpu:1": what a trial may use beside its own claim
  std::vector<std::string> code;     // directories of code for a trial's own workers
  // How long trials wait for a cluster that is gone before the experiment is left.
  std::chrono::seconds patience{60};
  // A worker that says nothing for so long counts as lost, whatever Ray says of it. Less finds a
  // lost node sooner; more forgives a trial that holds Python's lock, or a host that is overloaded.
  std::chrono::seconds silence{60};
  std::function<void(const std::string&)> say;  // sentences for a person
};

// The options of --executor ray:NAME=VALUE, with defaults and meanings.
struct RayOption {
  const char* name;
  const char* meaning;
};
const std::vector<RayOption>& ray_option_table();
// Puts one of them into `options`; an error names the option and what it takes.
Result<> set_ray_option(RayOptions& options, const std::string& name, const std::string& value);

// Connects to the cluster. `area` and `clock` must outlive the executor. Errors: no Python with
// Ray, no cluster, a refused token.
Result<std::unique_ptr<Executor>> make_ray_executor(RayOptions options,
                                                    CheckpointArea& area,
                                                    const Clock& clock);

}  // namespace luthier
