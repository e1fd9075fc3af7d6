#include "executors/results/files/result_files.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "executors/results/files/metric_globs.h"
#include "executors/trial_files.h"

namespace luthier {
namespace {

const std::vector<std::string>& usual_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const char* stem : {"metrics", "results"}) {
      for (const char* ending : {".json", ".jsonl", ".csv", ".tsv"}) {
        names.push_back(std::string(stem) + ending);
      }
    }
    return names;
  }();
  return kNames;
}

// Whatever the order of its columns, and whichever empty ones were added.
std::size_t hash_of(const Metrics& record) {
  std::vector<std::string> cells;
  for (const auto& [name, value] : record) {
    cells.push_back(name + '=' + to_json(value));
  }
  std::ranges::sort(cells);
  std::string all;
  for (const auto& cell : cells) {
    all += cell + '\n';
  }
  return std::hash<std::string>()(all);
}

// The byte order mark, which some programs write at the beginning, is no part of a name.
std::string_view without_mark(std::string_view bytes) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return bytes.starts_with(kMark) ? bytes.substr(kMark.size()) : bytes;
}

std::vector<std::string> usual_files(const ContainedFiles& directory) {
  std::vector<std::string> found;
  for (const auto& name : usual_names()) {
    if (const auto status = directory.status(name); status && S_ISREG(status->st_mode)) {
      found.push_back(name);
    }
  }
  return found;
}

// Records of several files of one run (MLflow keeps one a metric) in the order of their steps.
void sort_by_step(std::vector<Metrics>& records) {
  const auto step = [](const Metrics& record) {
    const Value* value = record.find("step");
    return value ? value->number() : std::nullopt;
  };
  if (std::ranges::all_of(records, [&](const auto& each) { return step(each).has_value(); })) {
    std::ranges::stable_sort(records, {}, [&](const auto& each) { return *step(each); });
  }
}

}  // namespace

ResultFiles::ResultFiles(const std::filesystem::path& directory, ResultFilesOptions options)
    : any_(!directory.empty()),
      directory_(files_of_trial(directory)),
      options_(std::move(options)) {
  if (any_) {
    read(false);
    for (auto& [name, file] : files_) {
      if (file.format == nullptr) {
        file.bytes.read_whole();
      }
      file.earlier = options_.goes_on ? 0 : file.taken.size();
    }
  }
}

void ResultFiles::look() {
  const auto names =
      options_.globs.empty() ? usual_files(directory_) : metric_files(directory_, options_.globs);
  for (const auto& name : names) {
    if (!files_.contains(name)) {
      files_.emplace(name, File{GrowingFile(directory_, name), make_record_format(name)});
    }
  }
}

std::vector<Metrics> ResultFiles::read(bool ended) {
  std::vector<Metrics> out;
  if (!any_) {
    return out;
  }
  look();
  int tellers = 0;
  for (auto& [name, file] : files_) {
    const std::size_t before = out.size();
    if (file.format == nullptr) {
      read_document(file, ended, out);
    } else {
      read_file(name, file, ended, out);
    }
    tellers += out.size() > before ? 1 : 0;
  }
  if (tellers > 1) {
    sort_by_step(out);
  }
  return out;
}

void ResultFiles::read_document(File& file, bool ended, std::vector<Metrics>& out) {
  if (ended) {
    const std::string whole = file.bytes.read_whole();
    auto records = records_of_json(without_mark(whole));
    std::ranges::move(records, std::back_inserter(out));
  }
}

void ResultFiles::read_file(const std::string& name,
                            File& file,
                            bool ended,
                            std::vector<Metrics>& out) {
  std::vector<Metrics> records;
  while (true) {
    const auto part = file.bytes.read();
    if (part.anew) {
      file.format = make_record_format(name);
      file.place = 0;
      file.taken.erase(file.taken.begin(),
                       file.taken.begin() + static_cast<std::ptrdiff_t>(file.earlier));
      file.earlier = 0;
    }
    if (part.bytes.empty()) {
      break;
    }
    const bool begins = part.anew || !std::exchange(file.begun, true);
    file.format->take(begins ? without_mark(part.bytes) : part.bytes, records);
    take(file, records, out);
  }
  if (ended) {
    file.format->finish(records);
    take(file, records, out);
  }
}

void ResultFiles::take(File& file, std::vector<Metrics>& records, std::vector<Metrics>& out) {
  for (Metrics& record : records) {
    const std::size_t hash = hash_of(record);
    if (file.place < file.taken.size() && file.taken[file.place] != hash) {
      file.taken.resize(file.place);  // it tells something else from here on
    }
    if (file.place++ == file.taken.size()) {
      file.taken.push_back(hash);
      out.push_back(std::move(record));
    }
  }
  records.clear();
}

}  // namespace luthier
