// One start of the person's command: what it is given, how long it may take, how it ended.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "luthier/error.h"
#include "tuner/notifications/notification_ledger.h"

namespace luthier {

struct NotificationCommand {
  std::vector<std::string> words;  // of a program in PATH, or with a '/'
  std::string experiment;          // its name
  std::chrono::milliseconds limit = std::chrono::seconds(10);
};

// `text` in words, and a program that is there.
Result<NotificationCommand> parse_notification_command(const std::string& text,
                                                       std::string experiment);

// How it ended: `trouble` is empty after status 0.
struct NotificationOutcome {
  bool told_before = false;  // another start of it has the claim: nothing was run
  std::string trouble = {};  // "exit status 7: could not resolve host"
  double lasted_s = 0;
};

// Runs it to its end, or until the limit or `hurry`, when its process group is killed. `ledger`:
// where the claim is made; null for an experiment in memory, of which nothing is told twice anyway.
// Any thread.
NotificationOutcome run_notification(const NotificationCommand& command,
                                     const Notification& notification,
                                     const NotificationLedger* ledger,
                                     const std::function<bool()>& hurry);

}  // namespace luthier
