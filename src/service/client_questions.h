// ClientQuestions: what the engine asks its client while it works for it
// (docs/client_protocol.md). One question at a time; the engine waits for the answer.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "service/client_message.h"
#include "service/line_socket.h"

namespace luthier {

class ClientQuestions {
 public:
  explicit ClientQuestions(LineSocket& socket) : socket_(socket) {}

  // Sends a question, a JSON object, and waits. An error is the
  // client's own, in its words; or it is gone, or was interrupted twice.
  Result<Json> ask(std::string_view question);

  // True: another thread reads the socket from now on, and passes answers to take().
  void read_elsewhere(bool on) { elsewhere_ = on; }
  void take(ClientRequest answer);  // any thread
  void hang_up();                   // any thread: nobody will answer
  // A line that was read while an answer was waited for, and was none.
  std::optional<std::string> next_request();

 private:
  bool wait_for_reader();  // until answer_ is there; false: there will be none
  bool read_answer();
  std::optional<ClientRequest> answered(std::int64_t id);

  LineSocket& socket_;
  bool elsewhere_ = false;
  std::int64_t last_ = 0;
  std::deque<std::string> requests_;  // that came meanwhile
  std::mutex mutex_;
  std::condition_variable came_;
  std::optional<ClientRequest> answer_;  // guarded by mutex_
  bool gone_ = false;                    // guarded by mutex_
};

}  // namespace luthier
