#include "cli/output/output_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/terminal_text.h"
#include "cli/output/output.h"

namespace luthier::cli {

Result<> OutputFile::open() {
  return !path_ || file_.open(*path_, replace_) ? Result<>() : Result<>(trouble());
}

bool OutputFile::write(std::string_view text) {
  if (!path_) {
    return ok_ = ok_ &&
                 print(::isatty(STDOUT_FILENO) == 1 ? printable_lines(text) : std::string(text));
  }
  return ok_ = ok_ && file_.write(text);
}

Result<> OutputFile::close() {
  if (!path_) {
    return ok_ ? Result<>()
               : Result<>(Error{ErrorCode::io,
                                "the output is not complete; free space or name a file elsewhere"});
  }
  return ok_ && file_.close() ? Result<>() : Result<>(trouble());
}

Error OutputFile::trouble() {
  const int number = errno;
  file_.discard();
  return number == EEXIST
             ? Error{ErrorCode::already_exists, *path_ + " exists; name a new one or remove it"}
             : Error{ErrorCode::io, "can't write " + *path_ + ": " + std::strerror(number)};
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
