#include "executors/process_attempt.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <string.h>

#include "base/text.h"
#include "executors/trial_environment.h"
#include "executors/worker_messages.h"

namespace luthier {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int kMostTries = 7;  // of a spawn that nobody stands in the way of: 2.4 s together
constexpr int kMostDoublings = 5;                  // of the 25 ms between them
constexpr rlim_t kSpareFiles = 12;                 // for the log, the loggers and checkpoints
constexpr std::size_t kMostQueued = 1000;          // results; then the program's output waits
constexpr std::size_t kLongestMessage = 1u << 20;  // of the report descriptor
constexpr std::size_t kReadBytes = 1u << 16;
constexpr auto kHold = milliseconds(200);
constexpr auto kFilesEvery = milliseconds(1000);

// Readable and writable by nobody else, whatever the umask.
bool write_file(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path temporary = path.string() + ".new";
  const FileDescriptor file(
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file || write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return false;
  }
  return rename(temporary.c_str(), path.c_str()) == 0;
}

// The kernel gives the lowest number that is free: those above `newest` are.
bool leaves_spare_files(int newest) {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
         static_cast<rlim_t>(newest) + kSpareFiles < limit.rlim_cur;
}

std::string seconds(microseconds span) {
  return format_number(static_cast<double>(span.count()) / 1e6) + " s";
}

std::string megabytes(std::uint64_t bytes) {
  return format_number(static_cast<double>(bytes * 10 / (1u << 20)) / 10) + " MB";
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
      lines_(settings.lines),
      files_(directory_),
      iteration_(request_.iteration) {}

TimePoint ProcessAttempt::in(microseconds span) const {
  return settings_.clock->now() + span.count();
}

// ---- starting

void ProcessAttempt::start() {
  if (!prepare()) {
    finish(Outcome::failed, failure_, 0);
    return;
  }
  spawn();
}

// Writes what the program will read. False: failure_ says why.
bool ProcessAttempt::prepare() {
  std::vector<std::string> names;
  for (const auto& [name, value] : request_.config) {
    names.push_back(name);
  }
  if (const auto checked = check_parameter_variables(names); !checked) {
    failure_ = checked.error().message;
    return false;
  }
  if (!request_.restore_from.empty()) {
    if (const auto whole = settings_.area->verify(request_.restore_from); !whole) {
      failure_ = whole.error().message;
      return false;
    }
  }
  auto formats = settings_.command.files();
  if (std::ranges::find(formats, ParameterFormat::json) == formats.end()) {
    formats.push_back(ParameterFormat::json);  // LUTHIER_PARAMS
  }
  for (const auto format : formats) {
    const auto path = parameters_path(directory_, format);
    if (!write_file(path, format_parameters(request_.config, format))) {
      failure_ =
          "the parameters could not be written to " + path.string() + ": " + errno_in_words(errno);
      return false;
    }
  }
  auto out = settings_.area->begin(request_.id);
  if (!out) {
    failure_ = out.error().message;
    return false;
  }
  checkpoint_out_ = *std::move(out);
  auto made = program();
  if (!made) {
    failure_ = made.error().message;
    return false;
  }
  program_ = *std::move(made);
  return true;
}

Result<Program> ProcessAttempt::program() {
  auto arguments = settings_.command.expand({.trial = request_.id.trial,
                                             .seed = request_.seed,
                                             .directory = directory_,
                                             .config = &request_.config});
  if (!arguments) {
    return arguments.error();
  }
  auto path = find_program(arguments->front());
  if (!path) {
    return path.error();
  }
  Program program{
      .directory = settings_.directory,
      .path = *std::move(path),
      .arguments = *std::move(arguments),
      .environment = environment_of(
          {.request = &request_, .directory = directory_, .checkpoint_out = checkpoint_out_})};
  program.memory_bytes =
      static_cast<std::uint64_t>(std::max<std::int64_t>(request_.resources.memory_bytes, 0));
  return program;
}

void ProcessAttempt::spawn() {
  int output[2];
  int error[2];
  int report[2];
  const auto open_pair =
      [](int (&ends)[2], FileDescriptor& ours, FileDescriptor& theirs, bool socket) {
        const int result = socket ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)
                                  : pipe2(ends, O_CLOEXEC);
        if (result != 0) {
          return false;
        }
        ours = FileDescriptor(ends[0]);
        theirs = FileDescriptor(ends[1]);
        fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK);
        return true;
      };
  if (!open_pair(output, output_, their_output_, false) ||
      !open_pair(error, error_, their_error_, false) ||
      !open_pair(report, report_, their_report_, true)) {
    const int number = errno;
    close_channels();
    retry_or_fail(errno_in_words(number));
    return;
  }
  if (!leaves_spare_files(their_report_.get()) && host_.others_have_programs()) {
    close_channels();
    retry_or_fail(errno_in_words(EMFILE));
    return;
  }
  program_->standard_output = their_output_.get();
  program_->standard_error = their_error_.get();
  program_->report = their_report_.get();
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
  control_ = *std::move(control);
  host_.watch(control_.get(), Channel::control);
}

