#include "executors/results/files/record_groups.h"

#include <algorithm>
#include <utility>

namespace luthier {

bool RecordGroups::has(const Metrics& record, const std::string& objective) const {
  const Value* value = record.find(objective);
  return value != nullptr && value->number().has_value();
}

bool RecordGroups::belongs(const Metrics& record) const {
  return std::ranges::all_of(record, [&](const auto& entry) {
    const Value* before = group_.find(entry.first);
    return before == nullptr || (*before == entry.second &&
                                 std::ranges::find(objectives_, entry.first) == objectives_.end());
  });
}

void RecordGroups::add(const Metrics& record) {
  if (!belongs(record)) {
    close();
  }
  for (const auto& [name, value] : record) {
    group_.set(name, value);
  }
  if (std::ranges::all_of(objectives_,
                          [&](const auto& objective) { return has(group_, objective); })) {
    close();
  }
}

void RecordGroups::finish() {
  close();
}

void RecordGroups::close() {
  Metrics group = std::exchange(group_, {});
  if (std::ranges::any_of(objectives_,
                          [&](const auto& objective) { return has(group, objective); })) {
    closed_.push_back(std::move(group));
  }
}

std::vector<Metrics> RecordGroups::take() {
  return std::exchange(closed_, {});
}

}  // namespace luthier
