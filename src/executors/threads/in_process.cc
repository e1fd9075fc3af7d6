#include "executors/threads/in_process.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/format.h"
#include "executors/threads/thread_pool.h"

namespace luthier {
namespace {

class Threads : public InProcessExecutor {
 public:
  Threads(TrainFunction train, InProcessOptions options, CheckpointArea& area, const Clock& clock)
      : options_(options),
        area_(area),
        clock_(clock),
        pool_(std::make_shared<ThreadPool>(std::move(train), options.slots)) {}

  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() override {
    for (auto& [id, entry] : attempts_) {
      entry.attempt->leave_area();
    }
    pool_->close(options_.grace);
  }

  Capabilities capabilities() const override {
    return {.can_checkpoint = true, .makes_trial_directory = true};
  }
  void start(const StartRequest& request) override;
  void reply(AttemptId id, const Reply& reply) override;
  void interrupt(AttemptId id, bool pause, bool save) override;
  std::vector<ExecutorEvent> next_events(TimePoint until) override;
  void wake() override { pool_->inbox().wake(); }
  std::int64_t abandoned() const override { return pool_->abandoned; }

 private:
  struct Entry {
    std::shared_ptr<ThreadAttempt> attempt;
    TimePoint timer = kNever;
    bool asked = false;  // the next time the timer rings it is abandoned
  };

  void set_timer(AttemptId id, Entry& entry, TimePoint at);
  void ring_timers();
  void forget(AttemptId id);

  const InProcessOptions options_;
  CheckpointArea& area_;
  const Clock& clock_;
  std::shared_ptr<ThreadPool> pool_;
  std::map<AttemptId, Entry> attempts_;
  std::set<std::pair<TimePoint, AttemptId>> timers_;
};

void Threads::start(const StartRequest& request) {
  if (options_.slots > 0 && abandoned() >= options_.slots) {
    pool_->inbox().post(Ended{
        request.id,
        Outcome::failed,
        formatted("all {} slots are held by abandoned attempts whose threads never returned; use "
                  "--executor process for programs that may hang",
                  options_.slots),
        0});
    return;
  }
  auto attempt = std::make_shared<ThreadAttempt>(request, pool_->inbox(), area_);
  if (const auto submitted = pool_->submit(attempt); !submitted) {
    pool_->inbox().post(Ended{request.id, Outcome::failed, submitted.error().message, 0});
    return;
  }
  Entry& entry = attempts_[request.id];
  entry.attempt = std::move(attempt);
  if (request.timeout) {
    set_timer(request.id, entry, clock_.now() + request.timeout->count());
  }
}

void Threads::reply(AttemptId id, const Reply& reply) {
  if (const auto found = attempts_.find(id); found != attempts_.end()) {
    found->second.attempt->reply(reply);
  }
}

void Threads::interrupt(AttemptId id, bool pause, bool save) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end() || found->second.asked) {
    return;
  }
  found->second.asked = true;
  found->second.attempt->interrupt(pause, save);
  set_timer(id, found->second, clock_.now() + options_.grace.count());
}

void Threads::set_timer(AttemptId id, Entry& entry, TimePoint at) {
  timers_.erase({entry.timer, id});
  entry.timer = at;
  if (at != kNever) {
    timers_.emplace(at, id);
  }
}

void Threads::ring_timers() {
  while (!timers_.empty() && timers_.begin()->first <= clock_.now()) {
    const AttemptId id = timers_.begin()->second;
    Entry& entry = attempts_.at(id);
    if (!entry.asked) {
      entry.asked = true;
      entry.attempt->time_out();
      set_timer(id, entry, clock_.now() + options_.grace.count());
      continue;
    }
    set_timer(id, entry, kNever);
    // Counted first: the thread takes itself off the count when it sees that it was abandoned.
    ++pool_->abandoned;
    if (!entry.attempt->abandon()) {
      --pool_->abandoned;
    }
  }
}

std::vector<ExecutorEvent> Threads::next_events(TimePoint until) {
  ring_timers();
  const TimePoint first = timers_.empty() ? kNever : timers_.begin()->first;
  auto events = pool_->inbox().drain(std::min(until, first), clock_);
  for (const auto& event : events) {
    if (const auto* ended = std::get_if<Ended>(&event)) {
      forget(ended->id);
    }
  }
  return events;
}

void Threads::forget(AttemptId id) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end()) {
    return;
  }
  timers_.erase({found->second.timer, id});
  if (found->second.attempt->abandoned()) {
    found->second.attempt->leave_area();
  }
  attempts_.erase(found);
}

}  // namespace

std::unique_ptr<InProcessExecutor> make_in_process_executor(TrainFunction train,
                                                            InProcessOptions options,
                                                            CheckpointArea& area,
                                                            const Clock& clock) {
  return std::make_unique<Threads>(std::move(train), options, area, clock);
}

}  // namespace luthier
