// Trials of a function that returns at once. Arguments: directory, trials, jobs.
#include "base/text.h"
#include "luthier/luthier.h"
#include "speed/measurement.h"

namespace luthier::bench {

Result<NamedValues> noop_trials(Arguments arguments) {
  const std::int64_t trials = parse_integer(arguments[1]).value();
  Space space;
  space.add("x", uniform(0, 1));
  Tuner tuner([](TrialContext&) {}, space);
  tuner.minimize("loss").samples(trials).jobs(parse_integer(arguments[2]).value());
  tuner.searcher("random").log({}).name("noop").results(arguments[0]);
  const Stopwatch watch;
  const auto outcome = tuner.run();
  if (!outcome) {
    return outcome.error();
  }
  const double wall = watch.wall_s();
  const auto done = static_cast<std::int64_t>(outcome->trials.size());
  return NamedValues{{"trials", done}, {"wall_s", wall}, {"cpu_s", watch.cpu_s()}};
}

}  // namespace luthier::bench
