// SecretMask: takes the contents of secrets out of what programs say, so that none is in a log, a
// message or an export. Each becomes ***. Contents of fewer than 4 characters stay: they stand by
// chance in many texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "luthier/value.h"

namespace luthier {

class SecretMask {
 public:
  SecretMask() = default;
  // Of a content of several lines each long one is masked by itself too.
  explicit SecretMask(const std::vector<std::string>& contents);

  bool empty() const { return secrets_.empty(); }
  std::string masked(std::string_view text) const;
  Metrics masked_metrics(Metrics metrics) const;  // their names and texts

 private:
  friend class MaskedStream;
  // Where the end of `text` begins that may be the beginning of a secret; its size for nowhere.
  std::size_t open_end(std::string_view text) const;
  // Appends what is masked of `text` up to `end`, or up to the end of a secret that reaches beyond.
  // How much of it that was.
  std::size_t mask(std::string_view text, std::size_t end, std::string& out) const;
  Value masked_value(const Value& value) const;

  std::vector<std::string> secrets_;  // longest first
};

// The same of bytes that come piece by piece: a secret is found wherever they are cut.
class MaskedStream {
 public:
  // `mask` outlives the stream.
  explicit MaskedStream(const SecretMask& mask) : mask_(mask) {}

  // What can be shown; valid until the next call. What may be the beginning of a secret waits.
  std::string_view write(std::string_view bytes);
  std::string_view finish();  // what waits is all there is

 private:
  const SecretMask& mask_;
  std::string waiting_;
  std::string shown_;
};

}  // namespace luthier
