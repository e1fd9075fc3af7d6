// Options of other tools (Optuna, Ray Tune, HyperOpt, scikit-optimize, Weights & Biases, NNI) and
// of ordinary scripts, and what they are called here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace luthier::cli {

enum class ForeignKind {
  renamed,   // the same value under our name
  searcher,  // the value is an algorithm's name
  scheduler,
  place,      // the value may be a URL of a database
  halving,    // an option of scheduler asha
  metric,     // says which metric, not which way
  direction,  // says which way, not which metric
  file,       // the value is our operand
  program,    // the value is the program
};

struct ForeignOption {
  std::string_view theirs;
  ForeignKind kind = ForeignKind::renamed;
  std::string_view ours;  // without dashes; of `halving` the option's name
};

// What an option called `name`, without dashes, is here; '_' is as good as '-'.
std::optional<ForeignOption> foreign_option(std::string_view name);
// The words to type instead, for the kinds that need no other option to be understood.
std::vector<std::string> spelled_here(const ForeignOption& option, const std::string& value);

// "max" for a direction that says so ("maximize", "higher"), "min" for the other, "" for neither.
std::string_view direction_of(std::string_view word);
}  // namespace luthier::cli
