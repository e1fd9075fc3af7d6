// What a person sees: frames with a fixed width, the number of plain lines, hostile text.
#include "loggers/console/console.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

#include "base/terminal_text.h"
#include "loggers/console/console_frame.h"
#include "loggers/logger_table.h"
#include "support/directory_content.h"
#include "support/log_view_for_loggers.h"
#include "support/scripted_log.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

using test::ScriptedLog;

ConsoleSubject subject(std::int64_t samples) {
  return {.name = "exp",
          .objectives = {{"loss", Mode::min}},
          .parameters = {{"lr", {.kind = DomainKind::uniform, .high = 1}},
                         {"fixed", {.kind = DomainKind::constant, .values = {7}}}},
          .samples = samples};
}

// A console that writes into a file.
struct Screen {
  explicit Screen(ConsoleSubject about, ConsoleOptions options = {})
      : fd(::open((directory.path() / "out").c_str(), O_CREAT | O_RDWR | O_APPEND, 0600)),
        console(std::move(about), with_fd(options, fd)) {
    EXPECT_TRUE(console.on_open(view, 0, {}).ok());
  }
  ~Screen() { ::close(fd); }
  static ConsoleOptions with_fd(ConsoleOptions options, int fd) {
    options.fd = fd;
    return options;
  }
  void feed(const ScriptedLog& log) {
    for (const Event& event : log.events()) {
      console.on_events(view, {&event, 1});
      console.on_idle(view, event.time);
    }
  }
  std::string text() const { return read_bytes(directory.path() / "out"); }

  TemporaryDirectory directory{TemporaryDirectory::Place::memory};
  test::LogView view;
  int fd;
  Console console;
};

TEST(Console, ManyParametersAreCutShort) {
  ConsoleSubject about = subject(1);
  Config config;
  for (int i = 10; i < 40; ++i) {
    const std::string name = "p" + std::to_string(i);
    about.parameters.push_back({name, {.kind = DomainKind::uniform, .high = 1}});
    config.set(name, 0.5);
  }
  ConsoleState state(about);
  ScriptedLog log;
  log.create();
  log.trial(0, config).start(0).result(0, 1, {{"loss", 0.5}});
  for (const Event& event : log.events()) {
    EXPECT_FALSE(state.apply(event));
  }
  const std::string text = state.parameters(TrialId{0});
  EXPECT_TRUE(text.ends_with("p29=0.5 and 10 more")) << text;
}

TEST(Console, DrawsThisFrame) {
  ConsoleState state(subject(4));
  ScriptedLog log;
  log.create();
  log.trial(0, {{"lr", 0.25}, {"fixed", 7}}).start(0).result(0, 1, {{"loss", 0.5}}).end(0);
  log.trial(1, {{"lr", 0.125}, {"fixed", 7}}).start(1).result(1, 1, {{"loss", 0.25}});
  log.trial(2, {{"lr", 1e-7}}).start(2, 1, 5);
  for (const Event& event : log.events()) {
    EXPECT_FALSE(state.apply(event));
  }
  const std::vector<std::string> wanted = {
      "exp: 1 of 4 trials ended, 2 running; 2.0s, about 6.0s left",
      "best loss 0.25 (trial 00001, iteration 1): lr=0.125",
      "  trial     iteration          loss      time  parameters",
      "  00001             1          0.25      1.5s  lr=0.125",
      "  00002             5             -      1.0s  lr=1e-07"};
  EXPECT_EQ(live_frame(state, log.now() + 1'000'000, 79, 23), wanted);
  const auto small = live_frame(state, log.now(), 20, 4);
  EXPECT_EQ(small.size(), 4U);
  EXPECT_EQ(small[0], "exp: 1 of 4 trials …");
  EXPECT_EQ(small[3], "  and 2 more");
}

TEST(Console, ShowsWhyTheLastWereStopped) {
  ConsoleState state(subject(9));
  ScriptedLog log;
  log.create();
  for (int i = 0; i < 5; ++i) {
    log.trial(i, {{"lr", 0.5}}).start(i);
    log.add(TrialEnded{{i}, i == 1 ? TrialState::completed : TrialState::stopped, "no\x1b hope"});
  }
  log.trial(5, {{"lr", 0.5}}).start(5);
  for (const Event& event : log.events()) {
    state.apply(event);
  }
  const auto frame = live_frame(state, log.now(), 79, 23);
  ASSERT_EQ(frame.size(), 6U);
  EXPECT_EQ(frame[3], "  00004    stopped: no\\x1b hope");
  EXPECT_EQ(frame[4], "  00003    stopped: no\\x1b hope");
  EXPECT_EQ(frame[5], "  00002    stopped: no\\x1b hope");
  EXPECT_EQ(live_frame(state, log.now(), 79, 4).size(), 4U) << "the trials that run go first";
}

