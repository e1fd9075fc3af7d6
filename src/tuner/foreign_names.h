// What other tools call the algorithms that are here: Optuna, Ray Tune, HyperOpt, Vizier,
// scikit-optimize, SMAC, NNI.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace luthier {

enum class AlgorithmKind : std::uint8_t { searcher, scheduler };
std::string_view to_text(AlgorithmKind kind);

struct MeantAlgorithm {
  AlgorithmKind kind = AlgorithmKind::searcher;
  std::string name;
};
// What `name`, given as a `kind`, is likely to mean here: "TPESampler", "optuna", "median".
std::optional<MeantAlgorithm> meant_algorithm(AlgorithmKind kind, std::string_view name);

// "no scheduler 'hyperopt'; did you mean searcher 'tpe'? known: ..."
std::string unknown_algorithm(AlgorithmKind kind,
                              std::string_view name,
                              std::span<const std::string> known,
                              std::span<const std::string> known_of_other_kind);

}  // namespace luthier
