#include "executors/ray/ray_launcher.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/failure.h"
#include "base/format.h"
#include "base/new_thread.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "executors/ray/ray_shape.h"
#include "executors/trial_files.h"

namespace luthier {
namespace {

using ray_wire::Frame;
using ray_wire::Kind;

constexpr std::uint64_t kMailbox = 0;
constexpr std::uint64_t kDriver = 1;
constexpr std::uint64_t kTalk = 2;
constexpr std::uint64_t kWorkers = 3;
constexpr auto kConnectTime = std::chrono::seconds(60);
constexpr auto kReconnectEvery = std::chrono::seconds(1);
constexpr int kLookMs = 250;                    // how often the pool looks around
constexpr std::size_t kMostBacklog = 8u << 20;  // bytes; then workers are not read
constexpr int kMostLosses = 3;                  // of a trial, one after the other without progress

std::string lost_cluster(const std::string& address, const std::string& words) {
  return formatted("the Ray cluster at {} is lost{}", address, words.empty() ? "" : ": " + words);
}

// Where the attempt runs, for people. One that can't be written is missed by nobody else.
void write_placement(const std::filesystem::path& trial_directory, const std::string& text) {
  const FileDescriptor file =
      files_of_trial(trial_directory).open("ray.json", O_WRONLY | O_CREAT | O_TRUNC);
  [[maybe_unused]] const auto written = file ? ::write(file.get(), text.data(), text.size()) : 0;
}

}  // namespace

RayLauncher::RayLauncher(RayOptions options, RayConnection connection, const Clock& clock)
    : options_(std::move(options)), connection_(std::move(connection)), clock_(clock) {}

Result<std::unique_ptr<RayLauncher>> RayLauncher::connect(RayOptions options,
                                                          RayConnection connection,
                                                          const Clock& clock) {
  std::unique_ptr<RayLauncher> launcher(
      new RayLauncher(std::move(options), std::move(connection), clock));
  LUTHIER_TAKE(auto driver, RayDriver::launch(launcher->connection_));
  launcher->driver_ = std::move(driver);
  const TimePoint limit = clock.now() + std::chrono::microseconds(kConnectTime).count();
  std::optional<RayDriverWord> word;
  while (!(word = launcher->driver_.next())) {
    pollfd polled[] = {{launcher->driver_.socket(), POLLIN, 0},
                       {launcher->driver_.talk(), POLLIN, 0}};
    poll(polled, 2, 200);
    launcher->driver_.read_talk();
    const bool there = launcher->driver_.read();
    if (!there || launcher->driver_.is_refused() || clock.now() > limit) {
      launcher->driver_.kill();
      return Error{ErrorCode::invalid_argument,
                   ray_refusal(launcher->connection_.address, launcher->driver_.last_words())};
    }
  }
  if (word->kind != RayDriverWord::Kind::ready) {
    return Error{ErrorCode::invalid_argument, word->text};
  }
  launcher->inventory_ = ray_inventory(word->nodes);
  launcher->epoll_ = FileDescriptor(epoll_create1(EPOLL_CLOEXEC));
  launcher->mailbox_ = FileDescriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!launcher->epoll_ || !launcher->mailbox_) {
    return failure(
        ErrorCode::io,
        "the executor ray could not be started: {}; raise the limit on open files (ulimit -n)",
        errno_in_words(errno));
  }
  LUTHIER_TRY(launcher->open_pool(*std::move(word)));
  launcher->add(launcher->mailbox_.get(), kMailbox, EPOLLIN);
  launcher->add(launcher->driver_.socket(), kDriver, EPOLLIN);
  launcher->add(launcher->driver_.talk(), kTalk, EPOLLIN);
  auto thread = new_thread("the cluster", [raw = launcher.get()] { raw->run(); });
  if (!thread) {
    return thread.error();
  }
  launcher->thread_ = *std::move(thread);
  return launcher;
}

RayLauncher::~RayLauncher() {
  if (thread_.joinable()) {
    leaving_ = true;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(mailbox_.get(), &one, sizeof one);
    thread_.join();
  }
}

void RayLauncher::on_unusable(const std::function<void(std::string)>& unusable) {
  unusable_ = unusable;
}

Capabilities RayLauncher::capabilities() const {
  const bool program = !options_.process.command.empty();
  return {.can_kill = true, .can_limit_memory = program, .can_checkpoint = true};
}

