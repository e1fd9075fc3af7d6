// SimulatedNodes: workers on nodes that are lost now and then, with all that runs on them, and come
// back later. Which node and when is a function of the seed.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "luthier/executor.h"
#include "luthier/rng.h"

namespace luthier {

struct NodeOptions {
  std::int64_t workers = 1;  // spread evenly over the nodes
  std::int64_t nodes = 1;
  double loss_interval_s = 0;  // mean of the exponential gaps between losses; above 0
  double return_s = 0;         // from a loss to the node's return
  std::uint64_t seed = 0;
  TimePoint start = 0;
};

class SimulatedNodes {
 public:
  explicit SimulatedNodes(const NodeOptions& options);

  // A free worker for the attempt; false: there is none, and it waits its turn.
  bool place(AttemptId attempt);
  // The attempt is over, or gave up waiting. Returns who gets its worker now, if anyone.
  std::optional<AttemptId> release(AttemptId attempt);

  // When a node is lost or returns next.
  TimePoint next_change() const;
  struct Change {
    std::vector<AttemptId> lost;    // their node is gone
    std::vector<AttemptId> placed;  // these were waiting
  };
  Change take_change();

 private:
  std::int64_t first_worker(std::int64_t node) const;
  std::optional<AttemptId> next_waiting(std::int64_t worker);
  void draw_loss();
  void lose(std::int64_t node, Change& change);
  void restore(std::int64_t node, Change& change);

  NodeOptions options_;
  Rng rng_;
  TimePoint next_loss_ = 0;
  using Return = std::pair<TimePoint, std::int64_t>;
  std::priority_queue<Return, std::vector<Return>, std::greater<>> returns_;
  std::vector<bool> away_;                          // of each node
  std::vector<std::optional<AttemptId>> occupant_;  // of each worker
  std::set<std::int64_t> free_;                     // workers of nodes that are there
  std::unordered_map<TrialId, std::int64_t> worker_;
  std::deque<AttemptId> waiting_;  // in order; those that gave up are still in it
  std::set<AttemptId> waits_;
};

}  // namespace luthier
