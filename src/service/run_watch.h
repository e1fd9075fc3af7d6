// RunWatch: hears a client while the engine runs an experiment for it. The client may stop the
// experiment or interrupt it; its death interrupts it too.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "base/file_descriptor.h"
#include "luthier/error.h"
#include "service/client_message.h"
#include "service/line_socket.h"

namespace luthier {

class RunWatch {
 public:
  // Called by the watching thread.
  struct Calls {
    // What to say to a request; nothing: no answer, or one that comes later.
    std::function<std::optional<std::string>(const ClientRequest& request)> answer;
    std::function<void()> gone;  // the client is
  };

  RunWatch(LineSocket& socket, Calls calls) : socket_(socket), calls_(std::move(calls)) {}
  ~RunWatch();  // ends the thread

  Result<> start();
  // Lines were written to the socket by another thread: this one sends them. Any thread.
  void wake() const;

 private:
  void watch();
  bool wait_readable();  // false: it is over
  void hear();
  void leave_alone();

  LineSocket& socket_;
  const Calls calls_;
  FileDescriptor over_;   // readable once the run has ended
  FileDescriptor awake_;  // readable after wake()
  std::thread thread_;
};

// As if the user had pressed Ctrl-C, once more: the first time the run ends in good order.
void interrupt_run();

}  // namespace luthier
