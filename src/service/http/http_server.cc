#include "service/http/http_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/failure.h"
#include "base/listening_socket.h"
#include "base/try.h"
#include "service/http/peer_process.h"

namespace luthier {
namespace {

constexpr int kAnsweringThreads = 2;
constexpr int kBacklog = 128;

Error cannot_listen(const std::string& address, int port) {
  if (errno == EADDRNOTAVAIL && !is_ip_address(address)) {
    return failure(ErrorCode::invalid_argument,
                   "'{}' is no IP address to listen on; give one such as 127.0.0.1 or 0.0.0.0",
                   address);
  }
  return failure(errno == EADDRINUSE ? ErrorCode::unavailable : ErrorCode::io,
                 "can't listen on {}, port {}: {}; choose another with --port (0: any free one)",
                 address,
                 port,
                 std::strerror(errno));
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(HttpHandler& handler,
                                                       const std::string& address,
                                                       int port,
                                                       HttpLimits limits) {
  FileDescriptor socket = listen_at(address, port, kBacklog);
  if (!socket) {
    return cannot_listen(address, port);
  }
  const int bound = bound_port(socket.get());
  std::unique_ptr<HttpServer> server(new HttpServer(handler, std::move(socket), bound, limits));
  server->awake_ = FileDescriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!server->awake_) {
    return Error{ErrorCode::io, "descriptors ran out; raise the limit (ulimit -n)"};
  }
  LUTHIER_TRY(server->answering_.start(kAnsweringThreads));
  LUTHIER_TRY(server->watching_.start(1));
  return server;
}

Result<> HttpServer::serve(int stop) {
  while (wait(stop)) {
    take_reports();
    tend();
    look_for_news();
  }
  return {};
}

bool HttpServer::wait(int stop) {
  std::vector<pollfd> polled = {
      {stop, POLLIN, 0}, {awake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
  std::vector<std::uint64_t> ids;
  for (const auto& [id, connection] : connections_) {
    // What it sends while it is answered waits.
    const bool listens = connection.phase() == HttpConnection::Phase::reading ||
                         connection.phase() == HttpConnection::Phase::live;
    const short events =
        static_cast<short>((listens ? POLLIN : 0) | (connection.wants_to_write() ? POLLOUT : 0));
    polled.push_back({connection.socket(), events, 0});
    ids.push_back(id);
  }
  while (::poll(polled.data(), polled.size(), patience_ms()) < 0 && errno == EINTR) {
  }
  now_ = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (const short events = polled[i + 3].revents; events != 0) {
      go_on(ids[i], connections_.at(ids[i]), events);
    }
  }
  if (polled[2].revents != 0) {
    accept_all();
  }
  return polled[0].revents == 0;
}

int HttpServer::patience_ms() const {
  return live_count() > 0 ? static_cast<int>(limits_.news.count()) : 1000;
}

std::size_t HttpServer::live_count() const {
  return static_cast<std::size_t>(std::ranges::count_if(connections_, [](const auto& each) {
    return each.second.phase() == HttpConnection::Phase::live;
  }));
}

void HttpServer::accept_all() {
  while (true) {
    FileDescriptor socket(
        ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) {
      return;
    }
    make_room();
    if (connections_.size() < limits_.connections) {
      const bool own = is_own_process(socket.get());
      connections_.try_emplace(next_id_++, std::move(socket), own, now_);
    }
  }
}

// Whoever has let this service wait longest for a request goes first.
void HttpServer::make_room() {
  if (connections_.size() < limits_.connections) {
    return;
  }
  auto oldest = connections_.end();
  for (auto each = connections_.begin(); each != connections_.end(); ++each) {
    const bool waits = each->second.phase() == HttpConnection::Phase::reading;
    if (waits && (oldest == connections_.end() || each->second.since() < oldest->second.since())) {
      oldest = each;
    }
  }
  if (oldest != connections_.end()) {
    connections_.erase(oldest);
  }
}

void HttpServer::go_on(std::uint64_t id, HttpConnection& connection, short events) {
  if ((events & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
    connection.close();
  }
  std::optional<HttpRequest> request;
  if ((events & POLLIN) != 0 && connection.phase() != HttpConnection::Phase::closed) {
    request = connection.read(now_);
  }
  if ((events & POLLOUT) != 0 && connection.phase() != HttpConnection::Phase::closed) {
    connection.write(now_);
  }
  if (!request && connection.phase() == HttpConnection::Phase::reading) {
    request = connection.read_on(now_);
  }
  if (request) {
    hand_over(id, connection, *std::move(request));
  }
}

void HttpServer::hand_over(std::uint64_t id,
                           const HttpConnection& connection,
                           HttpRequest request) {
  const bool own = connection.own();
  answering_.add([this, id, own, request = std::move(request)] {
    report([this, id, response = handler_.answer(request, own)] { finish(id, response); });
  });
}

void HttpServer::finish(std::uint64_t id, HttpResponse response) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) {
    return;  // the client is gone
  }
  HttpConnection& connection = found->second;
  const bool too_many = response.live && live_count() >= limits_.live_streams;
  connection.answer(too_many ? refusal(503, "too many pages are open; close some") : response,
                    now_);
  if (connection.phase() == HttpConnection::Phase::reading) {
    if (auto next = connection.read_on(now_)) {
      hand_over(id, connection, *std::move(next));
    }
  }
}

void HttpServer::look_for_news() {
  if (looking_ || now_ - looked_ < limits_.news) {
    return;
  }
  struct Asked {
    std::uint64_t id;
    LiveStream stream;
  };
  std::vector<Asked> asked;
  for (const auto& [id, connection] : connections_) {
    if (connection.phase() == HttpConnection::Phase::live &&
        connection.waiting_bytes() < limits_.most_waiting_bytes) {
      asked.push_back({id, connection.stream});
    }
  }
  looked_ = now_;
  looking_ = !asked.empty();
  if (!looking_) {
    return;
  }
  watching_.add([this, asked = std::move(asked)] {
    for (const Asked& each : asked) {
      report([this, id = each.id, news = handler_.news(each.stream)] {
        const auto found = connections_.find(id);
        if (found == connections_.end()) {
          return;
        }
        found->second.stream.after = news.after;
        found->second.stream.running = news.running;
        if (!news.bytes.empty()) {
          found->second.push(news.bytes, now_);
        }
        if (news.over) {
          found->second.close();
        }
      });
    }
    report([this] { looking_ = false; });
  });
}

void HttpServer::report(std::function<void()> result) {
  {
    const std::scoped_lock lock(mutex_);
    reports_.push_back(std::move(result));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(awake_.get(), &one, sizeof one);
}

void HttpServer::take_reports() {
  std::uint64_t times = 0;
  [[maybe_unused]] const auto count = ::read(awake_.get(), &times, sizeof times);
  std::vector<std::function<void()>> reports;
  {
    const std::scoped_lock lock(mutex_);
    reports.swap(reports_);
  }
  for (const auto& result : reports) {
    result();
  }
}

void HttpServer::tend() {
  for (auto each = connections_.begin(); each != connections_.end();) {
    each->second.check_time(limits_, now_);
    each = each->second.phase() == HttpConnection::Phase::closed ? connections_.erase(each)
                                                                 : std::next(each);
  }
}

}  // namespace luthier
