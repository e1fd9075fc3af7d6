#include "store/discarding_store.h"

#include "base/check.h"

namespace luthier {
namespace {

class DiscardingStore final : public EventStore {
 public:
  Result<> append(std::span<const Event> events) override {
    for (const Event& event : events) {
      LUTHIER_CHECK(event.sequence == last_ + 1, "appended out of order");
      last_ = event.sequence;
    }
    return {};
  }
  Result<> read_from(Sequence /*first*/, const std::function<bool(const Event&)>&) override {
    return Error{ErrorCode::not_found, "this experiment keeps no log; keep its results instead"};
  }
  Sequence last_sequence() const override { return last_; }
  Result<> close() override { return {}; }

 private:
  Sequence last_ = 0;
};

}  // namespace

std::unique_ptr<EventStore> make_discarding_store() {
  return std::make_unique<DiscardingStore>();
}

}  // namespace luthier
