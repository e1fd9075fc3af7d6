// write_eventful_experiment DIRECTORY TRIALS: writes the TensorBoard files of an eventful
// experiment, as a logger that was killed now and then does, and its events as
// DIRECTORY/events.jsonl.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/text.h"
#include "loggers/logger_table.h"
#include "luthier/rng.h"
#include "support/log_view_for_loggers.h"
#include "support/scripted_log.h"

namespace luthier {
namespace {

ExperimentSpec eventful_spec() {
  ExperimentSpec spec;
  spec.name = "eventful";
  spec.objectives = {{"loss", Mode::min}};
  spec.space.add("lr", loguniform(1e-5, 1e-1));
  spec.space.add("model.layers", randint(1, 9));
  spec.space.add("model.kind", choice({"mlp", "transformer, \"large\""}));
  spec.space.add("nesterov", choice({true, false}));
  spec.space.add("momentum", uniform(0, 0.99)).when("nesterov", true);
  return spec;
}

int run(const std::filesystem::path& directory, std::int64_t trials) {
  const test::ScriptedLog log = test::eventful_log(trials, 42);
  const test::LogView view;
  const ExperimentSpec spec = eventful_spec();
  const auto warn = [](const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); };
  Rng rng(1, "controllers");
  for (Sequence done = 0; done < log.last();) {
    auto logger =
        make_logger("tensorboard", {.experiment_directory = directory, .spec = spec, .warn = warn});
    if (auto opened = (*logger)->on_open(view, done, log.reader(done)); !opened) {
      warn(opened.error().message);
      return 1;
    }
    const auto count = static_cast<Sequence>(rng.below(static_cast<std::uint64_t>(log.last()))) + 1;
    const Sequence to = std::min(done + count, log.last());
    (*logger)->on_events(
        view,
        std::span(log.events())
            .subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(to - done)));
    done = to;
    if (done == log.last()) {
      (*logger)->on_idle(view, log.now());  // flushes, as in a running experiment
    }
  }
  std::ofstream out(directory / "events.jsonl");
  for (const Event& event : log.events()) {
    out << to_json(event) << '\n';
  }
  return out.good() ? 0 : 1;
}

}  // namespace
}  // namespace luthier

int main(int argc, char** argv) {
  const auto trials = argc == 3 ? luthier::parse_integer(argv[2]) : std::nullopt;
  if (!trials) {
    std::fprintf(stderr, "usage: write_eventful_experiment DIRECTORY TRIALS\n");
    return 2;
  }
  return luthier::run(argv[1], *trials);
}
