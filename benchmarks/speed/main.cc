// bench_speed MEASUREMENT ARGUMENTS...: the measurements of Luthier's own side. One program, so
// that the library is linked once.
#include <array>
#include <cstdio>
#include <vector>

#include "speed/measurement.h"

namespace luthier::bench {
namespace {

struct Row {
  std::string_view name;
  Result<NamedValues> (*measure)(Arguments);
};
constexpr std::array kRows = {
    Row{"noop_trials", noop_trials},
    Row{"acknowledged_results", acknowledged_results},
    Row{"scheduler_decision", scheduler_decision},
    Row{"many_results", many_results},
    Row{"reopen", reopen},
};

int run(const std::vector<std::string>& words) {
  for (const Row& row : kRows) {
    if (!words.empty() && row.name == words.front()) {
      const auto figures = row.measure(Arguments(words).subspan(1));
      if (!figures) {
        std::fprintf(
            stderr, "bench_speed %s: %s\n", words.front().c_str(), figures.error().message.c_str());
        return 1;
      }
      std::printf("%s\n", to_json(*figures).c_str());
      return 0;
    }
  }
  std::fprintf(stderr, "bench_speed: no such measurement; see benchmarks/speed/main.cc\n");
  return 2;
}

}  // namespace
}  // namespace luthier::bench

int main(int count, char** words) {
  return luthier::bench::run({words + 1, words + count});
}
