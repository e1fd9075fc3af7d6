// RequestReader: bytes of a socket in, requests out. Strict: what could be read in two ways is
// refused, and so is what is too large, before it is stored.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "service/http/http_message.h"

namespace luthier {

class RequestReader {
 public:
  static constexpr std::uint32_t kMostHeaderBytes = 16 << 10;
  static constexpr std::uint64_t kMostBodyBytes = 64 << 10;
  static constexpr std::size_t kMostHeaders = 100;

  RequestReader();
  ~RequestReader();
  RequestReader(RequestReader&&) noexcept;
  RequestReader& operator=(RequestReader&&) noexcept;

  enum class Progress { more, complete, refused };
  // Takes bytes; after complete, the next request begins with what was left of them.
  Progress take(std::string_view bytes);
  // Nothing of a request has come yet.
  bool idle() const;
  HttpRequest request();            // after complete, once
  const HttpResponse& why() const;  // after refused; nothing more can be read

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace luthier
