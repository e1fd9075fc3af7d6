// The shares of a stored experiment's parameters, without reading it and without intervals that a
// peer does not compute: processor seconds, the median of several rounds. importance.py calls it.
//   bench_importance DIRECTORY fanova|ped_anova
#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include <time.h>

#include "laboratory/importance/counted_trials.h"
#include "laboratory/importance/fanova.h"
#include "laboratory/importance/ped_anova.h"

namespace {

using namespace luthier;

constexpr int kRounds = 7;

double processor_s() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double first_share(const ImportanceSample& sample, std::string_view method) {
  return method == "fanova" ? fanova(sample).main.front().value
                            : ped_anova(sample, {.resamples = 0, .choices = 0}).main.front().value;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) {
    std::fprintf(stderr, "usage: bench_importance DIRECTORY fanova|ped_anova\n");
    return 2;
  }
  const auto trials = count_trials(words[1], {.where = "proposed_by == \"known\""});
  const auto space = trials ? CompiledSpace::compile(trials->spec.space) : trials.error();
  if (!space) {
    std::fprintf(stderr, "%s\n", space.error().message.c_str());
    return 1;
  }
  std::vector<double> seconds;
  double share = 0;
  for (int round = 0; round < kRounds; ++round) {
    const double begin = processor_s();
    share += first_share(importance_sample(*space, trials->configs, trials->losses), words[2]);
    seconds.push_back(processor_s() - begin);
  }
  std::ranges::sort(seconds);
  std::printf("{\"seconds\": %.9f, \"share\": %.6f}\n", seconds[kRounds / 2], share / kRounds);
  return 0;
}
