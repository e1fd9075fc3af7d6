// The picture that `run` draws, of an experiment that another process runs: from its log alone.
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "base/format.h"
#include "cli/output/output.h"
#include "cli/output/top_json.h"
#include "cli/reading.h"
#include "loggers/console/console.h"
#include "tuner/advice.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier top digits"),
                                  std::string_view("luthier top last --json")};
constexpr std::array kOperands = {kExperiment};
constexpr std::array kOptions = {kResults, kJson};
constexpr auto kInterval = std::chrono::milliseconds(250);
// Off a terminal everything is shown, once.
constexpr int kAnyWidth = 100'000;
constexpr int kAnyHeight = 1'000'000;

ConsoleOptions options_for(bool watching) {
  ConsoleOptions options = console_options(STDOUT_FILENO, false, 1);
  options.live = true;
  options.width = watching ? 0 : kAnyWidth;
  options.height = watching ? 0 : kAnyHeight;
  return options;
}

class Top {
 public:
  Top(std::filesystem::path directory, bool watching)
      : log_(std::move(directory)), watching_(watching) {}

  // Reads what the log has gained.
  Result<> look() {
    return log_.read_new([this](const Event& event) { take(event); });
  }
  bool over() const { return stopped() || !log_.running(); }
  void draw() {
    console_->redraw_at(log_.now());
    drawn_ = true;
  }
  // The lines with which `run` ends, and what to do next.
  void close() {
    settle();
    console_->on_close(log_.state());
    if (!log_.state().finished()) {
      talk("it stands still; to go on: " + way_on("resume", log_.state().spec(), log_.directory()));
    }
  }
  std::string json() {
    settle();
    return top_json(log_, console_->state()) + "\n";
  }
  bool unwritable() const { return console_->unwritable(); }

 private:
  bool stopped() const { return console_->state().stopped().has_value(); }

  // Says in the place of a controller that was killed that it has left.
  void settle() {
    if (over() && !stopped()) {
      const ExperimentState& state = log_.state();
      take({state.sequence() + 1, state.time(), ControllerStopped{false, gone_text()}});
    }
  }

  void take(const Event& event) {
    if (const auto* started = std::get_if<ControllerStarted>(&event.body)) {
      controller_ = *started;
    }
    if (!console_) {
      const ExperimentSpec& spec = log_.state().spec();
      console_.emplace(subject_of(spec, logs_command(spec, log_.directory())),
                       options_for(watching_));
    }
    if (drawn_) {
      console_->on_events(log_.state(), {&event, 1});
    } else {
      console_->on_earlier(log_.state(), event);
    }
  }

  std::string gone_text() const {
    return controller_ ? formatted("its controller, process {} on {}, is gone",
                                   controller_->pid,
                                   controller_->host)
                       : "no controller has begun with it";
  }

  LogFollower log_;
  const bool watching_;
  std::optional<Console> console_;
  std::optional<ControllerStarted> controller_;
  bool drawn_ = false;
};

int say_unwritable(const Top& top) {
  if (top.unwritable()) {
    talk("can't write to standard output");
    return kSystem;
  }
  return kSuccess;
}

int show_once(Top& top) {
  if (top.over()) {
    top.close();
  } else {
    top.draw();
  }
  return say_unwritable(top);
}

// Ctrl-C ends it as it ends any reader.
int watch(Top& top) {
  while (!top.over() && !top.unwritable()) {
    top.draw();
    std::this_thread::sleep_for(kInterval);
    if (const auto looked = top.look(); !looked) {
      return fail(looked.error());
    }
  }
  top.close();
  return say_unwritable(top);
}

int run(const Arguments& arguments) {
  const auto directory = find_experiment(arguments);
  if (!directory) {
    return fail(directory.error());
  }
  const bool json = arguments.has("json");
  const bool watching = !json && console_options(STDOUT_FILENO, false, 1).live;
  Top top(*directory, watching);
  if (const auto looked = top.look(); !looked) {
    return fail(looked.error());
  }
  if (json) {
    return finish(top.json());
  }
  return watching ? watch(top) : show_once(top);
}

}  // namespace

extern const Command kTop;
const Command kTop = {
    .name = "top",
    .summary = "watch an experiment that runs elsewhere: the table that run shows",
    .examples = kExamples,
    .operands = kOperands,
    .options = kOptions,
    .run = run};

}  // namespace luthier::cli
