#include "executors/programs/process_attempt.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/try.h"
#include "executors/attempt_failures.h"
#include "executors/programs/attempt_program.h"
#include "executors/programs/command/trial_environment.h"
#include "executors/programs/packet_socket.h"
#include "executors/results/files/metric_globs.h"
#include "executors/results/missing_metric.h"
#include "executors/trial_files.h"

namespace luthier {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int kMostTries = 7;       // of a spawn that nobody stands in the way of: 2.4 s together
constexpr int kMostDoublings = 5;   // of the 25 ms between them
constexpr rlim_t kSpareFiles = 12;  // for the log, the loggers and checkpoints
constexpr auto kFilesEvery = milliseconds(1000);

// The kernel gives the lowest number that is free: those above `newest` are.
bool leaves_spare_files(int newest) {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
         static_cast<rlim_t>(newest) + kSpareFiles < limit.rlim_cur;
}

}  // namespace

ProcessAttempt::ProcessAttempt(StartRequest request,
                               std::filesystem::path directory,
                               AttemptSettings& settings,
                               AttemptHost& host)
    : request_(std::move(request)),
      directory_(std::move(directory)),
      settings_(settings),
      host_(host),
      mask_(settings.options.words.secret_contents()),
      hearing_(settings.hearing, settings.understanding),
      measured_(settings.options.metrics, settings.options.readings),
      files_(directory_,
             {.globs = settings.options.metric_files, .goes_on = request_.iteration > 0}),
      groups_(objectives_of(settings.hearing)),
      iteration_(request_.iteration) {}

TimePoint ProcessAttempt::in(microseconds span) const {
  return settings_.clock->now() + span.count();
}

// ---- starting

void ProcessAttempt::start() {
  const auto prepared = prepare();
  if (!prepared && prepared.error().code == ErrorCode::unavailable) {
    retry_or_fail(prepared.error().message);
    return;
  }
  if (!prepared) {
    finish(unprepared(prepared.error()), prepared.error().message, 0);
    return;
  }
  spawn();
}

// Writes what the program will read. Unavailable: for now, since descriptors ran out.
Result<> ProcessAttempt::prepare() {
  std::vector<std::string> names;
  for (const auto& [name, value] : request_.config) {
    names.push_back(name);
  }
  LUTHIER_TRY(check_parameter_variables(names));
  if (!request_.restore_from.empty()) {
    LUTHIER_TRY(settings_.area->verify(request_.restore_from));
  }
  const CommandContext context{.trial = request_.id.trial,
                               .seed = request_.seed,
                               .directory = directory_,
                               .config = &request_.config};
  LUTHIER_TRY(write_parameters(settings_.command, context));
  LUTHIER_TAKE(auto out, settings_.area->begin(request_.id));
  checkpoint_out_ = std::move(out);
  LUTHIER_TAKE(auto program,
               make_program(request_,
                            settings_.command,
                            {.working_directory = settings_.directory,
                             .directory = directory_,
                             .checkpoint_out = checkpoint_out_}));
  program_ = std::move(program);
  return {};
}

void ProcessAttempt::spawn() {
  if (!pipes_.open(settings_.options.tty)) {
    const int number = errno;
    close_channels();
    retry_or_fail(errno_in_words(number));
    return;
  }
  if (!leaves_spare_files(pipes_.their_report.get()) && host_.others_have_programs()) {
    close_channels();
    retry_or_fail(errno_in_words(EMFILE));
    return;
  }
  program_->standard_output = pipes_.their_output.get();
  program_->standard_error = pipes_.their_error.get();
  program_->report = pipes_.their_report.get();
  auto control = host_.spawn(*program_);
  if (!control) {
    close_channels();
    if (control.error().code == ErrorCode::unavailable) {
      retry_or_fail(control.error().message);
    } else {
      finish(Outcome::failed, control.error().message, 0);
    }
    return;
  }
  pipes_.control = *std::move(control);
  host_.watch(pipes_.control.get(), Channel::control);
}

void ProcessAttempt::retry_or_fail(const std::string& reason) {
  if (ending_ != Ending::none) {
    end();
    return;
  }
  tries_ = std::min(tries_ + 1, kMostTries);
  if (tries_ == kMostTries && !host_.others_have_programs()) {
    const std::string& name = program_ ? program_->path : settings_.options.command.front();
    finish(Outcome::failed, no_room_failure(name, reason), 0);
    return;
  }
  retry_at_ = in(milliseconds(25 << std::min(tries_, kMostDoublings)));
}

void ProcessAttempt::close_channels() {
  for (FileDescriptor* fd : {&pipes_.control, &pipes_.output, &pipes_.error, &pipes_.report}) {
    if (*fd) {
      host_.unwatch(fd->get());
      fd->reset();
    }
  }
  pipes_.close_theirs();
}

// ---- what comes from the warden

