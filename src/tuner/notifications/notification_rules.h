// NotificationRules: what is worth telling, decided from the events of the log and the time. The
// same log gives the same notifications.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "loggers/console/console_state.h"
#include "tuner/notifications/notification.h"

namespace luthier {

struct NotificationSubject {
  ConsoleSubject experiment;
  std::filesystem::path directory = {};  // empty: in memory
  double stalled_s = 0;                  // NotifyOptions
};

class NotificationRules {
 public:
  explicit NotificationRules(NotificationSubject subject);

  // The next event of the log.
  std::optional<Notification> apply(const Event& event);
  // `stalled`, once for each time that nothing is heard of trials. `waits`: some are to report,
  // and not all are paused.
  std::optional<Notification> on_time(bool waits, TimePoint now);
  // `failed`: the controller leaves with an error that the log does not tell.
  Notification on_error(const std::string& message) const;

 private:
  std::optional<Notification> on_end(const Event& event, const ControllerStopped& stopped);
  std::optional<Notification> on_failure(const Event& event, const TrialEnded& ended);
  std::optional<Notification> on_result(const Event& event,
                                        const std::vector<std::optional<ConsoleBest>>& before);
  std::vector<std::optional<ConsoleBest>> bests() const;
  void heard(const Event& event);
  TimePoint patience() const;
  Notification make(NotificationKind kind,
                    Sequence sequence,
                    TimePoint time,
                    const std::string& message) const;

  ConsoleState state_;
  std::filesystem::path directory_;
  TimePoint stalled_ = 0;
  std::optional<std::string> failure_;  // a limit on failures that was reached, in words
  bool half_told_ = false;
  Sequence last_ = 0;
  // Since the controller started:
  Sequence heard_sequence_ = 0;
  TimePoint heard_at_ = 0;
  TimePoint longest_gap_ = 0;  // between two signs of life; 0: there was none yet
  bool stall_told_ = false;
};

}  // namespace luthier