TEST(Console, WatchesARunThatBeganBefore) {
  Screen screen(subject(3), {.live = true, .width = 60, .height = 20});
  ScriptedLog log;
  log.create();
  log.add(ControllerStarted{"here", 1, 2}).trial(0, {{"lr", 0.5}}).start(0);
  log.add(AttemptEnded{.trial = {0}, .attempt = 1, .outcome = Outcome::failed, .message = "old"});
  log.add(TrialEnded{{0}, TrialState::failed, "old"});
  log.add(ControllerStarted{"here", 2, 2}).trial(1, {{"lr", 0.5}}).start(1);
  log.add(AttemptEnded{.trial = {1}, .attempt = 1, .outcome = Outcome::failed, .message = "new"});
  log.add(TrialEnded{{1}, TrialState::failed, "new"});
  for (const Event& event : log.events()) {
    screen.console.on_earlier(screen.view, event);
  }
  EXPECT_EQ(screen.text(), "");
  screen.console.redraw_at(log.now());
  EXPECT_EQ(screen.text(),
            "exp: resumed, 2 jobs, 3 trials; 1 of 3 trials ended, 1 failed\n"
            "trial 00001 failed (attempt 1):\n  new\n"
            "exp: 2 of 3 trials ended, 2 failed; 0.0s\n");
}

TEST(Console, RedrawsInPlaceAtMostTenTimesASecond) {
  Screen screen(subject(2), {.live = true, .width = 60, .height = 20});
  ScriptedLog log;
  log.create().trial(0, {{"lr", 0.5}}).start(0);
  for (int i = 1; i <= 100; ++i) {
    log.result(0, i, {{"loss", 1.0 / i}}, DecisionKind::proceed, 0.01);
  }
  screen.feed(log);
  const std::string text = screen.text();
  std::size_t redraws = 0;
  for (auto at = text.find("\x1b["); at != std::string::npos; at = text.find("\x1b[", at + 1)) {
    const std::string_view rest = std::string_view(text).substr(at);
    EXPECT_TRUE(rest.starts_with("\x1b[1A\r") || rest.starts_with("\x1b[2A\r") ||
                rest.starts_with("\x1b[3A\r") || rest.starts_with("\x1b[4A\r") ||
                rest.starts_with("\x1b[J"));
    redraws += rest.starts_with("\x1b[J") ? 1 : 0;
  }
  EXPECT_GE(redraws, 5U);
  EXPECT_LE(redraws, 11U);
  screen.console.on_close(screen.view);
  EXPECT_NE(screen.text().find("\x1b[Jbest loss 0.01 (trial 00000, iteration 100)"),
            std::string::npos);
}

TEST(Console, SaysLittleOffATerminal) {
  Screen screen(subject(200));
  ScriptedLog log;
  log.create();
  for (int trial = 0; trial < 200; ++trial) {
    log.trial(trial, {{"lr", 0.5}}).start(trial);
    for (int i = 1; i <= 10; ++i) {
      log.result(trial, i, {{"loss", 1.0 / (trial * 10 + i)}}, DecisionKind::proceed, 3.0);
    }
    log.end(trial);
  }
  screen.feed(log);
  screen.console.on_close(screen.view);
  const std::string text = screen.text();
  const auto lines = std::count(text.begin(), text.end(), '\n');
  EXPECT_GE(lines, 5) << text;
  EXPECT_LE(lines, 20) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_TRUE(text.starts_with("exp: started, 4 jobs, 200 trials\n")) << text;
}

TEST(Console, SaysLittleInAWeek) {
  Screen screen(subject(1000));
  ScriptedLog log;
  log.create();
  for (int trial = 0; trial < 1000; ++trial) {
    log.trial(trial, {{"lr", 0.5}}).start(trial);
    log.result(trial, 1, {{"loss", 1.0 / (trial + 1)}}, DecisionKind::proceed, 600.0);
    log.end(trial);
  }
  screen.feed(log);
  screen.console.on_close(screen.view);
  const std::string text = screen.text();
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 20) << text;
}

