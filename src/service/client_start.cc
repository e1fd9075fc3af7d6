#include "service/client_start.h"

#include <unistd.h>

#include <array>
#include <cmath>
#include <utility>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

struct Row {
  std::string_view name;
  // What is wrong, or nothing.
  std::string (*read)(const Json& json, ClientSession& client);
};

std::string read_results(const Json& json, ClientSession& client) {
  if (json.value.text() == nullptr) {
    return "must be text";
  }
  client.options.session.results = *json.value.text();
  return {};
}

std::string read_store(const Json& json, ClientSession& client) {
  const auto* kind = json.value.text();
  if (kind == nullptr || (*kind != "file" && *kind != "memory" && *kind != "none")) {
    return "must be \"file\", \"memory\" or \"none\"";
  }
  client.options.session.memory_store = *kind != "file";
  client.options.session.keep_log = *kind != "none";
  return {};
}

std::string read_durability(const Json& json, ClientSession& client) {
  const auto* kind = json.value.text();
  if (kind == nullptr || (*kind != "fast" && *kind != "full")) {
    return "must be \"fast\" or \"full\"";
  }
  client.options.session.full_durability = *kind == "full";
  return {};
}

std::string read_jobs(const Json& json, ClientSession& client) {
  const auto count = json.value.integer();
  if (!count || json.value.boolean() != nullptr || *count < 1) {
    return "must be an integer of at least 1";
  }
  client.options.session.jobs = *count;
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

std::string read_verbosity(const Json& json, ClientSession& client) {
  const auto level = json.value.integer();
  if (!level || *level < 0 || *level > 2) {
    return "must be 0, 1 or 2";
  }
  client.options.console = console_options(STDERR_FILENO, false, static_cast<int>(*level));
  return {};
}

std::string read_workers(const Json& json, ClientSession& client) {
  client.options.workers.command.clear();
  for (const Json& word : json.items) {
    if (word.value.text() == nullptr) {
      return "must be a list of texts: a program and its arguments";
    }
    client.options.workers.command.push_back(*word.value.text());
  }
  return json.items.empty() ? "must be a list of texts: a program and its arguments" : "";
}

std::string read_worker_start(const Json& json, ClientSession& client) {
  const auto* kind = json.value.text();
  if (kind == nullptr || (*kind != "fork" && *kind != "spawn" && *kind != "reuse")) {
    return "must be \"fork\", \"spawn\" or \"reuse\"";
  }
  client.options.workers.start = *kind == "spawn"   ? WorkerStart::spawn
                                 : *kind == "reuse" ? WorkerStart::reuse
                                                    : WorkerStart::fork;
  return {};
}

// {"command": "notify-send x", "on": ["done"], "stalled_s": 600, "low_disk_bytes": 1000000000}
std::string read_notify(const Json& json, ClientSession& client) {
  NotifyOptions notify;
  const Json* command = json.find("command");
  if (command == nullptr || command->value.text() == nullptr || command->value.text()->empty()) {
    return "must be an object with a command";
  }
  notify.command = *command->value.text();
  if (const Json* on = json.find("on")) {
    if (on->items.empty()) {
      return "has on, which must be a list of texts such as \"done\"";
    }
    notify.on.clear();
    for (const Json& name : on->items) {
      notify.on.push_back(name.value.text() != nullptr ? *name.value.text() : std::string());
    }
  }
  if (const Json* stalled = json.find("stalled_s")) {
    if (const std::string problem = read_amount(*stalled, notify.stalled_s); !problem.empty()) {
      return "has stalled_s, which " + problem;
    }
  }
  if (const Json* low = json.find("low_disk_bytes")) {
    if (low->value.integer().value_or(-1) < 0) {
      return "has low_disk_bytes, which must be an integer of at least 0";
    }
    notify.low_disk_bytes = *low->value.integer();
  }
  client.options.session.notify = std::move(notify);
  return {};
}

std::string read_may_rename(const Json& json, ClientSession& client) {
  if (json.value.boolean() == nullptr) {
    return "must be true or false";
  }
  client.options.may_rename = *json.value.boolean();
  return {};
}

std::string read_plugin_flag(const Json& json, const char* name, bool& out) {
  const Json* found = json.find(name);
  if (found == nullptr) {
    return {};
  }
  if (found->value.boolean() == nullptr) {
    return formatted("has {}, which must be true or false", name);
  }
  out = *found->value.boolean();
  return {};
}

// {"name": "Mine", "version": 1, "needs_checkpoints": false, "requirements": false}
std::string read_plugin(const Json& json, std::optional<OwnPlugin>& out) {
  const Json* name = json.find("name");
  const auto* text = name != nullptr ? name->value.text() : nullptr;
  if (text == nullptr || text->empty()) {
    return "must be an object with a name";
  }
  OwnPlugin plugin{*text};
  if (const Json* version = json.find("version")) {
    const auto number = version->value.integer();
    if (!number || version->value.boolean() != nullptr || *number < 1 || *number > 1'000'000) {
      return "has a version that is not an integer from 1 to 1000000";
    }
    plugin.version = static_cast<int>(*number);
  }
  plugin.requirements = false;
  std::string problem = read_plugin_flag(json, "needs_checkpoints", plugin.needs_checkpoints);
  if (problem.empty()) {
    problem = read_plugin_flag(json, "requirements", plugin.requirements);
  }
  out = std::move(plugin);
  return problem;
}

std::string read_own_flag(const Json& json, bool& out) {
  if (json.value.boolean() == nullptr) {
    return "must be true or false";
  }
  out = *json.value.boolean();
  return {};
}

std::string read_related(const Json& json, ClientSession& client) {
  for (const Json& name : json.items) {
    if (name.value.text() == nullptr) {
      return "must be a list of texts: names or paths of experiments";
    }
    client.options.related.push_back(*name.value.text());
  }
  return json.kind == Json::Kind::list ? "" : "must be a list of texts";
}

constexpr std::array kRows = {Row{"results", read_results},
                              Row{"related", read_related},
                              Row{"store", read_store},
                              Row{"durability", read_durability},
                              Row{"jobs", read_jobs},
                              Row{"cpus",
                                  [](const Json& json, ClientSession& client) {
                                    return read_amount(json, client.options.session.inventory.cpu);
                                  }},
                              Row{"gpus",
                                  [](const Json& json, ClientSession& client) {
                                    return read_amount(json, client.options.session.inventory.gpu);
                                  }},
                              Row{"verbosity", read_verbosity},
                              Row{"notify", read_notify},
                              Row{"may_rename", read_may_rename},
                              Row{"workers", read_workers},
                              Row{"worker_start", read_worker_start},
                              Row{"own_searcher",
                                  [](const Json& json, ClientSession& client) {
                                    return read_plugin(json, client.plugins.searcher);
                                  }},
                              Row{"own_scheduler",
                                  [](const Json& json, ClientSession& client) {
                                    return read_plugin(json, client.plugins.scheduler);
                                  }},
                              Row{"own_stop",
                                  [](const Json& json, ClientSession& client) {
                                    return read_own_flag(json, client.plugins.stop_if);
                                  }},
                              Row{"own_loggers", [](const Json& json, ClientSession& client) {
                                    return read_own_flag(json, client.plugins.logger);
                                  }}};

std::string read_member(const std::string& name, const Json& json, ClientSession& client) {
  std::vector<std::string> known;
  for (const Row& row : kRows) {
    if (row.name == name) {
      const std::string problem = row.read(json, client);
      return problem.empty() ? "" : formatted("'{}' of the session {}", name, problem);
    }
    known.emplace_back(row.name);
  }
  return unknown_name("session option", name, known);
}

}  // namespace

Result<ClientSession> read_client_session(const ClientRequest& request) {
  ClientSession client;
  client.options.console = console_options(STDERR_FILENO, false, 1);
  const Json* session = request.find("session");
  if (session == nullptr) {
    return client;
  }
  if (session->kind != Json::Kind::object) {
    return Error{ErrorCode::invalid_argument, "'session' must be an object"};
  }
  std::vector<std::string> problems;
  for (const auto& [name, content] : session->members) {
    if (std::string problem = read_member(name, content, client); !problem.empty()) {
      problems.push_back(std::move(problem));
    }
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return client;
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
  auto session = read_client_session(request);
  if (!session) {
    return session.error();
  }
  return ClientStart{*std::move(spec), *std::move(session)};
}

}  // namespace luthier
