// What holds of every space that was read: its canonical forms read back to it, and its draws
// satisfy it.
#pragma once

#include <string>

#include "base/check.h"
#include "luthier/compiled_space.h"
#include "luthier/space.h"

namespace luthier {

inline void check_canonical_forms(const Space& space) {
  Space again;
  for (const Parameter& parameter : space.parameters()) {
    const std::string canonical = to_text(parameter);
    LUTHIER_CHECK(again.add_text(canonical).ok(), canonical.c_str());
  }
  LUTHIER_CHECK(again.parameters() == space.parameters(), "the canonical form gives another space");
}

inline void check_draws(const Space& space) {
  const auto compiled = CompiledSpace::compile(space);
  if (!compiled) {
    return;
  }
  Rng rng(1, "fuzz");
  if (const auto config = compiled->sample(rng, 0)) {
    LUTHIER_CHECK(compiled->check(*config).ok(), to_json(*config).c_str());
  }
}

}  // namespace luthier
