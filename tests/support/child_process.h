// Another process, for tests of what only another process can show: it runs a function of the test
// and may be killed at any moment. Fork only while the test has one thread.
#pragma once

#include <functional>
#include <string>

namespace luthier {

class ChildProcess {
 public:
  // Runs `body(out)` in a child; `out` is a descriptor whose bytes read_line and read_all give. The
  // child's exit status is what body returns.
  explicit ChildProcess(const std::function<int(int out)>& body);
  ~ChildProcess();  // kills it if it is still there
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  std::string read_line();  // waits; without its newline; empty at the end
  std::string read_all();   // until the child is gone
  void kill();              // SIGKILL
  int wait();               // exit status, or 128 + signal
  int pid() const { return pid_; }

 private:
  int pid_ = -1;
  int out_ = -1;
};

void print_line(int descriptor, const std::string& line);

}  // namespace luthier
