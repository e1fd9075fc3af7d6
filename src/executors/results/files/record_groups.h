// RecordGroups: the rows of a file become results. What belongs to one step may stand in several
// rows (the training loss in one, the validation loss in the next) and is put together again.
#pragma once

#include <string>
#include <vector>

#include "luthier/value.h"

namespace luthier {

class RecordGroups {
 public:
  explicit RecordGroups(std::vector<std::string> objectives) : objectives_(std::move(objectives)) {}

  // A group ends when it has all objectives, or when a row can't be of it: because a name has
  // another value there, or because an objective comes again.
  void add(const Metrics& record);
  void finish();                // nothing follows
  std::vector<Metrics> take();  // groups with at least one objective, in order

 private:
  bool has(const Metrics& record, const std::string& objective) const;
  bool belongs(const Metrics& record) const;
  void close();

  const std::vector<std::string> objectives_;
  Metrics group_;
  std::vector<Metrics> closed_;
};

}  // namespace luthier
