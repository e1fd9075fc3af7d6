#include "cli/output/top_json.h"

#include "loggers/console/console_json.h"
#include "tuner/stored/stored_words.h"

namespace luthier::cli {
namespace {

void add_running(JsonWriter& json, const LogFollower& log, const ConsoleState& picture) {
  json.key("running").list();
  for (const auto& [trial, attempt] : picture.running()) {
    const auto lasted = static_cast<double>(log.now() - attempt.started) / 1e6;
    json.object()
        .field("trial", trial.value)
        .field("attempt", attempt.attempt)
        .field("iteration", attempt.iteration)
        .field("value", attempt.value)
        .field("time_s", lasted)
        .field("config", log.state().config(trial))
        .end();
  }
  json.end();
}

}  // namespace

std::string top_json(const LogFollower& log, const ConsoleState& picture) {
  const bool running = log.running() && !picture.stopped();
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("schema", 1)
      .field("experiment", picture.subject().name)
      .field("state", experiment_state_text(running, log.state().finished()))
      .field("reason", picture.stopped() ? picture.stopped()->reason : "");
  write_counts(json, picture, running);
  json.field("elapsed_s", picture.elapsed_s(log.now()))
      .field("left_s", running ? picture.left_s(log.now()) : std::nullopt);
  write_best(json, picture);
  if (running) {
    add_running(json, log, picture);
  } else {
    json.key("running").list().end();
  }
  json.list_of("stopped", picture.stops(), [&](const ConsoleState::Stop& stop) {
    json.object().field("trial", stop.trial.value).field("reason", stop.reason).end();
  });
  json.field("directory", log.directory().string()).end();
  return out;
}

}  // namespace luthier::cli