void ProcessAttempt::read_control() {
  union {
    guardian::ReplyKind kind;
    guardian::Spawned spawned;
    guardian::Gone gone;
    guardian::Lost lost;
  } packet{};
  const ssize_t count = receive_packet(pipes_.control.get(), &packet, sizeof packet);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  // One Spawned, then one Gone: in any other order it is no answer.
  if (count == sizeof packet.spawned && packet.kind == guardian::ReplyKind::spawned && !running_) {
    on_spawned(packet.spawned);
  } else if (count == sizeof packet.gone && packet.kind == guardian::ReplyKind::gone && running_) {
    on_gone(packet.gone);
  } else if (count == sizeof packet.lost && packet.kind == guardian::ReplyKind::lost) {
    on_lost(packet.lost);
  } else if (!running_) {
    close_channels();
    retry_or_fail("the guardian did not answer");
  } else {
    failure_ = "its warden (a luthier process) was killed, and the trial with it";
    ending_ = Ending::failure;
    on_gone({.wait_status = SIGKILL});
  }
}

void ProcessAttempt::on_spawned(const guardian::Spawned& spawned) {
  const int number = spawned.failed_errno;
  if (number == EAGAIN || number == ENOMEM || number == EMFILE || number == ENFILE) {
    close_channels();
    retry_or_fail(errno_in_words(number));
    return;
  }
  if (number != 0) {
    close_channels();
    on_refused(spawned);
    return;
  }
  running_ = true;
  started_at_ = settings_.clock->now();
  if (request_.timeout) {
    timeout_at_ = in(*request_.timeout);
  }
  pipes_.close_theirs();
  output_log_.emplace(directory_ / "stdout.log", settings_.options.output);
  error_log_.emplace(directory_ / "stderr.log", settings_.options.output);
  host_.watch(pipes_.output.get(), Channel::output);
  host_.watch(pipes_.error.get(), Channel::error);
  host_.watch(pipes_.report.get(), Channel::report);
  files_at_ = in(kFilesEvery);
  if (ending_ != Ending::none) {  // asked to end before it began
    terminated_ = false;
    terminate(settings_.options.grace);
  }
}

// A program that is not there is not there for any trial, unless its name depends on the trial: the
// experiment is left rather than all trials failed.
void ProcessAttempt::on_refused(const guardian::Spawned& spawned) {
  const std::string message = start_failure(spawned, program_->path, settings_.directory);
  const auto& command = settings_.options.command;
  const int number = spawned.failed_errno;
  const bool everyone = spawned.in_directory != 0 || number == ENOENT || number == EACCES ||
                        number == ENOEXEC || number == ENOTDIR;
  if (!everyone || command.empty() || command.front().find('{') != std::string::npos) {
    finish(Outcome::failed, message, 0);
    return;
  }
  host_.post(Unusable{message, true});
  finish(Outcome::lost, message, 0);
}

void ProcessAttempt::on_gone(const guardian::Gone& gone) {
  gone_ = gone;
  host_.unwatch(pipes_.control.get());
  pipes_.control.reset();
  // Whoever could write is dead: what is in the pipes is all there is.
  while (pipes_.output && read_output(pipes_.output)) {
  }
  while (pipes_.error && read_output(pipes_.error)) {
  }
  take_output(OutputStream::output, shown_output_.finish());
  take_output(OutputStream::error, shown_error_.finish());
  output_log_->finish();
  error_log_->finish();
  end_hearing();
  while (pipes_.report && read_report()) {
  }
  forget_replies();
  choose(source_ == ResultSource::unknown && !queue_.empty() ? ResultSource::output : source_);
  remark_late_output();
  advance();
}

// Where it ran is out of reach. What it said last may be half of a line and is not heard.
void ProcessAttempt::on_lost(const guardian::Lost& lost) {
  failure_ = lost.reason;
  ending_ = lost.for_good != 0 ? Ending::failure : Ending::loss;
  gone_ = guardian::Gone{};
  outstanding_ = false;
  close_channels();
  forget_replies();
  incoming_.clear();
  advance();
}

// ---- ending

void ProcessAttempt::on_interrupt(bool pause, bool save) {
  if (ending_ != Ending::none) {
    return;
  }
  if (source_ != ResultSource::report) {
    post_held_back();
  }
  ending_ = pause ? Ending::pause : Ending::stop;
  ending_saves_ = save;
  const auto grace = settings_.options.grace;
  if (retry_at_ != kNever) {
    end();
    return;
  }
  if (source_ != ResultSource::report || !save) {
    outstanding_ = false;
    terminate(grace);
    advance();
    return;
  }
  // It can save, and does so at its next result; SIGTERM might end it before that.
  terminate_at_ = in(grace);
  terminate_grace_ = microseconds(0);
  if (outstanding_) {
    on_reply({iteration_, pause ? DecisionKind::pause : DecisionKind::stop, save});
  }
}

void ProcessAttempt::fail(std::string reason) {
  if (ending_ != Ending::failure) {
    ending_ = Ending::failure;
    failure_ = std::move(reason);
  }
  incoming_.clear();
  terminate(settings_.options.grace);
}

