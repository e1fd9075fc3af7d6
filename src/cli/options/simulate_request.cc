#include "cli/options/simulate_request.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace luthier::cli {
namespace {

// Reads options, collecting what is wrong with them.
class RequestReader {
 public:
  explicit RequestReader(const Arguments& arguments) : arguments_(arguments) {
    request_.plan.spec.searcher = {"random"};
    request_.plan.spec.samples = 0;
    request_.options.session.handle_signals = true;
  }

  Result<SimulateRequest> read() {
    read_benchmark();
    read_algorithms();
    read_budget();
    read_cluster();
    read_trials();
    read_store();
    read_loggers();
    if (!problems_.empty()) {
      return Error{ErrorCode::invalid_argument, join(problems_, "\n")};
    }
    return std::move(request_);
  }

 private:
  template <class T>
  void take(std::string_view option, T& into, const Result<T>& read) {
    if (read) {
      into = *read;
    } else {
      problems_.push_back(read.error().message.starts_with("--")
                              ? read.error().message
                              : "--" + std::string(option) + ": " + read.error().message);
    }
  }

  void count(std::string_view option, std::int64_t& into, std::int64_t minimum) {
    if (const auto text = arguments_.text(option)) {
      take(option, into, parse_count("--" + std::string(option), *text, minimum));
    }
  }

  void duration(std::string_view option, double& into) {
    if (const auto text = arguments_.text(option)) {
      take(option, into, parse_duration("--" + std::string(option), *text));
    }
  }

  void read_benchmark() {
    SimulationOptions& simulation = request_.plan.simulation;
    simulation.benchmark = arguments_.text("benchmark").value_or("");
    simulation.task = arguments_.text("task").value_or("");
    for (const char* option : {"min", "max"}) {
      for (const std::string& metric : arguments_.all(option)) {
        request_.plan.spec.objectives.push_back(
            {metric, std::string_view(option) == "max" ? Mode::max : Mode::min});
      }
    }
    if (simulation.benchmark.empty()) {
      problems_.emplace_back(
          "nothing to simulate; name a benchmark with --benchmark, such as bbob:function=3 or a "
          "table's FILE.json");
      return;
    }
    auto opened = open_benchmark(simulation.benchmark, simulation.task);
    if (opened) {
      request_.options.benchmark = std::move(*opened);
    } else {
      problems_.push_back(opened.error().message);
    }
  }

  void read_algorithms() {
    ExperimentSpec& spec = request_.plan.spec;
    for (const std::string& library : arguments_.all("plugin")) {
      if (const auto loaded = request_.plugins.load(library); !loaded) {
        problems_.push_back(loaded.error().message);
      }
    }
    if (const auto text = arguments_.text("searcher")) {
      take("searcher", spec.searcher, parse_plugin_spec(*text));
    }
    if (const auto text = arguments_.text("scheduler")) {
      take("scheduler", spec.scheduler, parse_plugin_spec(*text));
    }
  }

  void read_budget() {
    ExperimentSpec& spec = request_.plan.spec;
    count("workers", request_.plan.simulation.workers, 1);
    count("samples", spec.samples, 0);
    count("seeds", request_.plan.seeds, 1);
    std::int64_t seed = 0;
    count("seed", seed, 0);
    request_.plan.first_seed = static_cast<std::uint64_t>(seed);
    duration("time", spec.time_budget_s);
  }

