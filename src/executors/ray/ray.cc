#include "executors/ray/ray.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "base/unknown_option.h"
#include "executors/programs/command/trial_environment.h"
#include "executors/programs/guardian_client.h"
#include "executors/ray/ray_launcher.h"
#include "executors/ray/ray_shape.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStrategies[] = {"PACK", "SPREAD", "STRICT_PACK", "STRICT_SPREAD"};

constexpr std::int64_t kLeastSilence = 10;  // seconds; a worker speaks every five

// Each attempt has eight descriptors here.
void raise_file_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, std::max<rlim_t>(limit.rlim_cur, 1u << 16));
  setrlimit(RLIMIT_NOFILE, &limit);
}

Result<std::string> cluster_address(const std::string& given) {
  if (!given.empty() && given != "auto") {
    return given;
  }
  const char* variable = std::getenv("RAY_ADDRESS");
  if (variable != nullptr && *variable != '\0' && std::string_view(variable) != "auto") {
    return std::string(variable);
  }
  std::string address;
  std::getline(std::ifstream("/tmp/ray/ray_current_cluster"), address);
  if (address.empty()) {
    return Error{ErrorCode::invalid_argument,
                 "no Ray cluster is known here; start one with `ray start --head`, or give its "
                 "address with --executor ray:address=HOST:PORT or RAY_ADDRESS"};
  }
  return std::string(trim(address));
}

// Ray finds out by itself which address of this machine is in the cluster, except for loopback
// addresses other than 127.0.0.1.
std::string own_address(const std::string& cluster) {
  const std::string host = cluster.substr(0, cluster.rfind(':'));
  return host.starts_with("127.") && host != "127.0.0.1" ? host : std::string();
}

Result<RayConnection> connection_of(const RayOptions& options, const std::string& directory) {
  LUTHIER_TAKE(auto interpreter, find_ray_python(options.interpreter));
  LUTHIER_TAKE(auto address, cluster_address(options.address));
  RayConnection connection{.interpreter = std::move(interpreter),
                           .package = installed("lib/luthier/python").string(),
                           .guardian = installed("libexec/luthier-guardian").string(),
                           .address = std::move(address),
                           .port = options.port,
                           .patience = options.patience,
                           .silence = options.silence};
  connection.node_ip = options.node_ip.empty() ? own_address(connection.address) : options.node_ip;
  if (!connection.package.empty()) {
    connection.code.push_back(connection.package);
  }
  if (!options.python.empty()) {
    connection.code.push_back(directory);
  }
  connection.code.insert(connection.code.end(), options.code.begin(), options.code.end());
  return connection;
}

Result<> set_count(std::int64_t& field,
                   const std::string& name,
                   const std::string& value,
                   std::int64_t least = 1) {
  const auto number = parse_integer(value);
  if (!number || *number < least) {
    return failure(ErrorCode::invalid_argument,
                   "option {} of executor 'ray' is '{}'; it must be a whole number of at least {}",
                   name,
                   value,
                   least);
  }
  field = *number;
  return {};
}

// "cpu:1/2*cpu:2+gpu:1"
Result<> set_bundles(RayOptions& options, const std::string& value) {
  options.bundles.clear();
  for (const auto& each : split(value, '/')) {
    const auto star = each.find('*');
    std::int64_t count = 1;
    if (star != std::string::npos) {
      LUTHIER_TRY(set_count(count, "bundles", each.substr(0, star)));
    }
    const std::string bundle = star == std::string::npos ? each : each.substr(star + 1);
    LUTHIER_TRY(ray_bundle(bundle));
    options.bundles.insert(options.bundles.end(), static_cast<std::size_t>(count), bundle);
  }
  return {};
}

}  // namespace

