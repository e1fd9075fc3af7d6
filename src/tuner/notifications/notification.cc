#include "tuner/notifications/notification.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace luthier {
namespace {

constexpr std::array<std::string_view, 5> kNames = {
    "done", "failed", "improved", "stalled", "low_disk"};

}  // namespace

std::string_view to_text(NotificationKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

Result<std::vector<NotificationKind>> parse_notification_kinds(std::span<const std::string> names) {
  std::vector<NotificationKind> kinds;
  for (const std::string& name : names) {
    const auto* const found = std::ranges::find(kNames, name);
    if (found == kNames.end()) {
      const std::vector<std::string> known(kNames.begin(), kNames.end());
      return Error{ErrorCode::invalid_argument, unknown_name("notification", name, known)};
    }
    kinds.push_back(static_cast<NotificationKind>(found - kNames.begin()));
  }
  return kinds;
}

}  // namespace luthier
