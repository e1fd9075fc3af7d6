#include "executors/programs/command/secret_mask.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace luthier {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::size_t kShortest = 4;
constexpr std::size_t kShortestLine = 8;  // of a content of several lines

}  // namespace

SecretMask::SecretMask(const std::vector<std::string>& contents) {
  for (const auto& content : contents) {
    if (content.size() >= kShortest) {
      secrets_.push_back(content);
    }
    if (content.find('\n') != std::string::npos) {
      std::ranges::copy_if(split(content, '\n'),
                           std::back_inserter(secrets_),
                           [](const std::string& line) { return line.size() >= kShortestLine; });
    }
  }
  std::ranges::stable_sort(secrets_, std::ranges::greater(), &std::string::size);
}

std::size_t SecretMask::open_end(std::string_view text) const {
  std::size_t earliest = text.size();
  for (const auto& secret : secrets_) {
    const std::size_t longest = std::min(text.size(), secret.size() - 1);
    for (std::size_t at = text.size() - longest; at < earliest; ++at) {
      if (secret.starts_with(text.substr(at))) {
        earliest = at;
      }
    }
  }
  return earliest;
}

std::size_t SecretMask::mask(std::string_view text, std::size_t end, std::string& out) const {
  std::size_t at = 0;
  while (at < end) {
    std::size_t next = end;
    std::size_t length = 0;
    for (const auto& secret : secrets_) {
      // The longest of those that begin at one place is met first.
      if (const auto found = text.find(secret, at); found < next) {
        next = found;
        length = secret.size();
      }
    }
    out += text.substr(at, next - at);
    out += length > 0 ? kMask : std::string_view();
    at = next + length;
  }
  return at;
}

std::string SecretMask::masked(std::string_view text) const {
  std::string out;
  mask(text, text.size(), out);
  return out;
}

Value SecretMask::masked_value(const Value& value) const {
  if (const auto* text = value.text()) {
    return masked(*text);
  }
  if (const auto* list = value.list()) {
    ValueList items;
    for (const auto& item : *list) {
      items.push_back(masked_value(item));
    }
    return items;
  }
  return value;
}

Metrics SecretMask::masked_metrics(Metrics metrics) const {
  if (empty()) {
    return metrics;
  }
  Metrics out;
  for (const auto& [name, value] : metrics) {
    out.set(masked(name), masked_value(value));
  }
  return out;
}

std::string_view MaskedStream::write(std::string_view bytes) {
  if (mask_.empty()) {
    return bytes;
  }
  waiting_ += bytes;
  shown_.clear();
  waiting_.erase(0, mask_.mask(waiting_, mask_.open_end(waiting_), shown_));
  return shown_;
}

std::string_view MaskedStream::finish() {
  shown_ = mask_.masked(std::exchange(waiting_, {}));
  return shown_;
}

}  // namespace luthier
