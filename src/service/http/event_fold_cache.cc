#include "service/http/event_fold_cache.h"

#include "base/try.h"
#include "service/http/fold_cache.h"
#include "tuner/assembly.h"

namespace luthier {
Result<> EventFoldCache::catch_up(Entry& entry, const Make& make) {
  const ino_t file = log_file(entry.key.directory);
  if (!entry.fold || entry.file != file) {
    entry.fold = make();
    entry.file = file;
    entry.last = 0;
  }
  const auto read = read_events(entry.key.directory, entry.last + 1, [&](const Event& event) {
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
  const auto kept = entries_.of({directory, name});
  const std::scoped_lock lock(kept->mutex);
  LUTHIER_TRY(catch_up(*kept, make));
  return look(*kept->fold);
}

}  // namespace luthier
