// Pool: the workers there are, and which of them has which attempt. Idle workers are kept for the
// next attempt of the same shape; those of other shapes make room when one has to wait.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "channel.h"
#include "shape.h"
#include "worker_handle.h"

namespace luthier::ray_driver {

class Pool {
 public:
  // `describe` asks the cluster for its nodes (shape.h).
  Pool(Channel& channel, std::string nodes, std::function<std::string()> describe)
      : channel_(channel), nodes_(parse_nodes(nodes)), describe_(std::move(describe)) {}

  void start(const ray_wire::Frame& frame);
  void pass_on(const ray_wire::Frame& frame);
  // Once in a while: frees what nobody needs and says what is waited for.
  void look_around();

 private:
  using Key = std::pair<std::int64_t, std::int64_t>;  // trial, attempt
  using Clock = std::chrono::steady_clock;

  struct Member {
    Shape shape;
    std::vector<Key> attempts;
    std::unique_ptr<WorkerHandle> handle;
    Clock::time_point since = Clock::now();
    bool noted = false;    // a person knows that it is waited for
    bool leaving = false;  // takes no attempts any more
    bool gone = false;     // its thread is about to end
  };

  bool feasible(const Shape& shape, Key key);
  Member& member_for(const Shape& shape);
  void on_said(Member& member, const std::string& frames);
  void on_gone(Member& member, const std::string& reason);
  void forget(Member& member, Key key);
  void make_room(const Member& waiting);

  Channel& channel_;
  std::vector<Node> nodes_;
  const std::function<std::string()> describe_;
  std::mutex mutex_;  // guards members_ and attempts_
  std::list<Member> members_;
  std::map<Key, Member*> attempts_;
  std::map<Key, Clock::time_point> overdue_;  // asked to end: when their worker has to go
};

}  // namespace luthier::ray_driver
