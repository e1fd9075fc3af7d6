// A configuration as a person types it, a text for each parameter: what it means and what is wrong
// with it, parameter by parameter.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "luthier/compiled_space.h"

namespace luthier {

struct TypedConfig {
  struct Problem {
    std::string parameter;  // empty: it is about several
    std::string sentence;
  };
  Config config;  // as far as there is no problem
  std::vector<Problem> problems;

  Result<> check() const;  // the problems, one a line
};

// Pairs of a name and a text such as 0.1, 32, true, sgd or [1, 2]. Parameters may be left out.
TypedConfig read_typed(const CompiledSpace& space,
                       std::span<const std::pair<std::string, std::string>> typed);

}  // namespace luthier
