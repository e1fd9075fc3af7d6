// Memory of an experiment of many trials that report: while the last trial runs, and the process's
// peak, which is when the summary of all trials is made. Arguments: directory, trials, results of
// each, jobs.
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "base/text.h"
#include "luthier/luthier.h"
#include "speed/measurement.h"

namespace luthier::bench {
namespace {

double resident_mb() {
  double size = 0;
  double resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

}  // namespace

Result<NamedValues> many_results(Arguments arguments) {
  const std::int64_t trials = parse_integer(arguments[1]).value();
  const std::int64_t results = parse_integer(arguments[2]).value();
  Space space;
  for (int i = 0; i < 4; ++i) {
    space.add("x" + std::to_string(i), uniform(0, 1));
  }
  std::atomic<double> running_mb = 0;
  const auto train = [&](TrialContext& trial) {
    if (trial.id().value == trials - 1) {
      running_mb = resident_mb();
    }
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
                     {"running_mb", running_mb.load()},
                     {"peak_mb", static_cast<double>(used.ru_maxrss) / 1024}};
}

}  // namespace luthier::bench
