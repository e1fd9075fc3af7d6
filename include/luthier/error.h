// Result<T>: a value or an Error. Everything the world can break (disk, user input, a worker)
// returns one; a bug in the program aborts instead. Needs nothing but the standard library, so
// that programs built against Luthier need no further package.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

namespace luthier {

// A code exists only where a caller acts on it; the message is what a person reads.
enum class ErrorCode {
  invalid_argument,  // the request is wrong: exit code 2
  not_found,         // a named thing does not exist: exit code 2
  already_exists,    // a named thing exists already: exit code 2
  corruption,        // stored bytes are not what was written: exit code 4
  unavailable,       // held by someone else right now: exit code 3
  io,                // the system refused: read-only, full, gone: exit code 5
};

// `message` is one sentence (or several problems, one a line) that names the thing and the remedy.
struct Error {
  ErrorCode code = ErrorCode::invalid_argument;
  std::string message;
};

template <class T = void>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Precondition: ok(). Aborts with the error otherwise.
  T& value() & { return *checked(); }
  const T& value() const& { return *const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(*checked()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Precondition: !ok().
  const Error& error() const { return std::get<1>(content_); }

 private:
  T* checked() {
    if (!ok()) {
      std::fprintf(stderr, "luthier: value() of a failed Result: %s\n", error().message.c_str());
      std::abort();
    }
    return &std::get<0>(content_);
  }
  std::variant<T, Error> content_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}  // NOLINT: implicit

  bool ok() const { return !failed_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return error_; }  // Precondition: !ok().

 private:
  Error error_;
  bool failed_ = false;
};

}  // namespace luthier
