#include "executors/result_files.h"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <system_error>

#include "base/text.h"
#include "executors/results/record_reader.h"

namespace luthier {
namespace {

constexpr std::uintmax_t kMostBytes = std::uintmax_t{16} << 20;  // read at once

std::string read_from(const std::filesystem::path& path, std::uintmax_t offset) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size <= offset) {
    return {};
  }
  std::ifstream in(path, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(offset));
  std::string text(std::min(size - offset, kMostBytes), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
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

ResultFiles::ResultFiles(const std::filesystem::path& directory) {
  if (directory.empty()) {
    return;
  }
  for (const char* stem : {"metrics", "results"}) {
    for (const auto& [extension, format] : {std::pair(".json", Format::json),
                                            std::pair(".jsonl", Format::lines),
                                            std::pair(".csv", Format::csv)}) {
      File file{.path = directory / (std::string(stem) + extension), .format = format};
      std::error_code error;
      const auto size = std::filesystem::file_size(file.path, error);
      if (!error) {
        file.offset = size;
        file.time = std::filesystem::last_write_time(file.path, error);
        const std::string text = format == Format::csv ? read_from(file.path, 0) : "";
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

void ResultFiles::read_file(File& file, bool ended, std::vector<Metrics>& out) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file.path, error);
  if (error) {
    return;
  }
  if (file.format == Format::json) {
    const auto time = std::filesystem::last_write_time(file.path, error);
    if (ended && !error && (time != file.time || size != file.offset)) {
      take_objects(read_from(file.path, 0), out);
    }
    return;
  }
  if (size < file.offset) {  // written anew
    file.offset = 0;
    file.columns.clear();
  }
  std::string text = read_from(file.path, file.offset);
  const std::size_t size_read = text.size();
  if (ended && !text.empty() && text.back() != '\n') {
    text += '\n';
  }
  std::size_t start = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    take_line(file, text.substr(start, end - start), out);
    start = end + 1;
  }
  file.offset += std::min(start, size_read);
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
