// CallerExecutor: ask and tell. The user's own loop is the executor: it takes what the engine
// started, reports results and ends, and reads the replies. One thread, no locks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "luthier/executor.h"

namespace luthier {

class CallerExecutor : public Executor {
 public:
  Capabilities capabilities() const override { return {.can_checkpoint = true}; }
  // How many trials are out is the caller's own affair.
  std::optional<Resources> inventory() const override {
    return Resources{.cpu = 1e9, .memory_bytes = std::int64_t{1} << 60};
  }
  void start(const StartRequest& request) override;
  void reply(AttemptId id, const Reply& reply) override;
  void interrupt(AttemptId id, bool pause, bool save) override;
  // Never waits: nothing can happen while the caller's own thread is in here.
  std::vector<ExecutorEvent> next_events(TimePoint until) override;
  void wake() override {}

  // What was started since the last call, in order.
  std::vector<StartRequest> take_started();

  // The user's side. Each returns an error for an attempt that is not running, or (a report) while
  // the last one has not been answered.
  Result<> post_report(AttemptId id, Metrics metrics);
  Result<> post_checkpoint(AttemptId id, const CheckpointArea::Sealed& checkpoint);
  Result<> post_end(AttemptId id, Outcome outcome, std::string message = {});

  // The answer to the last report, or what interrupt() asked for meanwhile; nothing while it is
  // outstanding. Stays readable until the attempt ends.
  std::optional<Reply> last_reply(AttemptId id) const;

 private:
  struct Attempt {
    std::int64_t iteration = 0;
    bool waiting = false;  // a report is out and was not answered
    std::optional<Reply> reply;
  };

  std::map<AttemptId, Attempt> attempts_;
  std::vector<StartRequest> started_;
  std::vector<ExecutorEvent> events_;
};

}  // namespace luthier
