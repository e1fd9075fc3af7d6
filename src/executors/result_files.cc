#include "executors/result_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/text.h"
#include "executors/record_reader.h"
#include "executors/trial_files.h"

namespace luthier {
namespace {

constexpr std::int64_t kMostBytes = std::int64_t{16} << 20;  // read at once

std::string read_from(const ContainedFiles& files, const std::string& name, std::int64_t offset) {
  const FileDescriptor file = files.open(name, O_RDONLY);
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0 || status.st_size <= offset) {
    return {};
  }
  std::string text(static_cast<std::size_t>(std::min(status.st_size - offset, kMostBytes)), '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t count = ::pread(file.get(),
                                  text.data() + have,
                                  text.size() - have,
                                  offset + static_cast<std::int64_t>(have));
    if (count == 0 || (count < 0 && errno != EINTR)) {
      break;
    }
    have += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  text.resize(have);
  return text;
}

std::int64_t time_of(const struct stat& status) {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

// Cells of one line; quotes as in RFC 4180, without line breaks inside.
std::vector<std::string> csv_cells(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        cells.back() += '"';
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

Value csv_value(const std::string& cell) {
  const auto number = read_number(trim(cell));
  return number ? *number : Value(to_utf8(cell));
}

// Every object at the top of `text`, whatever stands between them: one, a list, or one a line.
void take_objects(std::string_view text, std::vector<Metrics>& out) {
  while (true) {
    const auto brace = text.find('{');
    if (brace == std::string_view::npos) {
      return;
    }
    text.remove_prefix(brace);
    std::size_t used = 0;
    auto record = read_record(text, &used);
    if (!record) {
      return;
    }
    out.push_back(*std::move(record));
    text.remove_prefix(used);
  }
}

}  // namespace

ResultFiles::ResultFiles(const std::filesystem::path& directory)
    : directory_(files_of_trial(directory)) {
  if (directory.empty()) {
    return;
  }
  for (const char* stem : {"metrics", "results"}) {
    for (const auto& [extension, format] : {std::pair(".json", Format::json),
                                            std::pair(".jsonl", Format::lines),
                                            std::pair(".csv", Format::csv)}) {
      File file{.name = std::string(stem) + extension, .format = format};
      if (const auto status = directory_.status(file.name)) {
        file.offset = status->st_size;
        file.time = time_of(*status);
        const std::string text = format == Format::csv ? read_from(directory_, file.name, 0) : "";
        if (!text.empty()) {
          file.columns = csv_cells(std::string_view(text).substr(0, text.find('\n')));
        }
      }
      files_.push_back(std::move(file));
    }
  }
}

std::vector<Metrics> ResultFiles::read(bool ended) {
  std::vector<Metrics> out;
  for (auto& file : files_) {
    read_file(file, ended, out);
  }
  return out;
}

void ResultFiles::read_file(File& file, bool ended, std::vector<Metrics>& out) const {
  const auto status = directory_.status(file.name);
  if (!status) {
    return;
  }
  if (file.format == Format::json) {
    if (ended && (time_of(*status) != file.time || status->st_size != file.offset)) {
      take_objects(read_from(directory_, file.name, 0), out);
    }
    return;
  }
  if (status->st_size < file.offset) {  // written anew
    file.offset = 0;
    file.columns.clear();
  }
  std::string text = read_from(directory_, file.name, file.offset);
  const std::size_t size_read = text.size();
  if (ended && !text.empty() && text.back() != '\n') {
    text += '\n';
  }
  std::size_t start = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    take_line(file, text.substr(start, end - start), out);
    start = end + 1;
  }
  file.offset += static_cast<std::int64_t>(std::min(start, size_read));
}

void ResultFiles::take_line(File& file, const std::string& line, std::vector<Metrics>& out) {
  if (trim(line).empty()) {
    return;
  }
  if (file.format == Format::lines) {
    if (auto record = read_record(line)) {
      out.push_back(*std::move(record));
    }
    return;
  }
  const auto cells = csv_cells(line);
  if (file.columns.empty()) {
    file.columns = cells;
    return;
  }
  Metrics metrics;
  for (std::size_t i = 0; i < std::min(cells.size(), file.columns.size()); ++i) {
    if (!cells[i].empty()) {
      metrics.set(trim(file.columns[i]), csv_value(cells[i]));
    }
  }
  out.push_back(std::move(metrics));
}

}  // namespace luthier
