#include "loggers/console/console_frame.h"

#include <algorithm>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"

namespace luthier {
namespace {

constexpr int kTrialWidth = 8;
constexpr int kIterationWidth = 9;
constexpr int kValueWidth = 12;
constexpr int kTimeWidth = 8;
constexpr std::string_view kGap = "  ";
constexpr double kTold = 0.1;  // seconds that are worth a word

constexpr std::string_view kOnlyTrial = "the only trial ended";

// These count what the line counts.
bool says_that_all_ended(const std::string& reason) {
  return reason == kOnlyTrial || (reason.starts_with("all ") && reason.ends_with(" trials ended"));
}

// "3 stopped, 1 failed"; nothing where all completed.
std::string not_completed_text(const ConsoleState& state) {
  std::string out;
  for (const TrialState each : {TrialState::stopped, TrialState::failed}) {
    if (state.count(each) > 0) {
      out += formatted("{}{} {}", out.empty() ? "" : ", ", state.count(each), to_text(each));
    }
  }
  return out;
}

std::string ending_text(const ConsoleState& state) {
  const std::string reason = state.stopped() ? printable(state.stopped()->reason) : "";
  if (!says_that_all_ended(reason)) {
    const std::string counts = counts_text(state);
    const bool said = reason.empty() || counts.ends_with(reason);  // "..., 2 interrupted"
    return counts + (said ? "" : "; " + reason);
  }
  const std::string states = not_completed_text(state);
  if (reason == kOnlyTrial && !states.empty()) {
    return state.count(TrialState::failed) > 0 ? "the only trial failed"
                                               : "the only trial was stopped";
  }
  return reason + (states.empty() ? "" : ": " + states);
}

std::string row(const std::string& trial,
                const std::string& iteration,
                const std::string& value,
                const std::string& time,
                const std::string& parameters) {
  std::string out(kGap);
  out.append(pad_right(trial, kTrialWidth)).append(kGap);
  out.append(pad_left(iteration, kIterationWidth)).append(kGap);
  out.append(pad_left(value, kValueWidth)).append(kGap);
  out.append(pad_left(time, kTimeWidth)).append(kGap);
  return out + parameters;
}

std::vector<std::string> table(const ConsoleState& state, TimePoint now, std::size_t rows) {
  const auto& objectives = state.subject().objectives;
  const std::string metric = objectives.empty() ? "" : printable(objectives.front().metric);
  std::vector<std::string> lines = {row("trial", "iteration", metric, "time", "parameters")};
  const std::size_t all = state.running().size();
  const std::size_t shown = all <= rows ? all : rows - 1;
  for (const auto& [trial, running] : state.running()) {
    if (lines.size() > shown) {
      break;
    }
    const double seconds = static_cast<double>(std::max<TimePoint>(now - running.started, 0)) / 1e6;
    lines.push_back(row(to_text(trial),
                        std::to_string(running.iteration),
                        running.value ? short_number(*running.value) : "-",
                        duration_text(seconds),
                        state.parameters(trial)));
  }
  if (shown < all) {
    lines.push_back(formatted("{}and {} more", kGap, all - shown));
  }
  return lines;
}

std::string stop_text(const ConsoleState::Stop& stop) {
  return formatted("{}{} stopped: {}",
                   kGap,
                   pad_right(to_text(stop.trial), kTrialWidth),
                   printable(stop.reason));
}

}  // namespace

std::string counts_text(const ConsoleState& state) {
  const auto total = state.total();
  std::string out = total ? std::to_string(state.ended()) + " of " : "";
  out += counted(total.value_or(state.ended()), "trial") + " ended";
  for (const TrialState each : {TrialState::running,
                                TrialState::pending,
                                TrialState::paused,
                                TrialState::stopped,
                                TrialState::failed}) {
    if (state.count(each) > 0) {
      const bool left = each == TrialState::running && state.stopped();
      out += formatted(
          ", {} {}", state.count(each), left ? "interrupted" : std::string(to_text(each)));
    }
  }
  return out;
}

std::vector<std::string> best_texts(const ConsoleState& state) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < state.subject().objectives.size(); ++i) {
    if (const auto& best = state.best(i)) {
      const std::string line = formatted("best {} {} (trial {}, iteration {})",
                                         printable(state.subject().objectives[i].metric),
                                         short_number(best->value),
                                         to_text(best->trial),
                                         best->iteration);
      lines.push_back(best->parameters.empty() ? line
                                               : formatted("{}: {}", line, best->parameters));
    }
  }
  return lines;
}

std::string time_text(const ConsoleState& state, TimePoint now) {
  std::string out = duration_text(state.elapsed_s(now));
  if (const auto left = state.left_s(now); left && *left >= kTold && !state.stopped()) {
    out += formatted(", about {} left", duration_text(*left));
  }
  return out;
}

std::vector<std::string> failure_texts(const ConsoleState::Failure& failure) {
  std::vector<std::string> lines = {
      formatted("trial {} failed{}",
                to_text(failure.trial),
                failure.attempt > 0 ? formatted(" (attempt {}):", failure.attempt) : ":")};
  for (const std::string& line : split(trim(failure.message), '\n')) {
    lines.push_back(std::string(kGap) +
                    printable(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line));
  }
  return lines;
}

std::vector<std::string> closing_texts(const ConsoleState& state, TimePoint now) {
  std::vector<std::string> lines = best_texts(state);
  if (const std::int64_t hidden = state.failed_attempts() - state.failures_returned(); hidden > 0) {
    const std::string& logs = state.subject().logs_command;
    lines.push_back(formatted("and {} more like {}{}",
                              hidden,
                              state.failures_returned() == 1 ? "that failure" : "those failures",
                              logs.empty() ? "" : formatted("; `{}` shows each", printable(logs))));
  }
  const bool finished = state.stopped() && state.stopped()->finished;
  const std::string line = formatted("{}{} after {}: {}",
                                     printable(state.subject().name),
                                     finished ? " finished" : " interrupted",
                                     time_text(state, now),
                                     ending_text(state));
  lines.push_back(line);
  return lines;
}

std::vector<std::string> live_frame(const ConsoleState& state,
                                    TimePoint now,
                                    int width,
                                    int height) {
  std::vector<std::string> lines = {formatted(
      "{}: {}; {}", printable(state.subject().name), counts_text(state), time_text(state, now))};
  const auto best = best_texts(state);
  lines.insert(lines.end(), best.begin(), best.end());
  const auto room = static_cast<std::size_t>(std::max(height, 1));
  if (!state.running().empty() && lines.size() + 2 <= room) {
    const auto rows = table(state, now, room - lines.size() - 1);
    lines.insert(lines.end(), rows.begin(), rows.end());
  }
  for (const auto& stop : state.stops()) {
    lines.push_back(stop_text(stop));
  }
  lines.resize(std::min(lines.size(), room));
  for (std::string& line : lines) {
    line = fit(line, width);
  }
  return lines;
}

}  // namespace luthier
