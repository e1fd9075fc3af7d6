#include "executors/programs/output_log.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/terminal_text.h"
#include "executors/trial_files.h"

namespace luthier {
namespace {

constexpr std::string_view kCut = " [line cut here]";

}  // namespace

OutputLog::OutputLog(std::filesystem::path path, OutputLimits limits)
    : path_(std::move(path)), files_(files_of_trial(path_.parent_path())), limits_(limits) {
  if (path_.empty()) {
    return;
  }
  file_ = files_.open(path_.filename(), O_WRONLY | O_CREAT | O_APPEND);
  struct stat status{};
  if (file_ && fstat(file_.get(), &status) == 0) {
    file_bytes_ = status.st_size;
  }
}

void OutputLog::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    line_part(bytes.substr(0, end));
    if (end == std::string_view::npos) {
      break;
    }
    end_line();
    bytes.remove_prefix(end + 1);
  }
  flush();
}

void OutputLog::line_part(std::string_view part) {
  if (line_.size() < limits_.tail_bytes) {
    line_ += part.substr(0, limits_.tail_bytes - line_.size());
  }
  if (line_size_ <= limits_.line_bytes) {
    keep(part.substr(0, limits_.line_bytes - line_size_));
    if (line_size_ + part.size() > limits_.line_bytes) {
      keep(kCut);
    }
  }
  line_size_ += part.size();
}

void OutputLog::end_line() {
  keep("\n");
  if (limits_.tail_lines > 0) {
    if (tail_.size() == limits_.tail_lines) {
      tail_.pop_front();
    }
    tail_.push_back(line_);
  }
  line_.clear();
  line_size_ = 0;
}

void OutputLog::finish() {
  if (line_size_ > 0) {
    end_line();
  }
  flush();
}

void OutputLog::keep(std::string_view bytes) {
  if (file_) {
    pending_ += bytes;
  }
}

// A write that fails (a full disk) loses log text and nothing else: results have their own way.
void OutputLog::flush() {
  if (pending_.empty()) {
    return;
  }
  if (file_bytes_ > 0 &&
      file_bytes_ + static_cast<std::int64_t>(pending_.size()) > limits_.quota_bytes / 2) {
    rotate();
  }
  std::string_view rest = pending_;
  while (file_ && !rest.empty()) {
    const ssize_t count = ::write(file_.get(), rest.data(), rest.size());
    if (count <= 0) {
      break;
    }
    file_bytes_ += count;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  pending_.clear();
}

void OutputLog::rotate() {
  files_.rename(path_.filename(), path_.filename().string() + ".1");
  file_ = files_.open(path_.filename(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
  file_bytes_ = 0;
}

std::string OutputLog::tail() const {
  std::string out;
  for (const auto& line : tail_) {
    out += out.empty() ? "" : "\n";
    out += printable(line);
  }
  return out;
}

}  // namespace luthier
