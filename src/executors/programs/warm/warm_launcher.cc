#include "executors/programs/warm/warm_launcher.h"

#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "executors/programs/spawn_packet.h"

namespace luthier {
namespace {

constexpr double kNoticeable = 0.05;  // share of an attempt's time that imports have to take
constexpr double kLeast_s = 0.05;     // what they have to take, in seconds
constexpr int kMostGrowths = 3;       // zygotes that are tried with what later trials import
constexpr int kMostRecords = 3;       // attempts that are recorded until one is of use
constexpr std::string_view kOff = "; trials start cold";

bool has_ended(int socket) {
  pollfd polled{socket, POLLIN, 0};
  return poll(&polled, 1, 0) > 0 && (polled.revents & (POLLHUP | POLLERR)) != 0;
}

// Ended by itself, through a signal that a program does not send to itself on purpose.
bool crashed(const Ended& ended) {
  const std::int64_t signal = ended.exit_status - 128;
  return ended.outcome == Outcome::failed &&
         (signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGABRT);
}

std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", seconds);
  return text;
}

// "! NAME": the environment variable after whose change imports are not repeated.
std::optional<std::string> changed_variable(const std::string& imports) {
  const std::size_t at = imports.rfind("\n! ");
  if (at == std::string::npos) {
    return std::nullopt;
  }
  return to_utf8(trim(imports.substr(at + 3)));
}

std::vector<std::string> common_variables(const std::vector<std::string>& environment) {
  std::vector<std::string> out;
  std::ranges::remove_copy_if(environment, std::back_inserter(out), differs_between_attempts);
  return out;
}

}  // namespace

bool WarmLauncher::Kind::covers(const Program& other, std::size_t other_begin) const {
  return other_begin == own_begin && other.directory == program.directory &&
         other.path == program.path &&
         std::equal(program.arguments.begin(),
                    program.arguments.begin() + static_cast<std::ptrdiff_t>(own_begin),
                    other.arguments.begin()) &&
         common_variables(other.environment) == common_variables(program.environment);
}

Result<std::unique_ptr<WarmLauncher>> WarmLauncher::make(GuardianClient guardian,
                                                         bool cold,
                                                         const Clock& clock) {
  FileDescriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) {
    return spawn_error("the process executor could not be started", errno);
  }
  LUTHIER_TAKE(auto module, PythonModule::make());
  return std::unique_ptr<WarmLauncher>(
      new WarmLauncher(std::move(guardian), std::move(module), cold, clock, std::move(epoll)));
}

WarmLauncher::WarmLauncher(GuardianClient guardian,
                           PythonModule module,
                           bool cold,
                           const Clock& clock,
                           FileDescriptor epoll)
    : guardian_(std::move(guardian)),
      module_(std::move(module)),
      clock_(clock),
      epoll_(std::move(epoll)),
      off_(cold) {
  watch(guardian_.socket());
}

void WarmLauncher::watch(int fd) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
}

// ---- starting programs

Result<FileDescriptor> WarmLauncher::spawn(const Program& given, const StartRequest& request) {
  Attempt& attempt = attempts_[request.id];
  attempt = {.results = {.started = clock_.now()}};
  const auto command = python_command(given.path, given.arguments);
  if (!command) {
    return guardian_.spawn(given);
  }
  Program program = given;
  module_.offer(program);
  if (!may_be_warm(*command)) {
    return guardian_.spawn(program);
  }
  attempt.python = true;
  if (kind_ && !imports_.empty()) {
    return serves_ && kind_->covers(program, command->own_begin)
               ? spawn_warm(program, command->own_begin, attempt)
               : guardian_.spawn(program);
  }
  return spawn_recorded(program, *command, attempt);
}

bool WarmLauncher::may_be_warm(const PythonCommand& command) {
  if (!off_ && !command.unfit.empty()) {
    turn_off("the command " + command.unfit);
  }
  return !off_;
}

