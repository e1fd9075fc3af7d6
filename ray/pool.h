// Pool: the workers there are, and which of them has which attempt. Attempts of a shape wait in one
// queue for whichever worker is free first: one that was idle, one that has ended a trial, or a new
// one. Idle workers of other shapes make room when attempts have to wait.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
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
#include "worker_port.h"

namespace luthier::ray_driver {

class Pool {
 public:
  // `describe` asks the cluster for its nodes (shape.h). A worker that says nothing for `silence`
  // counts as gone.
  Pool(Channel& channel,
       WorkerPort& port,
       const std::string& nodes,
       std::function<std::string()> describe,
       std::chrono::seconds silence)
      : channel_(channel),
        port_(port),
        nodes_(parse_nodes(nodes)),
        describe_(std::move(describe)),
        silence_(silence) {}

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
    bool alive = false;
    bool leaving = false;  // takes no attempts any more
    bool gone = false;     // its thread is about to end
  };
  struct Waiting {
    Key key;
    std::string start;  // the frame
    Clock::time_point since = Clock::now();
  };
  struct Queue {
    Shape shape;
    std::deque<Waiting> waiting;
    bool noted = false;     // a person knows that it is waited for
    int failed_starts = 0;  // workers that did not come up, one after the other
  };

  bool feasible(const Shape& shape, Key key);
  void dispatch(Queue& queue);
  void add_member(const Shape& shape);
  bool leave_queue(Key key);
  void note_waiting(std::string& notes);
  void on_said(Member& member, const std::string& frames);
  void on_gone(Member& member, const std::string& reason);
  void forget(Member& member, Key key);
  void make_room(const Queue& queue);

  Channel& channel_;
  WorkerPort& port_;
  std::vector<Node> nodes_;
  const std::function<std::string()> describe_;
  const std::chrono::seconds silence_;
  std::mutex mutex_;  // guards what follows
  std::list<Member> members_;
  std::map<std::string, Queue> queues_;  // by the shape's text
  std::map<Key, Member*> attempts_;
  std::map<Key, Clock::time_point> overdue_;  // asked to end: when their worker has to go
};

}  // namespace luthier::ray_driver
