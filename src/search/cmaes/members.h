// Trials on their way into a generation: each is live until it ends or is paused, then ready, and
// leaves with the generation that learns from it. Fed with facts in log order; the same facts give
// the same state.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "luthier/trial.h"

namespace luthier::cmaes {

// Which distribution a point was drawn from.
struct Origin {
  std::int64_t run = -1;  // -1: none, someone else proposed it
  std::int64_t generation = -1;
  friend bool operator==(const Origin&, const Origin&) = default;
};

enum class Standing : std::uint8_t { completed, stopped, failed };  // best first

struct Member {
  std::int64_t trial = 0;
  std::vector<double> point;        // of the numeric axes
  std::vector<double> coordinates;  // of all axes, as the configuration has them
  Origin origin;
  std::int64_t iteration = 0;            // 0: no result yet
  double loss = 0;                       // ranked (core/state/ranked_loss.h)
  Standing standing = Standing::failed;  // once ready
};

class Members {
 public:
  // A trial was added, or one that is not live runs again or goes on with another configuration.
  void add(Member member);
  bool is_live(TrialId trial) const { return live_.contains(trial.value); }
  // A paused trial goes on that no generation has learnt from yet; false if it is no such trial.
  bool revive(TrialId trial);
  void report(TrialId trial, std::int64_t iteration, double loss);
  // Counts as stopped where it is, until it goes on.
  void pause(TrialId trial);
  // `state` completed, stopped or failed. A failed one is never good, even if it was paused before.
  void end(TrialId trial, TrialState state);
  std::vector<TrialId> live_with_results() const;

  std::size_t ready() const { return ready_.size(); }
  // Forgets the `count` that became ready first: best first. Completed trials by loss, then stopped
  // ones by how far they got and loss, then infeasible ones, then failed ones and those without a
  // finite loss.
  std::vector<Member> take(std::size_t count);
  // Trials of earlier runs are of no more use; those that someone else proposed are.
  void begin_run(std::int64_t run);

 private:
  void become_ready(TrialId trial, Standing standing);

  std::int64_t run_ = 0;
  std::map<std::int64_t, Member> live_;  // by trial
  std::vector<Member> ready_;            // in the order of becoming so
};

}  // namespace luthier::cmaes
