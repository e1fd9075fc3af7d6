#include "executors/threads/thread_attempt.h"

#include <cerrno>
#include <stdexcept>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "executors/attempt_failures.h"
#include "executors/trial_files.h"

namespace luthier {

std::optional<std::filesystem::path> ThreadAttempt::checkpoint() const {
  if (request_.restore_from.empty()) {
    return std::nullopt;
  }
  return request_.restore_from;
}

// Most functions never ask for it, and a new directory costs more than the rest of a short trial.
std::filesystem::path ThreadAttempt::directory() const {
  const std::filesystem::path& path = request_.trial_directory;
  if (!path.empty() && !files_of_trial(path).make_directories({})) {
    throw std::runtime_error(
        formatted("no directory could be made at {}: {}", path.string(), file_trouble(errno)));
  }
  return path;
}

bool ThreadAttempt::report(const Metrics& metrics, const Saver& save) {
  if (told_ != DecisionKind::proceed) {
    return false;
  }
  {
    const std::scoped_lock lock(mutex_);
    if (over_ || ending_ == Ending::time_out) {
      return false;
    }
    reply_.reset();
    inbox_.post(Reported{request_.id, ++iteration_, metrics});
  }
  const auto reply = wait_for_reply();
  return reply && obey(*reply, save);
}

// The engine's reply, or at once what interrupt() asked for: the engine may be leaving and will not
// answer. Nothing when the attempt is fenced.
std::optional<Reply> ThreadAttempt::wait_for_reply() {
  while (true) {
    {
      const std::scoped_lock lock(mutex_);
      if (over_ || ending_ == Ending::time_out) {
        return std::nullopt;
      }
      if (ending_ != Ending::none) {
        return Reply{iteration_,
                     ending_ == Ending::pause ? DecisionKind::pause : DecisionKind::stop,
                     ending_saves_};
      }
      if (reply_ && reply_->training_iteration == iteration_) {
        return std::exchange(reply_, std::nullopt);
      }
    }
    parker_.park();
  }
}

bool ThreadAttempt::obey(const Reply& reply, const Saver& save) {
  const bool goes_on =
      reply.kind == DecisionKind::proceed || reply.kind == DecisionKind::checkpoint;
  if (!goes_on) {
    told_ = reply.kind;
  }
  const bool saves = reply.kind == DecisionKind::checkpoint || (!goes_on && reply.save);
  if (saves && save) {
    save_checkpoint(save);
  }
  return goes_on;
}

void ThreadAttempt::save_checkpoint(const Saver& save) {
  const auto temporary = begin_checkpoint();
  if (!temporary) {
    return;
  }
  try {
    save(*temporary);
  } catch (const std::exception& error) {
    discard(*temporary);
    throw std::runtime_error(formatted(
        "the checkpoint of iteration {} could not be saved: {}", iteration_, error.what()));
  } catch (...) {
    discard(*temporary);
    throw;
  }
  seal_checkpoint(*temporary);
}

std::optional<std::filesystem::path> ThreadAttempt::begin_checkpoint() {
  const std::scoped_lock in_area(area_mutex_);
  if (over()) {
    return std::nullopt;
  }
  auto temporary = area_.begin(request_.id);
  if (!temporary) {
    throw std::runtime_error(temporary.error().message);
  }
  return *std::move(temporary);
}

void ThreadAttempt::seal_checkpoint(const std::filesystem::path& temporary) {
  const std::scoped_lock in_area(area_mutex_);
  if (over()) {
    return;
  }
  const auto sealed = area_.seal(request_.id, iteration_, temporary);
  if (!sealed) {
    throw std::runtime_error(sealed.error().message);
  }
  const std::scoped_lock lock(mutex_);
  if (!over_) {
    inbox_.post(CheckpointWritten{request_.id, iteration_, sealed->directory, sealed->bytes});
  }
}

void ThreadAttempt::discard(const std::filesystem::path& temporary) {
  const std::scoped_lock in_area(area_mutex_);
  if (!over()) {
    area_.remove(temporary);
  }
}

Result<> ThreadAttempt::verify_checkpoint() {
  if (request_.restore_from.empty()) {
    return {};
  }
  const std::scoped_lock in_area(area_mutex_);
  return over() ? Result<>() : area_.verify(request_.restore_from);
}

void ThreadAttempt::run(const TrainFunction& train) {
  if (const auto whole = verify_checkpoint(); !whole) {
    finish(unprepared(whole.error()), whole.error().message);
    return;
  }
  try {
    train(*this);
    finish(Outcome::returned, "");
  } catch (const std::exception& error) {
    finish(Outcome::failed, to_utf8(error.what()));
  } catch (...) {
    finish(Outcome::failed,
           "the training function threw something that is not a std::exception; throw one so that "
           "its reason can be shown");
  }
}

// What the attempt ended as, if it was asked to end. Called with mutex_ held.
Outcome ThreadAttempt::outcome_when_asked(Outcome otherwise) const {
  if (ending_ == Ending::time_out) {
    return Outcome::timed_out;
  }
  if (told_ == DecisionKind::pause) {
    return Outcome::paused;
  }
  if (told_ == DecisionKind::stop) {
    return Outcome::stopped;
  }
  if (ending_ != Ending::none) {
    return ending_ == Ending::pause ? Outcome::paused : Outcome::stopped;
  }
  return otherwise;
}

void ThreadAttempt::finish(Outcome outcome, std::string message) {
  const std::scoped_lock lock(mutex_);
  if (over_) {
    return;
  }
  over_ = true;
  if (ending_ == Ending::time_out) {
    outcome = Outcome::timed_out;
    message = formatted("ran longer than its limit of {} and was stopped", limit_in_words());
  } else if (outcome == Outcome::returned) {
    outcome = outcome_when_asked(outcome);
  }
  inbox_.post(Ended{request_.id, outcome, std::move(message), 0});
}

void ThreadAttempt::reply(const Reply& reply) {
  {
    const std::scoped_lock lock(mutex_);
    reply_ = reply;
  }
  parker_.unpark();
}

void ThreadAttempt::interrupt(bool pause, bool save) {
  {
    const std::scoped_lock lock(mutex_);
    if (ending_ != Ending::none) {
      return;
    }
    ending_ = pause ? Ending::pause : Ending::stop;
    ending_saves_ = save;
  }
  stop_requested_ = true;
  parker_.unpark();
}

void ThreadAttempt::time_out() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = Ending::time_out;
  }
  stop_requested_ = true;
  parker_.unpark();
}

