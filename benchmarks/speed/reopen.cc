// From the log of an experiment that was killed to a controller ready to go on: the log is checked
// and folded, and every decision is computed again. Arguments: directory of the experiment.
#include "speed/measurement.h"
#include "tuner/session.h"

namespace luthier::bench {

Result<NamedValues> reopen(Arguments arguments) {
  RunContext options;
  options.train = [](TrialContext&) {};
  const PluginRegistry plugins;
  const Stopwatch watch;
  auto session = Session::open(arguments[0], {}, plugins, options);
  if (!session) {
    return session.error();
  }
  const double wall = watch.wall_s();
  return NamedValues{
      {"events", (*session)->state().sequence()}, {"wall_s", wall}, {"cpu_s", watch.cpu_s()}};
}

}  // namespace luthier::bench
