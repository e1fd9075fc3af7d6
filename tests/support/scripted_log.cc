#include "support/scripted_log.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "luthier/rng.h"

namespace luthier::test {
namespace {

// One trial of eventful_log, advanced one step at a time.
struct Life {
  std::int64_t id = 0;
  std::int64_t attempt = 0;
  std::int64_t iteration = 0;
  std::int64_t length = 1;
  bool running = false;
  bool paused = false;
  bool over = false;
  bool tried_again = false;
};

Config config_of(std::int64_t id, Rng& rng) {
  Config config{{"lr", std::pow(10.0, rng.uniform(-5, -1))},
                {"model.layers", static_cast<std::int64_t>(rng.below(8) + 1)},
                {"model.kind", id % 3 == 0 ? "mlp" : "transformer, \"large\""},
                {"nesterov", id % 2 == 0}};
  if (id % 2 == 0) {
    config.set("momentum", rng.uniform(0, 0.99));
  }
  return config;
}

Metrics metrics_of(const Life& life, Rng& rng) {
  Metrics metrics{{"loss", rng.normal()}, {"accuracy", rng.uniform()}};
  if (rng.below(10) == 0) {
    metrics.set("loss", std::numeric_limits<double>::quiet_NaN());
  }
  if (rng.below(20) == 0) {
    metrics.set("loss", std::numeric_limits<double>::infinity());
  }
  if (life.iteration % 3 == 0) {
    metrics.set("eval/loss", rng.normal());
  }
  if (life.iteration > 4) {
    metrics.set("note", "line one\nline \"two\", ä");
    metrics.set("count", static_cast<std::int64_t>(rng.below(1000)));
  }
  if (life.iteration % 4 == 0) {
    metrics.set("better", life.id % 2 == 0);
    metrics.set("histogram", ValueList{1, 2.5, "x"});
  }
  return metrics;
}

void begin(ScriptedLog& log, Life& life, Rng& rng) {
  Choice choice{.trial = {life.id}, .reason = "next"};
  if (life.paused && rng.below(3) == 0) {
    choice.config = config_of(life.id, rng);
    life.iteration = std::max<std::int64_t>(life.iteration - 2, 0);
  }
  log.add(TrialChosen{choice, "test", 1});
  log.start(life.id, ++life.attempt, life.iteration);
  life.running = true;
  life.paused = false;
}

void finish(ScriptedLog& log, Life& life, TrialState state, Outcome outcome) {
  log.add(AttemptEnded{{life.id}, life.attempt, outcome, "it ended", 0}, 0.01);
  log.end(life.id, state);
  life.running = false;
  life.over = true;
}

void step(ScriptedLog& log, Life& life, Rng& rng) {
  if (!life.running) {
    begin(log, life, rng);
    return;
  }
  const std::uint64_t fate = rng.below(40);
  if (fate == 0) {
    log.add(AttemptEnded{{life.id}, life.attempt, Outcome::failed, "boom", 1}, 0.01);
    log.add(TrialRequeued{{life.id}, 0, "retry", true});
    life.running = false;
  } else if (fate == 1) {
    log.add(AttemptEnded{{life.id}, life.attempt, Outcome::paused, "", 0}, 0.01);
    log.add(TrialPaused{{life.id}, "rest", false});
    life.running = false;
    life.paused = true;
  } else if (fate == 2 && life.iteration > 0) {
    log.add(ResultRepeated{{life.id}, life.attempt, life.iteration}, 0.2);
  } else if (life.iteration >= life.length) {
    finish(log, life, TrialState::completed, Outcome::returned);
  } else {
    ++life.iteration;
    const bool stop = fate == 3;
    log.result(life.id,
               life.iteration,
               metrics_of(life, rng),
               stop ? DecisionKind::stop : DecisionKind::proceed,
               rng.uniform(0, 0.1));
    if (stop) {
      finish(log, life, TrialState::stopped, Outcome::stopped);
    }
  }
}

}  // namespace

ScriptedLog& ScriptedLog::add(EventBody body, double seconds) {
  now_ += static_cast<TimePoint>(seconds * 1e6);
  events_.push_back({last() + 1, now_, std::move(body)});
  return *this;
}

ScriptedLog& ScriptedLog::create() {
  add(ExperimentCreated{"{}", "0.1.0"});
  return add(ControllerStarted{"host", 1, 4});
}

ScriptedLog& ScriptedLog::trial(std::int64_t id, Config config) {
  TrialAdded added;
  added.trial = {id};
  added.config = std::move(config);
  added.proposed_by = "test";
  return add(std::move(added));
}

ScriptedLog& ScriptedLog::start(std::int64_t id, std::int64_t attempt, std::int64_t iteration) {
  AttemptStarted started;
  started.trial = {id};
  started.attempt = attempt;
  started.segment = 1;
  started.base_iteration = iteration;
  return add(std::move(started));
}

ScriptedLog& ScriptedLog::result(std::int64_t id,
                                 std::int64_t iteration,
                                 Metrics metrics,
                                 DecisionKind decision,
                                 double seconds) {
  add(ResultReported{{id}, 1, iteration, std::move(metrics)}, seconds);
  return add(DecisionMade{{id}, iteration, {.kind = decision, .reason = "test"}, "test", 1});
}

ScriptedLog& ScriptedLog::end(std::int64_t id, TrialState state) {
  return add(TrialEnded{{id}, state, "the end"});
}

Logger::ReadFrom ScriptedLog::reader(Sequence last) const {
  return [this, last](Sequence first, const std::function<bool(const Event&)>& receive) {
    for (Sequence sequence = first; sequence <= last; ++sequence) {
      if (!receive(events_[static_cast<std::size_t>(sequence - 1)])) {
        break;
      }
    }
    return Result<>();
  };
}

ScriptedLog eventful_log(std::int64_t trials, std::uint64_t seed) {
  const std::size_t together = trials < 4 ? static_cast<std::size_t>(trials) : 4;
  Rng rng(seed, "eventful_log");
  ScriptedLog log;
  log.create();
  std::vector<Life> lives;
  std::int64_t next = 0;
  while (true) {
    while (lives.size() < together && next < trials) {
      log.trial(next, config_of(next, rng));
      lives.push_back({.id = next++, .length = static_cast<std::int64_t>(rng.below(12) + 1)});
    }
    if (next == trials && lives.size() < together) {
      log.trial(next, config_of(next, rng));  // never runs
      return log;
    }
    Life& life = lives[rng.below(lives.size())];
    step(log, life, rng);
    if (!life.over) {
      continue;
    }
    if (!life.tried_again && rng.below(6) == 0) {
      log.add(TrialRequeued{{life.id}, 0, "a person asked for it", false});
      life = {.id = life.id,
              .attempt = life.attempt,
              .iteration = life.iteration,
              .length = life.length + 2,
              .tried_again = true};
    } else {
      std::erase_if(lives, [](const Life& each) { return each.over; });
    }
  }
}

}  // namespace luthier::test
