// Zygote: the executor's side of an interpreter that has imported libraries and forks a process for
// each attempt (warm_start.py).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/file_descriptor.h"
#include "executors/programs/guardian_client.h"
#include "luthier/error.h"

namespace luthier {

class Zygote {
 public:
  struct Ready {
    double seconds = 0;        // its imports took
    double later_seconds = 0;  // of these, what trials after the first one imported
    std::int64_t modules = 0;
    std::vector<std::string> packages;  // the largest of them
  };
  struct Unfit {
    std::string reason;  // a sentence without its full stop
  };
  // A program that is started cold: its folder has a module that the imported ones would hide.
  struct Hidden {
    std::string module;
  };
  struct Gone {};
  using Message = std::variant<Ready, Unfit, Hidden, Gone>;

  Zygote() = default;
  // `socket`: of GuardianClient::launch_zygote.
  explicit Zygote(FileDescriptor socket) : socket_(std::move(socket)) {}

  explicit operator bool() const { return static_cast<bool>(socket_); }
  int socket() const { return socket_.get(); }
  // What it said, if it said anything; after Unfit and Gone it is of no use.
  std::optional<Message> hear();
  // Like GuardianClient::spawn. The zygote's command line begins with `own_begin` arguments of the
  // program's.
  Result<FileDescriptor> spawn(const Program& program, std::size_t own_begin);

 private:
  FileDescriptor socket_;
};

}  // namespace luthier
