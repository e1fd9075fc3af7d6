#include "laboratory/simulation/simulated_nodes.h"

#include <algorithm>
#include <cmath>

namespace luthier {
namespace {

TimePoint microseconds(double seconds) {
  return std::max<TimePoint>(1, static_cast<TimePoint>(std::llround(seconds * 1e6)));
}

}  // namespace

SimulatedNodes::SimulatedNodes(const NodeOptions& options)
    : options_(options),
      rng_(options.seed, "node_losses"),
      next_loss_(options.start),
      away_(static_cast<std::size_t>(options.nodes)),
      occupant_(static_cast<std::size_t>(options.workers)) {
  for (std::int64_t worker = 0; worker < options_.workers; ++worker) {
    free_.insert(free_.end(), worker);
  }
  draw_loss();
}

void SimulatedNodes::draw_loss() {
  next_loss_ += microseconds(-std::log1p(-rng_.uniform()) * options_.loss_interval_s);
}

// Workers are numbered node by node.
std::int64_t SimulatedNodes::first_worker(std::int64_t node) const {
  const std::int64_t small = options_.workers / options_.nodes;
  return node * small + std::min(node, options_.workers % options_.nodes);
}

bool SimulatedNodes::place(AttemptId attempt) {
  if (free_.empty()) {
    waiting_.push_back(attempt);
    waits_.insert(attempt);
    return false;
  }
  const std::int64_t worker = *free_.begin();
  free_.erase(free_.begin());
  occupant_[static_cast<std::size_t>(worker)] = attempt;
  worker_[attempt.trial] = worker;
  return true;
}

std::optional<AttemptId> SimulatedNodes::next_waiting(std::int64_t worker) {
  while (!waiting_.empty()) {
    const AttemptId attempt = waiting_.front();
    waiting_.pop_front();
    if (waits_.erase(attempt) > 0) {
      occupant_[static_cast<std::size_t>(worker)] = attempt;
      worker_[attempt.trial] = worker;
      return attempt;
    }
  }
  free_.insert(worker);
  return std::nullopt;
}

std::optional<AttemptId> SimulatedNodes::release(AttemptId attempt) {
  waits_.erase(attempt);
  const auto found = worker_.find(attempt.trial);
  if (found == worker_.end() || occupant_[static_cast<std::size_t>(found->second)] != attempt) {
    return std::nullopt;
  }
  const std::int64_t worker = found->second;
  worker_.erase(found);
  occupant_[static_cast<std::size_t>(worker)].reset();
  return next_waiting(worker);
}

TimePoint SimulatedNodes::next_change() const {
  return returns_.empty() ? next_loss_ : std::min(next_loss_, returns_.top().first);
}

SimulatedNodes::Change SimulatedNodes::take_change() {
  Change change;
  if (!returns_.empty() && returns_.top().first <= next_loss_) {
    const std::int64_t node = returns_.top().second;
    returns_.pop();
    restore(node, change);
    return change;
  }
  const TimePoint now = next_loss_;
  const auto node =
      static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(options_.nodes)));
  draw_loss();
  if (!away_[static_cast<std::size_t>(node)]) {  // else it is lost already
    returns_.emplace(now + microseconds(options_.return_s), node);
    lose(node, change);
  }
  return change;
}

void SimulatedNodes::lose(std::int64_t node, Change& change) {
  away_[static_cast<std::size_t>(node)] = true;
  for (std::int64_t worker = first_worker(node); worker < first_worker(node + 1); ++worker) {
    free_.erase(worker);
    if (auto& occupant = occupant_[static_cast<std::size_t>(worker)]) {
      worker_.erase(occupant->trial);
      change.lost.push_back(*occupant);
      occupant.reset();
    }
  }
}

void SimulatedNodes::restore(std::int64_t node, Change& change) {
  away_[static_cast<std::size_t>(node)] = false;
  for (std::int64_t worker = first_worker(node); worker < first_worker(node + 1); ++worker) {
    if (const auto attempt = next_waiting(worker)) {
      change.placed.push_back(*attempt);
    }
  }
}

}  // namespace luthier