bool ThreadAttempt::abandon() {
  const std::scoped_lock lock(mutex_);
  if (over_) {
    return false;
  }
  over_ = true;
  abandoned_ = true;
  const bool overdue = ending_ == Ending::time_out;
  const std::string why = overdue ? "ran longer than its limit of " + limit_in_words()
                                  : "did not return when it was asked to";
  inbox_.post(Ended{request_.id,
                    overdue                    ? Outcome::timed_out
                    : ending_ == Ending::pause ? Outcome::paused
                                               : Outcome::stopped,
                    why +
                        " and was abandoned: a thread can't be killed, so its slot stays occupied "
                        "until the function returns; check stop_requested() in long iterations",
                    0});
  return true;
}

bool ThreadAttempt::abandoned() const {
  const std::scoped_lock lock(mutex_);
  return abandoned_;
}

void ThreadAttempt::leave_area() {
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
  }
  stop_requested_ = true;
  parker_.unpark();
  const std::scoped_lock in_area(area_mutex_);
}

bool ThreadAttempt::over() const {
  const std::scoped_lock lock(mutex_);
  return over_;
}

std::string ThreadAttempt::limit_in_words() const {
  return format_number(
             static_cast<double>(request_.timeout.value_or(std::chrono::microseconds(0)).count()) /
             1e6) +
         " s";
}

}  // namespace luthier
