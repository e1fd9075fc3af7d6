// What the commands that compare experiments share: which ones, and by what.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/options/arguments.h"
#include "laboratory/comparison/comparison.h"

namespace luthier::cli {

inline constexpr Option kBy{
    .name = "by",
    .argument = "KEY",
    .meaning =
        "how to group the experiments: scheduler, searcher, jobs, experiment (each alone) "
        "or a tag; takes every "
        "experiment when none is named (default: scheduler, searcher and jobs "
        "together)",
    .repeatable = true};
inline constexpr Option kAt{.name = "at",
                            .argument = "AXIS=AMOUNT",
                            .meaning =
                                "compare what was found by then, such as time=10m, trials=50 or "
                                "resource=1000 (default: at the end of each)"};
inline constexpr Option kOptimum{
    .name = "optimum",
    .argument = "VALUE",
    .meaning =
        "the best possible value, for regret (default: the experiments' tag "
        "optimum)"};
inline constexpr std::string_view kAxisWords = "time trials resource";

Result<CurveAxis> parse_axis(const std::string& option, const std::string& word);
// Of --by, --at and --optimum; the error lists every problem, one a line. `names`: the experiments
// that were named.
Result<ComparisonOptions> comparison_options(const Arguments& arguments,
                                             std::span<const std::string> names);

struct Compared {
  std::vector<std::filesystem::path> directories;  // at least one
  bool named = false;                              // not all of --results
};
// Those named, each once, or all there are.
Result<Compared> compared_experiments(const Arguments& arguments,
                                      std::span<const std::string> names);
// One that was not named and can't be read is left out of `experiments` too, which is said.
Result<std::vector<ExperimentCurve>> read_curves(Compared& experiments,
                                                 const std::optional<Budget>& budget);

}  // namespace luthier::cli
