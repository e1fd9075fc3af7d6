#include "store/memory_store.h"

#include <string>
#include <vector>

#include "base/check.h"
#include "core/log/event_codec.h"

namespace luthier {
namespace {

class MemoryStore final : public EventStore {
 public:
  Result<> append(std::span<const Event> events) override {
    if (!failure_.message.empty()) {
      return failure_;
    }
    const std::size_t bytes_before = bytes_.size();
    const std::size_t rows_before = rows_.size();
    for (const auto& event : events) {
      LUTHIER_CHECK(event.sequence == last_sequence() + 1, "appended out of order");
      rows_.push_back({event.time, bytes_.size()});
      if (const auto encoded = encode(event.body, bytes_); !encoded) {
        bytes_.resize(bytes_before);
        rows_.resize(rows_before);
        failure_ = encoded.error();
        return failure_;
      }
    }
    return {};
  }

  Result<> read_from(Sequence first, const std::function<bool(const Event&)>& receive) override {
    if (!failure_.message.empty()) {
      return failure_;
    }
    Event event;
    for (std::size_t i = first > 1 ? static_cast<std::size_t>(first) - 1 : 0; i < rows_.size();
         ++i) {
      const std::size_t end = i + 1 < rows_.size() ? rows_[i + 1].start : bytes_.size();
      const std::string_view all(bytes_);
      event.sequence = static_cast<Sequence>(i) + 1;
      event.time = rows_[i].time;
      if (auto decoded = decode(all.substr(rows_[i].start, end - rows_[i].start), event.body);
          !decoded) {
        return decoded;
      }
      if (!receive(event)) {
        break;
      }
    }
    return {};
  }

  Sequence last_sequence() const override { return static_cast<Sequence>(rows_.size()); }
  Result<> close() override { return {}; }

 private:
  struct Row {
    TimePoint time;
    std::size_t start;  // in bytes_
  };
  std::string bytes_;
  std::vector<Row> rows_;
  Error failure_;  // of the first failed append; no message: none
};

}  // namespace

std::unique_ptr<EventStore> make_memory_store() {
  return std::make_unique<MemoryStore>();
}

}  // namespace luthier
