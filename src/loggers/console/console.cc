#include "loggers/console/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "loggers/console/console_frame.h"

namespace luthier {
namespace {

constexpr TimePoint kRedrawInterval = 100'000;
constexpr TimePoint kFirstInterval = 30'000'000;
constexpr std::int64_t kSparser = 3;
constexpr const char* kBold = "\x1b[1m";
constexpr const char* kRed = "\x1b[31m";

}  // namespace

ConsoleOptions console_options(int fd, bool plain, int verbosity) {
  const char* term = std::getenv("TERM");
  const bool terminal =
      ::isatty(fd) == 1 && term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
  const char* no_color = std::getenv("NO_COLOR");
  ConsoleOptions options{.fd = fd, .verbosity = verbosity};
  options.live = terminal && !plain && verbosity > 0;
  options.color = terminal && !plain && (no_color == nullptr || *no_color == '\0');
  return options;
}

Console::Console(ConsoleSubject subject, ConsoleOptions options)
    : state_(std::move(subject)), options_(options) {}

void Console::on_stored(const ExperimentView& view, const Event& event) {
  fold(view, event);
  stored_ = event.sequence;
}

Result<> Console::on_open(const ExperimentView& view, Sequence last, const ReadFrom& read) {
  auto folded = stored_ >= last ? Result<>() : read(stored_ + 1, [&](const Event& event) {
    on_stored(view, event);
    return event.sequence < last;
  });
  said_improvements_ = state_.improvements();
  next_ended_ = state_.ended();
  opened_ = true;
  was_started_ = last > 0;
  return folded;
}

std::optional<ConsoleState::Failure> Console::fold(const ExperimentView& view, const Event& event) {
  now_ = std::max(now_, event.time);
  const auto* requeued = std::get_if<TrialRequeued>(&event.body);
  if (requeued != nullptr && !state_.knows(requeued->trial)) {
    state_.learn(requeued->trial, view.config(requeued->trial));
  }
  return state_.apply(event);
}

void Console::on_events(const ExperimentView& view, std::span<const Event> events) {
  for (const Event& event : events) {
    if (const auto failure = fold(view, event)) {
      for (const std::string& line : failure_texts(*failure)) {
        say(line, kRed);
      }
    }
    if (options_.verbosity > 0) {
      talk(event);
    }
  }
}

void Console::on_earlier(const ExperimentView& view, const Event& event) {
  if (std::holds_alternative<ControllerStarted>(event.body)) {
    above_.clear();
  }
  on_events(view, {&event, 1});
}

void Console::redraw_at(TimePoint now) {
  now_ = std::max(now_, now);
  redraw();
}

// Lines that stay.
void Console::talk(const Event& event) {
  if (const auto* started = std::get_if<ControllerStarted>(&event.body)) {
    const bool resumed = std::exchange(was_started_, true);
    std::string line = printable(state_.subject().name) +
                       (resumed ? ": resumed, " : ": started, ") + counted(started->jobs, "job");
    if (const auto total = state_.total()) {
      line += ", " + counted(*total, "trial");
    }
    said_at_ = event.time;
    interval_ = kFirstInterval;
    say(line + (state_.ended() > 0 ? "; " + counts_text(state_) : ""));
  } else if (const auto* note = std::get_if<Note>(&event.body)) {
    say(printable(note->text));
  } else if (const auto* ended = std::get_if<TrialEnded>(&event.body);
             ended != nullptr && options_.verbosity > 1) {
    say(formatted(
        "trial {} {}: {}", to_text(ended->trial), to_text(ended->state), printable(ended->reason)));
  }
  if (!options_.live) {
    progress(false);
  }
}

// A plain line about how it goes: when the best improved and three times as many trials have ended
// as at the line before, or when time is due; the time between such lines grows threefold too.
void Console::progress(bool due_by_time) {
  const bool improved = state_.improvements() > said_improvements_ && state_.ended() >= next_ended_;
  if (!improved && !due_by_time) {
    return;
  }
  said_improvements_ = state_.improvements();
  next_ended_ = std::max<std::int64_t>(1, kSparser * state_.ended());
  said_at_ = now_;
  if (due_by_time) {
    interval_ *= kSparser;
  }
  std::string line = formatted("{}; {}", counts_text(state_), time_text(state_, now_));
  for (const std::string& best : best_texts(state_)) {
    line += "; " + best;
  }
  say(line);
}

void Console::on_idle(const ExperimentView& /*view*/, TimePoint now) {
  now_ = std::max(now_, now);
  if (options_.live && now_ - drawn_at_ >= kRedrawInterval) {
    redraw();
  } else if (!options_.live && options_.verbosity > 0 && interval_ > 0 &&
             now_ - said_at_ >= interval_) {
    progress(true);
  }
}

void Console::on_close(const ExperimentView& /*view*/) {
  if (options_.verbosity > 0) {
    for (const std::string& line : closing_texts(state_, now_)) {
      say(line, line.starts_with("best ") ? kBold : "");
    }
  }
  if (options_.live) {
    int width = 0;
    int height = 0;
    measure(width, height);
    write(erase_frame(width) + std::exchange(above_, {}));
    frame_.clear();
  }
}

void Console::say(const std::string& line, const char* style) {
  const std::string text = styled(line, style) + '\n';
  if (options_.live) {
    above_ += text;
  } else {
    write(text);
  }
}

std::string Console::styled(const std::string& line, const char* style) const {
  return options_.color && *style != '\0' ? formatted("{}{}\x1b[0m", style, line) : line;
}

void Console::redraw() {
  int width = 0;
  int height = 0;
  measure(width, height);
  // The last column and row stay free, so that the terminal neither wraps nor scrolls.
  auto frame = live_frame(state_, now_, std::max(width - 1, 1), std::max(height - 1, 1));
  drawn_at_ = now_;
  if (above_.empty() && frame == frame_) {
    return;
  }
  std::string text = erase_frame(width) + std::exchange(above_, {});
  for (const std::string& line : frame) {
    text += styled(line, line.starts_with("best ") ? kBold : "") + '\n';
  }
  frame_ = std::move(frame);
  write(text);
}

// Back to the first row of the frame, and clear from there. A terminal that became narrower has
// wrapped the lines: they now take more rows.
std::string Console::erase_frame(int width) const {
  int rows = 0;
  for (const std::string& line : frame_) {
    rows += std::max(1, (display_width(line) + width - 1) / std::max(width, 1));
  }
  return rows == 0 ? "" : formatted("\x1b[{}A\r\x1b[J", rows);
}

void Console::measure(int& width, int& height) const {
  winsize size{};
  const bool known = ::ioctl(options_.fd, TIOCGWINSZ, &size) == 0;
  width = options_.width > 0 ? options_.width : known && size.ws_col > 0 ? size.ws_col : 80;
  height = options_.height > 0 ? options_.height : known && size.ws_row > 0 ? size.ws_row : 24;
}

// A terminal that went away is no reason to end the experiment: there is nobody to talk to.
void Console::write(const std::string& text) {
  for (std::string_view rest = text; !rest.empty() && !unwritable_;) {
    const ssize_t written = ::write(options_.fd, rest.data(), rest.size());
    unwritable_ = written < 0 && errno != EINTR && errno != EAGAIN;
    rest.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
}

}  // namespace luthier
