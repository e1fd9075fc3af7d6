// Runs one searcher on benchmarks with a known optimum: what `./dev bench quality` compares with
// its peers. Each line of the input, "SEED BENCHMARK", is one run and gives one line of JSON: the
// regret of the best trial after so many trials. Arguments: searcher, workers, marks
// ("50,100,200"), then its options as NAME=NUMBER.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <string>
#include <vector>

#include "base/text.h"
#include "search/problem.h"
#include "support/fake_view_for_search.h"

namespace {

using luthier::testing::FakeView;

constexpr std::uint64_t kSeedStride = 1'000'000;  // seeds of the trials of one run
constexpr double kNothingYet = 1e300;

struct Arguments {
  std::string searcher;
  std::size_t workers = 1;
  std::vector<int> marks;  // ascending
  luthier::NamedValues options;
};

Arguments parse(int argc, char** argv) {
  Arguments out{.searcher = argc > 1 ? argv[1] : "tpe"};
  out.workers = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1;
  for (const std::string_view mark : luthier::split(argc > 3 ? argv[3] : "100", ',')) {
    out.marks.push_back(static_cast<int>(luthier::parse_number(mark).value()));
  }
  for (int i = 4; i < argc; ++i) {
    const auto parts = luthier::split(argv[i], '=');
    out.options.set(parts.at(0), luthier::parse_number(parts.at(1)).value());
  }
  return out;
}

void end(FakeView& view,
         luthier::Searcher& searcher,
         luthier::TrialId trial,
         const std::vector<bench::Evaluation>& evaluations) {
  const bench::Evaluation& evaluation = evaluations.at(static_cast<std::size_t>(trial.value));
  if (evaluation.failed) {
    view.end(searcher, trial, luthier::TrialState::failed);
    return;
  }
  view.report(searcher, trial, evaluation.loss);
  view.end(searcher, trial);
}

// The regret, at each mark, of the trial with the least loss so far. With W workers a suggestion
// has seen the results of all trials but the W - 1 before it, which are running.
std::vector<double> regrets(const Arguments& arguments,
                            const bench::Problem& problem,
                            std::uint64_t seed) {
  FakeView view(problem.space(), seed);
  const auto searcher =
      luthier::testing::make_searcher(arguments.searcher, arguments.options, seed);
  std::deque<luthier::TrialId> running;
  std::vector<bench::Evaluation> evaluations;  // by trial
  bench::Evaluation best{.loss = kNothingYet, .regret = kNothingYet};
  std::vector<double> out;
  for (int trial = 1; trial <= arguments.marks.back(); ++trial) {
    if (running.size() == arguments.workers) {
      end(view, *searcher, running.front(), evaluations);
      running.pop_front();
    }
    auto suggestion = view.ask(*searcher);
    if (auto* proposal = std::get_if<luthier::Proposal>(&suggestion)) {
      running.push_back(view.add(*searcher, std::move(proposal->config)));
      evaluations.push_back(
          problem.evaluate(view.config(running.back()), seed * kSeedStride + evaluations.size()));
      if (!evaluations.back().failed && evaluations.back().loss < best.loss) {
        best = evaluations.back();
      }
    }
    if (std::ranges::binary_search(arguments.marks, trial)) {
      out.push_back(best.regret);
    }
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  std::uint64_t seed = 0;
  std::string name;
  while (std::cin >> seed >> name) {
    const bench::Problem problem(name);
    const std::vector<double> found = regrets(arguments, problem, seed);
    std::printf(
        "{\"searcher\": \"%s\", \"workers\": %zu, \"problem\": \"%s\", \"seed\": %llu, \"regret\": "
        "{",
        arguments.searcher.c_str(),
        arguments.workers,
        name.c_str(),
        static_cast<unsigned long long>(seed));
    for (std::size_t i = 0; i < found.size(); ++i) {
      std::printf("%s\"%d\": %.9g", i == 0 ? "" : ", ", arguments.marks[i], found[i]);
    }
    std::printf("}}\n");
  }
}
