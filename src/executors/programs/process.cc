// The I/O thread of the executors that run programs, and its mailbox: the engine's calls go in as
// commands, what the attempts say comes out through an Inbox.
#include "executors/programs/process.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/failure.h"
#include "base/new_thread.h"
#include "base/text.h"
#include "base/try.h"
#include "executors/inbox.h"
#include "executors/programs/command/program_file.h"
#include "executors/programs/command/template_digests.h"
#include "executors/programs/command/trial_environment.h"
#include "executors/programs/process_attempt.h"
#include "executors/programs/program_launcher.h"
#include "executors/programs/warm/warm_launcher.h"
#include "executors/results/files/metric_globs.h"

namespace luthier {
namespace {

using Key = std::uint64_t;
constexpr Key kMailbox = 0;
constexpr Key kLauncher = 1;
constexpr Key kFirstAttempt = 2;

// Seals checkpoints one after the other: syncing and hashing must not hold up the replies of
// others.
class Sealer {
 public:
  struct Job {
    Key key;
    AttemptId id;
    std::int64_t iteration;
    std::filesystem::path directory;
  };
  using Done = std::function<void(Key, Result<CheckpointArea::Sealed>)>;

  Sealer(CheckpointArea& area, Done done) : area_(area), done_(std::move(done)) {}
  ~Sealer() {
    if (!thread_.joinable()) {
      return;
    }
    {
      const std::scoped_lock lock(mutex_);
      closing_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  Result<> start() {
    auto thread = new_thread("checkpoints", [this] { run(); });
    if (!thread) {
      return thread.error();
    }
    thread_ = *std::move(thread);
    return {};
  }
  void add(Job job) {
    {
      const std::scoped_lock lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
  }

 private:
  void run() {
    while (true) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return closing_ || !jobs_.empty(); });
      if (closing_) {
        return;
      }
      const Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      done_(job.key, area_.seal(job.id, job.iteration, job.directory));
    }
  }

  CheckpointArea& area_;
  const Done done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool closing_ = false;
  std::thread thread_;
};

struct ReplyTo {
  AttemptId id;
  Reply reply;
};
struct AskToEnd {
  AttemptId id;
  bool pause;
  bool save;
};
struct SealDone {
  Key key;
  Result<CheckpointArea::Sealed> sealed;
};
struct Leave {};
using Command = std::variant<StartRequest, ReplyTo, AskToEnd, SealDone, Leave>;

class Processes : public Executor {
 public:
  Processes(AttemptSettings settings, std::unique_ptr<ProgramLauncher> launcher)
      : settings_(std::move(settings)), launcher_(std::move(launcher)) {
    sealer_.emplace(*settings_.area, [this](Key key, Result<CheckpointArea::Sealed> sealed) {
      command(SealDone{key, std::move(sealed)});
    });
  }
  ~Processes() override;

  Result<> open();
  Capabilities capabilities() const override { return launcher_->capabilities(); }
  std::optional<Resources> inventory() const override { return launcher_->inventory(); }
  Resources beside_claim() const override { return launcher_->beside_claim(); }
  void start(const StartRequest& request) override { command(request); }
  void reply(AttemptId id, const Reply& reply) override { command(ReplyTo{id, reply}); }
  void interrupt(AttemptId id, bool pause, bool save) override {
    command(AskToEnd{id, pause, save});
  }
  std::vector<ExecutorEvent> next_events(TimePoint until) override {
    return inbox_.drain(until, *settings_.clock);
  }
  void wake() override { inbox_.wake(); }

 private:
  // One attempt, and what it may ask of this executor.
  struct Entry : AttemptHost {
    Entry(Processes& processes,
          Key own_key,
          const StartRequest& request,
          std::filesystem::path directory)
        : owner(processes),
          key(own_key),
          id(request.id),
          attempt(request, std::move(directory), processes.settings_, *this) {}
    void watch(int fd, Channel channel) override {
      owner.add(fd, key << 2 | static_cast<Key>(channel));
    }
    void unwatch(int fd) override { epoll_ctl(owner.epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }
    void post(ExecutorEvent event) override {
      owner.launcher_->on_event(event);
      owner.inbox_.post(std::move(event));
    }
    void seal(std::int64_t iteration, const std::filesystem::path& directory) override {
      owner.sealer_->add({key, id, iteration, directory});
    }
    Result<FileDescriptor> spawn(const Program& program) override {
      return owner.launcher_->spawn(program, attempt.request());
    }
    void understood() override {
      owner.inbox_.post(UnderstoodOutput{owner.settings_.understanding->text()});
      owner.spread(key);
    }
    bool others_have_programs() const override {
      return std::ranges::any_of(owner.entries_, [this](const auto& each) {
        return each.first != key && each.second->attempt.has_program();
      });
    }

    Processes& owner;
    const Key key;
    const AttemptId id;
    ProcessAttempt attempt;
    TimePoint timer = kNever;
  };

