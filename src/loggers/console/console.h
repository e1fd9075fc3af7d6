// Logger "console": talk for a person, on stderr (stdout is data). On a terminal a live table is
// redrawn in place, at most ten times a second; elsewhere a few plain lines: on the first result,
// on improvements and from time to time, ever more rarely, so that a long run stays readable.
// Failures are shown in full once. Time is that of the events and of on_idle.
#pragma once

#include <string>
#include <vector>

#include "loggers/console/console_state.h"
#include "luthier/logger.h"

namespace luthier {

struct ConsoleOptions {
  int fd = 2;
  bool live = false;
  bool color = false;
  int width = 0;  // columns and rows of a live view; 0: ask the terminal before each redraw
  int height = 0;
  int verbosity = 1;  // 0: failures only; 2: each trial's end as well
};

// What fits `fd` and the environment: live on a terminal unless `plain` or TERM is "dumb" or not
// set, colour on a terminal unless NO_COLOR is set to anything.
ConsoleOptions console_options(int fd, bool plain, int verbosity);

class Console final : public Logger {
 public:
  Console(ConsoleSubject subject, ConsoleOptions options);

  void on_stored(const ExperimentView& view, const Event& event) override;
  Result<> on_open(const ExperimentView& view, Sequence last, const ReadFrom& read) override;
  void on_events(const ExperimentView& view, std::span<const Event> events) override;
  void on_idle(const ExperimentView& view, TimePoint now) override;
  void on_close(const ExperimentView& view) override;

  // For a live view of what another process runs, instead of on_stored and on_open: an event from
  // before the first redraw. What its last controller has told so far stands above the table.
  void on_earlier(const ExperimentView& view, const Event& event);
  // Redraws a live view now, as of `now`.
  void redraw_at(TimePoint now);
  const ConsoleState& state() const { return state_; }
  bool unwritable() const { return unwritable_; }  // what it draws on takes no more

 private:
  std::optional<ConsoleState::Failure> fold(const ExperimentView& view, const Event& event);
  void talk(const Event& event);
  void say(const std::string& line, const char* style = "");
  void progress(bool due_by_time);
  void redraw();
  std::string erase_frame(int width) const;
  std::string styled(const std::string& line, const char* style) const;
  void write(const std::string& text);
  void measure(int& width, int& height) const;

  ConsoleState state_;
  ConsoleOptions options_;
  TimePoint now_ = 0;
  Sequence stored_ = 0;  // the last stored event that was folded
  bool unwritable_ = false;
  bool opened_ = false;
  bool was_started_ = false;  // by this controller or one before it
  // Plain lines: what was said when.
  std::int64_t said_improvements_ = 0;
  std::int64_t next_ended_ = 0;
  TimePoint said_at_ = 0;
  TimePoint interval_ = 0;
  // Live view.
  std::string above_;  // lines that stay, waiting for the next redraw
  std::vector<std::string> frame_;
  TimePoint drawn_at_ = 0;
};

}  // namespace luthier
