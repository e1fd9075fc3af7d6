// NewFile: a file that appears under its name when it is complete, or not at all. Until then it has
// a name of its own beside that, so that nobody's file is touched and no link is followed. Mode
// 0600 whatever the umask. It may also take the place of a file, at once.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"

namespace luthier {

class NewFile {
 public:
  NewFile() = default;
  ~NewFile() { discard(); }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  // Each sets errno when it fails. EEXIST: something has the name, if only a link to nowhere; with
  // `replace`, something that is no file and no link to one.
  bool open(const std::filesystem::path& path, bool replace = false);
  bool write(std::string_view bytes);
  bool close();
  // What was written is gone. After close() there is nothing to discard.
  void discard();

 private:
  bool flush();

  std::filesystem::path path_;
  bool replace_ = false;
  std::filesystem::path temporary_;  // empty: none
  FileDescriptor file_;
  std::string waiting_;
};

}  // namespace luthier