Result<FileDescriptor> WarmLauncher::spawn_warm(const Program& program,
                                                std::size_t own_begin,
                                                Attempt& attempt) {
  // Those numbered 1, 2, 4, 8 ... show whether trials import something else by now.
  const bool sampled = (forked_ & (forked_ + 1)) == 0 && grown_ < kMostGrowths && !next_;
  auto record = sampled ? ImportRecord::make() : Result<ImportRecord>(Error{});
  auto control = zygote_.spawn(
      guardian_.with_input(record ? hook_->recording_forked(program, *record) : program),
      own_begin);
  if (!control) {
    return guardian_.spawn(program);
  }
  ++forked_;
  attempt.warm = true;
  if (record) {
    attempt.record = *std::move(record);
  }
  return control;
}

Result<FileDescriptor> WarmLauncher::spawn_recorded(const Program& program,
                                                    const PythonCommand& command,
                                                    Attempt& attempt) {
  const bool recording = std::ranges::any_of(
      attempts_, [](const auto& each) { return each.second.record.has_value(); });
  if (recording || records_begun_ >= kMostRecords) {
    return guardian_.spawn(program);
  }
  if (!hook_) {
    auto hook = PythonHook::make();
    if (!hook) {
      return guardian_.spawn(program);
    }
    hook_ = *std::move(hook);
  }
  auto record = ImportRecord::make();
  if (!record) {
    return guardian_.spawn(program);
  }
  ++records_begun_;
  kind_ = Kind{program, command.own_begin};
  attempt.record = *std::move(record);
  return guardian_.spawn(hook_->recording(program, command.own_begin, *attempt.record));
}

// ---- what is learned of them

void WarmLauncher::on_event(const ExecutorEvent& event) {
  if (const auto* reported = std::get_if<Reported>(&event)) {
    const auto found = attempts_.find(reported->id);
    if (found != attempts_.end()) {
      found->second.results.add(clock_.now());
    }
  } else if (const auto* ended = std::get_if<Ended>(&event)) {
    on_ended(*ended);
  }
}

void WarmLauncher::on_ended(const Ended& ended) {
  const auto found = attempts_.find(ended.id);
  if (found == attempts_.end()) {
    return;
  }
  const Attempt attempt = std::move(found->second);
  attempts_.erase(found);
  const bool ran = ended.outcome != Outcome::failed && ended.outcome != Outcome::lost;
  if (ran) {
    const TimePoint now = clock_.now();
    const double seconds = static_cast<double>(now - attempt.results.started) / 1e6;
    shortest_s_ = shortest_s_ == 0 ? seconds : std::min(shortest_s_, seconds);
    if (const auto said = attempt.python ? std::nullopt : startup_.on_ended(attempt.results, now)) {
      note(*said);
    }
    if (attempt.record && attempt.warm) {
      grow(*attempt.record);
    } else if (attempt.record) {
      first_s_ = seconds;
      take_record(*attempt.record);
    }
  }
  if (attempt.warm && crashed(ended)) {
    turn_off("a warm trial crashed");
  }
  review();
}

void WarmLauncher::take_record(const ImportRecord& record) {
  imports_ = record.text();
  if (imports_.empty()) {
    turn_off("");  // nothing that could be imported beforehand: nothing was lost
  }
}

// Tries a zygote with what a later trial imported; hear_next() says whether it pays.
void WarmLauncher::grow(const ImportRecord& record) {
  const std::string more = record.text();
  if (off_ || next_ || grown_ >= kMostGrowths || more.find("+ ") == std::string::npos) {
    return;
  }
  ++grown_;
  next_imports_ = formatted("{}=\n{}", imports_, more);
  if (auto launched = launch_zygote(next_imports_, next_record_)) {
    next_ = *std::move(launched);
    watch(next_.socket());
  }
}

void WarmLauncher::hear_next(const Zygote::Message& message) {
  next_record_.reset();
  const auto* ready = std::get_if<Zygote::Ready>(&message);
  if (ready == nullptr || !zygote_ || !noticeable(ready->later_seconds)) {
    next_ = Zygote();
    return;
  }
  zygote_ = std::exchange(next_, Zygote());
  imports_ = next_imports_;
  ready_ = *ready;
  note(
      formatted("warm starts: later trials import more; from now on all begin with that too "
                "({})",
                seconds_text(ready->later_seconds)));
}

