// What a person is told of a run by a command of theirs (docs/notifications.md).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/error.h"
#include "luthier/trial.h"

namespace luthier {

enum class NotificationKind : std::uint8_t {
  done,      // the experiment ended
  failed,    // it ended, or is interrupted, because trials fail; or half of them do
  improved,  // a new best
  stalled,   // no result for long
  low_disk,  // little room on the disk of the experiment
};
std::string_view to_text(NotificationKind kind);
// The kinds of these names; an unknown one gets a suggestion.
Result<std::vector<NotificationKind>> parse_notification_kinds(std::span<const std::string> names);

struct Notification {
  NotificationKind kind = NotificationKind::done;
  Sequence sequence = 0;     // of the event in the log that it follows from; 0: from none
  std::string message = {};  // a sentence in one line, without control characters
  std::string json = {};     // an object in one line
};

}  // namespace luthier
