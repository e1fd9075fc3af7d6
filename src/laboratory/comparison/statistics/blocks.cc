#include "laboratory/comparison/statistics/blocks.h"

#include <algorithm>
#include <map>

#include "laboratory/comparison/statistics/ranks.h"

namespace luthier {

bool Block::complete() const {
  return std::ranges::none_of(members, [](const auto& each) { return each.empty(); });
}

double Block::value(std::size_t group, const std::function<double(std::size_t)>& of) const {
  double sum = 0;
  for (const std::size_t experiment : members[group]) {
    sum += of(experiment);
  }
  return sum / static_cast<double>(members[group].size());
}

std::vector<Block> find_blocks(std::span<const ExperimentCurve> experiments,
                               std::span<const Group> groups,
                               std::span<const std::size_t> task_of) {
  std::map<std::pair<std::size_t, std::uint64_t>, Block> blocks;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    for (const std::size_t experiment : groups[group].members) {
      Block& block = blocks[{task_of[experiment], experiments[experiment].seed}];
      block.members.resize(groups.size());
      block.members[group].push_back(experiment);
    }
  }
  std::vector<Block> ordered;
  for (auto& [key, block] : blocks) {
    ordered.push_back(std::move(block));
  }
  return ordered;
}

std::vector<std::vector<double>> block_ranks(std::span<const Block> blocks,
                                             std::size_t groups,
                                             const std::function<double(std::size_t)>& of) {
  std::vector<std::vector<double>> of_group(groups);
  for (const Block& block : blocks) {
    if (!block.complete()) {
      continue;
    }
    std::vector<double> values;
    for (std::size_t group = 0; group < groups; ++group) {
      values.push_back(block.value(group, of));
    }
    const std::vector<double> places = ranks(values);
    for (std::size_t group = 0; group < groups; ++group) {
      of_group[group].push_back(places[group]);
    }
  }
  return of_group;
}

}  // namespace luthier
