// RecentEntries: what is kept for the keys that were asked for last, so that it can be gone on
// with. Any thread; who has an entry keeps it alive.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace luthier {

// Entry has a `key`; its other members are a new one's at first.
template <class Key, class Entry>
class RecentEntries {
 public:
  explicit RecentEntries(std::size_t most) : most_(most) {}

  // The entry of the key, a new one where there is none; the one that was asked for longest ago
  // goes.
  std::shared_ptr<Entry> of(const Key& key) {
    const std::scoped_lock lock(mutex_);
    const auto found =
        std::ranges::find_if(entries_, [&](const auto& each) { return each->key == key; });
    if (found == entries_.end()) {
      entries_.push_front(std::make_shared<Entry>());
      entries_.front()->key = key;
      entries_.resize(std::min(entries_.size(), most_));
    } else {
      entries_.splice(entries_.begin(), entries_, found);
    }
    return entries_.front();
  }

 private:
  const std::size_t most_;
  std::mutex mutex_;
  std::list<std::shared_ptr<Entry>> entries_;  // the latest first; guarded by mutex_
};

}  // namespace luthier
