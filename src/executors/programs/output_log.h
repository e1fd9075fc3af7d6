// OutputLog: one output stream of a program: bytes into a file that can't outgrow its quota, the
// last lines for messages. Memory stays bounded whatever comes.
#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/contained_files.h"

namespace luthier {

struct OutputLimits {
  std::int64_t quota_bytes = std::int64_t{64} << 20;  // of the file and the one it rotates to
  std::size_t line_bytes = std::size_t{64} << 10;     // of a line in the file; longer ones are cut
  std::size_t tail_lines = 20;
  std::size_t tail_bytes = 500;  // of a line kept for messages
};

class OutputLog {
 public:
  // Appends to `path`; when half of the quota is reached the file becomes `path`.1. An empty path:
  // no file.
  OutputLog(std::filesystem::path path, OutputLimits limits);

  void write(std::string_view bytes);
  void finish();  // the last line may lack its end
  // The last lines, control characters and bytes that are not UTF-8 replaced.
  std::string tail() const;

 private:
  void line_part(std::string_view part);
  void end_line();
  void keep(std::string_view bytes);
  void flush();
  void rotate();

  const std::filesystem::path path_;
  const ContainedFiles files_;
  const OutputLimits limits_;
  FileDescriptor file_;
  std::int64_t file_bytes_ = 0;
  std::string pending_;  // for the file
  std::string line_;     // the beginning of the current line, up to tail_bytes
  std::size_t line_size_ = 0;
  std::deque<std::string> tail_;
};

}  // namespace luthier
