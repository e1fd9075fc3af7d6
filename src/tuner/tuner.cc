#include "luthier/tuner.h"

#include <unistd.h>

#include <array>
#include <ctime>
#include <utility>

#include "base/format.h"
#include "base/try.h"
#include "tuner/tuner_options.h"

namespace luthier {

Tuner::Tuner(TrainFunction train, Space space) : impl_(std::make_unique<Impl>()) {
  impl_->spec.space = std::move(space);
  impl_->spec.loggers = {"console", "csv", "json", "tensorboard"};
  impl_->options.train = std::move(train);
}
Tuner::Tuner(Space space) : Tuner(TrainFunction(), std::move(space)) {}
Tuner::Tuner(Tuner&&) noexcept = default;
Tuner& Tuner::operator=(Tuner&&) noexcept = default;
Tuner::~Tuner() = default;

ExperimentSpec& Tuner::spec() {
  return impl_->spec;
}
SessionOptions& Tuner::session() {
  return impl_->options.session;
}

Tuner& Tuner::name(std::string name) {
  impl_->spec.name = std::move(name);
  return *this;
}
Tuner& Tuner::minimize(std::string metric) {
  impl_->spec.objectives.push_back({std::move(metric), Mode::min});
  return *this;
}
Tuner& Tuner::maximize(std::string metric) {
  impl_->spec.objectives.push_back({std::move(metric), Mode::max});
  return *this;
}
Tuner& Tuner::samples(std::int64_t count) {
  impl_->spec.samples = count;
  return *this;
}
Tuner& Tuner::jobs(std::int64_t count) {
  impl_->options.session.jobs = count;
  return *this;
}
Tuner& Tuner::seed(std::uint64_t seed) {
  impl_->spec.seed = seed;
  return *this;
}
Tuner& Tuner::searcher(std::string name, NamedValues options) {
  impl_->spec.searcher = {std::move(name), std::move(options)};
  return *this;
}
Tuner& Tuner::scheduler(std::string name, NamedValues options) {
  impl_->spec.scheduler = {std::move(name), std::move(options)};
  return *this;
}
Tuner& Tuner::searcher(std::string name, std::function<std::unique_ptr<Searcher>()> make) {
  impl_->plugins.add({name}, std::move(make));
  impl_->spec.searcher = {std::move(name)};
  return *this;
}
Tuner& Tuner::scheduler(std::string name, std::function<std::unique_ptr<TrialScheduler>()> make) {
  impl_->plugins.add({name}, std::move(make));
  impl_->spec.scheduler = {std::move(name)};
  return *this;
}
Tuner& Tuner::point(Config config) {
  impl_->spec.points.push_back(std::move(config));
  return *this;
}
Tuner& Tuner::known(Config config, Metrics metrics, std::int64_t training_iteration) {
  impl_->spec.known.push_back({std::move(config), std::move(metrics), training_iteration});
  return *this;
}
Tuner& Tuner::iterations(std::int64_t count) {
  impl_->spec.iterations = count;
  return *this;
}
Tuner& Tuner::time_budget(double seconds) {
  impl_->spec.time_budget_s = seconds;
  return *this;
}
Tuner& Tuner::stop(const std::string& rule) {
  impl_->stop_rules.push_back(rule);
  return *this;
}
Tuner& Tuner::score(const std::string& rule) {
  auto parsed = parse_score(rule);
  if (parsed) {
    impl_->spec.score = *parsed;
  } else {
    impl_->problems.push_back(parsed.error().message);
  }
  return *this;
}
Tuner& Tuner::require(const std::string& condition) {
  impl_->requirements.push_back(condition);
  return *this;
}
Tuner& Tuner::prior(const std::string& belief) {
  auto parsed = parse_prior(belief);
  if (parsed) {
    impl_->spec.prior.push_back(std::move(*parsed));
  } else {
    impl_->problems.push_back(parsed.error().message);
  }
  return *this;
}

Tuner& Tuner::related(const std::string& experiment) {
  impl_->options.related.push_back(experiment);
  return *this;
}
Tuner& Tuner::related(std::string name, std::vector<KnownResult> results) {
  impl_->spec.related.push_back({std::move(name), std::move(results)});
  return *this;
}
Tuner& Tuner::stop_if(std::function<bool(TrialId, const TrialResult&)> rule) {
  impl_->options.stop_if = std::move(rule);
  return *this;
}
Tuner& Tuner::retries(std::int64_t count) {
  impl_->spec.retries = count;
  return *this;
}
Tuner& Tuner::max_failures(std::int64_t count) {
  impl_->spec.max_failures = count;
  return *this;
}
Tuner& Tuner::trial_timeout(double seconds) {
  impl_->spec.trial_timeout_s = seconds;
  return *this;
}
Tuner& Tuner::checkpoint_every(std::int64_t iterations) {
  impl_->spec.checkpoint_every = iterations;
  return *this;
}
Tuner& Tuner::checkpoint_at_end(bool on) {
  impl_->spec.checkpoint_at_end = on;
  return *this;
}
Tuner& Tuner::keep_checkpoints(std::int64_t count, KeepBy by) {
  impl_->spec.keep_checkpoints = count;
  impl_->spec.keep_by = by;
  return *this;
}
Tuner& Tuner::resource(std::string name, std::string amount) {
  for (auto& claim : impl_->spec.resources) {
    if (claim.first == name) {
      claim.second = std::move(amount);
      return *this;
    }
  }
  impl_->spec.resources.emplace_back(std::move(name), std::move(amount));
  return *this;
}
Tuner& Tuner::inventory(Resources resources) {
  impl_->options.session.inventory = std::move(resources);
  return *this;
}
Tuner& Tuner::results(std::filesystem::path directory) {
  impl_->options.session.results = std::move(directory);
  return *this;
}
Tuner& Tuner::store(const std::string& kind) {
  if (kind != "file" && kind != "memory") {
    impl_->problems.push_back(formatted("store is '{}'; it must be file or memory", kind));
  }
  impl_->options.session.memory_store = kind == "memory";
  return *this;
}
Tuner& Tuner::durability(const std::string& kind) {
  if (kind != "fast" && kind != "full") {
    impl_->problems.push_back(formatted("durability is '{}'; it must be fast or full", kind));
  }
  impl_->options.session.full_durability = kind == "full";
  return *this;
}
Tuner& Tuner::log(std::vector<std::string> loggers) {
  impl_->spec.loggers = std::move(loggers);
  return *this;
}
Tuner& Tuner::logger(std::shared_ptr<Logger> logger) {
  impl_->options.own_loggers.push_back(std::move(logger));
  return *this;
}
Tuner& Tuner::executor(std::string name, const NamedValues& options) {
  impl_->spec.executor = std::move(name);
  for (const auto& [key, value] : options) {
    impl_->set_executor_option(key, to_text(value));
  }
  return *this;
}
Tuner& Tuner::command(std::vector<std::string> words) {
  impl_->spec.command = std::move(words);
  return *this;
}
Tuner& Tuner::python(std::string function) {
  impl_->set_executor_option("python", std::move(function));
  return *this;
}
Tuner& Tuner::trainable(const std::filesystem::path& file) {
  std::error_code error;
  const auto path = std::filesystem::canonical(file, error);
  if (error) {
    impl_->problems.push_back(
        formatted("the library {} can't be used: {}", file.string(), error.message()));
  }
  impl_->set_executor_option("library", path.string());
  return *this;
}
Tuner& Tuner::metric_regex(std::string pattern) {
  impl_->set_executor_option("metric_regex", std::move(pattern));
  return *this;
}
Tuner& Tuner::metric_file(const std::string& glob) {
  impl_->add_executor_option("metric_file", '\n', glob);
  return *this;
}
Tuner& Tuner::ok_status(const std::vector<int>& statuses) {
  for (const int status : statuses) {
    impl_->add_executor_option("ok_status", ',', std::to_string(status));
  }
  return *this;
}
Tuner& Tuner::tty(bool on) {
  impl_->set_executor_option("tty", on ? "true" : "false");
  return *this;
}
Tuner& Tuner::time_attr(std::string metric) {
  impl_->spec.time_attr = std::move(metric);
  return *this;
}
Tuner& Tuner::cold(bool on) {
  impl_->set_executor_option("cold", on ? "true" : "false");
  return *this;
}
Tuner& Tuner::deterministic(std::int64_t lag) {
  impl_->spec.deterministic = lag;
  return *this;
}
Tuner& Tuner::tag(std::string key, std::string value) {
  impl_->spec.tags.emplace_back(std::move(key), std::move(value));
  return *this;
}
Tuner& Tuner::notify(std::string command, std::vector<std::string> on) {
  NotifyOptions& notify = impl_->options.session.notify;
  notify.command = std::move(command);
  if (!on.empty()) {
    notify.on = std::move(on);
  }
  return *this;
}
Tuner& Tuner::handle_signals(bool on) {
  impl_->options.session.handle_signals = on;
  // The terminal is the run's own then: its table may be redrawn there.
  impl_->options.console = on ? console_options(STDERR_FILENO, false, 1) : ConsoleOptions{};
  return *this;
}

Result<ExperimentSummary> Tuner::run() {
  LUTHIER_TRY(impl_->check());
  RunContext options = impl_->options;
  options.may_rename = impl_->spec.name.empty();
  return run_experiment(impl_->named_spec(), impl_->plugins, options);
}

Result<ExperimentSummary> Tuner::resume() {
  LUTHIER_TAKE(auto directory, find_experiment(impl_->options.session.results, impl_->spec.name));
  return resume_experiment(directory, impl_->plugins, impl_->options);
}

Result<ExperimentSummary> Tuner::extend(std::int64_t more_samples, double more_seconds) {
  if (more_samples < 0 || !(more_seconds >= 0) || (more_samples == 0 && more_seconds == 0)) {
    return Error{ErrorCode::invalid_argument,
                 "nothing to extend by; give a number of samples, or of seconds, above 0"};
  }
  LUTHIER_TAKE(auto directory, find_experiment(impl_->options.session.results, impl_->spec.name));
  Extension extension;
  if (more_samples > 0) {
    extension.more_samples = more_samples;
  }
  if (more_seconds > 0) {
    extension.more_time_s = more_seconds;
  }
  return resume_experiment(directory, impl_->plugins, impl_->options, extension);
}

Result<ExperimentSummary> Tuner::retry(std::optional<TrialId> trial) {
  LUTHIER_TAKE(auto directory, find_experiment(impl_->options.session.results, impl_->spec.name));
  return retry_experiment(directory, impl_->plugins, impl_->options, trial);
}

Result<Tuner::ReplayReport> Tuner::replay() {
  LUTHIER_TAKE(auto directory, find_experiment(impl_->options.session.results, impl_->spec.name));
  LUTHIER_TAKE(auto counts, replay_experiment(directory, impl_->plugins));
  return ReplayReport{counts.decisions,
                      counts.choices,
                      counts.suggestions,
                      counts.differences,
                      counts.first_difference};
}

}  // namespace luthier
