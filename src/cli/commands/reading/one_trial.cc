#include "cli/commands/reading/one_trial.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "base/text.h"
#include "executors/programs/process.h"
#include "executors/system_clock.h"
#include "executors/trial_files.h"
#include "store/checkpoint_directories.h"
#include "store/files.h"
#include "tuner/machine/signals.h"
#include "tuner/program_options.h"

namespace luthier::cli {
namespace {

constexpr TimePoint kLook = 20'000;  // microseconds between looks at what it wrote

double seconds(TimePoint span) {
  return static_cast<double>(span) / 1e6;
}

// From `offset` to where the file ends now. The program may have put anything there, also a pipe.
std::string read_from(const ContainedFiles& files, const std::string& name, off_t offset) {
  const FileDescriptor file = files.open(name, O_RDONLY);
  std::string text;
  std::array<char, 1 << 16> block;
  ssize_t count = 0;
  while (file && (count = ::pread(file.get(), block.data(), block.size(), offset)) > 0) {
    text.append(block.data(), static_cast<std::size_t>(count));
    offset += count;
  }
  return text;
}

std::string read_log(const ContainedFiles& files, const std::string& name) {
  return read_from(files, name + ".1", 0) + read_from(files, name, 0);  // the older half first
}

std::optional<std::chrono::microseconds> time_limit(const ExperimentSpec& spec) {
  double limit = spec.trial_timeout_s;
  if (spec.time_budget_s > 0 && (limit <= 0 || spec.time_budget_s < limit)) {
    limit = spec.time_budget_s;
  }
  return limit > 0
             ? std::optional(std::chrono::microseconds(static_cast<std::int64_t>(limit * 1e6)))
             : std::nullopt;
}

std::int64_t memory_limit(const ExperimentSpec& spec) {
  for (const auto& [name, amount] : spec.resources) {
    if (const auto bytes = parse_number(amount); name == "memory" && bytes) {
      return static_cast<std::int64_t>(*bytes);
    }
  }
  return 0;
}

// Follows one of the program's log files.
class Follower {
 public:
  Follower(const ContainedFiles& files, std::string name) : files_(files), name_(std::move(name)) {}

  bool wrote() const { return shown_ > 0; }
  void look(const std::function<void(std::string_view)>& show) {
    const auto status = files_.status(name_);
    if (!status || status->st_size <= shown_) {
      return;
    }
    if (show) {
      show(read_from(files_, name_, shown_));
    }
    shown_ = status->st_size;
  }

 private:
  const ContainedFiles& files_;
  const std::string name_;
  off_t shown_ = 0;
};

class OneTrial {
 public:
  OneTrial(const ExperimentSpec& spec,
           std::filesystem::path directory,
           const std::function<void(std::string_view)>& show)
      : spec_(spec),
        show_(show),
        directory_(std::move(directory)),
        files_(files_of_trial(directory_)),
        output_(files_, "stdout.log"),
        error_(files_, "stderr.log") {
    tried_.objectives = spec.objectives;
    tried_.command = spec.command;
  }

  TriedTrial run(Executor& executor, Config config) {
    tried_.config = config;
    started_ = clock_.now();
    executor.start({.id = kId,
                    .config = std::move(config),
                    .seed = spec_.seed,
                    .trial_directory = directory_,
                    .resources = {.memory_bytes = memory_limit(spec_)},
                    .timeout = time_limit(spec_)});
    while (!ended_) {
      for (const auto& event : executor.next_events(clock_.now() + kLook)) {
        std::visit([&](const auto& each) { on(executor, each); }, event);
      }
      look();
      obey_signals(executor);
    }
    tried_.wall_s = seconds(clock_.now() - started_);
    listen();
    return std::move(tried_);
  }

 private:
  static constexpr AttemptId kId{.trial = {0}, .attempt = 1};

