// Standing: a trial with its latest loss, ordered best first.
#pragma once

#include "luthier/trial.h"

namespace luthier {

// Lower losses first. Equal losses: the later trial first, as Ray Tune's sorts have it.
struct Standing {
  double loss = 0;  // may be +infinity, never NaN
  TrialId trial;

  friend bool operator<(const Standing& a, const Standing& b) {
    return a.loss != b.loss ? a.loss < b.loss : a.trial > b.trial;
  }
};

}  // namespace luthier
