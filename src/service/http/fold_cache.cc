#include "service/http/fold_cache.h"

#include <algorithm>

#include "base/contained_files.h"
#include "base/try.h"
#include "core/log/event_check.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

constexpr std::size_t kKept = 3;

ino_t log_file(const std::filesystem::path& directory) {
  const auto status = ContainedFiles(directory).status("experiment.db");
  return status ? status->st_ino : 0;
}

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

std::shared_ptr<FoldCache::Entry> FoldCache::entry(const std::filesystem::path& directory) {
  const std::scoped_lock lock(mutex_);
  auto found = std::ranges::find(
      entries_, directory, [](const auto& each) -> const auto& { return each->directory; });
  if (found == entries_.end()) {
    entries_.push_front(std::make_shared<Entry>());
    entries_.front()->directory = directory;
    entries_.resize(std::min(entries_.size(), kKept));
  } else {
    entries_.splice(entries_.begin(), entries_, found);
  }
  return entries_.front();
}

Result<> FoldCache::catch_up(Entry& entry) {
  const ino_t file = log_file(entry.directory);
  if (!entry.fold || entry.file != file) {
    entry.fold = std::make_unique<Fold>();
    entry.file = file;
  }
  Result<> taken;
  const auto read =
      read_events(entry.directory, entry.fold->state.sequence() + 1, [&](const Event& event) {
        taken = take(*entry.fold, event);
        return taken.ok();
      });
  if (!read || !taken) {
    entry.fold.reset();
    return read ? taken : read;
  }
  return entry.fold->state.created() ? Result<>() : nothing_logged(entry.directory);
}

Result<> FoldCache::look(const std::filesystem::path& directory,
                         const std::function<Result<>(const Fold& fold)>& look) {
  const auto kept = entry(directory);
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