  void on(Executor& executor, const Reported& reported) {
    tried_.results = reported.training_iteration;
    tried_.last = reported.metrics;
    const bool enough = spec_.iterations > 0 && reported.training_iteration >= spec_.iterations;
    executor.reply(kId,
                   {.training_iteration = reported.training_iteration,
                    .kind = enough ? DecisionKind::stop : DecisionKind::proceed,
                    .save = false});
  }
  void on(Executor& /*executor*/, const Ended& ended) {
    ended_ = true;
    tried_.outcome = ended.outcome;
    tried_.message = ended.message;
    tried_.exit_status = ended.exit_status;
  }
  void on(Executor& /*executor*/, const Unusable& unusable) {
    ended_ = true;
    tried_.outcome = Outcome::failed;
    tried_.message = unusable.reason;
  }
  template <class Other>
  void on(Executor& /*executor*/, const Other& /*event*/) {}

  void look() {
    output_.look(show_);
    error_.look(show_);
    if (!tried_.first_output_s && (output_.wrote() || error_.wrote())) {
      tried_.first_output_s = seconds(clock_.now() - started_);
    }
  }

  void obey_signals(Executor& executor) {
    if (!tried_.interrupted && InterruptSignals::count() > 0) {
      tried_.interrupted = true;
      executor.interrupt(kId, false, false);
    }
  }

  // The same ears as a run's, over all that it wrote.
  void listen() {
    HearingOptions options;
    for (const Objective& objective : spec_.objectives) {
      options.wanted.push_back({.name = objective.metric, .objective = true});
    }
    for (const auto& [name, value] : spec_.executor_options) {
      options.regex = name == "metric_regex" ? value : options.regex;
    }
    Hearing hearing(options, std::nullopt);
    for (const OutputStream stream : {OutputStream::output, OutputStream::error}) {
      const bool output = stream == OutputStream::output;
      hearing.write(stream, read_log(files_, output ? "stdout.log" : "stderr.log"));
      hearing.finish(stream);
    }
    hearing.finish();
    tried_.diagnosis = hearing.diagnosis();
    if (const auto& understanding = hearing.understanding()) {
      tried_.understanding = understanding->in_words();
    }
  }

  const ExperimentSpec& spec_;
  const std::function<void(std::string_view)>& show_;
  const std::filesystem::path directory_;
  const ContainedFiles files_;
  const SystemClock clock_;
  Follower output_;
  Follower error_;
  TimePoint started_ = 0;
  TriedTrial tried_;
  bool ended_ = false;
};

}  // namespace

Result<Config> configuration_to_try(const ExperimentSpec& spec, const SharedSpace& ready) {
  const auto compiled = compile_shared(spec.space, ready);
  if (!compiled) {
    return compiled.error();
  }
  const CompiledSpace& space = **compiled;
  std::vector<double> point(space.axes().size(), 0.5);
  const auto prefer = [&](const std::vector<double>& wanted) {
    for (std::size_t i = 0; i < point.size(); ++i) {
      point[i] = std::isnan(wanted[i]) ? point[i] : wanted[i];
    }
  };
  prefer(space.grid_point(0));
  if (!spec.points.empty()) {
    if (const auto checked = space.check(spec.points.front()); !checked) {
      return Error{checked.error().code, "point 1: " + checked.error().message};
    }
    prefer(space.encode(spec.points.front()));
  }
  Config config = space.decode(point);
  if (space.satisfies_constraints(config)) {
    return config;
  }
  Rng rng(spec.seed, "try");
  return space.sample(rng, 0);
}

Result<TriedTrial> run_one_trial(const ExperimentSpec& spec,
                                 const std::function<void(std::string_view)>& show,
                                 const SharedSpace& ready) {
  auto config = configuration_to_try(spec, ready);
  if (!config) {
    return config.error();
  }
  auto area = CheckpointDirectories::make_temporary();
  if (!area) {
    return area.error();
  }
  const auto directory = (*area)->trial_directory({0});
  if (const auto made = make_private_directory(directory); !made) {
    return made.error();
  }
  const SystemClock clock;
  auto options = process_options(spec);
  if (!options) {
    return options.error();
  }
  auto executor = make_process_executor(*std::move(options), **area, clock);
  if (!executor) {
    return executor.error();
  }
  const InterruptSignals signals;
  InterruptSignals::wake(executor->get());
  OneTrial trial(spec, directory, show);
  TriedTrial tried = trial.run(**executor, *std::move(config));
  InterruptSignals::wake(nullptr);
  executor->reset();  // its programs write below the directory that goes now
  return tried;
}

}  // namespace luthier::cli
