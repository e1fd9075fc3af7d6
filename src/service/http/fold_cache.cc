#include "service/http/fold_cache.h"

#include <array>

#include "base/contained_files.h"
#include "base/try.h"
#include "core/log/event_check.h"
#include "store/sqlite/event_reader.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

Result<> take(FoldCache::Fold& fold, const Event& event) {
  LUTHIER_TRY(check_event(fold.state, event));
  LUTHIER_TRY(fold.state.apply(event));
  if (!fold.curve) {
    fold.curve.emplace(fold.state.objectives().front(), fold.state.requirements());
  }
  fold.curve->on_events(fold.state, {&event, 1});
  return {};
}

}  // namespace

ino_t log_file(const std::filesystem::path& directory) {
  const auto status = ContainedFiles(directory).status("experiment.db");
  if (!status) {
    return 0;
  }
  // A file system gives the number of a removed file to the next: when the log began tells them
  // apart.
  constexpr std::array<Sequence, 1> kFirst = {1};
  const auto events = reader_of(directory)->events_at(kFirst);
  const bool begun = events && !events->empty();
  return status->st_ino ^ (begun ? static_cast<ino_t>(events->front().time) << 20 : 0);
}

Result<> FoldCache::catch_up(Entry& entry) {
  const ino_t file = log_file(entry.key);
  if (!entry.fold || entry.file != file) {
    entry.fold = std::make_unique<Fold>();
    entry.file = file;
  }
  Result<> taken;
  const auto read =
      read_events(entry.key, entry.fold->state.sequence() + 1, [&](const Event& event) {
        taken = take(*entry.fold, event);
        return taken.ok();
      });
  if (!read || !taken) {
    entry.fold.reset();
    return read ? taken : read;
  }
  return entry.fold->state.created() ? Result<>() : nothing_logged(entry.key);
}

Result<> FoldCache::look(const std::filesystem::path& directory,
                         const std::function<Result<>(const Fold& fold)>& look) {
  const auto kept = entries_.of(directory);
  const std::scoped_lock lock(kept->mutex);
  LUTHIER_TRY(catch_up(*kept));
  return look(*kept->fold);
}

Result<> FoldCache::look_at_trials(const std::filesystem::path& directory,
                                   const std::function<Result<>(TrialTable& table)>& look) {
  LUTHIER_TAKE(const auto indexed, open_indexed_table(directory));
  if (indexed != nullptr) {
    return look(*indexed);
  }
  return this->look(directory, [&](const Fold& fold) { return look(*table_of(fold.state)); });
}

}  // namespace luthier
