#include "cli/session.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>

#include "base/text.h"
#include "cli/output/output.h"
#include "cli/output/run_end.h"
#include "cli/reading.h"
#include "tuner/machine/machine.h"
#include "tuner/stored/status.h"

namespace luthier::cli {
namespace {

Result<double> parse_amount(std::string_view option, std::string_view text) {
  const auto number = parse_number(text);
  if (!number || !std::isfinite(*number) || *number < 0) {
    return Error{
        ErrorCode::invalid_argument,
        std::string(option) + " is '" + std::string(text) + "'; it must be a number of at least 0"};
  }
  return *number;
}

Result<> set_inventory(Resources& inventory, const std::string& text) {
  const auto equals = text.find('=');
  const auto amount =
      equals == std::string::npos ? std::nullopt : parse_number(text.substr(equals + 1));
  if (!amount || equals == 0 || !std::isfinite(*amount) || *amount < 0) {
    return Error{
        ErrorCode::invalid_argument,
        "--inventory is '" + text + "'; it must be of the form NAME=AMOUNT, such as tpu=4"};
  }
  inventory.custom[text.substr(0, equals)] = *amount;
  return {};
}

Result<bool> apply_session_option(SessionSetup& setup,
                                  std::string_view name,
                                  const std::string& value) {
  SessionOptions& session = setup.options.session;
  const std::string as_typed = "--" + std::string(name);
  if (name == "jobs") {
    const auto count = parse_count(as_typed, value, 1);
    session.jobs = count ? *count : 0;
    return count ? Result<bool>(true) : count.error();
  }
  if (name == "cpus" || name == "gpus") {
    const auto amount = parse_amount(as_typed, value);
    if (!amount || (name == "cpus" && *amount == 0)) {
      return Error{ErrorCode::invalid_argument,
                   as_typed + " is '" + value + "'; it must be a number " +
                       (name == "cpus" ? "above 0" : "of at least 0")};
    }
    (name == "cpus" ? session.inventory.cpu : session.inventory.gpu) = *amount;
    return true;
  }
  if (name == "inventory") {
    const auto set = set_inventory(session.inventory, value);
    return set ? Result<bool>(true) : set.error();
  }
  if (name == "durability") {
    if (value != "fast" && value != "full") {
      return Error{ErrorCode::invalid_argument,
                   "--durability is '" + value + "'; it must be fast or full"};
    }
    session.full_durability = value == "full";
    return true;
  }
  if (name == "cluster") {
    session.cluster = value;
    return true;
  }
  if (name == "plugin") {
    const auto loaded = setup.plugins.load(value);
    return loaded ? Result<bool>(true) : loaded.error();
  }
  if (name == "results") {
    if (value.empty()) {
      return Error{ErrorCode::invalid_argument, "--results is empty; name a directory"};
    }
    session.results = value;
    return true;
  }
  if (name == "verbose" || name == "quiet") {
    setup.verbosity = name == "verbose" ? 2 : 0;
    setup.style_console();
    return true;
  }
  if (name == "plain") {
    setup.plain = true;
    setup.style_console();
    return true;
  }
  return name == "json";
}
}  // namespace

SessionSetup::SessionSetup() {
  options.session.handle_signals = true;
  options.session.who = person();
  style_console();
}

void SessionSetup::style_console() {
  options.console = console_options(STDERR_FILENO, plain, verbosity);
}

Result<bool> set_session_option(SessionSetup& setup,
                                std::string_view name,
                                const std::string& value) {
  constexpr std::array<std::string_view, 7> kAgain = {
      "jobs", "durability", "cpus", "gpus", "inventory", "plugin", "cluster"};
  auto set = apply_session_option(setup, name, value);
  if (set && std::ranges::find(kAgain, name) != kAgain.end()) {
    setup.again.emplace_back(name, value);
  }
  return set;
}

Result<SessionSetup> session_setup(const Arguments& arguments) {
  SessionSetup setup;
  std::vector<std::string> problems;
  for (const auto& [option, value] : arguments.given()) {
    const auto known = set_session_option(setup, option->name, value);
    if (!known) {
      problems.push_back(known.error().message);
    }
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return setup;
}

void outlive_readers() {
  // A handler and not SIG_IGN, which trials would inherit.
  std::signal(SIGPIPE, [](int) {});
}

int continue_experiment(const Arguments& arguments, const Continue& go) {
  outlive_readers();
  const auto setup = session_setup(arguments);
  if (!setup) {
    return fail(setup.error());
  }
  const auto directory = find_experiment(arguments);
  if (!directory) {
    return fail(directory.error());
  }
  const auto spec = read_spec(*directory);
  if (!spec) {
    return fail(spec.error());
  }
  return report_end(arguments, *setup, go(*directory, *setup), *spec);
}

}  // namespace luthier::cli