  void command(Command command);
  void add(int fd, Key data);
  Result<std::filesystem::path> directory_of(const StartRequest& request);

  static bool is_printed(Channel channel) {
    return channel == Channel::output || channel == Channel::error;
  }

  void run();
  void read(Key data);
  void read_printed();
  void take_commands();
  void perform(const StartRequest& request);
  void perform(const ReplyTo& to);
  void perform(const AskToEnd& to);
  void perform(const SealDone& done);
  void perform(const Leave&) { leaving_ = true; }
  void ring_timers();
  int wait_ms() const;
  Entry* find(Key key);
  Entry* find(AttemptId id);
  void settle(Entry& entry);
  void spread(Key decider);

  AttemptSettings settings_;
  std::unique_ptr<ProgramLauncher> launcher_;
  FileDescriptor epoll_;
  FileDescriptor mailbox_;
  Inbox inbox_;
  std::optional<Sealer> sealer_;

  std::mutex mutex_;
  std::vector<Command> commands_;  // guarded by mutex_

  // The I/O thread's.
  std::map<Key, std::unique_ptr<Entry>> entries_;
  std::map<AttemptId, Key> keys_;
  std::set<std::pair<TimePoint, Key>> timers_;
  Key next_key_ = kFirstAttempt;
  std::vector<Key> printed_;  // outputs that can be read; reused
  Key last_printed_ = 0;      // the last one that was
  bool leaving_ = false;
  std::filesystem::path temporary_;  // for trials without a directory
  std::thread thread_;
};

Processes::~Processes() {
  if (thread_.joinable()) {
    command(Leave{});
    thread_.join();
  }
  sealer_.reset();
  for (auto& [key, entry] : entries_) {
    entry->attempt.abandon();
  }
  entries_.clear();
  launcher_.reset();
  std::error_code ignored;
  if (!temporary_.empty()) {
    std::filesystem::remove_all(temporary_, ignored);
  }
}

Result<> Processes::open() {
  epoll_ = FileDescriptor(epoll_create1(EPOLL_CLOEXEC));
  mailbox_ = FileDescriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll_ || !mailbox_) {
    return failure(ErrorCode::io,
                   "the process executor could not be started: {}; raise the limit on open files "
                   "(ulimit -n)",
                   errno_in_words(errno));
  }
  add(mailbox_.get(), kMailbox << 2);
  if (launcher_->watched() >= 0) {
    add(launcher_->watched(), kLauncher << 2);
  }
  launcher_->on_unusable([this](std::string reason) { inbox_.post(Unusable{std::move(reason)}); });
  launcher_->on_note([this](std::string text) {
    inbox_.post(Remarked{{}, Remarked::About::whole_run, std::move(text)});
  });
  LUTHIER_TRY(sealer_->start());
  auto thread = new_thread("the programs of trials", [this] { run(); });
  if (!thread) {
    return thread.error();
  }
  thread_ = *std::move(thread);
  return {};
}

void Processes::command(Command command) {
  {
    const std::scoped_lock lock(mutex_);
    commands_.push_back(std::move(command));
    if (commands_.size() > 1) {
      return;
    }
  }
  const std::uint64_t one = 1;
  // It can only fail when the counter is full, and then the thread is awake anyway.
  [[maybe_unused]] const auto written = write(mailbox_.get(), &one, sizeof one);
}

void Processes::add(int fd, Key data) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = data}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
}

Result<std::filesystem::path> Processes::directory_of(const StartRequest& request) {
  if (!request.trial_directory.empty()) {
    return request.trial_directory;
  }
  std::error_code error;
  if (temporary_.empty()) {
    std::string pattern = (std::filesystem::temp_directory_path(error) / "luthier-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      return failure(ErrorCode::io,
                     "no temporary directory could be made at {}: {}",
                     pattern,
                     errno_in_words(errno));
    }
    temporary_ = pattern;
  }
  const ContainedFiles files(temporary_);
  const auto directory = files.path(to_text(request.id.trial));
  if (!files.make_directories(to_text(request.id.trial))) {
    return failure(ErrorCode::io,
                   "the directory {} could not be made: {}",
                   directory.string(),
                   errno_in_words(errno));
  }
  return directory;
}

