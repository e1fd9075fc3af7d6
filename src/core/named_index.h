// NamedIndex: quick look-ups in a record of many values, where NamedValues::find is linear.
#pragma once

#include <string_view>
#include <unordered_map>

#include "luthier/value.h"

namespace luthier {

class NamedIndex {
 public:
  // `values` must outlive it.
  explicit NamedIndex(const NamedValues& values) {
    index_.reserve(values.size());
    for (const auto& [name, value] : values) {
      index_.emplace(name, &value);
    }
  }

  const Value* find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::string_view, const Value*> index_;
};

}  // namespace luthier
