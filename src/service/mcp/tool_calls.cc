#include "service/mcp/tool_calls.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "service/mcp/tool_words.h"

namespace luthier {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kExperimentFailed = 1;  // the exit code of a run of which no trial succeeded
constexpr int kSignalled = 128;       // exit codes from here on are of an interruption
constexpr std::size_t kRecentTrials = 5;
constexpr std::size_t kMostRecent = std::size_t{16} << 10;       // bytes of those
constexpr std::size_t kMostDescription = std::size_t{64} << 10;  // bytes
constexpr auto kShortestLook = milliseconds(50);
constexpr auto kLongestLook = milliseconds(1000);

Error no_answer() {
  return {ErrorCode::unavailable, "the call was cancelled"};
}

// False: the call was cancelled meanwhile.
bool pause_for(milliseconds time, int cancel) {
  pollfd polled{cancel, POLLIN, 0};
  return poll(&polled, 1, static_cast<int>(time.count())) == 0;
}

int most_items(const Json& arguments) {
  return static_cast<int>(number_of(arguments, "limit", kMcpUsualItems, kMcpMostItems));
}

std::int64_t controller_of(const Json& show) {
  const Json* controller = show.find("controller");
  const Json* pid = controller != nullptr ? controller->find("pid") : nullptr;
  return pid != nullptr ? pid->value.integer().value_or(-1) : -1;
}

bool is_running(const Json& show) {
  const Json* state = show.find("state");
  return state != nullptr && state->value.text() != nullptr && *state->value.text() == "running";
}

Result<> check_budget(const McpTool& tool, const Json& arguments) {
  const bool given = !text_of(arguments, "samples").empty() || !text_of(arguments, "time").empty();
  if (given || tool.command.front() == "resume") {
    return {};
  }
  return failure(ErrorCode::invalid_argument,
                 "{} needs a budget: give 'samples' (a number of trials), 'time' (such as \"30m\") "
                 "or both",
                 tool.name);
}

}  // namespace

std::string ToolCalls::call(const McpTool& tool,
                            const Json& arguments,
                            int cancel,
                            const McpProgress& progress) {
  const auto structure = answer(tool, arguments, cancel, progress);
  return structure ? tool_result(*structure) : tool_error(structure.error().message);
}

Result<std::string> ToolCalls::answer(const McpTool& tool,
                                      const Json& arguments,
                                      int cancel,
                                      const McpProgress& progress) {
  LUTHIER_TAKE(auto words, tool_words(tool, arguments, results_));
  switch (tool.action) {
    case McpAction::read: {
      LUTHIER_TAKE(const auto output, run_command(words, cancel, {.keep_last = tool.keep_last}));
      return output.cancelled ? Result<std::string>(no_answer())
                              : tool_structure(tool, output, most_items(arguments));
    }
    case McpAction::start:
    case McpAction::proceed:
      LUTHIER_TRY(check_budget(tool, arguments));
      return start(tool, std::move(words), cancel);
    case McpAction::watch:
      return watch(arguments, words.back(), cancel, progress);
  }
  return no_answer();
}

// ---- experiments in the background

Result<pid_t> ToolCalls::begin(const std::string& name, const std::vector<std::string>& words) {
  const std::scoped_lock lock(mutex_);
  const auto running = std::ranges::count_if(
      background_, [](Background& each) { return !each.command.exit_code(); });
  if (running >= kMostRunning) {
    return failure(ErrorCode::unavailable,
                   "{} experiments started from here are running; stop one, or wait for its end",
                   running);
  }
  LUTHIER_TAKE(auto command, BackgroundCommand::start(words));
  const pid_t pid = command.pid();
  background_.push_back({name, std::move(command)});
  if (background_.size() > kMostKept && background_.front().command.exit_code()) {
    background_.pop_front();
  }
  return pid;
}

ToolCalls::Seen ToolCalls::look_at(pid_t pid) {
  const std::scoped_lock lock(mutex_);
  for (Background& each : background_) {
    if (each.command.pid() == pid) {
      return {each.command.exit_code(), each.command.messages()};
    }
  }
  return {};
}

std::string ToolCalls::messages_about(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  std::string messages;
  for (Background& each : background_) {
    each.command.exit_code();  // one that has ended is no longer there
    messages = each.name == name ? each.command.messages() : messages;
  }
  return messages;
}

void ToolCalls::interrupt(pid_t pid) {
  const std::scoped_lock lock(mutex_);
  for (Background& each : background_) {
    if (each.command.pid() == pid && !each.command.exit_code()) {
      each.command.interrupt();
    }
  }
}

Result<std::string> ToolCalls::experiment_now(const std::string& name, int cancel) {
  LUTHIER_TAKE(const auto output,
               run_command({"show", "--results=" + results_.string(), "--json", name}, cancel));
  if (output.cancelled) {
    return no_answer();
  }
  const auto said = join(sentences(output.messages), "\n");
  return output.code == 0 ? Result<std::string>(output.out)
                          : Error{ErrorCode::invalid_argument, said};
}