void Processes::run() {
  epoll_event events[64];
  while (!leaving_) {
    const int count = epoll_wait(epoll_.get(), events, 64, wait_ms());
    printed_.clear();
    for (int i = 0; i < std::max(count, 0); ++i) {
      const Key data = events[i].data.u64;
      if (data >> 2 == kMailbox) {
        take_commands();
      } else if (data >> 2 == kLauncher) {
        launcher_->renew();
      } else if (is_printed(static_cast<Channel>(data & 3))) {
        printed_.push_back(data);
      } else {
        read(data);
      }
    }
    read_printed();
    ring_timers();
  }
}

void Processes::read(Key data) {
  if (Entry* entry = find(data >> 2)) {
    entry->attempt.on_readable(static_cast<Channel>(data & 3));
    settle(*entry);
  }
}

// What programs print waits for its turn and for whoever waits for an answer: a flood of some does
// not hold up the others.
void Processes::read_printed() {
  constexpr TimePoint kTurn = 2000;
  std::ranges::sort(printed_);
  std::ranges::rotate(printed_, std::ranges::upper_bound(printed_, last_printed_));
  const TimePoint begun = settings_.clock->now();
  for (const Key data : printed_) {
    read(data);
    last_printed_ = data;
    if (settings_.clock->now() - begun >= kTurn) {
      return;
    }
  }
}

int Processes::wait_ms() const {
  if (timers_.empty()) {
    return -1;
  }
  const TimePoint left = timers_.begin()->first - settings_.clock->now();
  return static_cast<int>(std::clamp<TimePoint>((left + 999) / 1000, 0, 3'600'000));
}

void Processes::take_commands() {
  std::uint64_t ignored = 0;
  [[maybe_unused]] const auto count = ::read(mailbox_.get(), &ignored, sizeof ignored);
  std::vector<Command> commands;
  {
    const std::scoped_lock lock(mutex_);
    commands.swap(commands_);
  }
  for (const auto& command : commands) {
    std::visit([this](const auto& each) { perform(each); }, command);
  }
}

void Processes::perform(const StartRequest& request) {
  auto directory = directory_of(request);
  if (!directory) {
    inbox_.post(Ended{request.id, Outcome::failed, directory.error().message, 0});
    return;
  }
  if (!settings_.understanding && !request.understanding.empty()) {
    auto understanding = Understanding::parse(request.understanding);
    if (!understanding) {
      inbox_.post(Unusable{understanding.error().message});
      return;
    }
    settings_.understanding = *std::move(understanding);
  }
  const Key key = next_key_++;
  auto& entry = entries_[key] = std::make_unique<Entry>(*this, key, request, *std::move(directory));
  keys_[request.id] = key;
  entry->attempt.start();
  settle(*entry);
}

void Processes::perform(const ReplyTo& to) {
  if (Entry* entry = find(to.id)) {
    entry->attempt.on_reply(to.reply);
    settle(*entry);
  }
}

void Processes::perform(const AskToEnd& to) {
  if (Entry* entry = find(to.id)) {
    entry->attempt.on_interrupt(to.pause, to.save);
    settle(*entry);
  }
}

void Processes::perform(const SealDone& done) {
  if (Entry* entry = find(done.key)) {
    entry->attempt.on_sealed(done.sealed);
    settle(*entry);
  } else if (done.sealed) {
    settings_.area->remove(done.sealed->directory);  // its attempt ran out of time meanwhile
  }
}

Processes::Entry* Processes::find(Key key) {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : found->second.get();
}

Processes::Entry* Processes::find(AttemptId id) {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : find(found->second);
}

// After anything was done to an attempt: its timer, or its end.
void Processes::settle(Entry& entry) {
  const TimePoint next = entry.attempt.ended() ? kNever : entry.attempt.next_time();
  if (next != entry.timer) {
    timers_.erase({entry.timer, entry.key});
    entry.timer = next;
    if (next != kNever) {
      timers_.emplace(next, entry.key);
    }
  }
  if (entry.attempt.ended()) {
    keys_.erase(entry.id);
    entries_.erase(entry.key);
  }
}

