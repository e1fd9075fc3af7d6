// RunPages: the pages of `luthier serve` for as long as a run lasts. They are a process of their
// own, which ends with this object, and with this process however it ends; nothing here waits for
// it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "base/file_descriptor.h"
#include "luthier/error.h"

namespace luthier::cli {

class RunPages {
 public:
  // Listens when it returns. `port` 0: any free one. Errors say why it can't.
  static Result<RunPages> start(const std::filesystem::path& results, int port);
  RunPages(RunPages&& other) noexcept;
  RunPages& operator=(RunPages&&) = delete;
  ~RunPages();

  const std::string& address() const { return address_; }

 private:
  RunPages(pid_t pid, FileDescriptor input) : pid_(pid), input_(std::move(input)) {}

  pid_t pid_ = -1;
  FileDescriptor input_;  // its standard input, at whose end it leaves
  std::string address_;
};

}  // namespace luthier::cli
