#include "cli/run_request.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "base/text.h"
#include "cli/points_file.h"
#include "loggers/logger_table.h"
#include "tuner/machine.h"

namespace luthier::cli {
namespace {

// Puts one setting into the request.
using Apply = Result<> (*)(RunRequest& request, const Setting& setting);

struct RunOption {
  Option option;
  Apply apply = nullptr;  // null: an option of the session
};

Error wrong(const Setting& setting, std::string_view wanted) {
  return {ErrorCode::invalid_argument,
          setting.place + " is '" + setting.value + "'; it must be " + std::string(wanted)};
}

Error placed(const Setting& setting, const Error& error) {
  return {error.code, setting.place + ": " + error.message};
}

template <std::int64_t ExperimentSpec::* kField, std::int64_t kMinimum>
Result<> count(RunRequest& request, const Setting& setting) {
  const auto number = parse_count(setting.place, setting.value, kMinimum);
  if (!number) {
    return number.error();
  }
  request.spec.*kField = *number;
  return {};
}

template <double ExperimentSpec::* kField>
Result<> duration(RunRequest& request, const Setting& setting) {
  const auto seconds = parse_duration(setting.place, setting.value);
  if (!seconds) {
    return seconds.error();
  }
  request.spec.*kField = *seconds;
  return {};
}

template <Mode kMode>
Result<> objective(RunRequest& request, const Setting& setting) {
  if (trim(setting.value).empty()) {
    return wrong(setting, "the name of a metric");
  }
  request.spec.objectives.push_back({std::string(trim(setting.value)), kMode});
  return {};
}

template <PluginSpec ExperimentSpec::* kField>
Result<> plugin(RunRequest& request, const Setting& setting) {
  auto spec = parse_plugin_spec(setting.value);
  if (!spec) {
    return placed(setting, spec.error());
  }
  request.spec.*kField = std::move(*spec);
  return {};
}

Result<> name(RunRequest& request, const Setting& setting) {
  const std::string& text = setting.value;
  const bool fits = !text.empty() && text.size() <= 128 && text.front() != '.' &&
                    text.front() != '-' && std::ranges::all_of(text, [](char c) {
                      return static_cast<unsigned char>(c) > ' ' && c != '/' && c != 0x7F;
                    });
  if (!fits || to_utf8(text) != text) {
    return wrong(setting,
                 "at most 128 bytes without blanks, '/' or control characters, and not begin with "
                 "'.' or '-'");
  }
  request.spec.name = text;
  request.name_given = true;
  return {};
}

Result<> store(RunRequest& request, const Setting& setting) {
  if (setting.value != "file" && setting.value != "memory") {
    return wrong(setting, "file or memory");
  }
  request.session.options.session.memory_store = setting.value == "memory";
  return {};
}

Result<> seed(RunRequest& request, const Setting& setting) {
  const auto number = parse_count(setting.place, setting.value, 0);
  if (!number) {
    return number.error();
  }
  request.spec.seed = static_cast<std::uint64_t>(*number);
  return {};
}

// "key=value"; nothing when there is no key.
std::optional<std::pair<std::string, std::string>> key_value(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return std::nullopt;
  }
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

void set(Pairs& pairs, std::string key, std::string value) {
  const auto found = std::ranges::find(pairs, key, &Pairs::value_type::first);
  if (found == pairs.end()) {
    pairs.emplace_back(std::move(key), std::move(value));
  } else {
    found->second = std::move(value);
  }
}

Result<> tag(RunRequest& request, const Setting& setting) {
  auto pair = key_value(setting.value);
  if (!pair) {
    return wrong(setting, "of the form KEY=VALUE");
  }
  set(request.spec.tags, std::move(pair->first), std::move(pair->second));
  return {};
}

Result<> resource(RunRequest& request, const Setting& setting) {
  auto pair = key_value(setting.value);
  if (!pair || pair->second.empty()) {
    return wrong(setting, "of the form NAME=AMOUNT");
  }
  set(request.spec.resources, std::move(pair->first), std::move(pair->second));
  return {};
}

template <char kFirst>
Result<> own_resource(RunRequest& request, const Setting& setting) {
  const auto number = parse_number(setting.value);
  if (trim(setting.value).empty() || (number && !(*number >= 0 && std::isfinite(*number)))) {
    return wrong(setting, "a number of at least 0 or expr(...)");
  }
  set(request.spec.resources, kFirst == 'c' ? "cpu" : "gpu", setting.value);
  return {};
}

Result<> memory(RunRequest& request, const Setting& setting) {
  const bool formula = setting.value.starts_with("expr(");
  const auto bytes = parse_bytes(setting.value);
  if (!formula && !bytes) {
    return wrong(setting, "bytes, such as 500MB or 2GiB, or expr(...)");
  }
  set(request.spec.resources, "memory", formula ? setting.value : std::to_string(*bytes));
  return {};
}

Result<> parameter(RunRequest& request, const Setting& setting) {
  Space added;
  if (const auto read = added.add_text(setting.value); !read) {
    return placed(setting, read.error());
  }
  const auto& all = request.spec.space.parameters();
  const std::string& name = added.parameters().front().name;
  if (std::ranges::find(all, name, &Parameter::name) != all.end()) {
    return Error{ErrorCode::invalid_argument,
                 setting.place + ": the parameter '" + name + "' is given twice; drop one"};
  }
  return request.spec.space.add_text(setting.value);
}

Result<> constraint(RunRequest& request, const Setting& setting) {
  request.spec.space.constrain(setting.value);
  return {};
}

Result<> points(RunRequest& request, const Setting& setting) {
  auto read = read_points(setting.value);
  if (!read) {
    return placed(setting, read.error());
  }
  auto& all = request.spec.points;
  all.insert(all.end(), read->begin(), read->end());
  return {};
}

Result<> stop(RunRequest& request, const Setting& setting) {
  auto rule = parse_stop_rule(setting.value);
  if (!rule) {
    return placed(setting, rule.error());
  }
  request.spec.stop.push_back(std::move(*rule));
  return {};
}

Result<> checkpoint_at_end(RunRequest& request, const Setting& /*setting*/) {
  request.spec.checkpoint_at_end = true;
  return {};
}

Result<> keep_checkpoints(RunRequest& request, const Setting& setting) {
  const auto colon = setting.value.find(':');
  const std::string by = colon == std::string::npos ? "latest" : setting.value.substr(colon + 1);
  const auto number = parse_integer(std::string_view(setting.value).substr(0, colon));
  if (!number || *number < 0 || (by != "latest" && by != "best")) {
    return wrong(setting, "N, N:latest or N:best, where 0 keeps all");
  }
  request.spec.keep_checkpoints = *number;
  request.spec.keep_by = by == "best" ? KeepBy::best : KeepBy::latest;
  return {};
}

Result<> executor(RunRequest& request, const Setting& setting) {
  const auto spec = parse_plugin_spec(setting.value);
  if (!spec) {
    return placed(setting, spec.error());
  }
  if (spec->name == "in_process") {
    return Error{ErrorCode::invalid_argument,
                 setting.place +
                     ": in_process runs functions of a C++ program, and the command "
                     "line has none; give a program after '--' with executor process, "
                     "or call luthier::Tuner from C++"};
  }
  const std::vector<std::string> known = {"process"};
  if (spec->name != "process") {
    return Error{ErrorCode::invalid_argument,
                 setting.place + ": " + unknown_name("executor", spec->name, known)};
  }
  for (const auto& [key, value] : spec->options) {
    if (key != "metric_regex") {
      const std::vector<std::string> options = {"metric_regex"};
      return Error{
          ErrorCode::invalid_argument,
          setting.place + ": " + unknown_name("option of executor 'process'", key, options)};
    }
    set(request.spec.executor_options, key, to_text(value));
  }
  return {};
}

Result<> metric_regex(RunRequest& request, const Setting& setting) {
  set(request.spec.executor_options, "metric_regex", setting.value);
  return {};
}

Result<> loggers(RunRequest& request, const Setting& setting) {
  request.spec.loggers.clear();
  for (const auto& name : split(setting.value, ',')) {
    const std::string word(trim(name));
    if (word == "none" || word.empty()) {
      continue;
    }
    if (std::ranges::find(request.spec.loggers, word) == request.spec.loggers.end()) {
      request.spec.loggers.push_back(word);
    }
  }
  return {};
}

constexpr std::array kRunOptions = {
    RunOption{{.name = "name",
               .argument = "NAME",
               .meaning = "of the experiment (default: the program's name and the time)",
               .group = "experiment"},
              name},
    RunOption{{.name = "results",
               .argument = "DIR",
               .meaning = "where experiments are kept (default: luthier-results)",
               .group = "experiment",
               .completes = Completes::directory}},
    RunOption{{.name = "store",
               .argument = "file|memory",
               .meaning = "memory leaves nothing on disk (default: file)",
               .group = "experiment",
               .completes = Completes::words,
               .words = "file memory"},
              store},
    RunOption{kDurability},
    RunOption{{.name = "seed",
               .argument = "N",
               .meaning = "the same seed gives the same draws (default: 0)",
               .group = "experiment"},
              seed},
    RunOption{{.name = "deterministic",
               .argument = "L",
               .meaning = "suggestion k sees results of trials 0 to k-L only, so searches repeat "
                          "with up to L jobs (default: 0, off)",
               .group = "experiment"},
              count<&ExperimentSpec::deterministic, 0>},
    RunOption{{.name = "tag",
               .argument = "KEY=VALUE",
               .meaning = "a note kept with the experiment",
               .group = "experiment",
               .repeatable = true},
              tag},
    RunOption{
        {.name = "param",
         .letter = 'p',
         .argument = "NAME=DISTRIBUTION",
         .meaning = "a parameter: uniform(a, b), loguniform(a, b), randint(a, b), choice(...), "
                    "grid(...), ... and perhaps 'if CONDITION'",
         .group = "space",
         .repeatable = true},
        parameter},
    RunOption{{.name = "constraint",
               .argument = "CONDITION",
               .meaning = "what every configuration must satisfy, such as 'a < b'",
               .group = "space",
               .repeatable = true},
              constraint},
    RunOption{{.name = "points",
               .argument = "FILE",
               .meaning = "configurations to try first: JSON objects, one a line or in a list",
               .group = "space",
               .repeatable = true,
               .completes = Completes::file},
              points},
    RunOption{{.name = "min",
               .argument = "METRIC",
               .meaning = "minimise it",
               .group = "objective",
               .repeatable = true},
              objective<Mode::min>},
    RunOption{{.name = "max",
               .argument = "METRIC",
               .meaning = "maximise it",
               .group = "objective",
               .repeatable = true},
              objective<Mode::max>},
    RunOption{
        {.name = "stop",
         .argument = "RULE",
         .meaning = "end a trial when 'loss < 0.1' or plateau:metric=loss,window=4 holds, the "
                    "experiment with experiment_plateau:...",
         .group = "objective",
         .repeatable = true},
        stop},
    RunOption{{.name = "samples",
               .letter = 'n',
               .argument = "N",
               .meaning = "draws for each cell of the grid; 0: until something else ends it "
                          "(default: 1)",
               .group = "budget"},
              count<&ExperimentSpec::samples, 0>},
    RunOption{{.name = "time",
               .argument = "TIME",
               .meaning = "of the whole experiment, such as 90s, 15m or 2h (default: no limit)",
               .group = "budget"},
              duration<&ExperimentSpec::time_budget_s>},
    RunOption{{.name = "iterations",
               .argument = "N",
               .meaning = "a trial is completed after so many results (default: when it returns)",
               .group = "budget"},
              count<&ExperimentSpec::iterations, 0>},
    RunOption{{.name = "max-failures",
               .argument = "N",
               .meaning = "more failed trials than this end the experiment (default: no limit)",
               .group = "budget"},
              count<&ExperimentSpec::max_failures, 0>},
    RunOption{kJobs},
    RunOption{{.name = "searcher",
               .argument = "NAME[:K=V,...]",
               .meaning = "what proposes configurations; 'luthier plugins' lists them (default: "
                          "auto)",
               .group = "algorithms",
               .completes = Completes::searcher},
              plugin<&ExperimentSpec::searcher>},
    RunOption{{.name = "scheduler",
               .argument = "NAME[:K=V,...]",
               .meaning = "what stops hopeless trials early (default: fifo, which stops none)",
               .group = "algorithms",
               .completes = Completes::scheduler},
              plugin<&ExperimentSpec::scheduler>},
    RunOption{{.name = "plugin",
               .argument = "LIB.so",
               .meaning = "load own searchers and schedulers from a library",
               .group = "algorithms",
               .repeatable = true,
               .completes = Completes::file}},
    RunOption{{.name = "cpu",
               .argument = "AMOUNT",
               .meaning = "processors a trial needs, a number or expr(...) (default: 1)",
               .group = "trials"},
              own_resource<'c'>},
    RunOption{{.name = "gpu",
               .argument = "AMOUNT",
               .meaning = "gpus a trial needs, such as 1, 0.5 or expr(...) (default: 0)",
               .group = "trials"},
              own_resource<'g'>},
    RunOption{{.name = "memory",
               .argument = "BYTES",
               .meaning = "a trial's limit, such as 2GiB (default: none)",
               .group = "trials"},
              memory},
    RunOption{{.name = "resource",
               .argument = "NAME=AMOUNT",
               .meaning = "another resource a trial needs",
               .group = "trials",
               .repeatable = true},
              resource},
    RunOption{kCpus},
    RunOption{kGpus},
    RunOption{kInventory},
    RunOption{{.name = "retries",
               .argument = "N",
               .meaning = "failures of a trial that are forgiven (default: 0)",
               .group = "trials"},
              count<&ExperimentSpec::retries, 0>},
    RunOption{{.name = "trial-timeout",
               .argument = "TIME",
               .meaning = "of one attempt (default: none)",
               .group = "trials"},
              duration<&ExperimentSpec::trial_timeout_s>},
    RunOption{{.name = "grace",
               .argument = "TIME",
               .meaning = "between asking a trial to leave and killing it (default: 10s)",
               .group = "trials"},
              duration<&ExperimentSpec::grace_s>},
    RunOption{{.name = "checkpoint-every",
               .argument = "N",
               .meaning = "results from one checkpoint to the next (default: only when a scheduler "
                          "asks)",
               .group = "trials"},
              count<&ExperimentSpec::checkpoint_every, 0>},
    RunOption{{.name = "checkpoint-at-end",
               .meaning = "save a checkpoint when a trial is stopped",
               .group = "trials"},
              checkpoint_at_end},
    RunOption{{.name = "keep-checkpoints",
               .argument = "N[:best]",
               .meaning = "of each trial, the latest or the best; 0: all (default: 1)",
               .group = "trials"},
              keep_checkpoints},
    RunOption{{.name = "executor",
               .argument = "NAME[:K=V,...]",
               .meaning = "what runs trials (default: process)",
               .group = "execution",
               .completes = Completes::words,
               .words = "process"},
              executor},
    RunOption{{.name = "metric-regex",
               .argument = "REGEX",
               .meaning = "finds metrics in the program's output: two groups, name and value",
               .group = "execution"},
              metric_regex},
    RunOption{{.name = "log",
               .argument = "A,B,...",
               .meaning = "loggers, or none (default: console,csv,json,tensorboard)",
               .group = "execution",
               .completes = Completes::logger},
              loggers},
    RunOption{kVerbose},
    RunOption{kQuiet},
    RunOption{kPlain},
    RunOption{{.name = "json", .meaning = "print the outcome as JSON", .group = "execution"}},
    RunOption{{.name = "dry-run",
               .meaning = "check everything, print the resolved experiment as JSON, run nothing",
               .group = "execution"}}};

constexpr auto kPlainOptions = [] {
  std::array<Option, kRunOptions.size()> options;
  std::ranges::transform(kRunOptions, options.begin(), &RunOption::option);
  return options;
}();

const RunOption& row(std::string_view name) {
  return *std::ranges::find(
      kRunOptions, name, [](const RunOption& each) { return each.option.name; });
}

Result<> apply(RunRequest& request, const Setting& setting) {
  if (const Apply own = row(setting.name).apply) {
    return own(request, setting);
  }
  const auto set = set_session_option(request.session, setting.name, setting.value);
  return set ? Result<>() : Result<>(set.error());
}

// The objectives are one choice: naming one replaces all of the file's.
std::string_view overridden_by(std::string_view name) {
  return name == "max" ? "min" : name;
}

std::vector<Setting> merged(const Arguments& arguments, const std::optional<ExperimentFile>& file) {
  std::vector<Setting> settings;
  for (const auto& [option, value] : arguments.given()) {
    settings.push_back({std::string(option->name), value, "--" + std::string(option->name)});
  }
  std::vector<Setting> all;
  if (file) {
    std::ranges::copy_if(file->settings, std::back_inserter(all), [&](const Setting& setting) {
      const bool adds = setting.name == "tag" || setting.name == "resource" ||
                        setting.name == "constraint" || setting.name == "plugin";
      return adds || std::ranges::none_of(settings, [&](const Setting& given) {
               return overridden_by(given.name) == overridden_by(setting.name);
             });
    });
  }
  all.insert(all.end(), settings.begin(), settings.end());
  return all;
}

// The file's space without the parameters that options give anew.
Space remaining_space(const Arguments& arguments, const Space& from) {
  std::vector<std::string> given;
  for (const auto& text : arguments.all("param")) {
    given.emplace_back(trim(text.substr(0, text.find('='))));
  }
  Space space;
  for (const Parameter& parameter : from.parameters()) {
    if (std::ranges::find(given, parameter.name) == given.end()) {
      space.add(parameter.name, parameter.domain).when(parameter.condition);
    }
  }
  for (const auto& constraint : from.constraints()) {
    space.constrain(constraint);
  }
  return space;
}

// A plain number that is larger than all there is would make every trial fail.
void check_resources(const RunRequest& request, std::vector<std::string>& problems) {
  const Resources& inventory = request.session.options.session.inventory;
  for (const auto& [name, amount] : request.spec.resources) {
    const auto wanted = parse_number(amount);
    if (!wanted || name == "memory") {
      continue;
    }
    const auto custom = inventory.custom.find(name);
    const double there =
        name == "cpu" ? (inventory.cpu > 0 ? inventory.cpu : static_cast<double>(processor_count()))
        : name == "gpu"                    ? inventory.gpu
        : custom != inventory.custom.end() ? custom->second
                                           : 0;
    if (*wanted > there) {
      const bool own = name == "cpu" || name == "gpu";
      problems.push_back("a trial needs " + format_number(*wanted) + " " + name + " and there is " +
                         format_number(there) + "; ask for less, or say what there is with " +
                         (own ? "--" + name + "s N" : "--inventory " + name + "=N"));
    }
  }
}

// Whether a shell would find it. A program whose name depends on the trial is found when it starts.
bool is_there(const std::string& program) {
  if (program.find('{') != std::string::npos) {
    return true;
  }
  std::error_code ignored;
  if (program.find('/') != std::string::npos) {
    return std::filesystem::exists(program, ignored);
  }
  const char* places = std::getenv("PATH");
  for (const auto& place : split(places ? places : "/bin:/usr/bin", ':')) {
    if (std::filesystem::exists(std::filesystem::path(place) / program, ignored)) {
      return true;
    }
  }
  return false;
}

void check_program(const RunRequest& request, std::vector<std::string>& problems) {
  if (request.spec.command.empty()) {
    problems.emplace_back(
        "no program to run; put it at the end, as in: luthier run ... -- python train.py --lr "
        "{lr}");
  } else if (!is_there(request.spec.command.front())) {
    problems.push_back("there is no program '" + request.spec.command.front() +
                       "'; check its path, which is taken from the working directory, or PATH");
  }
}

void check_whole(const RunRequest& request, std::vector<std::string>& problems) {
  if (request.spec.objectives.empty()) {
    problems.emplace_back("nothing to optimise; name a metric with --min METRIC or --max METRIC");
  }
  check_program(request, problems);
  check_resources(request, problems);
  const auto names = logger_names();
  for (const auto& name : request.spec.loggers) {
    if (std::ranges::find(names, name) == names.end()) {
      problems.push_back("--log: " + unknown_name("logger", name, names));
    } else if (name != "console" && request.session.options.session.memory_store) {
      problems.push_back("logger '" + name +
                         "' writes files and --store memory leaves none; drop one of them");
    }
  }
}

// "python3 train.py": people call that program train.
bool is_interpreter(const std::string& program) {
  constexpr std::array<std::string_view, 10> kNames = {
      "python", "bash", "sh", "zsh", "node", "perl", "ruby", "Rscript", "julia", "env"};
  const auto end = program.find_first_of("0123456789.");
  return std::ranges::find(kNames, std::string_view(program).substr(0, end)) != kNames.end();
}

}  // namespace

std::span<const Option> run_options() {
  return kPlainOptions;
}

const Option* find_run_option(std::string_view name) {
  const auto found = std::ranges::find(kPlainOptions, name, &Option::name);
  return found == kPlainOptions.end() ? nullptr : &*found;
}

Result<RunRequest> make_run_request(const Arguments& arguments,
                                    const std::optional<ExperimentFile>& file) {
  RunRequest request;
  request.spec.executor = "process";
  if (file) {
    request.spec.space = remaining_space(arguments, file->space);
    request.spec.command = file->command;
  }
  if (!arguments.program().empty()) {
    request.spec.command = arguments.program();
  }
  std::vector<std::string> problems;
  bool chose_loggers = false;
  for (const Setting& setting : merged(arguments, file)) {
    chose_loggers |= setting.name == "log";
    if (const auto applied = apply(request, setting); !applied) {
      problems.push_back(applied.error().message);
    }
  }
  check_whole(request, problems);
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  if (!chose_loggers) {
    request.spec.loggers = {"console"};
    if (!request.session.options.session.memory_store) {
      request.spec.loggers.insert(request.spec.loggers.end(), {"csv", "json", "tensorboard"});
    }
  }
  return request;
}

std::string default_name(const std::vector<std::string>& command) {
  std::string program = std::filesystem::path(command.front()).stem().string();
  for (std::size_t i = 1; i < command.size() && is_interpreter(program); ++i) {
    if (!command[i].starts_with('-')) {
      program = std::filesystem::path(command[i]).stem().string();
    }
  }
  std::string name;
  for (const char c : program) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || (c == '-' && !name.empty());
    name += plain ? std::string(1, c) : "";
  }
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 32> stamp;
  const std::size_t size = std::strftime(stamp.data(), stamp.size(), "%Y-%m-%d-%H%M%S", &local);
  return (name.empty() ? "experiment" : name.substr(0, 64)) + "-" + std::string(stamp.data(), size);
}

}  // namespace luthier::cli