TEST(Console, SaysNothingTwiceAtTheEnd) {
  ConsoleState state(subject(2));
  ScriptedLog log;
  log.create();
  for (int trial = 0; trial < 2; ++trial) {
    log.trial(trial, {{"lr", 0.5}}).start(trial).result(trial, 1, {{"loss", 0.5}});
    log.end(trial, trial == 0 ? TrialState::completed : TrialState::stopped);
  }
  for (const Event& event : log.events()) {
    EXPECT_FALSE(state.apply(event));
  }
  EXPECT_EQ(time_text(state, log.now()).find("left"), std::string::npos);
  state.apply({.time = log.now(),
               .body = ControllerStopped{.finished = true, .reason = "all 2 trials ended"}});
  EXPECT_TRUE(closing_texts(state, log.now()).back().ends_with(": all 2 trials ended: 1 stopped"))
      << closing_texts(state, log.now()).back();
  state.apply({.time = log.now(),
               .body = ControllerStopped{.finished = true, .reason = "the time is used up"}});
  EXPECT_TRUE(closing_texts(state, log.now())
                  .back()
                  .ends_with(": 2 of 2 trials ended, 1 stopped; the time is used up"))
      << closing_texts(state, log.now()).back();
}

TEST(Console, ShowsAFailureInFullOnce) {
  Screen screen(subject(200));
  ScriptedLog log;
  log.create();
  for (int trial = 0; trial < 100; ++trial) {
    log.trial(trial, {}).start(trial);
    log.add(AttemptEnded{
        {trial}, 1, Outcome::failed, "exit status 1\nTraceback, line " + std::to_string(trial), 1});
    log.end(trial, TrialState::failed);
  }
  screen.feed(log);
  screen.console.on_close(screen.view);
  const std::string text = screen.text();
  EXPECT_NE(text.find("trial 00000 failed (attempt 1):\n  exit status 1\n  Traceback, line 0\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("Traceback, line 1"), std::string::npos);
  EXPECT_NE(text.find("and 99 more like that failure"), std::string::npos) << text;
}

TEST(Console, ShowsATrialThatFailedBeforeItRan) {
  Screen screen(subject(2), {.verbosity = 0});
  ScriptedLog log;
  log.create().trial(0, {});
  log.add(TrialEnded{{0}, TrialState::failed, "can never run: it needs 4 cpu, there is 2"});
  log.trial(1, {}).start(1);
  log.add(AttemptEnded{{1}, 1, Outcome::failed, "exit status 1", 1});
  log.add(TrialEnded{{1}, TrialState::failed, "exit status 1"});
  screen.feed(log);
  EXPECT_EQ(screen.text(),
            "trial 00000 failed:\n  can never run: it needs 4 cpu, there is 2\n"
            "trial 00001 failed (attempt 1):\n  exit status 1\n");
}

TEST(Console, CountsTheFailuresOfItsOwnControllerOnly) {
  ScriptedLog log;
  log.create().trial(0, {}).start(0);
  log.add(AttemptEnded{{0}, 1, Outcome::failed, "exit status 1", 1});
  log.end(0, TrialState::failed);
  const Sequence before = log.last();
  log.add(ControllerStarted{"host", 2, 1});
  log.add(TrialRequeued{{0}, 0, "again", false}).start(0, 2);
  log.result(0, 1, {{"loss", 0.25}}).end(0);
  Screen screen(subject(1));
  Console console(subject(1), {.fd = screen.fd});
  ASSERT_TRUE(console.on_open(screen.view, before, log.reader()).ok());
  console.on_events(screen.view, std::span(log.events()).subspan(static_cast<std::size_t>(before)));
  console.on_close(screen.view);
  EXPECT_EQ(screen.text().find("failure"), std::string::npos) << screen.text();
}

TEST(Console, LetsNothingHostileReachTheTerminal) {
  const std::string evil =
      "a\x1b]0;title\x07\x1b[2J\r\n\xc2\x9b"
      "31m\xe2\x80\xae\xff";
  for (const bool live : {false, true}) {
    ConsoleSubject about = subject(3);
    about.name = evil;
    about.objectives = {{evil, Mode::max}};
    Screen screen(about, {.live = live, .width = 500, .height = 50, .verbosity = 2});
    ScriptedLog log;
    log.create().trial(0, {{evil, evil}}).start(0).result(0, 1, {{evil, 1.0}}).add(Note{evil}, 1);
    log.add(AttemptEnded{{0}, 1, Outcome::failed, evil + "\n" + evil, 1}, 1.0);
    log.add(TrialEnded{{0}, TrialState::failed, evil}, 1.0);
    log.add(ControllerStopped{true, evil});
    screen.feed(log);
    screen.console.on_close(screen.view);
    std::string text = screen.text();
    for (auto at = text.find("\x1b["); at != std::string::npos; at = text.find("\x1b[")) {
      const auto end = text.find_first_not_of("0123456789", at + 2);
      ASSERT_TRUE(text[end] == 'A' || text[end] == 'J') << "not one of our own sequences";
      text.erase(at, end - at + 1);
    }
    for (const char c : text) {
      EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || (live && c == '\r'));
      EXPECT_NE(c, '\x7f');
    }
    EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
    EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos);
    EXPECT_NE(text.find("\\x1b]0;title\\x07"), std::string::npos);
  }
}

