// Regret of a searcher on BBOB: one JSON line for each function. score = best regret divided by
// random search's median best regret, geometric mean over seeds (instances 1 to 5 in turn); the
// last line is the mean over functions. Arguments: searcher, dimensions, evaluations, seeds,
// options as NAME=NUMBER.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

#include "base/text.h"
#include "simulation/bbob.h"
#include "support/fake_view_for_search.h"

namespace {

using luthier::BbobFunction;
using luthier::testing::FakeView;

double best_regret(const BbobFunction& function,
                   const std::string& searcher,
                   const luthier::NamedValues& options,
                   int evaluations,
                   int seed) {
  luthier::Space space;
  for (int i = 0; i < function.dimension(); ++i) {
    space.add("x" + std::to_string(i), luthier::uniform(-5, 5));
  }
  FakeView view(space, static_cast<std::uint64_t>(seed));
  const auto made =
      luthier::testing::make_searcher(searcher, options, static_cast<std::uint64_t>(seed));
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < evaluations; ++i) {
    view.step(*made, [&](const luthier::Config& config) {
      std::vector<double> x;
      for (const auto& [name, value] : config) {
        x.push_back(*value.number());
      }
      const double regret = function(x) - function.optimum_value();
      best = std::min(best, regret);
      return regret;
    });
  }
  return best;
}

double median_of_random(const BbobFunction& function, int evaluations) {
  std::vector<double> bests;
  for (std::uint64_t seed = 0; seed < 101; ++seed) {
    luthier::Rng rng(seed, "bbob_random");
    double best = std::numeric_limits<double>::infinity();
    std::vector<double> x(static_cast<std::size_t>(function.dimension()));
    for (int i = 0; i < evaluations; ++i) {
      std::ranges::generate(x, [&] { return rng.uniform(-5, 5); });
      best = std::min(best, function(x) - function.optimum_value());
    }
    bests.push_back(best);
  }
  std::ranges::nth_element(bests, bests.begin() + 50);
  return bests[50];
}

}  // namespace

int main(int argc, char** argv) {
  const std::string searcher = argc > 1 ? argv[1] : "tpe";
  const int dimensions = argc > 2 ? std::atoi(argv[2]) : 5;
  const int evaluations = argc > 3 ? std::atoi(argv[3]) : 100;
  const int seeds = argc > 4 ? std::atoi(argv[4]) : 10;
  luthier::NamedValues options;
  for (int i = 5; i < argc; ++i) {
    const auto parts = luthier::split(argv[i], '=');
    options.set(parts.at(0), luthier::parse_number(parts.at(1)).value());
  }
  double total = 0;
  for (int number = 1; number <= BbobFunction::kFunctions; ++number) {
    double sum = 0;
    for (int seed = 0; seed < seeds; ++seed) {
      const auto function = BbobFunction::make(number, dimensions, 1 + seed % 5).value();
      const double regret = best_regret(function, searcher, options, evaluations, seed);
      sum += std::log(std::max(regret, 1e-12) / median_of_random(function, evaluations));
    }
    total += sum / seeds;
    std::printf("{\"searcher\": \"%s\", \"function\": %d, \"dimensions\": %d, \"score\": %.4f}\n",
                searcher.c_str(),
                number,
                dimensions,
                std::exp(sum / seeds));
  }
  std::printf("{\"searcher\": \"%s\", \"dimensions\": %d, \"evaluations\": %d, \"score\": %.4f}\n",
              searcher.c_str(),
              dimensions,
              evaluations,
              std::exp(total / BbobFunction::kFunctions));
}
