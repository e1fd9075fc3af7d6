// Ledger: what of the inventory is free, and which gpus an attempt gets.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "luthier/executor.h"
#include "luthier/trial.h"

namespace luthier {

class Ledger {
 public:
  // `beside`: what each trial takes beside its claim. `gpus`: their names, where these are not 0,
  // 1, 2, ...; as many as the inventory has, or more.
  Ledger(Resources inventory, Resources beside, std::vector<std::string> gpus = {});

  // Why a trial with this claim can never run here; empty when it can.
  std::string infeasible(const Resources& claim) const;
  bool fits(const Resources& claim) const;
  // Takes the resources; returns the names of the gpus given, as "0,1" (empty: none). Precondition:
  // fits.
  std::string take(TrialId trial, const Resources& claim);
  void release(TrialId trial);

 private:
  struct Held {
    Resources resources;
    std::vector<std::pair<std::size_t, double>> gpus;  // device, share
  };
  // Shares of devices that satisfy a wish for `gpu`, or nothing.
  std::optional<std::vector<std::pair<std::size_t, double>>> find_gpus(double gpu) const;

  Resources with_beside(const Resources& claim) const;

  Resources inventory_;
  Resources beside_;
  Resources free_;
  std::vector<double> free_gpu_;  // of each device
  std::vector<std::string> gpu_names_;
  std::map<TrialId, Held> held_;
};

}  // namespace luthier
