// What the demo says at its end: the winner, what tuning gained, and why one trial was stopped.
#pragma once

#include <cstdint>
#include <string>

#include "digits_data.h"
#include "luthier/tuner.h"

namespace digits {

struct SummaryOptions {
  std::string luthier;            // the command line, to explain a trial with; empty: there is none
  std::int64_t epochs = 0;        // of a full training
  std::uint64_t weight_seed = 0;  // of every network
};

// Looks at the test images: for the winner, and for the network that nobody tuned. The outcome has
// a best trial.
void print_summary(const luthier::ExperimentSummary& outcome,
                   const Data& data,
                   const SummaryOptions& options);

}  // namespace digits