Result<FileDescriptor> RayLauncher::spawn(const Program& program, const StartRequest& request) {
  FileDescriptor theirs;
  LUTHIER_TAKE(auto attempt, RayAttempt::open(program, request, theirs));
  Entry entry{.attempt = std::move(attempt),
              .shape = ray_shape(request.resources, options_),
              .order = order(program, request),
              .base = request.iteration};
  {
    const std::lock_guard lock(mutex_);
    new_.push_back(std::move(entry));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(mailbox_.get(), &one, sizeof one);
  return theirs;
}

// What the worker is told to run, as JSON.
std::string RayLauncher::order(const Program& program, const StartRequest& request) const {
  std::string out;
  JsonWriter json(out);
  json.object().field("directory", program.directory);
  if (!options_.process.command.empty()) {
    // The node's own environment is the program's, with what luthier adds to it.
    json.field("kind", "program")
        .field("path", program.path)
        .field("arguments", program.arguments)
        .key("environment")
        .list();
    for (const std::string& each : program.environment) {
      if (each.starts_with("LUTHIER_")) {
        json.value(each);
      }
    }
    json.end()
        .field("memory_bytes", program.memory_bytes)
        .field("guardian", connection_.guardian)
        .end();
    return out;
  }
  const bool python = !options_.python.empty();
  json.field("kind", python ? "python" : "library")
      .field("target", python ? options_.python : options_.library.string())
      .field("trial", request.id.trial.value)
      .field("seed", request.seed)
      .field("iteration", request.iteration)
      .field("restore", request.restore_from.string())
      .field("trial_directory", request.trial_directory.string())
      .field("config", request.config)
      .end();
  return out;
}

// ---- the thread

void RayLauncher::add(int fd, Key data, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.u64 = data}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
}

void RayLauncher::run() {
  epoll_event events[64];
  while (!leaving_) {
    const int count = epoll_wait(epoll_.get(), events, 64, wait_ms());
    for (int i = 0; i < count; ++i) {
      const Key data = events[i].data.u64;
      if (data == kMailbox) {
        take_new();
      } else if (data == kDriver) {
        if ((events[i].events & EPOLLOUT) != 0) {
          keep_sending();
        }
        if ((events[i].events & ~EPOLLOUT) != 0) {
          on_driver_readable();
        }
      } else if (data == kTalk) {
        driver_.read_talk();
      } else if (data == kWorkers) {
        if (pool_) {
          pool_->serve();
        }
      } else {
        on_attempt(data >> 2, static_cast<RayAttempt::Stream>(data & 3));
      }
    }
    if (clock_.now() >= look_at_) {
      look_at_ =
          clock_.now() + std::chrono::microseconds(std::chrono::milliseconds(kLookMs)).count();
      if (pool_) {
        pool_->look_around();
      }
    }
    keep_sending();
    if (clock_.now() >= std::min(reconnect_at_, give_up_at_)) {
      reconnect();
    }
  }
  pool_.reset();
  driver_ = RayDriver();
}

int RayLauncher::wait_ms() const {
  const TimePoint next = std::min({reconnect_at_, give_up_at_, look_at_});
  return static_cast<int>(std::clamp<TimePoint>((next - clock_.now() + 999) / 1000, 0, 3'600'000));
}

void RayLauncher::take_new() {
  std::uint64_t ignored = 0;
  [[maybe_unused]] const auto count = ::read(mailbox_.get(), &ignored, sizeof ignored);
  std::vector<Entry> fresh;
  {
    const std::lock_guard lock(mutex_);
    fresh.swap(new_);
  }
  for (Entry& each : fresh) {
    const Key key = next_key_++;
    keys_[each.attempt.id()] = key;
    Entry& entry = entries_.emplace(key, std::move(each)).first->second;
    add(entry.attempt.fd(RayAttempt::control), key << 2 | RayAttempt::control, EPOLLIN);
    add(entry.attempt.fd(RayAttempt::report), key << 2 | RayAttempt::report, EPOLLIN);
    if (pool_) {
      begin(entry);
    }
  }
}

void RayLauncher::begin(Entry& entry) {
  pool_->start(entry.attempt.id(), entry.shape, std::exchange(entry.order, {}));
}

void RayLauncher::keep_sending() {
  if (driver_) {
    driver_.flush();
  }
  if (driver_ && driver_.has_unsent() != driver_wants_to_write_) {
    driver_wants_to_write_ = driver_.has_unsent();
    epoll_event event{.events = EPOLLIN | (driver_wants_to_write_ ? EPOLLOUT : 0u),
                      .data = {.u64 = kDriver}};
    epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, driver_.socket(), &event);
  }
}

