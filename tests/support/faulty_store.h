// A store that fails on demand, around any other.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "luthier/event_store.h"

namespace luthier {

struct StoreFaults {
  // The append (1, 2, ...) that fails; 0: none. As the contract says, everything after it is
  // refused.
  std::int64_t fail_at = 0;
  // How many events of the failing append reach the store all the same: a write that got through
  // although it was reported as failed.
  std::size_t torn_events = 0;
  // Only every so manieth append is synced; power_loss() drops what came after the last one.
  std::int64_t sync_every = 1;
  // Called before each append with its number: a test's place to stop the world.
  std::function<void(std::int64_t)> before_append = {};
};

class FaultyStore final : public EventStore {
 public:
  FaultyStore(std::unique_ptr<EventStore> inner, StoreFaults faults);

  Result<> append(std::span<const Event> events) override;
  Result<> read_from(Sequence first, const std::function<bool(const Event&)>& receive) override;
  Sequence last_sequence() const override;
  Result<> close() override;

  std::int64_t appends() const { return appends_; }
  // The store as it is found after the machine lost power: without what was not synced.
  std::unique_ptr<EventStore> power_loss() { return std::move(inner_); }

 private:
  Result<> sync();

  std::unique_ptr<EventStore> inner_;
  StoreFaults faults_;
  std::int64_t appends_ = 0;
  std::vector<Event> unsynced_;
  bool failed_ = false;
};

}  // namespace luthier
