// RunWatch: hears a client while the engine runs an experiment for it. The client may stop the
// experiment or interrupt it; its death interrupts it too.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "base/file_descriptor.h"
#include "luthier/error.h"
#include "service/client_message.h"
#include "service/line_socket.h"

namespace luthier {

class RunWatch {
 public:
  // `answer`: what to say to a request; called by the watching thread.
  using Answer = std::function<std::string(const ClientRequest& request)>;

  RunWatch(LineSocket& socket, Answer answer) : socket_(socket), answer_(std::move(answer)) {}
  ~RunWatch();  // ends the thread

  Result<> start();

 private:
  void watch();
  bool wait_readable(int timeout_ms) const;  // false: it is over, or the time is
  void hear();
  void leave_alone();

  LineSocket& socket_;
  const Answer answer_;
  FileDescriptor over_;  // readable once the run has ended
  std::thread thread_;
};

// As if the user had pressed Ctrl-C, once more: the first time the run ends in good order.
void interrupt_run();

}  // namespace luthier