void RayLauncher::on_driver_readable() {
  const bool there = driver_.read();
  while (driver_) {
    auto word = driver_.next();
    if (!word) {
      break;
    }
    on_word(*std::move(word));
  }
  if (!there && driver_) {
    lose_driver();
  }
}

void RayLauncher::on_word(RayDriverWord word) {
  switch (word.kind) {
    case RayDriverWord::Kind::ready:
      if (const auto opened = open_pool(std::move(word)); !opened) {
        trouble_ = opened.error().message;
        lose_driver();
        return;
      }
      reconnect_at_ = give_up_at_ = kNever;
      if (said_trouble_) {
        options_.say(formatted("the Ray cluster at {} answers again", connection_.address));
      }
      for (auto& [key, entry] : entries_) {
        if (!entry.order.empty()) {
          begin(entry);
        }
      }
      return;
    case RayDriverWord::Kind::unusable:
      trouble_ = word.text;
      return;  // its end follows
    case RayDriverWord::Kind::nodes:
      if (pool_) {
        pool_->on_nodes(std::move(word.nodes));
      }
      return;
    case RayDriverWord::Kind::ended:
      if (pool_) {
        pool_->on_ended(word.worker, word.text);
      }
      return;
  }
}

Result<> RayLauncher::open_pool(RayDriverWord ready) {
  LUTHIER_TAKE(auto port, WorkerPort::listen(ready.text, connection_.port));
  pool_ = std::make_unique<WorkerPool>(driver_,
                                       std::move(port),
                                       std::move(ready.nodes),
                                       connection_.silence,
                                       static_cast<WorkerPool::Listener&>(*this),
                                       clock_);
  add(pool_->fd(), kWorkers, EPOLLIN);
  return {};
}

// ---- what the pool says of attempts

void RayLauncher::on_frame(AttemptId id, const Frame& frame) {
  const auto found = keys_.find(id);
  if (found == keys_.end()) {
    return;  // a late word of an attempt that is over
  }
  const Key key = found->second;
  RayAttempt& attempt = entries_.at(key).attempt;
  switch (frame.kind) {
    case Kind::spawned:
      if (!attempt.trial_directory().empty() && frame.payload.size() > sizeof(ray_wire::Spawned)) {
        write_placement(attempt.trial_directory(),
                        std::string(frame.payload.substr(sizeof(ray_wire::Spawned))) + "\n");
      }
      attempt.feed_spawned(ray_wire::packet_of<ray_wire::Spawned>(frame.payload));
      break;
    case Kind::output:
      attempt.feed(RayAttempt::output, frame.payload);
      break;
    case Kind::error:
      attempt.feed(RayAttempt::error, frame.payload);
      break;
    case Kind::report:
      attempt.feed(RayAttempt::report, frame.payload);
      break;
    case Kind::gone:
      attempt.feed_gone(ray_wire::packet_of<ray_wire::Gone>(frame.payload));
      break;
    default:
      break;
  }
  settle(key);
}

void RayLauncher::on_refused(AttemptId id, const std::string& why) {
  if (const auto found = keys_.find(id); found != keys_.end()) {
    entries_.at(found->second).attempt.feed_lost("can never run: " + why, true);
    settle(found->second);
  }
}

void RayLauncher::on_worker_lost(AttemptId id, const std::string& why) {
  if (const auto found = keys_.find(id); found != keys_.end()) {
    lose(entries_.at(found->second), why);
    settle(found->second);
  }
}

// A trial that takes its worker down each time it runs would go on for ever.
void RayLauncher::lose(Entry& entry, const std::string& reason) {
  Losses& losses = losses_[entry.attempt.id().trial];
  const std::int64_t reached = entry.base + entry.attempt.lines();
  if (reached > losses.furthest) {
    losses = {.furthest = reached};
  }
  const bool again = ++losses.without_progress >= kMostLosses;
  entry.attempt.feed_lost(again ? formatted("its worker was lost {} times at the same place, so "
                                            "the trial itself may end it; the last time: {}",
                                            kMostLosses,
                                            reason)
                                : "its worker was lost: " + reason,
                          again);
}

