// What the program of an attempt says, and what it is told: its output and report descriptor, its
// results and their replies, its checkpoints.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "executors/process_attempt.h"
#include "executors/worker_messages.h"

namespace luthier {
namespace {

constexpr std::size_t kMostQueued = 1000;          // results; then the program's output waits
constexpr std::size_t kLongestMessage = 1u << 20;  // of the report descriptor
constexpr std::size_t kReadBytes = 1u << 16;
constexpr auto kHold = std::chrono::milliseconds(200);

}  // namespace

void ProcessAttempt::on_readable(Channel channel) {
  switch (channel) {
    case Channel::control:
      read_control();
      return;
    case Channel::output:
      read_output(pipes_.output, output_log_);
      break;
    case Channel::error:
      read_output(pipes_.error, error_log_);
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
    if (&fd == &pipes_.output && queue_.size() > kMostQueued && !gone_ && !output_paused_) {
      host_.unwatch(fd.get());
      output_paused_ = true;
    }
    return true;
  }
  if (fd && (count == 0 || (errno != EAGAIN && errno != EINTR))) {
    if (!(&fd == &pipes_.output && output_paused_)) {
      host_.unwatch(fd.get());
    }
    output_paused_ = output_paused_ && &fd != &pipes_.output;
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
  if (!pipes_.report || (!gone_ && incoming_.size() > kLongestMessage)) {
    return false;
  }
  static thread_local std::array<char, kReadBytes> buffer;
  const ssize_t count = recv(pipes_.report.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count > 0) {
    incoming_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }
  if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    host_.unwatch(pipes_.report.get());
    pipes_.report.reset();
  }
  return false;
}

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
  if (output_paused_ && pipes_.output && queue_.size() < kMostQueued / 2) {
    output_paused_ = false;
    host_.watch(pipes_.output.get(), Channel::output);
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
  if (ending_ == Ending::failure || ending_ == Ending::time_out || ending_ == Ending::loss) {
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
  if (source_ != ResultSource::report || !pipes_.report) {
    return;
  }
  std::filesystem::path directory;
  if (with_directory) {
    const ContainedFiles checkpoints(checkpoint_out_.parent_path());
    checkpoints.remove_all(checkpoint_out_.filename());
    checkpoints.make_directories(checkpoint_out_.filename());
    directory = checkpoint_out_;
  }
  const std::string line = format_worker_reply(decision, iteration_, directory);
  if (::send(pipes_.report.get(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL) !=
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
  ContainedFiles(checkpoint_out_.parent_path()).make_directories(checkpoint_out_.filename());
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

}  // namespace luthier
