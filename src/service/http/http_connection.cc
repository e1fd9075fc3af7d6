#include "service/http/http_connection.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace luthier {

HttpConnection::HttpConnection(FileDescriptor socket, bool own, Time now)
    : socket_(std::move(socket)), own_(own), since_(now) {}

std::optional<HttpRequest> HttpConnection::read(Time now) {
  std::array<char, 1 << 14> buffer;
  const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
    close();
  }
  if (count <= 0 || phase_ != Phase::reading) {
    return std::nullopt;  // what comes while a response is written stays unread in good order
  }
  return take({buffer.data(), static_cast<std::size_t>(count)}, now);
}

std::optional<HttpRequest> HttpConnection::take(std::string_view bytes, Time now) {
  if (!started_ && !bytes.empty()) {
    started_ = true;
    since_ = now;
  }
  switch (reader_.take(bytes)) {
    case RequestReader::Progress::more:
      return std::nullopt;
    case RequestReader::Progress::refused:
      send(reader_.why(), true, false, now);
      return std::nullopt;
    case RequestReader::Progress::complete:
      break;
  }
  auto request = reader_.request();
  phase_ = Phase::answering;
  started_ = !reader_.idle();
  keep_alive_ = request.keep_alive;
  head_ = request.method == "HEAD";
  return request;
}

void HttpConnection::answer(const HttpResponse& response, Time now) {
  if (response.live) {
    stream = *response.live;
  }
  send(response, !keep_alive_, head_, now);
  if (response.live && !head_) {
    phase_ = Phase::live;
  }
}

void HttpConnection::send(const HttpResponse& response, bool closing, bool head, Time now) {
  keep_alive_ = !closing && !response.live;
  outgoing_ += to_bytes(response, closing, head);
  phase_ = Phase::writing;
  since_ = now;
  write(now);
}

void HttpConnection::write(Time now) {
  while (wants_to_write()) {
    const ssize_t count =
        ::send(socket_.get(), outgoing_.data() + sent_, outgoing_.size() - sent_, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      phase_ = errno == EAGAIN ? phase_ : Phase::closed;
      return;
    }
    sent_ += static_cast<std::size_t>(count);
    since_ = now;
  }
  outgoing_.clear();
  outgoing_.shrink_to_fit();
  sent_ = 0;
  if (phase_ == Phase::writing) {
    phase_ = keep_alive_ ? Phase::reading : Phase::closed;
    since_ = now;
  }
}

void HttpConnection::push(std::string_view bytes, Time now) {
  since_ = wants_to_write() ? since_ : now;
  outgoing_.erase(0, sent_);
  sent_ = 0;
  outgoing_ += bytes;
  write(now);
}

void HttpConnection::check_time(const HttpLimits& limits, Time now) {
  const auto waited = now - since_;
  if (phase_ == Phase::reading && started_ && waited > limits.request) {
    send(refusal(408, "this request took too long to arrive"), true, false, now);
  } else if (phase_ == Phase::reading && !started_ && waited > limits.idle) {
    close();
  } else if (wants_to_write() && waited > limits.progress) {
    close();
  } else if (phase_ == Phase::live && !wants_to_write() && waited > limits.heartbeat) {
    push(": still here\n\n", now);
  }
}

}  // namespace luthier
