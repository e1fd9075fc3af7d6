// HttpConnection: one client of the service: the request that is being read, the response that is
// being written. It knows sockets and times, and nothing of what is asked.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"
#include "service/http/http_message.h"
#include "service/http/request_reader.h"

namespace luthier {

// What a client may take of time and memory.
struct HttpLimits {
  std::size_t connections = 512;
  std::size_t live_streams = 256;
  std::size_t most_waiting_bytes = 256 << 10;   // of a live stream that are not sent yet
  std::chrono::milliseconds idle{60'000};       // between requests
  std::chrono::milliseconds request{10'000};    // from its first byte to its last
  std::chrono::milliseconds progress{20'000};   // while a response is written
  std::chrono::milliseconds heartbeat{15'000};  // between two signs of life of a live stream
  std::chrono::milliseconds news{250};          // between two looks for new events
};

class HttpConnection {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Phase { reading, answering, writing, live, closed };

  HttpConnection(FileDescriptor socket, bool own, Time now);

  int socket() const { return socket_.get(); }
  bool own() const { return own_; }  // the client is a process of the user who serves
  Phase phase() const { return phase_; }
  bool wants_to_write() const { return sent_ < outgoing_.size(); }
  std::size_t waiting_bytes() const { return outgoing_.size() - sent_; }
  Time since() const { return since_; }  // it has waited for the client since then

  // Reads what is there. A request, once there is a whole one; what is no request is answered here.
  std::optional<HttpRequest> read(Time now);
  // The next request of what was read already.
  std::optional<HttpRequest> read_on(Time now) { return take({}, now); }
  void answer(const HttpResponse& response, Time now);
  void write(Time now);                         // what there is room for
  void push(std::string_view bytes, Time now);  // to a live stream
  // Whether it has taken longer than it may. A request that is not complete is told so.
  void check_time(const HttpLimits& limits, Time now);
  void close() { phase_ = Phase::closed; }

  LiveStream stream = {};  // of the phase live

 private:
  std::optional<HttpRequest> take(std::string_view bytes, Time now);
  void send(const HttpResponse& response, bool closing, bool head, Time now);

  FileDescriptor socket_;
  const bool own_;
  Phase phase_ = Phase::reading;
  Time since_;
  RequestReader reader_;
  bool started_ = false;  // some of a request has come
  bool keep_alive_ = true;
  bool head_ = false;
  std::string outgoing_;
  std::size_t sent_ = 0;  // bytes of outgoing_
};

}  // namespace luthier
