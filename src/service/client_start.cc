#include "service/client_start.h"

#include <unistd.h>

#include <array>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace luthier {
namespace {

struct Row {
  std::string_view name;
  // What is wrong, or nothing.
  std::string (*read)(const Json& json, RunContext& options);
};

std::string read_results(const Json& json, RunContext& options) {
  if (json.value.text() == nullptr) {
    return "must be text";
  }
  options.session.results = *json.value.text();
  return {};
}

std::string read_store(const Json& json, RunContext& options) {
  const auto* kind = json.value.text();
  if (kind == nullptr || (*kind != "file" && *kind != "memory" && *kind != "none")) {
    return "must be \"file\", \"memory\" or \"none\"";
  }
  options.session.memory_store = *kind != "file";
  options.session.keep_log = *kind != "none";
  return {};
}

std::string read_durability(const Json& json, RunContext& options) {
  const auto* kind = json.value.text();
  if (kind == nullptr || (*kind != "fast" && *kind != "full")) {
    return "must be \"fast\" or \"full\"";
  }
  options.session.full_durability = *kind == "full";
  return {};
}

std::string read_jobs(const Json& json, RunContext& options) {
  const auto count = json.value.integer();
  if (!count || json.value.boolean() != nullptr || *count < 1) {
    return "must be an integer of at least 1";
  }
  options.session.jobs = *count;
  return {};
}

std::string read_amount(const Json& json, double& out) {
  const auto amount = json.value.number();
  if (!amount || !std::isfinite(*amount) || *amount < 0) {
    return "must be a number of at least 0";
  }
  out = *amount;
  return {};
}

std::string read_verbosity(const Json& json, RunContext& options) {
  const auto level = json.value.integer();
  if (!level || *level < 0 || *level > 2) {
    return "must be 0, 1 or 2";
  }
  options.console = console_options(STDERR_FILENO, false, static_cast<int>(*level));
  return {};
}

std::string read_workers(const Json& json, RunContext& options) {
  options.workers.command.clear();
  for (const Json& word : json.items) {
    if (word.value.text() == nullptr) {
      return "must be a list of texts: a program and its arguments";
    }
    options.workers.command.push_back(*word.value.text());
  }
  return json.items.empty() ? "must be a list of texts: a program and its arguments" : "";
}

std::string read_worker_start(const Json& json, RunContext& options) {
  const auto* kind = json.value.text();
  if (kind == nullptr || (*kind != "fork" && *kind != "spawn" && *kind != "reuse")) {
    return "must be \"fork\", \"spawn\" or \"reuse\"";
  }
  options.workers.start = *kind == "spawn"   ? WorkerStart::spawn
                          : *kind == "reuse" ? WorkerStart::reuse
                                             : WorkerStart::fork;
  return {};
}

std::string read_may_rename(const Json& json, RunContext& options) {
  if (json.value.boolean() == nullptr) {
    return "must be true or false";
  }
  options.may_rename = *json.value.boolean();
  return {};
}

constexpr std::array kRows = {Row{"results", read_results},
                              Row{"store", read_store},
                              Row{"durability", read_durability},
                              Row{"jobs", read_jobs},
                              Row{"cpus",
                                  [](const Json& json, RunContext& options) {
                                    return read_amount(json, options.session.inventory.cpu);
                                  }},
                              Row{"gpus",
                                  [](const Json& json, RunContext& options) {
                                    return read_amount(json, options.session.inventory.gpu);
                                  }},
                              Row{"verbosity", read_verbosity},
                              Row{"may_rename", read_may_rename},
                              Row{"workers", read_workers},
                              Row{"worker_start", read_worker_start}};

std::string read_member(const std::string& name, const Json& json, RunContext& options) {
  std::vector<std::string> known;
  for (const Row& row : kRows) {
    if (row.name == name) {
      const std::string problem = row.read(json, options);
      return problem.empty() ? "" : "'" + name + "' of the session " + problem;
    }
    known.emplace_back(row.name);
  }
  return unknown_name("session option", name, known);
}

}  // namespace

Result<RunContext> read_client_session(const ClientRequest& request) {
  RunContext options;
  options.console = console_options(STDERR_FILENO, false, 1);
  const Json* session = request.find("session");
  if (session == nullptr) {
    return options;
  }
  if (session->kind != Json::Kind::object) {
    return Error{ErrorCode::invalid_argument, "'session' must be an object"};
  }
  std::vector<std::string> problems;
  for (const auto& [name, content] : session->members) {
    if (std::string problem = read_member(name, content, options); !problem.empty()) {
      problems.push_back(std::move(problem));
    }
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return options;
}

Result<ClientStart> read_client_start(const ClientRequest& request) {
  const Json* experiment = request.find("experiment");
  if (experiment == nullptr) {
    return Error{ErrorCode::invalid_argument, "'experiment' must be an object"};
  }
  auto spec = parse_experiment_spec(to_json(*experiment));
  if (!spec) {
    return spec.error();
  }
  if (experiment->find("score") == nullptr) {
    spec->score = {};
  }
  auto options = read_client_session(request);
  if (!options) {
    return options.error();
  }
  return ClientStart{*std::move(spec), *std::move(options)};
}

}  // namespace luthier