// What the attempt `decider` understood holds for all that run.
void Processes::spread(Key decider) {
  std::vector<Key> others;
  for (const auto& [key, entry] : entries_) {
    if (key != decider) {
      others.push_back(key);
    }
  }
  for (const Key key : others) {
    if (Entry* entry = find(key)) {
      entry->attempt.adopt();
      settle(*entry);
    }
  }
}

void Processes::ring_timers() {
  while (!timers_.empty() && timers_.begin()->first <= settings_.clock->now()) {
    Entry& entry = *entries_.at(timers_.begin()->second);
    entry.attempt.on_time();
    settle(entry);
  }
}

// What an experiment's options say about its programs, read and checked.
struct Prepared {
  CommandTemplate command;
  HearingOptions hearing;
};

Result<Prepared> prepare(const ProcessOptions& options) {
  LUTHIER_TRY(check_parameter_variables(options.parameters));
  LUTHIER_TRY(options.words.check_secrets());
  LUTHIER_TAKE(auto command,
               CommandTemplate::parse(options.command, options.parameters, options.words));
  LUTHIER_TRY(check_template_digests(command, options.templates));
  // A program that is named outright is looked for now rather than in every trial.
  if (const auto& name = options.command.front(); name.find('{') == std::string::npos) {
    LUTHIER_TRY(find_program(name));
  }
  auto hearing = hearing_options(options);
  LUTHIER_TRY(check_hearing(hearing));
  return Prepared{std::move(command), std::move(hearing)};
}

}  // namespace

Result<> check_metric_file(const std::string& glob) {
  const auto parts = split(glob, '/');
  if (trim(glob).empty() || glob.front() == '/' || std::ranges::find(parts, "..") != parts.end()) {
    return Error{ErrorCode::invalid_argument,
                 "must name files relative to the trial's directory, such as metrics.csv or "
                 "logs/**/*.csv"};
  }
  if (std::ranges::any_of(parts, has_open_bracket)) {
    return Error{ErrorCode::invalid_argument,
                 "must close its [ with a ], as in run[0-9].csv; \\[ is the character itself"};
  }
  return {};
}

Result<std::string> template_digests(const ProcessOptions& options) {
  const auto command = CommandTemplate::parse(options.command, options.parameters, options.words);
  return command ? Result<std::string>(template_digests(*command)) : command.error();
}

Result<std::string> working_directory(const std::string& recorded) {
  std::error_code error;
  if (recorded.empty()) {
    std::string current = std::filesystem::current_path(error).string();
    return error ? Result<std::string>(Error{
                       ErrorCode::io, "the working directory can't be read: " + error.message()})
                 : current;
  }
  if (!std::filesystem::is_directory(recorded, error)) {
    return failure(
        ErrorCode::not_found,
        "the directory {}, where the experiment's program is started, is missing; put it back",
        recorded);
  }
  return recorded;
}

Result<> check_program(const ProcessOptions& options) {
  LUTHIER_TRY(working_directory(options.working_directory));
  LUTHIER_TRY(prepare(options));
  return check_program_file(options.command, options.working_directory);
}

Result<std::unique_ptr<Executor>> make_process_executor(ProcessOptions options,
                                                        CheckpointArea& area,
                                                        const Clock& clock) {
  LUTHIER_TAKE(auto prepared, prepare(options));
  LUTHIER_TAKE(auto directory, working_directory(options.working_directory));
  auto guardian = GuardianClient::launch();
  if (!guardian) {
    return Error{ErrorCode::io,
                 guardian.error().message +
                     "; raise the limits on files and processes (ulimit -n, ulimit -u), or see "
                     "'luthier doctor'"};
  }
  LUTHIER_TAKE(auto launcher, WarmLauncher::make(*std::move(guardian), options.cold, clock));
  return make_launching_executor(AttemptSettings{.options = std::move(options),
                                                 .command = std::move(prepared.command),
                                                 .hearing = std::move(prepared.hearing),
                                                 .directory = std::move(directory),
                                                 .area = &area,
                                                 .clock = &clock},
                                 std::move(launcher));
}

Result<std::unique_ptr<Executor>> make_launching_executor(
    AttemptSettings settings, std::unique_ptr<ProgramLauncher> launcher) {
  auto processes = std::make_unique<Processes>(std::move(settings), std::move(launcher));
  LUTHIER_TRY(processes->open());
  return std::unique_ptr<Executor>(std::move(processes));
}

}  // namespace luthier