// After anything was passed on: what is left is written when the reader takes it.
void RayLauncher::settle(Key key) {
  Entry& entry = entries_.at(key);
  if (entry.attempt.over()) {
    return;  // dropped when ProcessAttempt lets go of its end
  }
  for (const auto stream : {RayAttempt::report, RayAttempt::output, RayAttempt::error}) {
    const bool wanted = entry.attempt.wants_to_write(stream);
    if (wanted == entry.watches_writing[stream]) {
      continue;
    }
    entry.watches_writing[stream] = wanted;
    const bool reads = stream == RayAttempt::report;
    epoll_event event{.events = (reads ? EPOLLIN : 0u) | (wanted ? EPOLLOUT : 0u),
                      .data = {.u64 = key << 2 | stream}};
    const int fd = entry.attempt.fd(stream);
    epoll_ctl(epoll_.get(),
              reads    ? EPOLL_CTL_MOD
              : wanted ? EPOLL_CTL_ADD
                       : EPOLL_CTL_DEL,
              fd,
              &event);
  }
  std::size_t backlog = 0;
  for (const auto& [other, each] : entries_) {
    backlog += each.attempt.backlog();
  }
  const bool pause = backlog > kMostBacklog;
  if (pool_ && pause != reading_paused_) {
    reading_paused_ = pause;
    epoll_event event{.events = pause ? 0u : EPOLLIN, .data = {.u64 = kWorkers}};
    epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, pool_->fd(), &event);
  }
}

void RayLauncher::on_attempt(Key key, RayAttempt::Stream stream) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    return;
  }
  RayAttempt& attempt = found->second.attempt;
  if (stream == RayAttempt::control) {
    const RayAttempt::Wish wish = attempt.read_control();
    if (wish.abandoned) {
      const AttemptId id = attempt.id();
      const bool over = attempt.over();
      drop(key);
      if (!over && pool_) {
        pool_->terminate(id, 0);
      }
    } else if (wish.terminate) {
      if (!found->second.order.empty()) {  // it waits for a cluster and need not any more
        attempt.feed_gone({});
      } else if (pool_) {
        pool_->terminate(attempt.id(), wish.grace_ms);
      }
    }
    return;
  }
  if (stream == RayAttempt::report && !attempt.over()) {
    if (const std::string bytes = attempt.read_report(); !bytes.empty() && pool_) {
      pool_->input(attempt.id(), bytes);
    }
  }
  attempt.flush();
  settle(key);
}

void RayLauncher::drop(Key key) {
  const auto found = entries_.find(key);
  keys_.erase(found->second.attempt.id());
  entries_.erase(found);  // closing its descriptors takes them out of the epoll
}

void RayLauncher::lose_driver() {
  const std::string words = trouble_.empty() ? driver_.last_words() : trouble_;
  const bool was_connected = std::exchange(pool_, nullptr) != nullptr;  // workers leave
  driver_ = RayDriver();
  driver_wants_to_write_ = reading_paused_ = false;
  trouble_.clear();
  const std::string reason = was_connected
                                 ? lost_cluster(connection_.address, words)
                                 : (words.empty() ? "luthier-ray ended without a message" : words);
  if (was_connected) {
    give_up_at_ = clock_.now() + std::chrono::microseconds(options_.patience).count();
    said_trouble_ = false;
    for (auto& [key, entry] : entries_) {
      if (entry.order.empty() && !entry.attempt.over()) {
        entry.attempt.feed_lost("its worker was lost: " + reason, false);
      }
    }
  }
  if (!said_trouble_) {
    said_trouble_ = true;
    options_.say(
        formatted("{}; waiting up to {} s for it, then the experiment is left to be resumed",
                  reason,
                  options_.patience.count()));
  }
  reconnect_at_ = clock_.now() + std::chrono::microseconds(kReconnectEvery).count();
}

void RayLauncher::reconnect() {
  const TimePoint now = clock_.now();
  if (now >= give_up_at_) {
    reconnect_at_ = give_up_at_ = kNever;
    driver_ = RayDriver();
    unusable_(formatted("the Ray cluster at {} did not come back within {} s",
                        connection_.address,
                        options_.patience.count()));
    for (auto& [key, entry] : entries_) {
      if (!entry.attempt.over()) {
        entry.attempt.feed_lost("no Ray cluster could be reached", false);
      }
    }
    return;
  }
  reconnect_at_ = kNever;
  if (driver_) {
    return;  // it is still trying
  }
  auto driver = RayDriver::launch(connection_);
  if (!driver) {
    reconnect_at_ = now + std::chrono::microseconds(kReconnectEvery).count();
    return;
  }
  driver_ = *std::move(driver);
  add(driver_.socket(), kDriver, EPOLLIN);
  add(driver_.talk(), kTalk, EPOLLIN);
}

}  // namespace luthier