void ProcessAttempt::terminate(microseconds grace) {
  terminate_at_ = kNever;
  if (gone_ || !pipes_.control) {
    return;
  }
  terminated_ = true;
  const guardian::Terminate request{.grace_ms = static_cast<std::uint32_t>(std::clamp<std::int64_t>(
                                        grace.count() / 1000, 0, 86'400'000))};
  ::send(pipes_.control.get(), &request, sizeof request, MSG_NOSIGNAL | MSG_DONTWAIT);
}

TimePoint ProcessAttempt::next_time() const {
  return std::min(
      {timeout_at_, terminate_at_, retry_at_, resend_at_, hold_at_, files_at_, remark_at_});
}

void ProcessAttempt::on_time() {
  const TimePoint now = settings_.clock->now();
  if (now >= timeout_at_) {
    timeout_at_ = kNever;
    if (source_ != ResultSource::report) {
      post_held_back();
    }
    ending_ = Ending::time_out;
    outstanding_ = false;
    saving_ = false;  // its time covers what becomes of its checkpoints
    terminate(settings_.options.grace);
  }
  if (now >= terminate_at_) {
    terminate(terminate_grace_);
  }
  if (now >= resend_at_) {
    send_rest();
  }
  if (now >= hold_at_) {
    choose(ResultSource::output);
  }
  if (now >= files_at_) {
    files_at_ = in(kFilesEvery);
    read_files(false);
  }
  if (now >= remark_at_) {
    remark_nothing_heard();
  }
  if (now >= retry_at_) {
    retry_at_ = kNever;
    if (program_) {
      spawn();
    } else {
      start();
    }
    return;
  }
  advance();
}

// A program without the report descriptor may leave a checkpoint when SIGTERM asks it to pause.
bool ProcessAttempt::saved_on_sigterm() const {
  std::error_code error;
  const bool asked = ending_ == Ending::pause || ending_ == Ending::stop;
  return asked && ending_saves_ && !sealed_at_end_ && source_ != ResultSource::report &&
         iteration_ > 0 && gone_ && WIFEXITED(gone_->wait_status) &&
         WEXITSTATUS(gone_->wait_status) == 0 &&
         !std::filesystem::is_empty(checkpoint_out_, error) && !error;
}

void ProcessAttempt::end() {
  if (saved_on_sigterm()) {
    sealed_at_end_ = true;
    begin_saving();
    return;
  }
  const int status = gone_ ? gone_->wait_status : 0;
  const std::int64_t exit_status =
      WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  switch (ending_) {
    case Ending::time_out:
      finish(Outcome::timed_out,
             time_out_failure(request_.timeout.value_or(microseconds(0))),
             exit_status);
      return;
    case Ending::failure:
      finish(Outcome::failed, failure_, exit_status);
      return;
    case Ending::loss:
      finish(Outcome::lost, failure_, 0);
      return;
    case Ending::pause:
    case Ending::stop:
      finish(ending_ == Ending::pause ? Outcome::paused : Outcome::stopped, "", exit_status);
      return;
    case Ending::none:
      break;
  }
  if (!succeeded()) {
    finish(Outcome::failed,
           exit_failure(*gone_, program_->memory_bytes, error_log_->tail()),
           exit_status);
  } else if (!any_objective_ && !settings_.options.metrics.empty() &&
             iteration_ == request_.iteration && request_.restore_from.empty()) {
    finish(Outcome::failed, missing(), exit_status);
  } else {
    finish(Outcome::returned, "", exit_status);
  }
}

// Why it has no value of the objectives.
std::string ProcessAttempt::missing() const {
  if (settings_.command.empty()) {
    return missing_report(settings_.hearing);
  }
  const auto& globs = settings_.options.metric_files;
  const auto why = globs.empty() ? "" : no_metric_file(files_of_trial(directory_), globs);
  return why.empty() || source_ == ResultSource::report
             ? missing_metric(settings_.hearing, hearing_.diagnosis())
             : missing_file(settings_.hearing, globs, why);
}

// By itself, whatever it was asked.
bool ProcessAttempt::succeeded() const {
  if (!gone_ || gone_->over_memory != 0 || !WIFEXITED(gone_->wait_status)) {
    return false;
  }
  const int status = WEXITSTATUS(gone_->wait_status);
  return status == 0 || std::ranges::find(settings_.options.ok_statuses, status) !=
                            settings_.options.ok_statuses.end();
}

void ProcessAttempt::abandon() {
  close_channels();
  if (!checkpoint_out_.empty()) {
    settings_.area->remove(checkpoint_out_);
  }
}

void ProcessAttempt::finish(Outcome outcome, const std::string& message, std::int64_t exit_status) {
  ended_ = true;
  abandon();
  timeout_at_ = terminate_at_ = retry_at_ = resend_at_ = hold_at_ = files_at_ = remark_at_ = kNever;
  host_.post(Ended{request_.id, outcome, mask_.masked(message), exit_status, measured()});
}

}  // namespace luthier
