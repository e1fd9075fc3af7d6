#include "tuner/needed_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/sha256.h"
#include "laboratory/simulation/simulation_options.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

bool is_file(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

Result<> add(std::vector<NeededFile>& files, const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  Sha256 sum;
  std::string block(1 << 18, '\0');
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    sum.add({block.data(), static_cast<std::size_t>(in.gcount())});
  }
  if (!in.eof()) {
    return Error{ErrorCode::io, "can't read " + path + ": " + std::strerror(errno)};
  }
  files.push_back({path, sum.hex()});
  return {};
}

// The files of {template:FILE} in a word of the command.
std::vector<std::string> templates_in(std::string_view word) {
  constexpr std::string_view kPrefix = "{template:";
  std::vector<std::string> files;
  for (auto at = word.find(kPrefix); at < word.size(); at = word.find(kPrefix, at + 1)) {
    const auto begin = at + kPrefix.size();
    files.emplace_back(word.substr(begin, word.find('}', begin) - begin));
  }
  return files;
}

// The three files of a table have one stem.
std::vector<std::string> table_files(const std::string& index) {
  const fs::path path(index);
  const fs::path stem = path.parent_path() / path.stem();
  return {index, stem.string() + ".bin", stem.string() + "_parameters.csv"};
}

}  // namespace

Result<std::vector<NeededFile>> needed_files(const ExperimentSpec& spec) {
  std::vector<std::string> candidates;
  if (const auto benchmark = benchmark_of(spec)) {
    candidates = table_files(*benchmark);
  }
  for (const std::string& word : spec.command) {
    candidates.push_back(word);
    const auto templates = templates_in(word);
    candidates.insert(candidates.end(), templates.begin(), templates.end());
  }
  std::vector<NeededFile> files;
  for (const std::string& path : candidates) {
    if (!is_file(path) || std::ranges::find(files, path, &NeededFile::path) != files.end()) {
      continue;
    }
    if (const auto added = add(files, path); !added) {
      return added.error();
    }
  }
  return files;
}

std::optional<std::string> benchmark_of(const ExperimentSpec& spec) {
  if (spec.executor != kSimulatedExecutor) {
    return std::nullopt;
  }
  const auto found = std::ranges::find(
      spec.executor_options, "benchmark", &std::pair<std::string, std::string>::first);
  if (found == spec.executor_options.end()) {
    return std::nullopt;
  }
  const std::string& text = found->second;
  const bool file = text.ends_with(".json") || text.find('/') != std::string::npos;
  return file ? std::optional(text) : std::nullopt;
}

void set_benchmark(ExperimentSpec& spec, const std::string& benchmark) {
  for (auto& [key, value] : spec.executor_options) {
    if (key == "benchmark") {
      value = benchmark;
    }
  }
}

}  // namespace luthier
