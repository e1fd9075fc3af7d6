// StutteringExecutor: tells everything that an executor says one to five times, the copies late and
// in any order among the next hundred, as a network may that delivers messages at least once.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "luthier/executor.h"
#include "luthier/rng.h"

namespace luthier {

class StutteringExecutor final : public Executor {
 public:
  StutteringExecutor(Executor& inner, std::uint64_t seed) : inner_(inner), rng_(seed, "stutter") {}

  Capabilities capabilities() const override { return inner_.capabilities(); }
  void start(const StartRequest& request) override { inner_.start(request); }
  // Each result is answered to whoever trains once, whatever was asked again.
  void reply(AttemptId id, const Reply& reply) override;
  void interrupt(AttemptId id, bool pause, bool save) override {
    inner_.interrupt(id, pause, save);
  }
  std::vector<ExecutorEvent> next_events(TimePoint until) override;
  void wake() override { inner_.wake(); }
  std::vector<AttemptId> survivors() override { return inner_.survivors(); }

  std::int64_t copies() const { return copies_; }

 private:
  void repeat(const ExecutorEvent& event);
  void tell_some(std::vector<ExecutorEvent>& told);

  Executor& inner_;
  Rng rng_;
  std::vector<ExecutorEvent> waiting_;  // copies that are still under way
  std::set<std::pair<AttemptId, std::int64_t>> answered_;
  std::int64_t copies_ = 0;
};

}  // namespace luthier