TEST(Console, ForgetsNothingAcrossControllers) {
  ScriptedLog log;
  log.create().trial(0, {{"lr", 0.5}}).start(0).result(0, 1, {{"loss", 0.5}}).end(0);
  const Sequence before = log.last();
  log.add(ControllerStarted{"host", 2, 1});
  log.add(TrialRequeued{{0}, 0, "again", false}).start(0, 2, 1).result(0, 2, {{"loss", 0.25}});
  Screen screen(subject(1), {.verbosity = 0});
  Console console(subject(1), {.fd = screen.fd});
  ASSERT_TRUE(console.on_open(screen.view, before, log.reader()).ok());
  EXPECT_EQ(screen.text(), "");
  console.on_events(screen.view, std::span(log.events()).subspan(static_cast<std::size_t>(before)));
  console.on_close(screen.view);
  EXPECT_NE(screen.text().find("best loss 0.25 (trial 00000, iteration 2): from_view=true"),
            std::string::npos)
      << screen.text();
}

TEST(Console, NeverLetsANaNWin) {
  ConsoleState state(subject(1));
  ScriptedLog log;
  log.create().trial(0, {}).start(0);
  log.result(0, 1, {{"loss", std::numeric_limits<double>::quiet_NaN()}});
  log.result(0, 2, {{"loss", -std::numeric_limits<double>::infinity()}});
  log.result(0, 3, {{"loss", 3.0}});
  log.result(0, 4, {{"loss", std::numeric_limits<double>::quiet_NaN()}});
  for (const Event& event : log.events()) {
    state.apply(event);
  }
  ASSERT_TRUE(state.best(0));
  EXPECT_EQ(state.best(0)->iteration, 3);
}

TEST(TerminalText, KnowsTheWidthOfWideAndCombiningCharacters) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("\u65e5\u672c"), 4);
  EXPECT_EQ(display_width("e\u0301"), 1);
  EXPECT_EQ(display_width("\U0001F600"), 2);
  EXPECT_EQ(fit("\u65e5\u672c\u8a9e", 5), "\u65e5\u672c…");
  EXPECT_EQ(fit("\u65e5\u672c\u8a9e", 4), "\u65e5…");
  EXPECT_EQ(fit("\u65e5\u672c\u8a9e", 6), "\u65e5\u672c\u8a9e");
  EXPECT_EQ(fit("abc", 0), "");
  EXPECT_EQ(pad_right("\u65e5", 4), "\u65e5  ");
  EXPECT_EQ(pad_left("7", 3), "  7");
}

TEST(TerminalText, SaysDurationsAndNumbersShortly) {
  EXPECT_EQ(duration_text(4.24), "4.2s");
  EXPECT_EQ(duration_text(9.96), "10s");
  EXPECT_EQ(duration_text(65), "1m 05s");
  EXPECT_EQ(duration_text(7380), "2h 03m");
  EXPECT_EQ(duration_text(273600), "3d 04h");
  EXPECT_EQ(duration_text(-1), "0s");
  EXPECT_EQ(short_number(0.123456789), "0.123457");
  EXPECT_EQ(short_number(std::numeric_limits<double>::quiet_NaN()), "nan");
}

TEST(LoggerTable, NamesWhatItKnows) {
  const ExperimentSpec spec;
  const auto unknown = make_logger("cvs", {.experiment_directory = "x", .spec = spec});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().message,
            "no logger 'cvs'; did you mean 'csv'? known: console, csv, json, tensorboard");
  const auto homeless = make_logger("csv", {.experiment_directory = {}, .spec = spec});
  ASSERT_FALSE(homeless.ok());
  EXPECT_NE(homeless.error().message.find("--store memory"), std::string::npos);
}

TEST(LoggerTable, ExportsTwiceTheSameInTheFlatLayout) {
  const ScriptedLog log = test::eventful_log(5, 1);
  const TemporaryDirectory directory{TemporaryDirectory::Place::memory};
  const ExperimentSpec spec;
  for (int time = 0; time < 2; ++time) {
    ASSERT_TRUE(export_files("csv", spec, log.reader(), directory.path(), "").ok());
    ASSERT_TRUE(export_files("json", spec, log.reader(), directory.path(), "").ok());
  }
  EXPECT_FALSE(std::filesystem::exists(directory.path() / ".loggers"));
  const std::string rows = read_bytes(directory.path() / "00000" / "progress.csv");
  EXPECT_EQ(rows.find("trial_id"), 0U);
  EXPECT_EQ(rows.find("trial_id", 1), std::string::npos);
}

}  // namespace
}  // namespace luthier
