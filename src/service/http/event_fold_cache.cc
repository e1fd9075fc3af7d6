#include "service/http/event_fold_cache.h"

#include <algorithm>

#include "base/try.h"
#include "service/http/fold_cache.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

constexpr std::size_t kKept = 6;

}  // namespace

std::shared_ptr<EventFoldCache::Entry> EventFoldCache::entry(const std::filesystem::path& directory,
                                                             const std::string& name) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find_if(entries_, [&](const auto& each) {
    return each->directory == directory && each->name == name;
  });
  if (found == entries_.end()) {
    entries_.push_front(std::make_shared<Entry>());
    entries_.front()->directory = directory;
    entries_.front()->name = name;
    entries_.resize(std::min(entries_.size(), kKept));
  } else {
    entries_.splice(entries_.begin(), entries_, found);
  }
  return entries_.front();
}

Result<> EventFoldCache::catch_up(Entry& entry, const Make& make) {
  const ino_t file = log_file(entry.directory);
  if (!entry.fold || entry.file != file) {
    entry.fold = make();
    entry.file = file;
    entry.last = 0;
  }
  const auto read = read_events(entry.directory, entry.last + 1, [&](const Event& event) {
    entry.fold->take(event);
    entry.last = event.sequence;
    return true;
  });
  if (!read) {
    entry.fold.reset();
  }
  return read;
}

Result<> EventFoldCache::look_at(const std::filesystem::path& directory,
                                 const std::string& name,
                                 const Make& make,
                                 const std::function<Result<>(const EventFold& fold)>& look) {
  const auto kept = entry(directory, name);
  const std::scoped_lock lock(kept->mutex);
  LUTHIER_TRY(catch_up(*kept, make));
  return look(*kept->fold);
}

}  // namespace luthier
