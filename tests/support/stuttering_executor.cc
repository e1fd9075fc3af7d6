#include "support/stuttering_executor.h"

#include <algorithm>

namespace luthier {
namespace {

constexpr std::uint64_t kMostCopies = 4;
constexpr std::size_t kWindow = 100;

}  // namespace

void StutteringExecutor::reply(AttemptId id, const Reply& reply) {
  if (answered_.emplace(id, reply.training_iteration).second) {
    inner_.reply(id, reply);
  }
}

std::vector<ExecutorEvent> StutteringExecutor::next_events(TimePoint until) {
  std::vector<ExecutorEvent> told;
  for (const ExecutorEvent& event : inner_.next_events(until)) {
    tell_some(told);
    told.push_back(event);
    repeat(event);
    tell_some(told);
  }
  return told;
}

void StutteringExecutor::repeat(const ExecutorEvent& event) {
  for (std::uint64_t left = rng_.below(kMostCopies + 1); left > 0; --left) {
    waiting_.push_back(event);
    ++copies_;
  }
}

void StutteringExecutor::tell_some(std::vector<ExecutorEvent>& told) {
  while (!waiting_.empty() && (waiting_.size() > kWindow || rng_.below(3) == 0)) {
    std::swap(waiting_[rng_.below(waiting_.size())], waiting_.back());
    told.push_back(std::move(waiting_.back()));
    waiting_.pop_back();
  }
}

}  // namespace luthier