bool WarmLauncher::noticeable(double seconds) const {
  return seconds >= std::max(kNoticeable * shortest_s_, kLeast_s);
}

// Whether to have a zygote; what its imports take is known once one was ready.
void WarmLauncher::review() {
  if (off_ || imports_.empty()) {
    return;
  }
  const bool pays = !ready_ || noticeable(ready_->seconds);
  if (!pays) {
    drop_zygote();
    return;
  }
  if (!zygote_) {
    start_zygote();
  } else if (serves_ && !said_warm_) {
    said_warm_ = true;
    const auto variable = changed_variable(imports_);
    note(formatted(
        "warm starts: from now on trials begin with {} imported ({}, {} of a trial's {}){}; --cold "
        "turns this off",
        join(ready_->packages, ", "),
        counted(ready_->modules, "module"),
        seconds_text(ready_->seconds),
        seconds_text(first_s_),
        variable ? ", except for what the program imports after it sets " + *variable : ""));
  }
}

void WarmLauncher::start_zygote() {
  auto launched = launch_zygote(imports_, zygote_record_);
  if (!launched) {
    turn_off(launched.error().message);
    return;
  }
  zygote_ = *std::move(launched);
  watch(zygote_.socket());
}

// `record` has to stay until the zygote has answered.
Result<Zygote> WarmLauncher::launch_zygote(const std::string& imports,
                                           std::optional<ImportRecord>& record) {
  LUTHIER_TAKE(auto made, ImportRecord::make(imports));
  LUTHIER_TAKE(auto socket,
               guardian_.launch_zygote(hook_->zygote(kind_->program, kind_->own_begin, made)));
  record = std::move(made);
  return Zygote(std::move(socket));
}

void WarmLauncher::drop_zygote() {
  zygote_ = Zygote();
  zygote_record_.reset();
  next_ = Zygote();
  next_record_.reset();
  serves_ = false;
}

void WarmLauncher::hear(const Zygote::Message& message) {
  if (const auto* ready = std::get_if<Zygote::Ready>(&message)) {
    ready_ = *ready;
    serves_ = true;
    zygote_record_.reset();
    review();
  } else if (const auto* unfit = std::get_if<Zygote::Unfit>(&message)) {
    turn_off(unfit->reason);
  } else if (const auto* hidden = std::get_if<Zygote::Hidden>(&message)) {
    note(
        formatted("warm starts are off while the program's folder has a module {}, the name of one "
                  "that is imported beforehand{}",
                  hidden->module,
                  kOff));
  } else if (has_ended(guardian_.socket())) {
    drop_zygote();  // it went with the guardian: another one follows
  } else {
    turn_off(serves_ ? "the process that trials are forked from has ended"
                     : "the interpreter ended while it imported what the first trial did");
  }
}

void WarmLauncher::renew() {
  while (zygote_) {
    const auto message = zygote_.hear();
    if (!message) {
      break;
    }
    hear(*message);
  }
  if (next_) {
    if (const auto message = next_.hear()) {
      hear_next(*message);
    }
  }
  if (has_ended(guardian_.socket())) {
    renew_guardian();
  }
}

// It died (somebody killed it). Wardens go on without it; the next trial needs another.
void WarmLauncher::renew_guardian() {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, guardian_.socket(), nullptr);
  if (auto again = GuardianClient::launch()) {
    guardian_ = *std::move(again);
    watch(guardian_.socket());
    drop_zygote();
    review();
  }
}

void WarmLauncher::turn_off(const std::string& why) {
  off_ = true;
  drop_zygote();
  if (!why.empty()) {
    note(formatted("no warm starts: {}{}", why, kOff));
  }
}

void WarmLauncher::note(const std::string& text) {
  if (note_) {
    note_(text);
  }
}

}  // namespace luthier
