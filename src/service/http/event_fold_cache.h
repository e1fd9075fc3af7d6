// EventFoldCache: what pictures gather from logs, gathered on from where it was: a look at a
// running experiment costs what happened since the look before.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "luthier/error.h"
#include "luthier/event.h"
#include "service/http/recent_entries.h"

namespace luthier {

// Takes every event of one log in order.
class EventFold {
 public:
  virtual ~EventFold() = default;
  virtual void take(const Event& event) = 0;
};

class EventFoldCache {
 public:
  // How many folds are kept.
  explicit EventFoldCache(std::size_t most = 6) : entries_(most) {}

  // Calls `look` with the fold that `make` begins, as of the last committed event; others that look
  // at the same one wait meanwhile. Any thread. `name` is the fold's own: of no other type, and of
  // none that `make` would begin differently.
  template <class Fold>
  Result<> look(const std::filesystem::path& directory,
                const std::string& name,
                const std::function<std::unique_ptr<Fold>()>& make,
                const std::function<Result<>(const Fold& fold)>& look) {
    return look_at(directory, name, make, [&](const EventFold& fold) {
      return look(static_cast<const Fold&>(fold));
    });
  }

 private:
  struct Key {
    std::filesystem::path directory;
    std::string name;
    friend bool operator==(const Key& a, const Key& b) = default;
  };
  struct Entry {
    Key key;
    std::mutex mutex;
    ino_t file = 0;                   // that the log was in; guarded by mutex, as all below
    Sequence last = 0;                // that was taken
    std::unique_ptr<EventFold> fold;  // null: nothing was taken yet
  };
  using Make = std::function<std::unique_ptr<EventFold>()>;

  Result<> look_at(const std::filesystem::path& directory,
                   const std::string& name,
                   const Make& make,
                   const std::function<Result<>(const EventFold& fold)>& look);
  static Result<> catch_up(Entry& entry, const Make& make);

  RecentEntries<Key, Entry> entries_;
};

}  // namespace luthier
