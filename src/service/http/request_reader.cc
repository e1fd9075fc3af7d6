// The only file that knows Boost.Beast, whose parser reads the requests.
#include "service/http/request_reader.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/format.h"

namespace luthier {
namespace {

namespace http = boost::beast::http;

std::string lower(boost::beast::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

HttpResponse refused(const boost::beast::error_code& error) {
  if (error == http::error::header_limit) {
    return refusal(431,
                   formatted("the headers of a request may have {} bytes; send fewer",
                             RequestReader::kMostHeaderBytes));
  }
  if (error == http::error::body_limit || error == http::error::buffer_overflow) {
    return refusal(413,
                   formatted("the body of a request may have {} bytes; send less",
                             RequestReader::kMostBodyBytes));
  }
  return refusal(400, formatted("this is no HTTP/1.1 request: {}", error.message()));
}

}  // namespace

struct RequestReader::Impl {
  Impl() { begin(); }

  void begin() {
    parser.emplace();
    parser->header_limit(kMostHeaderBytes);
    parser->body_limit(kMostBodyBytes);
    parser->eager(true);
  }

  Progress parse() {
    boost::beast::error_code error;
    while (!parser->is_done()) {
      const auto used = parser->put(boost::asio::buffer(waiting), error);
      waiting.erase(0, used);
      if (error == http::error::need_more || (!error && waiting.empty() && !parser->is_done())) {
        return Progress::more;
      }
      if (error) {
        why = refused(error);
        return Progress::refused;
      }
    }
    return check_count();
  }

  Progress check_count() {
    const auto& fields = parser->get();
    const auto count = std::distance(fields.begin(), fields.end());
    if (static_cast<std::size_t>(count) > kMostHeaders) {
      why = refusal(431, formatted("a request may have {} headers; send fewer", kMostHeaders));
      return Progress::refused;
    }
    return Progress::complete;
  }

  std::optional<http::request_parser<http::string_body>> parser;
  std::string waiting;
  HttpResponse why;
};

RequestReader::RequestReader() : impl_(std::make_unique<Impl>()) {}
RequestReader::~RequestReader() = default;
RequestReader::RequestReader(RequestReader&&) noexcept = default;
RequestReader& RequestReader::operator=(RequestReader&&) noexcept = default;

RequestReader::Progress RequestReader::take(std::string_view bytes) {
  impl_->waiting += bytes;
  return impl_->waiting.empty() ? Progress::more : impl_->parse();
}

bool RequestReader::idle() const {
  return impl_->waiting.empty() && !impl_->parser->got_some();
}

HttpRequest RequestReader::request() {
  auto message = impl_->parser->release();
  impl_->begin();
  HttpRequest request{.method = std::string(message.method_string()),
                      .target = std::string(message.target()),
                      .body = std::move(message.body()),
                      .keep_alive = message.keep_alive()};
  for (const auto& field : message) {
    request.headers.emplace_back(lower(field.name_string()), std::string(field.value()));
  }
  return request;
}

const HttpResponse& RequestReader::why() const {
  return impl_->why;
}

}  // namespace luthier