const std::vector<RayOption>& ray_option_table() {
  static const std::vector<RayOption> kTable = {
      {"address", "of the cluster's head, HOST:PORT (default: RAY_ADDRESS, else this machine's)"},
      {"node_ip", "this machine's address in the cluster (default: Ray finds out)"},
      {"port", "of this machine, where workers connect (default: any that is free)"},
      {"interpreter", "a Python that has Ray (default: LUTHIER_RAY_PYTHON, .venv, or python3)"},
      {"per_worker", "trials that share a worker process; more saves processes (default: 1)"},
      {"bundles", "what a trial may use beside its own claim: '2*cpu:1' or 'cpu:1/cpu:2+gpu:1'"},
      {"strategy",
       "where the bundles go: PACK, SPREAD, STRICT_PACK or STRICT_SPREAD (default: PACK)"},
      {"code", "a directory with the code of a trial's own workers"},
      {"patience", "seconds to wait for a cluster that was lost (default: 60)"},
      {"silence", "seconds without a word after which a worker counts as lost (default: 60)"}};
  return kTable;
}

Result<> set_ray_option(RayOptions& options, const std::string& name, const std::string& value) {
  if (name == "address") {
    options.address = value;
  } else if (name == "interpreter") {
    options.interpreter = value;
  } else if (name == "node_ip") {
    options.node_ip = value;
  } else if (name == "port") {
    return set_count(options.port, name, value);
  } else if (name == "per_worker") {
    return set_count(options.per_worker, name, value);
  } else if (name == "patience" || name == "silence") {
    std::int64_t seconds = 0;
    auto set = set_count(seconds, name, value, name == "silence" ? kLeastSilence : 1);
    (name == "patience" ? options.patience : options.silence) = std::chrono::seconds(seconds);
    return set;
  } else if (name == "code") {
    std::error_code error;
    options.code = {fs::canonical(value, error).string()};
    if (error) {
      return failure(ErrorCode::invalid_argument,
                     "option code of executor 'ray' is '{}', which is not there: {}",
                     value,
                     error.message());
    }
  } else if (name == "bundles") {
    return set_bundles(options, value);
  } else if (name == "strategy") {
    if (std::ranges::find(kStrategies, value) == std::end(kStrategies)) {
      return failure(ErrorCode::invalid_argument,
                     "option strategy of executor 'ray' is '{}'; it must be PACK, SPREAD, "
                     "STRICT_PACK or STRICT_SPREAD",
                     value);
    }
    options.strategy = value;
  } else {
    std::vector<std::string> known;
    for (const RayOption& option : ray_option_table()) {
      known.emplace_back(option.name);
    }
    return Error{ErrorCode::invalid_argument, unknown_option("executor 'ray'", name, known)};
  }
  return {};
}

Result<std::unique_ptr<Executor>> make_ray_executor(RayOptions options,
                                                    CheckpointArea& area,
                                                    const Clock& clock) {
  const auto& process = options.process;
  LUTHIER_TRY(check_parameter_variables(process.parameters));
  const bool program = options.python.empty() && options.library.empty();
  if (static_cast<int>(!process.command.empty()) + static_cast<int>(!options.python.empty()) +
          static_cast<int>(!options.library.empty()) !=
      1) {
    return Error{ErrorCode::invalid_argument,
                 "a trial on Ray runs a program, a Python function or a C++ library; give exactly "
                 "one of them"};
  }
  LUTHIER_TRY(process.words.check_secrets());
  LUTHIER_TAKE(auto command,
               program ? CommandTemplate::parse(process.command, process.parameters, process.words)
                       : Result<CommandTemplate>(CommandTemplate::of_function(process.words)));
  auto hearing = hearing_options(process);
  LUTHIER_TRY(check_hearing(hearing));
  LUTHIER_TAKE(auto directory, working_directory(options.process.working_directory));
  LUTHIER_TAKE(auto connection, connection_of(options, directory));
  raise_file_limit();
  AttemptSettings settings{.options = options.process,
                           .command = std::move(command),
                           .hearing = std::move(hearing),
                           .directory = std::move(directory),
                           .area = &area,
                           .clock = &clock};
  LUTHIER_TAKE(auto launcher,
               RayLauncher::connect(std::move(options), std::move(connection), clock));
  return make_launching_executor(std::move(settings), std::move(launcher));
}

}  // namespace luthier