void ProcessAttempt::retry_or_fail(const std::string& reason) {
  if (ending_ != Ending::none) {
    end();
    return;
  }
  tries_ = std::min(tries_ + 1, kMostTries);
  if (tries_ == kMostTries && !host_.others_have_programs()) {
    finish(Outcome::failed,
           "the program '" + to_utf8(program_->path) + "' could not be started: " + reason +
               "; lower --jobs or raise the limits on files and processes (ulimit -n, ulimit -u)",
           0);
    return;
  }
  retry_at_ = in(milliseconds(25 << std::min(tries_, kMostDoublings)));
}

void ProcessAttempt::close_channels() {
  for (FileDescriptor* fd : {&control_, &output_, &error_, &report_}) {
    if (*fd) {
      host_.unwatch(fd->get());
      fd->reset();
    }
  }
  for (FileDescriptor* fd : {&their_output_, &their_error_, &their_report_}) {
    fd->reset();
  }
}

// ---- what comes from the warden

void ProcessAttempt::read_control() {
  union {
    guardian::ReplyKind kind;
    guardian::Spawned spawned;
    guardian::Gone gone;
  } packet{};
  const ssize_t count = recv(control_.get(), &packet, sizeof packet, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (count == sizeof packet.spawned && packet.kind == guardian::ReplyKind::spawned) {
    on_spawned(packet.spawned);
  } else if (count == sizeof packet.gone && packet.kind == guardian::ReplyKind::gone) {
    on_gone(packet.gone);
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
    const std::string name = to_utf8(program_->path);
    const std::string remedy =
        number == ENOEXEC  ? "; begin the script with a #! line or name its interpreter"
        : number == EACCES ? "; make it executable (chmod +x)"
        : number == E2BIG  ? "; give the parameters in a file with {params.file:json}"
        : number == ENOENT ? "; check its path, and the #! line if it is a script"
                           : "";
    finish(Outcome::failed,
           (spawned.in_directory != 0
                ? "the working directory '" + settings_.directory + "' could not be entered: "
                : "the program '" + name + "' could not be started: ") +
               errno_in_words(number) + remedy,
           0);
    return;
  }
  running_ = true;
  if (request_.timeout) {
    timeout_at_ = in(*request_.timeout);
  }
  for (FileDescriptor* fd : {&their_output_, &their_error_, &their_report_}) {
    fd->reset();
  }
  output_log_.emplace(directory_ / "stdout.log",
                      settings_.options.output,
                      [this](std::string_view line) { on_line(line); });
  error_log_.emplace(directory_ / "stderr.log", settings_.options.output, OutputLog::OnLine());
  host_.watch(output_.get(), Channel::output);
  host_.watch(error_.get(), Channel::error);
  host_.watch(report_.get(), Channel::report);
  files_at_ = in(kFilesEvery);
  if (ending_ != Ending::none) {  // asked to end before it began
    terminated_ = false;
    terminate(settings_.options.grace);
  }
}

void ProcessAttempt::on_gone(const guardian::Gone& gone) {
  gone_ = gone;
  host_.unwatch(control_.get());
  control_.reset();
  // Whoever could write is dead: what is in the pipes is all there is.
  while (output_ && read_output(output_, output_log_)) {
  }
  while (error_ && read_output(error_, error_log_)) {
  }
  output_log_->finish();
  error_log_->finish();
  while (report_ && read_report()) {
  }
  choose(source_ == ResultSource::unknown && !queue_.empty() ? ResultSource::output : source_);
  advance();
}

// ---- what comes from the program

void ProcessAttempt::on_readable(Channel channel) {
  switch (channel) {
    case Channel::control:
      read_control();
      return;
    case Channel::output:
      read_output(output_, output_log_);
      break;
    case Channel::error:
      read_output(error_, error_log_);
      return;
    case Channel::report:
      read_report();
      break;
  }
  advance();
}

// Reads once, so that a flood of one attempt leaves the others their turn. False: nothing more now.
bool ProcessAttempt::read_output(FileDescriptor& fd, std::optional<OutputLog>& log) {
  static thread_local std::array<char, kReadBytes> buffer;
  const ssize_t count = fd ? read(fd.get(), buffer.data(), buffer.size()) : -1;
  if (count > 0) {
    log->write({buffer.data(), static_cast<std::size_t>(count)});
    if (&fd == &output_ && queue_.size() > kMostQueued && !gone_ && !output_paused_) {
      host_.unwatch(fd.get());
      output_paused_ = true;
    }
    return true;
  }
  if (fd && (count == 0 || (errno != EAGAIN && errno != EINTR))) {
    if (!(&fd == &output_ && output_paused_)) {
      host_.unwatch(fd.get());
    }
    output_paused_ = output_paused_ && &fd != &output_;
    fd.reset();
  }
  return false;
}

void ProcessAttempt::on_line(std::string_view line) {
  if (source_ == ResultSource::report || settings_.source == ResultSource::report ||
      ending_ != Ending::none) {
    return;
  }
  if (auto metrics = lines_.parse(line)) {
    on_result(*std::move(metrics), ResultSource::output);
  }
}

void ProcessAttempt::on_result(Metrics metrics, ResultSource source) {
  any_objective_ = true;
  queue_.push_back(std::move(metrics));
  if (source_ != ResultSource::unknown) {
    return;
  }
  if (source == ResultSource::files || settings_.source == source) {
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

bool ProcessAttempt::read_report() {
  // Backpressure: a program that does not wait for its replies is not read faster than it is
  // answered.
  if (!report_ || (!gone_ && incoming_.size() > kLongestMessage)) {
    return false;
  }
  static thread_local std::array<char, kReadBytes> buffer;
  const ssize_t count = recv(report_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count > 0) {
    incoming_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }
  if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    host_.unwatch(report_.get());
    report_.reset();
  }
  return false;
}

// ---- results and replies

// Goes as far as possible: posts the next result, or ends.
void ProcessAttempt::advance() {
  while (!ended_ && !outstanding_ && !saving_) {
    const bool drop = ending_ != Ending::none && source_ != ResultSource::report;
    if (drop) {
      queue_.clear();
    }
    if (take_message()) {
      continue;
    }
    if (source_ != ResultSource::unknown && !queue_.empty()) {
      Metrics next = std::move(queue_.front());
      queue_.pop_front();
      post_result(std::move(next));
      continue;
    }
    if (gone_ && !files_taken_) {
      files_taken_ = true;
      if (source_ == ResultSource::unknown || source_ == ResultSource::files) {
        for (auto& metrics : files_.read(true)) {
          if (ending_ == Ending::none && lines_.has_objective(metrics)) {
            on_result(std::move(metrics), ResultSource::files);
          } else {
            lines_.remember(metrics);
          }
        }
        continue;
      }
    }
    if (gone_) {
      end();
    }
    break;
  }
  if (output_paused_ && output_ && queue_.size() < kMostQueued / 2) {
    output_paused_ = false;
    host_.watch(output_.get(), Channel::output);
  }
}

// Acts on the next line of the report descriptor; false when there is none.
bool ProcessAttempt::take_message() {
  const auto end = incoming_.find('\n');
  if (end == std::string::npos) {
    if (incoming_.size() > kLongestMessage) {
      incoming_.clear();
      fail("wrote a line of more than 1 MB to its report descriptor; save large things as files");
    }
    return false;
  }
  const std::string line = incoming_.substr(0, end);
  incoming_.erase(0, end + 1);
  if (trim(line).empty()) {
    return true;
  }
  if (ending_ == Ending::failure || ending_ == Ending::time_out) {
    return true;
  }
  auto message = parse_worker_message(line);
  if (!message) {
    fail(message.error().message + "; see docs/worker_protocol.md");
    return true;
  }
  if (source_ != ResultSource::report) {
    queue_.clear();
    choose(ResultSource::report);
  }
  if (message->checkpoint) {
    begin_saving();
    return true;
  }
  any_objective_ = any_objective_ || lines_.has_objective(message->metrics);
  lines_.remember(message->metrics);
  post_result(std::move(message->metrics));
  return true;
}

void ProcessAttempt::post_result(Metrics metrics) {
  outstanding_ = true;
  host_.post(Reported{request_.id, ++iteration_, std::move(metrics)});
  if (ending_ == Ending::pause || ending_ == Ending::stop) {
    // It was asked to end while it worked on this result: it is answered at once.
    on_reply({iteration_,
              ending_ == Ending::pause ? DecisionKind::pause : DecisionKind::stop,
              ending_saves_});
  }
}

void ProcessAttempt::on_reply(const Reply& reply) {
  if (!outstanding_ || reply.training_iteration != iteration_) {
    return;
  }
  outstanding_ = false;
  if (reply.kind == DecisionKind::proceed || reply.kind == DecisionKind::checkpoint) {
    send(reply.kind, reply.kind == DecisionKind::checkpoint);
  } else {
    obey_end(reply.kind, reply.save);
  }
  advance();
}

// The reply asks a program that reads it; SIGTERM asks the others, and those that do not go.
void ProcessAttempt::obey_end(DecisionKind kind, bool save) {
  const auto grace = settings_.options.grace;
  const bool interrupted = ending_ != Ending::none;
  ending_ = kind == DecisionKind::pause ? Ending::pause : Ending::stop;
  ending_saves_ = kind == DecisionKind::pause && save;
  if (source_ != ResultSource::report) {
    queue_.clear();
    terminate(grace);
    return;
  }
  send(kind, save && kind == DecisionKind::pause);
  if (interrupted) {
    return;  // the time that interrupt() gave goes on
  }
  terminate_at_ = in(ending_saves_ ? settings_.options.save_time : grace / 2);
  terminate_grace_ = grace / 2;
}

// One line; the program waits for it, so that the socket has room. One that never reads does not
// get it, and does not need it.
void ProcessAttempt::send(DecisionKind decision, bool with_directory) {
  if (source_ != ResultSource::report || !report_) {
    return;
  }
  std::filesystem::path directory;
  if (with_directory) {
    std::error_code ignored;
    std::filesystem::remove_all(checkpoint_out_, ignored);
    std::filesystem::create_directory(checkpoint_out_, ignored);
    directory = checkpoint_out_;
  }
  const std::string line = format_worker_reply(decision, iteration_, directory);
  if (::send(report_.get(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL) !=
          static_cast<ssize_t>(line.size()) &&
      errno == EAGAIN) {
    fail("did not read the replies on its report descriptor; read one line for each line written");
  }
}

void ProcessAttempt::begin_saving() {
  if (iteration_ == 0) {
    fail("sent a checkpoint before its first result; report a result first");
    return;
  }
  saving_ = true;
  host_.seal(iteration_, checkpoint_out_);
}

void ProcessAttempt::on_sealed(const Result<CheckpointArea::Sealed>& sealed) {
  saving_ = false;
  std::error_code ignored;
  std::filesystem::create_directory(checkpoint_out_, ignored);
  if (!sealed) {
    fail("made a checkpoint that could not be kept: " + sealed.error().message);
  } else {
    host_.post(CheckpointWritten{request_.id, iteration_, sealed->directory, sealed->bytes});
    if (ending_ == Ending::none) {
      send(DecisionKind::proceed, false);
    } else if (!gone_ && !terminated_) {
      send(ending_ == Ending::pause ? DecisionKind::pause : DecisionKind::stop, false);
      terminate_at_ = std::min(terminate_at_, in(settings_.options.grace / 2));
      terminate_grace_ = settings_.options.grace / 2;
    }
  }
  advance();
}

// ---- ending

void ProcessAttempt::on_interrupt(bool pause, bool save) {
  if (ending_ != Ending::none) {
    return;
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
  if (gone_ || !running_) {
    return;
  }
  terminated_ = true;
  const guardian::Terminate request{.grace_ms = static_cast<std::uint32_t>(std::clamp<std::int64_t>(
                                        grace.count() / 1000, 0, 86'400'000))};
  ::send(control_.get(), &request, sizeof request, MSG_NOSIGNAL | MSG_DONTWAIT);
}

TimePoint ProcessAttempt::next_time() const {
  return std::min({timeout_at_, terminate_at_, retry_at_, hold_at_, files_at_});
}

void ProcessAttempt::on_time() {
  const TimePoint now = settings_.clock->now();
  if (now >= timeout_at_) {
    timeout_at_ = kNever;
    ending_ = Ending::time_out;
    outstanding_ = false;
    terminate(settings_.options.grace);
  }
  if (now >= terminate_at_) {
    terminate(terminate_grace_);
  }
  if (now >= hold_at_) {
    choose(ResultSource::output);
  }
  if (now >= files_at_) {
    files_at_ = in(kFilesEvery);
    if (source_ == ResultSource::unknown || source_ == ResultSource::files) {
      for (auto& metrics : files_.read(false)) {
        if (lines_.has_objective(metrics) && hold_at_ == kNever) {
          on_result(std::move(metrics), ResultSource::files);
        }
      }
    }
  }
  if (now >= retry_at_) {
    retry_at_ = kNever;
    spawn();
    return;
  }
  advance();
}

// A program without the report descriptor may leave a checkpoint when SIGTERM asks it to pause.
bool ProcessAttempt::saved_on_sigterm() const {
  std::error_code error;
  return ending_ != Ending::none && ending_saves_ && !sealed_at_end_ &&
         source_ != ResultSource::report && iteration_ > 0 && gone_ &&
         WIFEXITED(gone_->wait_status) && WEXITSTATUS(gone_->wait_status) == 0 &&
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
             "ran longer than its limit of " + seconds(request_.timeout.value_or(microseconds(0))) +
                 " and was ended",
             exit_status);
      return;
    case Ending::failure:
      finish(Outcome::failed, failure_, exit_status);
      return;
    case Ending::pause:
    case Ending::stop:
      finish(ending_ == Ending::pause ? Outcome::paused : Outcome::stopped, "", exit_status);
      return;
    case Ending::none:
      break;
  }
  if (status != 0 || gone_->over_memory != 0) {
    finish(Outcome::failed, failure_of_exit(), exit_status);
  } else if (!any_objective_ && !settings_.options.metrics.empty() &&
             iteration_ == request_.iteration) {
    finish(Outcome::failed, missing_metric(), exit_status);
  } else {
    finish(Outcome::returned, "", 0);
  }
}

std::string ProcessAttempt::failure_of_exit() const {
  const int status = gone_->wait_status;
  std::string out;
  if (gone_->over_memory != 0) {
    out = "used " + megabytes(gone_->peak_memory_bytes) + " of memory, more than its limit of " +
          megabytes(program_->memory_bytes) + ", and was ended; raise --memory or make it smaller";
  } else if (WIFSIGNALED(status)) {
    const char* name = sigdescr_np(WTERMSIG(status));
    out = "was ended by signal " + std::to_string(WTERMSIG(status)) + " (" +
          (name != nullptr ? name : "unknown") + ")";
  } else {
    out = "exited with status " + std::to_string(WEXITSTATUS(status));
  }
  const std::string tail = error_log_->tail();
  return tail.empty() ? out : out + "; last lines of stderr:\n" + tail;
}

std::string ProcessAttempt::missing_metric() const {
  const auto& metrics = settings_.options.metrics;
  const auto& seen = lines_.candidates();
  const auto meant = closest_name(metrics.front(), seen);
  return "ended without a value of '" + join(metrics, "' or '") + "'; " +
         (seen.empty() ? "no metric was seen in its output"
                       : "metrics seen: " + join(seen, ", ") +
                             (meant ? " (did you mean '" + *meant + "'?)" : "")) +
         "; print a line like '" + metrics.front() + "=0.5', or give --metric-regex";
}

void ProcessAttempt::abandon() {
  close_channels();
  if (!checkpoint_out_.empty()) {
    settings_.area->remove(checkpoint_out_);
  }
}

void ProcessAttempt::finish(Outcome outcome, std::string message, std::int64_t exit_status) {
  ended_ = true;
  abandon();
  timeout_at_ = terminate_at_ = retry_at_ = hold_at_ = files_at_ = kNever;
  host_.post(Ended{request_.id, outcome, std::move(message), exit_status});
}

}  // namespace luthier
