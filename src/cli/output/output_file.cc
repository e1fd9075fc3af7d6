#include "cli/output/output_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/failure.h"
#include "base/terminal_text.h"
#include "base/try.h"
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
             : failure(ErrorCode::io, "can't write {}: {}", *path_, std::strerror(number));
}

Result<> write_new_file(const std::string& path, std::string_view content) {
  OutputFile file(path);
  if (auto opened = file.open(); !opened) {
    return opened;
  }
  file.write(content);
  return file.close();
}

Result<std::string> write_made(const std::string& path,
                               bool force,
                               const std::function<Result<std::string>()>& make) {
  OutputFile file(path == "-" ? std::nullopt : std::optional(path), force);
  if (const auto opened = file.open(); !opened) {
    return opened.error().code == ErrorCode::already_exists && !force
               ? Error{ErrorCode::already_exists,
                       path + " exists; name another file or write over it with --force"}
               : opened.error();
  }
  LUTHIER_TAKE(const auto text, make());
  file.write(text);
  LUTHIER_TRY(file.close());
  return path == "-" ? "" : path;
}

int finish_made(const Result<std::string>& path) {
  if (!path) {
    return fail(path.error());
  }
  return path->empty() ? kSuccess : finish(*path + "\n");
}

}  // namespace luthier::cli
