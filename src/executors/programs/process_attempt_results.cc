// The report descriptor of an attempt: its messages and their replies, its checkpoints.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "executors/programs/process_attempt.h"
#include "executors/programs/worker_messages.h"

namespace luthier {
namespace {

constexpr std::size_t kLongestMessage = 1u << 20;  // of the report descriptor
constexpr std::size_t kReadBytes = 1u << 16;
// A program that takes none of its replies for so long never will. Until then it may be busy, or
// wait for a processor.
constexpr auto kReadsWithin = std::chrono::seconds(10);
constexpr auto kResendEvery = std::chrono::milliseconds(10);

}  // namespace

bool ProcessAttempt::read_report() {
  // Backpressure: a program that does not wait for its replies is not read faster than it is
  // answered, and nobody looks at what it says meanwhile.
  if (pipes_.report && !gone_ && incoming_.size() > kLongestMessage) {
    if (!std::exchange(report_paused_, true)) {
      host_.unwatch(pipes_.report.get());
    }
    return false;
  }
  if (!pipes_.report) {
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
  Metrics metrics = hearing_.named_as_wanted(mask_.masked_metrics(std::move(message->metrics)));
  if (!any_objective_) {
    any_objective_ = has_objective(metrics);
    hearing_.remember(metrics);
  }
  post_result(std::move(metrics));
  return true;
}

void ProcessAttempt::post_result(Metrics metrics) {
  outstanding_ = true;
  if (measured_.wanted()) {
    last_ = metrics;
  }
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
  if (ending_ == Ending::time_out || (ending_ == Ending::none && succeeded())) {
    queue_.clear();  // it has ended already, and that is how it ended
    incoming_.clear();
    measured_added_ = true;
    return;
  }
  const auto grace = settings_.options.grace;
  const bool interrupted = ending_ != Ending::none;
  ending_ = kind == DecisionKind::pause ? Ending::pause : Ending::stop;
  ending_saves_ = save;
  if (source_ != ResultSource::report) {
    queue_.clear();
    terminate(grace);
    return;
  }
  send(kind, save);
  if (interrupted) {
    return;  // the time that interrupt() gave goes on
  }
  terminate_at_ = in(ending_saves_ ? settings_.options.save_time : grace / 2);
  terminate_grace_ = grace / 2;
}

// One line. A program that waits for it has room for it; one that does not is told no more results
// than it reads replies.
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
  read_by_ = in(kReadsWithin);
  unsent_ += format_worker_reply(decision, iteration_, directory);
  send_rest();
}

void ProcessAttempt::send_rest() {
  const ssize_t count =
      ::send(pipes_.report.get(), unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count > 0) {
    unsent_.erase(0, static_cast<std::size_t>(count));
    read_by_ = in(kReadsWithin);
  } else if (errno != EAGAIN && errno != EINTR) {
    unsent_.clear();  // it has closed its end
  }
  resend_at_ = unsent_.empty() ? kNever : in(kResendEvery);
  if (!unsent_.empty() && settings_.clock->now() >= read_by_ && ending_ == Ending::none) {
    forget_replies();
    fail(
        formatted("did not read the replies on its report descriptor for {} s; read one line for "
                  "each line written",
                  kReadsWithin.count()));
  }
}

void ProcessAttempt::forget_replies() {
  unsent_.clear();
  resend_at_ = kNever;
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
  if (!std::exchange(saving_, false)) {
    if (sealed) {
      settings_.area->remove(sealed->directory);  // its time was over first
    }
    return;
  }
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
