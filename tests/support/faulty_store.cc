#include "support/faulty_store.h"

#include <algorithm>

namespace luthier {
namespace {

Error refusal() {
  return {ErrorCode::io, "the event log failed on purpose; it accepts nothing more"};
}

}  // namespace

FaultyStore::FaultyStore(std::unique_ptr<EventStore> inner, StoreFaults faults)
    : inner_(std::move(inner)), faults_(std::move(faults)) {}

Result<> FaultyStore::append(std::span<const Event> events) {
  if (failed_) {
    return refusal();
  }
  ++appends_;
  if (faults_.before_append) {
    faults_.before_append(appends_);
  }
  const bool fails = appends_ == faults_.fail_at;
  const auto arriving = fails ? events.first(std::min(faults_.torn_events, events.size())) : events;
  unsynced_.insert(unsynced_.end(), arriving.begin(), arriving.end());
  if (fails) {
    failed_ = true;
    (void)sync();
    return refusal();
  }
  return appends_ % faults_.sync_every == 0 ? sync() : Result<>();
}

Result<> FaultyStore::read_from(Sequence first, const std::function<bool(const Event&)>& receive) {
  if (failed_) {
    return refusal();
  }
  bool wanted = true;
  if (auto read =
          inner_->read_from(first, [&](const Event& event) { return wanted = receive(event); });
      !read) {
    return read;
  }
  for (const auto& event : unsynced_) {
    if (wanted && event.sequence >= first) {
      wanted = receive(event);
    }
  }
  return {};
}

Sequence FaultyStore::last_sequence() const {
  return unsynced_.empty() ? inner_->last_sequence() : unsynced_.back().sequence;
}

Result<> FaultyStore::close() {
  if (failed_) {
    return refusal();
  }
  auto synced = sync();
  return synced ? inner_->close() : synced;
}

Result<> FaultyStore::sync() {
  if (unsynced_.empty()) {
    return {};
  }
  auto written = inner_->append(unsynced_);
  failed_ = failed_ || !written;
  unsynced_.clear();
  return written;
}

}  // namespace luthier
