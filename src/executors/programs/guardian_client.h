// The executor's side of the guardian (guardian/main.cc): starts it, and programs through it.
#pragma once

#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "executors/programs/guardian/wire.h"
#include "luthier/error.h"

namespace luthier {

struct Program {
  std::string directory;
  std::string path;                    // with a '/': nothing is looked up
  std::vector<std::string> arguments;  // argv, its name first
  std::vector<std::string> environment;
  std::uint64_t memory_bytes = 0;
  int standard_input = -1;   // borrowed; the guardian's client fills it in
  int standard_output = -1;  // borrowed
  int standard_error = -1;   // borrowed
  int report = -1;           // borrowed; becomes descriptor 3
};

class GuardianClient {
 public:
  static Result<GuardianClient> launch();
  GuardianClient(GuardianClient&&) noexcept = default;
  GuardianClient& operator=(GuardianClient&&) noexcept = default;
  // Tells it to end everything and waits for it, 3 s at most.
  ~GuardianClient();

  // Asks for the program; returns the control socket on which the warden answers. The code
  // `unavailable` means that trying again later may help.
  Result<FileDescriptor> spawn(const Program& program);
  // Starts a zygote (warm/zygote.h); returns the socket for its requests, which closes when it
  // can't be started or ends.
  Result<FileDescriptor> launch_zygote(const Program& program);
  // What a program of this executor reads from: nothing.
  Program with_input(const Program& program) const;
  // Readable once the guardian is gone.
  int socket() const { return socket_.get(); }
  int pid() const { return pid_; }

 private:
  GuardianClient() = default;

  FileDescriptor socket_;
  FileDescriptor null_;
  FileDescriptor discard_;
  int pid_ = 0;
};

// The file a command name means, looked up in PATH as a shell would; an error names the program and
// the remedy.
Result<std::string> find_program(const std::string& name);
// An errno in words, the same in every locale; unlike strerror any thread may call it.
std::string errno_in_words(int number);

}  // namespace luthier
