// ThreadAttempt: one attempt in a thread: what the training function sees of it, and the handshake
// with the engine. Once it is over nothing it says is heard, however late its thread wakes up.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "executors/inbox.h"
#include "executors/parker.h"
#include "luthier/executor.h"
#include "luthier/trainable.h"

namespace luthier {

class ThreadAttempt : public TrialContext {
 public:
  // `inbox` must outlive the attempt; `area` need only live until leave_area().
  ThreadAttempt(StartRequest request, Inbox& inbox, CheckpointArea& area)
      : request_(std::move(request)), inbox_(inbox), area_(area), iteration_(request_.iteration) {}

  // The thread's side.
  TrialId id() const override { return request_.id.trial; }
  const Config& config() const override { return request_.config; }
  std::uint64_t seed() const override { return request_.seed; }
  std::int64_t iteration() const override { return iteration_; }
  std::optional<std::filesystem::path> checkpoint() const override;
  std::filesystem::path directory() const override;
  bool report(const Metrics& metrics, const Saver& save) override;
  bool stop_requested() const override { return stop_requested_.load(std::memory_order_relaxed); }
  void run(const TrainFunction& train);

  // The engine's side.
  void reply(const Reply& reply);
  void interrupt(bool pause, bool save);
  void time_out();  // fences it and asks it to return
  // Ends it without its thread; false when it was over already.
  bool abandon();
  bool abandoned() const;
  // Fences it without a word and waits until its thread is out of the checkpoint area.
  void leave_area();

 private:
  enum class Ending : std::uint8_t { none, pause, stop, time_out };

  std::optional<Reply> wait_for_reply();
  bool obey(const Reply& reply, const Saver& save);
  void save_checkpoint(const Saver& save);
  std::optional<std::filesystem::path> begin_checkpoint();
  void seal_checkpoint(const std::filesystem::path& temporary);
  Result<> verify_checkpoint();  // the one to go on from; any trial may have written it
  void discard(const std::filesystem::path& temporary);
  void finish(Outcome outcome, std::string message);  // failed or returned
  Outcome outcome_when_asked(Outcome otherwise) const;
  bool over() const;
  std::string limit_in_words() const;

  const StartRequest request_;
  Inbox& inbox_;
  CheckpointArea& area_;

  std::int64_t iteration_;                     // the thread's
  DecisionKind told_ = DecisionKind::proceed;  // the thread's
  Parker parker_;                              // wakes the thread
  std::atomic<bool> stop_requested_ = false;

  mutable std::mutex mutex_;  // guards what follows
  bool over_ = false;         // nothing more is posted
  bool abandoned_ = false;
  Ending ending_ = Ending::none;  // what the engine asked for beside replies
  bool ending_saves_ = false;
  std::optional<Reply> reply_;

  std::mutex area_mutex_;  // held while area_ is in use; taken before mutex_
};

}  // namespace luthier