Result<std::string> ToolCalls::described(const std::string& name, int cancel) {
  LUTHIER_TAKE(const auto line, experiment_now(name, cancel));
  LUTHIER_TAKE(const auto show, parse_json(line));
  LUTHIER_TAKE(const auto recent,
               run_command({"trials", "--results=" + results_.string(), "--json", name},
                           cancel,
                           {.most_bytes = kMostRecent, .keep_last = true}));
  std::string text;
  JsonWriter out(text);
  out.object().field("summary", experiment_summary(show));
  out.raw_field("experiment", std::string_view(line).substr(0, line.find('\n')));
  auto trials = split(recent.out, '\n');
  std::erase(trials, "");
  const auto shown = std::min<std::size_t>(trials.size(), kRecentTrials);
  trials.erase(trials.begin(), trials.end() - static_cast<std::ptrdiff_t>(shown));
  out.list_of("recent", trials, [&](const std::string& trial) { out.raw(trial); });
  const auto said = is_running(show) ? std::vector<std::string>() : sentences(messages_about(name));
  if (!said.empty()) {
    out.field("messages", said);
  }
  out.end();
  return text.size() <= kMostDescription
             ? Result<std::string>(std::move(text))
             : failure(ErrorCode::invalid_argument,
                       "the description of '{}' is larger than 64 KiB; use best and trials",
                       name);
}

// What `run` would refuse is refused here, and the name is known.
Result<std::string> ToolCalls::checked_name(std::vector<std::string> words, int cancel) {
  words.insert(words.begin() + 1, "--dry-run");
  LUTHIER_TAKE(const auto output, run_command(words, cancel));
  if (output.cancelled) {
    return no_answer();
  }
  const auto spec = parse_json(output.out);
  const Json* name = spec ? spec->find("name") : nullptr;
  if (output.code != 0 || name == nullptr || name->value.text() == nullptr) {
    return Error{ErrorCode::invalid_argument, join(sentences(output.messages), "\n")};
  }
  return *name->value.text();
}

// Returns once the experiment runs or has ended.
Result<std::string> ToolCalls::start(const McpTool& tool,
                                     std::vector<std::string> words,
                                     int cancel) {
  std::string name = tool.action == McpAction::proceed ? words.back() : "";
  if (tool.action == McpAction::start) {
    LUTHIER_TAKE(name, checked_name(words, cancel));
    std::erase_if(words, [&, program = false](const std::string& word) mutable {
      program = program || word == "--";
      return !program && word.starts_with("--name=");
    });
    words.insert(words.begin() + 1, "--name=" + name);
  }
  words.insert(words.begin() + 1, "--quiet");
  LUTHIER_TAKE(const auto pid, begin(name, words));
  for (auto wait = kShortestLook; true; wait = std::min(2 * wait, kLongestLook)) {
    if (!pause_for(wait, cancel)) {
      interrupt(pid);
      return no_answer();
    }
    const Seen seen = look_at(pid);
    if (seen.exit_code && *seen.exit_code > kExperimentFailed && *seen.exit_code < kSignalled) {
      return Error{ErrorCode::invalid_argument, join(sentences(seen.messages), "\n")};
    }
    const auto line = experiment_now(name, cancel);
    const auto show = line ? parse_json(*line) : line.error();
    if (seen.exit_code || (show && is_running(*show) && controller_of(*show) == pid)) {
      return described(name, cancel);
    }
  }
}

Result<std::string> ToolCalls::watch(const Json& arguments,
                                     const std::string& name,
                                     int cancel,
                                     const McpProgress& progress) {
  const auto wait =
      std::chrono::duration<double>(number_of(arguments, "wait", kMcpUsualWait, kMcpMostWait));
  const double more = number_of(arguments, "trials", HUGE_VAL, HUGE_VAL);
  const auto begun = Clock::now();
  std::optional<std::int64_t> ended_before;
  for (auto look = kShortestLook; true; look = std::min(2 * look, kLongestLook)) {
    LUTHIER_TAKE(const auto line, experiment_now(name, cancel));
    LUTHIER_TAKE(const auto show, parse_json(line));
    const auto ended = ended_trials(show);
    progress(static_cast<double>(ended),
             static_cast<double>(planned_trials(show)),
             experiment_summary(show));
    ended_before = ended_before.value_or(ended);
    const auto left = wait - (Clock::now() - begun);
    if (!is_running(show) || static_cast<double>(ended - *ended_before) >= more ||
        left.count() <= 0) {
      return described(name, cancel);
    }
    const auto rest = std::chrono::ceil<milliseconds>(left);
    if (!pause_for(std::min(look, rest), cancel)) {
      return no_answer();
    }
  }
}

}  // namespace luthier
