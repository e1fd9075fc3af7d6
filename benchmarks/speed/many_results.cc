// Memory of an experiment of many trials that report: the process's peak. Arguments: directory,
// trials, results of each, jobs.
#include <cmath>

#include "base/text.h"
#include "luthier/luthier.h"
#include "speed/measurement.h"

namespace luthier::bench {

Result<NamedValues> many_results(Arguments arguments) {
  const std::int64_t trials = parse_integer(arguments[1]).value();
  const std::int64_t results = parse_integer(arguments[2]).value();
  Space space;
  for (int i = 0; i < 4; ++i) {
    space.add("x" + std::to_string(i), uniform(0, 1));
  }
  const auto train = [results](TrialContext& trial) {
    for (std::int64_t i = 1; i <= results; ++i) {
      const double loss = trial.config().begin()->second.number().value() / static_cast<double>(i);
      if (!trial.report({{"loss", loss}, {"accuracy", 1 - loss}, {"rate", 0.1}, {"epoch", i}})) {
        return;
      }
    }
  };
  Tuner tuner(train, space);
  tuner.minimize("loss").samples(trials).jobs(parse_integer(arguments[3]).value());
  tuner.searcher("random").log({}).name("many").results(arguments[0]);
  const Stopwatch watch;
  const auto outcome = tuner.run();
  if (!outcome) {
    return outcome.error();
  }
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return NamedValues{{"trials", static_cast<std::int64_t>(outcome->trials.size())},
                     {"results", trials * results},
                     {"wall_s", watch.wall_s()},
                     {"cpu_s", watch.cpu_s()},
                     {"peak_mb", static_cast<double>(used.ru_maxrss) / 1024}};
}

}  // namespace luthier::bench
