#include "cli/output_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/terminal_text.h"
#include "cli/output.h"

namespace luthier::cli {

Result<> OutputFile::open() {
  if (!path_) {
    return {};
  }
  if (std::filesystem::exists(*path_)) {
    return Error{ErrorCode::already_exists, *path_ + " exists; name a new one or remove it"};
  }
  temporary_ = *path_ + ".partial";
  file_.open(temporary_, std::ios::binary | std::ios::trunc);
  return file_ ? Result<>() : Result<>(trouble());
}

bool OutputFile::write(std::string_view text) {
  if (!path_) {
    return ok_ = ok_ &&
                 print(::isatty(STDOUT_FILENO) == 1 ? printable_lines(text) : std::string(text));
  }
  return ok_ = ok_ && file_.write(text.data(), static_cast<std::streamsize>(text.size())).good();
}

Result<> OutputFile::close() {
  if (!path_) {
    return ok_ ? Result<>()
               : Result<>(Error{ErrorCode::io,
                                "the output is not complete; free space or name a file elsewhere"});
  }
  file_.close();
  if (!ok_ || !file_) {
    return trouble();
  }
  if (std::rename(temporary_.c_str(), path_->c_str()) != 0) {
    return trouble();
  }
  temporary_.clear();
  return {};
}

Error OutputFile::trouble() {
  const std::string why = std::strerror(errno);
  discard();
  return {ErrorCode::io, "can't write " + *path_ + ": " + why};
}

void OutputFile::discard() {
  if (!temporary_.empty()) {
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
    temporary_.clear();
  }
}

Result<> write_new_file(const std::string& path, std::string_view content) {
  OutputFile file(path);
  if (auto opened = file.open(); !opened) {
    return opened;
  }
  file.write(content);
  return file.close();
}

}  // namespace luthier::cli
