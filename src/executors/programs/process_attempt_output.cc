// What is heard of an attempt: its two streams and its files become results, in the order in which
// they are posted. Results of output and files need no reply; those of a stream wait for a moment,
// as the program may turn out to report them itself.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "executors/programs/process_attempt.h"
#include "executors/results/missing_metric.h"

namespace luthier {
namespace {

constexpr std::size_t kMostQueued = 1000;        // results; then the program's output waits
constexpr std::size_t kMostIncoming = 1u << 19;  // then the report descriptor is read again
constexpr std::size_t kReadBytes = 1u << 16;
constexpr auto kHold = std::chrono::milliseconds(200);
// So much output without a metric is said at once.
constexpr std::int64_t kManyLines = 200;
constexpr auto kLongSilence = std::chrono::seconds(5);
// Results were late when the last twentieth of a run that was worth stopping held all of them.
constexpr std::int64_t kSeveral = 3;
constexpr TimePoint kWorthStopping = 1'000'000;
constexpr TimePoint kLastPart = 20;
constexpr TimePoint kLastMoment = 300'000;

}  // namespace

HearingOptions hearing_options(const ProcessOptions& options) {
  HearingOptions hearing{.regex = options.metric_regex};
  const auto want = [&](const std::vector<std::string>& names, bool objective) {
    for (const auto& name : names) {
      if (!is_measured_metric(name)) {
        hearing.wanted.push_back({.name = name, .objective = objective});
      }
    }
  };
  want(options.metrics, true);
  want(options.readings, false);
  return hearing;
}

std::vector<std::string> objectives_of(const HearingOptions& options) {
  std::vector<std::string> names;
  for (const auto& wanted : options.wanted) {
    if (wanted.objective) {
      names.push_back(wanted.name);
    }
  }
  return names;
}

void ProcessAttempt::on_readable(Channel channel) {
  switch (channel) {
    case Channel::control:
      read_control();
      return;
    case Channel::output:
      read_output(pipes_.output);
      break;
    case Channel::error:
      read_output(pipes_.error);
      break;
    case Channel::report:
      read_report();
      break;
  }
  advance();
}

// Reads once, so that a flood of one attempt leaves the others their turn. False: nothing more now.
bool ProcessAttempt::read_output(FileDescriptor& fd) {
  static thread_local std::array<char, kReadBytes> buffer;
  const bool output = &fd == &pipes_.output;
  bool& paused = output ? output_paused_ : error_paused_;
  const ssize_t count = fd ? read(fd.get(), buffer.data(), buffer.size()) : -1;
  if (count > 0) {
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    take_output(output ? OutputStream::output : OutputStream::error,
                (output ? shown_output_ : shown_error_).write(bytes));
    if (queue_.size() > kMostQueued && !gone_ && !paused) {
      host_.unwatch(fd.get());
      paused = true;
    }
    return true;
  }
  if (fd && (count == 0 || (errno != EAGAIN && errno != EINTR))) {
    if (!paused) {
      host_.unwatch(fd.get());
    }
    paused = false;
    fd.reset();
  }
  return false;
}

// What it printed, without secrets.
void ProcessAttempt::take_output(OutputStream stream, std::string_view bytes) {
  (stream == OutputStream::output ? output_log_ : error_log_)->write(bytes);
  hear(stream, bytes);
}

// Whether what it prints can be results.
bool ProcessAttempt::hears() const {
  const bool open = source_ == ResultSource::unknown || source_ == ResultSource::output;
  const bool others_print =
      settings_.source == ResultSource::unknown || settings_.source == ResultSource::output;
  return open && others_print && ending_ == Ending::none && !measured_.alone() &&
         settings_.options.metric_files.empty();
}

void ProcessAttempt::hear(OutputStream stream, std::string_view bytes) {
  if (!hears()) {
    return;
  }
  hearing_.write(stream, bytes);
  take_heard();
  if (results_heard_ == 0 && !settings_.understanding && !settings_.said_nothing_heard) {
    lines_printed_ += std::ranges::count(bytes, '\n');
    remark_at_ = std::min(remark_at_, lines_printed_ > kManyLines ? 0 : in(kLongSilence));
  }
}

void ProcessAttempt::take_heard() {
  if (!settings_.understanding && hearing_.understanding()) {
    settings_.understanding = hearing_.understanding();
    host_.understood();
  }
  for (auto& metrics : hearing_.take()) {
    on_result(std::move(metrics), ResultSource::output);
  }
}

void ProcessAttempt::adopt() {
  if (hears()) {
    hearing_.adopt(*settings_.understanding);
    take_heard();
    advance();
  }
}

// Nothing more will be heard: what was held back is decided.
void ProcessAttempt::end_hearing() {
  if (hears()) {
    hearing_.finish(OutputStream::output);
    hearing_.finish(OutputStream::error);
    hearing_.finish();
    take_heard();
  }
}

// It is about to be asked to end: of what it has said, a result that was only held back counts.
void ProcessAttempt::post_held_back() {
  if (!running_ || outstanding_ || ending_ != Ending::none) {
    return;
  }
  end_hearing();
  if (!queue_.empty()) {
    choose(source_ == ResultSource::unknown ? ResultSource::output : source_);
    post_result(std::exchange(queue_.front(), {}));
  }
  queue_.clear();
}

// Whether it has printed what may become a result once more is known.
bool ProcessAttempt::holds_back() const {
  return results_heard_ == 0 && has_a_result(settings_.hearing, hearing_.diagnosis());
}

void ProcessAttempt::read_files(bool ended) {
  const bool unknown = source_ == ResultSource::unknown;
  if ((!unknown && source_ != ResultSource::files) || (unknown && !ended && holds_back())) {
    return;
  }
  for (auto& record : files_.read(ended)) {
    const Metrics metrics = hearing_.named_as_wanted(mask_.masked_metrics(std::move(record)));
    if (!any_objective_) {
      hearing_.remember(metrics);
    }
    groups_.add(metrics);
  }
  if (ended) {
    groups_.finish();
  }
  for (auto& metrics : groups_.take()) {
    if (ending_ == Ending::none && hold_at_ == kNever) {
      on_result(std::move(metrics), ResultSource::files);
    }
  }
}

bool ProcessAttempt::has_objective(const Metrics& metrics) const {
  return std::ranges::any_of(settings_.hearing.wanted, [&](const WantedMetric& wanted) {
    const Value* value = wanted.objective ? metrics.find(wanted.name) : nullptr;
    return value != nullptr && value->number().has_value();
  });
}

void ProcessAttempt::on_result(Metrics metrics, ResultSource source) {
  any_objective_ = true;
  remark_at_ = kNever;
  if (++results_heard_ == 1) {
    first_result_at_ = settings_.clock->now();
  }
  queue_.push_back(std::move(metrics));
  if (source_ != ResultSource::unknown) {
    return;
  }
  // A first result after a long silence may be buffered output that comes as the program ends:
  // whether it ends is seen before anybody decides about it.
  const bool may_be_late = settings_.clock->now() - started_at_ >= kWorthStopping;
  if (source == ResultSource::files || (settings_.source == source && !may_be_late)) {
    choose(source);
  } else if (hold_at_ == kNever) {
    hold_at_ = in(kHold);
  }
}

void ProcessAttempt::choose(ResultSource source) {
  source_ = source;
  hold_at_ = kNever;
  if (source == ResultSource::report || settings_.source == ResultSource::unknown) {
    settings_.source = source;
  }
}

// Where measured metrics are to be part of the last result, one waits until it is known not to be
// the last.
bool ProcessAttempt::may_post() const {
  const bool last = queue_.size() == 1 && measured_.wanted() && !gone_;
  return source_ != ResultSource::unknown && !queue_.empty() && !last;
}

// Goes as far as possible: posts the next result, or ends.
void ProcessAttempt::advance() {
  while (!ended_ && !outstanding_ && !saving_ && unsent_.empty()) {
    if (ending_ != Ending::none && source_ != ResultSource::report) {
      queue_.clear();
    }
    if (take_message()) {
      continue;
    }
    if (gone_ && !files_taken_) {
      files_taken_ = true;
      read_files(true);
    }
    if (may_post()) {
      Metrics next = std::move(queue_.front());
      queue_.pop_front();
      if (gone_ && queue_.empty()) {
        add_measured(next);
      }
      post_result(std::move(next));
      continue;
    }
    if (gone_ && post_measured()) {
      continue;
    }
    if (gone_) {
      end();
    }
    break;
  }
  const bool room = queue_.size() < kMostQueued / 2;
  watch_again(pipes_.output, output_paused_, Channel::output, room);
  watch_again(pipes_.error, error_paused_, Channel::error, room);
  watch_again(pipes_.report, report_paused_, Channel::report, incoming_.size() < kMostIncoming);
}

void ProcessAttempt::watch_again(const FileDescriptor& fd,
                                 bool& paused,
                                 Channel channel,
                                 bool room) {
  if (paused && fd && room) {
    paused = false;
    host_.watch(fd.get(), channel);
  }
}

// Only of an attempt that ran to its end: what one that was ended took says nothing.
void ProcessAttempt::add_measured(Metrics& metrics) {
  if (measured_.wanted() && !measured_added_ && ending_ == Ending::none && succeeded()) {
    measured_added_ = true;
    measured_.add(measured(), metrics);
  }
}

// The result that measured metrics are, where no result was held for them: because nothing else is
// one, or because the program reports and was answered already.
bool ProcessAttempt::post_measured() {
  const bool reported = source_ == ResultSource::report && any_objective_;
  if (!measured_.alone() && !reported) {
    return false;
  }
  const bool before = measured_added_;
  add_measured(last_);
  if (before == measured_added_) {
    return false;
  }
  any_objective_ = true;
  post_result(std::exchange(last_, {}));
  return true;
}

Measured ProcessAttempt::measured() const {
  if (!gone_ || started_at_ == 0) {
    return {};
  }
  return {.wall_s = static_cast<double>(gone_->wall_us) / 1e6,
          .cpu_s = static_cast<double>(gone_->cpu_us) / 1e6,
          .max_rss_bytes = static_cast<std::int64_t>(gone_->max_rss_bytes)};
}

// Said while it runs, so that nobody waits for the end of a long trial to learn it.
void ProcessAttempt::remark_nothing_heard() {
  remark_at_ = kNever;
  if (!hears() || gone_ || results_heard_ > 0 || settings_.said_nothing_heard) {
    return;
  }
  if (!holds_back()) {
    settings_.said_nothing_heard = true;
    host_.post(Remarked{request_.id,
                        Remarked::About::nothing_heard,
                        nothing_heard(settings_.hearing, hearing_.diagnosis())});
  }
}

void ProcessAttempt::remark_late_output() {
  const TimePoint now = settings_.clock->now();
  const TimePoint ran = now - started_at_;
  if (source_ == ResultSource::output && results_heard_ >= kSeveral && ending_ == Ending::none &&
      ran >= kWorthStopping && now - first_result_at_ < std::max(ran / kLastPart, kLastMoment)) {
    host_.post(Remarked{request_.id, Remarked::About::late_output, late_output(results_heard_)});
  }
}

}  // namespace luthier
