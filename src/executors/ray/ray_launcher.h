// RayLauncher: starts programs and functions on Ray's nodes. One thread passes bytes between
// workers (worker_pool.h) and attempts (ray_attempt.h), and connects again when luthier-ray or the
// cluster is lost.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "executors/programs/program_launcher.h"
#include "executors/ray/ray.h"
#include "executors/ray/ray_attempt.h"
#include "executors/ray/ray_driver.h"
#include "executors/ray/ray_shape.h"
#include "executors/ray/worker_pool.h"

namespace luthier {

class RayLauncher : public ProgramLauncher, private WorkerPool::Listener {
 public:
  // Waits until the cluster has answered.
  static Result<std::unique_ptr<RayLauncher>> connect(RayOptions options,
                                                      RayConnection connection,
                                                      const Clock& clock);
  ~RayLauncher() override;

  Result<FileDescriptor> spawn(const Program& program, const StartRequest& request) override;
  Capabilities capabilities() const override;
  std::optional<Resources> inventory() const override { return inventory_; }
  Resources beside_claim() const override { return ray_bundles(options_); }
  void on_unusable(const std::function<void(std::string)>& unusable) override;

 private:
  using Key = std::uint64_t;
  struct Entry {
    RayAttempt attempt;
    RayShape shape;
    std::string order;      // while it waits for a cluster
    std::int64_t base = 0;  // iteration it begins at
    bool watches_report = false;
    std::array<bool, RayAttempt::stream_count> watches_writing = {};
  };
  struct Losses {
    std::int64_t furthest = 0;
    int without_progress = 0;
  };

  RayLauncher(RayOptions options, RayConnection connection, const Clock& clock);
  std::string order(const Program& program, const StartRequest& request) const;

  void run();
  int wait_ms() const;
  void take_new();
  void add(int fd, Key data, std::uint32_t events);
  void on_driver_readable();
  void on_word(RayDriverWord word);
  Result<> open_pool(RayDriverWord ready);
  void begin(Entry& entry);
  void on_frame(AttemptId id, const ray_wire::Frame& frame) override;
  void on_refused(AttemptId id, const std::string& why) override;
  void on_worker_lost(AttemptId id, const std::string& why) override;
  void on_note(const std::string& sentence) override { options_.say(sentence); }
  void on_attempt(Key key, RayAttempt::Stream stream);
  void drop(Key key);
  void lose(Entry& entry, const std::string& reason);
  void keep_sending();
  void lose_driver();
  void reconnect();
  void settle(Key key);

  const RayOptions options_;
  const RayConnection connection_;
  const Clock& clock_;
  std::optional<Resources> inventory_;
  std::function<void(std::string)> unusable_;

  FileDescriptor epoll_;
  FileDescriptor mailbox_;
  std::atomic<bool> leaving_ = false;
  std::mutex mutex_;
  std::vector<Entry> new_;  // guarded by mutex_

  // The thread's.
  RayDriver driver_;
  std::unique_ptr<WorkerPool> pool_;  // while there is a cluster
  bool driver_wants_to_write_ = false;
  bool reading_paused_ = false;
  TimePoint look_at_ = 0;
  TimePoint reconnect_at_ = kNever;
  TimePoint give_up_at_ = kNever;
  std::string trouble_;  // why there is no cluster
  bool said_trouble_ = false;
  std::map<Key, Entry> entries_;
  std::map<AttemptId, Key> keys_;
  std::map<TrialId, Losses> losses_;
  Key next_key_ = 4;
  std::thread thread_;
};

}  // namespace luthier
