#include "tuner/notifications/notification_ledger.h"

#include <fcntl.h>

#include <algorithm>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "loggers/private_files.h"

namespace luthier {
namespace {

constexpr std::string_view kSettled = "settled";
constexpr std::string_view kTold = "told.jsonl";
constexpr std::size_t kMostBytes = 64;
constexpr std::size_t kClaimsKept = 100;

}  // namespace

std::optional<Sequence> NotificationLedger::settled() const {
  std::string text;
  const auto read = read_pieces(files_, kSettled, [&](std::string_view piece) {
    text += piece;
    return text.size() <= kMostBytes ? Result<>() : Error{ErrorCode::corruption, "too long"};
  });
  const auto sequence = read ? parse_integer(trim(text)) : std::nullopt;
  return sequence && *sequence >= 0 ? sequence : std::nullopt;
}

Result<> NotificationLedger::settle(Sequence up_to) const {
  return replace_file(files_, kSettled, formatted("{}\n", up_to));
}

void NotificationLedger::forget() const {
  files_.remove(kSettled);
}

// Ten digits: so the names sort as the events do.
std::string NotificationLedger::claim_of(const Notification& notification) {
  return notification.sequence == 0
             ? std::string(to_text(notification.kind))
             : formatted("{:010}-{}", notification.sequence, to_text(notification.kind));
}

bool NotificationLedger::has_claim(const std::string& claim) const {
  return files_.status(claim).has_value();
}

void NotificationLedger::remove_claim(const std::string& claim) const {
  files_.remove(claim);
}

void NotificationLedger::remove_old_claims() const {
  auto names = files_.list({}).value_or(std::vector<std::string>());
  std::erase_if(names, [](const std::string& name) { return name[0] < '0' || name[0] > '9'; });
  std::ranges::sort(names);
  while (names.size() > kClaimsKept) {
    files_.remove(names.front());
    names.erase(names.begin());
  }
}

Result<> NotificationLedger::record(std::string_view line) const {
  return append_to_file(files_, kTold, line);
}

}  // namespace luthier
