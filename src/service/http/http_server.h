// HttpServer: one thread that owns every socket, and a few that answer. Nobody who is slow holds up
// anybody else, and what a client can make this process keep is bounded (HttpLimits).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/file_descriptor.h"
#include "luthier/error.h"
#include "service/http/http_connection.h"
#include "service/http/http_message.h"
#include "service/http/workers.h"

namespace luthier {

// What is new for one live stream.
struct LiveNews {
  std::string bytes = {};  // server-sent events
  Sequence after = 0;      // the last event among them, or as before
  bool running = false;    // a controller holds the experiment
  bool over = false;       // nothing will ever come
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // Several threads. `own`: the client is a process of the user who serves.
  virtual HttpResponse answer(const HttpRequest& request, bool own) = 0;
  // What happened since the client was told. One thread.
  virtual LiveNews news(const LiveStream& stream) = 0;
};

class HttpServer {
 public:
  // Listens on an IP address; port 0: any free one. `handler` must outlive it.
  static Result<std::unique_ptr<HttpServer>> listen(HttpHandler& handler,
                                                    const std::string& address,
                                                    int port,
                                                    HttpLimits limits = {});
  int port() const { return port_; }
  // Until `stop` becomes readable.
  Result<> serve(int stop);

 private:
  using Time = HttpConnection::Time;
  using Connections = std::map<std::uint64_t, HttpConnection>;

  HttpServer(HttpHandler& handler, FileDescriptor listener, int port, HttpLimits limits)
      : handler_(handler), limits_(limits), listener_(std::move(listener)), port_(port) {}

  bool wait(int stop);  // false: to stop
  void accept_all();
  void make_room();
  void go_on(std::uint64_t id, HttpConnection& connection, short events);
  void hand_over(std::uint64_t id, const HttpConnection& connection, HttpRequest request);
  void finish(std::uint64_t id, HttpResponse response);
  void look_for_news();
  void report(std::function<void()> result);  // any thread: done by the serving one
  void take_reports();
  void tend();
  int patience_ms() const;
  std::size_t live_count() const;

  HttpHandler& handler_;
  const HttpLimits limits_;
  FileDescriptor listener_;
  const int port_;
  FileDescriptor awake_;
  Connections connections_;
  std::uint64_t next_id_ = 1;
  Time now_ = {};
  Time looked_ = {};  // for news
  bool looking_ = false;
  std::mutex mutex_;
  std::vector<std::function<void()>> reports_;  // guarded by mutex_
  Workers answering_;  // these end first: their jobs report to what is above
  Workers watching_;
};

}  // namespace luthier
