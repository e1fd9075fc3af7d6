// WorkerPool: the workers there are, and which of them has which attempt. Attempts of a shape wait
// in one queue for whichever worker is free first: one that was idle, one that has ended an
// attempt, or a new one. Idle workers of other shapes make room when attempts have to wait.
//
// A worker is an actor whose one call lasts as long as it does: that it ends, and why, is Ray's
// word that the worker is gone (WorkerStarter). A worker speaks at least every few seconds; one
// that is silent for longer than `silence` counts as gone, whatever Ray says, and so does one whose
// connection has ended. Lives in the launcher's thread.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "executors/ray/worker_port.h"
#include "executors/ray/worker_starter.h"
#include "luthier/executor.h"

namespace luthier {

class WorkerPool : private WorkerPort::Listener {
 public:
  // What becomes of attempts.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_frame(AttemptId id, const ray_wire::Frame& frame) = 0;
    virtual void on_refused(AttemptId id, const std::string& why) = 0;  // it can never run
    virtual void on_worker_lost(AttemptId id, const std::string& why) = 0;
    virtual void on_note(const std::string& sentence) = 0;
  };

  WorkerPool(WorkerStarter& starter,
             WorkerPort port,
             std::vector<RayNode> nodes,
             std::chrono::seconds silence,
             Listener& listener,
             const Clock& clock);
  ~WorkerPool() override = default;
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // `order`: what the worker is told to run, as JSON.
  void start(AttemptId id, const RayShape& shape, std::string order);
  void input(AttemptId id, std::string_view bytes);
  void terminate(AttemptId id, std::uint32_t grace_ms);

  // Readable when serve() has something to do.
  int fd() const { return port_.fd(); }
  void serve() { port_.serve(*this, clock_.now()); }
  void on_nodes(std::vector<RayNode> nodes);
  void on_ended(std::uint64_t worker, const std::string& reason);
  // Once in a while: frees what nobody needs, gives up who is silent, says what is waited for.
  void look_around();

 private:
  struct Worker {
    RayShape shape;
    std::vector<AttemptId> attempts;
    bool alive = false;          // it has spoken
    bool leaving = false;        // takes no attempts any more
    std::string leaves_because;  // empty: of its own accord
    TimePoint heard_at = 0;
    TimePoint ending_at = kNever;  // since when its end is only waited for
  };
  struct Waiting {
    AttemptId id;
    std::string start;  // the frame
    TimePoint since = 0;
  };
  struct Queue {
    std::deque<Waiting> waiting;
    bool noted = false;     // a person knows that it is waited for
    int failed_starts = 0;  // workers that did not come up, one after the other
  };
  struct Undecided {
    RayShape shape;
    Waiting attempt;
  };

  void on_frame(std::uint64_t worker, const ray_wire::Frame& frame) override;
  void on_closed(std::uint64_t worker) override;
  void enqueue(const RayShape& shape, Waiting attempt);
  void dispatch(const RayShape& shape);
  void add_worker(const RayShape& shape);
  void on_attempt_over(std::uint64_t number, AttemptId id);
  void retire(std::uint64_t number, const std::string& because);
  void lose(std::uint64_t number, const std::string& reason);
  std::string given_up(const Worker& worker) const;
  bool leave_queue(AttemptId id);
  void make_room(const RayShape& shape);
  void look_at_queues();

  WorkerStarter& starter_;
  WorkerPort port_;
  std::vector<RayNode> nodes_;
  const std::chrono::seconds silence_;
  Listener& listener_;
  const Clock& clock_;
  std::map<std::uint64_t, Worker> workers_;
  std::map<RayShape, Queue> queues_;
  std::map<AttemptId, std::uint64_t> attempts_;  // to their workers
  std::map<AttemptId, TimePoint> overdue_;       // asked to end: when their worker has to go
  std::vector<Undecided> undecided_;  // no known node holds them; newer ones are asked for
};

}  // namespace luthier
