// The processor time `suggest` itself takes: one JSON line for each number of trials, the median
// over different suggestions with that many trials told. Arguments: searcher, dimensions, trials
// ...
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "support/fake_view_for_search.h"

namespace {

using luthier::testing::FakeView;

double processor_time_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) * 1e-3;
}

// Microseconds of each of `repeats` suggestions, with a trial told after each.
std::vector<double> measure(luthier::Searcher& searcher,
                            FakeView& view,
                            const FakeView::Function& loss,
                            int repeats) {
  std::vector<double> times;
  for (int i = 0; i < repeats; ++i) {
    const double start = processor_time_us();
    const auto suggestion = view.ask(searcher);
    times.push_back(processor_time_us() - start);
    view.step(searcher, loss);
  }
  return times;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "tpe";
  const int dimensions = argc > 2 ? std::atoi(argv[2]) : 10;
  std::vector<int> counts = {100, 1000, 10000};
  if (argc > 3) {
    counts.clear();
    for (int i = 3; i < argc; ++i) {
      counts.push_back(std::atoi(argv[i]));
    }
  }
  luthier::Space space;
  for (int i = 0; i < dimensions; ++i) {
    space.add("x" + std::to_string(i), luthier::uniform(-5, 5));
  }
  FakeView view(space);
  const auto searcher = luthier::testing::make_searcher(name);
  const auto loss = [](const luthier::Config& config) {
    double sum = 0;
    for (const auto& [key, value] : config) {
      sum += *value.number() * *value.number();
    }
    return sum;
  };
  constexpr int kRepeats = 51;
  for (const int count : counts) {
    while (view.trial_count() < count - kRepeats / 2) {
      view.step(*searcher, loss);
    }
    auto times = measure(*searcher, view, loss, kRepeats);
    std::ranges::sort(times);
    std::printf(
        "{\"searcher\": \"%s\", \"trials\": %d, \"dimensions\": %d, \"suggest_us\": %.1f}\n",
        name.c_str(),
        count,
        dimensions,
        times[kRepeats / 2]);
  }
}