  void read_cluster() {
    ClusterConditions& conditions = request_.plan.simulation.conditions;
    if (const auto text = arguments_.text("straggler")) {
      const auto colon = text->find(':');
      const auto share = parse_number(std::string_view(*text).substr(0, colon));
      const auto slowdown =
          colon == std::string::npos ? std::nullopt : parse_number(text->substr(colon + 1));
      if (!share || !slowdown || !(*share >= 0 && *share <= 1) ||
          !(*slowdown >= 1 && *slowdown <= 1e6)) {
        problems_.push_back("--straggler is '" + *text +
                            "'; it must be SHARE:FACTOR with a share from 0 to 1 and a factor "
                            "from 1 to 1e6, such as 0.1:5");
      } else {
        conditions.straggler_share = *share;
        conditions.straggler_slowdown = *slowdown;
      }
    }
    if (const auto text = arguments_.text("failure-rate")) {
      const auto rate = parse_number(*text);
      if (rate && *rate >= 0 && *rate <= 1) {
        conditions.failure_rate = *rate;
      } else {
        problems_.push_back("--failure-rate is '" + *text + "'; it must be a number from 0 to 1");
      }
    }
    duration("start-latency", conditions.start_latency_s);
    duration("report-latency", conditions.report_latency_s);
    count("nodes", conditions.nodes, 1);
    duration("node-loss-every", conditions.node_loss_interval_s);
    duration("node-return-after", conditions.node_return_s);
    for (const char* option : {"nodes", "node-return-after"}) {
      if (arguments_.has(option) && !arguments_.has("node-loss-every")) {
        problems_.push_back("--" + std::string(option) +
                            " changes nothing while no node is lost; add --node-loss-every TIME "
                            "or drop it");
      }
    }
  }

  void read_trials() {
    ExperimentSpec& spec = request_.plan.spec;
    count("retries", spec.retries, 0);
    count("checkpoint-every", spec.checkpoint_every, 0);
    duration("trial-timeout", spec.trial_timeout_s);
  }

  void read_loggers() {
    const auto text = arguments_.text("log");
    if (!text) {
      return;
    }
    const std::vector<std::string> known = {"csv", "json", "tensorboard"};
    for (const std::string& part : split(*text, ',')) {
      const std::string name(trim(part));
      if (name == "none") {
        continue;
      }
      if (std::ranges::find(known, name) == known.end()) {
        problems_.push_back("--log: " + unknown_name("logger of simulations called", name, known));
      } else {
        request_.plan.spec.loggers.push_back(name);
      }
    }
    if (!request_.plan.spec.loggers.empty() && request_.options.session.memory_store) {
      problems_.emplace_back(
          "--log writes files and without --results none are kept; add --results DIR or drop it");
    }
  }

  void read_store() {
    SessionOptions& session = request_.options.session;
    const auto results = arguments_.text("results");
    const std::string store = arguments_.text("store").value_or(results ? "file" : "memory");
    if (store != "file" && store != "memory") {
      problems_.push_back("--store is '" + store + "'; it must be file or memory");
    }
    if (results && results->empty()) {
      problems_.emplace_back("--results is empty; name a directory");
    }
    if (results && store == "memory") {
      problems_.emplace_back("--store memory leaves nothing in --results " + *results +
                             "; drop one of them");
    }
    session.memory_store = store != "file";
    session.keep_log = !session.memory_store;
    if (results) {
      session.results = *results;
    }
    request_.plan.spec.name = arguments_.text("name").value_or("");
    for (const std::string& tag : arguments_.all("tag")) {
      const auto equals = tag.find('=');
      if (equals == std::string::npos || equals == 0) {
        problems_.push_back("--tag is '" + tag + "'; it must be of the form KEY=VALUE");
      } else {
        set_tag(tag.substr(0, equals), tag.substr(equals + 1));
      }
    }
  }

  // The last of a key counts, as for `run`.
  void set_tag(const std::string& key, std::string value) {
    auto& tags = request_.plan.spec.tags;
    std::erase_if(tags, [&](const auto& tag) { return tag.first == key; });
    tags.emplace_back(key, std::move(value));
  }

  const Arguments& arguments_;
  SimulateRequest request_;
  std::vector<std::string> problems_;
};

}  // namespace

Result<SimulateRequest> read_simulate_request(const Arguments& arguments) {
  return RequestReader(arguments).read();
}

}  // namespace luthier::cli
