// Requests to a running controller: files renamed into <experiment>/control/, mode 0600, answered
// by files beside them. A request is taken once and leaves nothing behind.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/contained_files.h"
#include "engine/plan.h"
#include "luthier/error.h"

namespace luthier {

class ControlFiles {
 public:
  explicit ControlFiles(const std::filesystem::path& experiment_directory)
      : files_(experiment_directory, "control") {}

  // The controller's side: requests not taken yet, oldest first. A file that is no request is
  // answered with what is wrong with it.
  std::vector<ControlRequest> take() const;
  void answer(const ControlRequest& request, const Result<TrialId>& result) const;

  // The other side: asks, waits for the answer, which is what Planner::on_control returned.
  // `unavailable` when none comes in time; nothing when the controller has left (`is_there`)
  // without one: the request is taken back.
  Result<std::optional<TrialId>> ask(const ControlRequest& request,
                                     std::chrono::milliseconds patience,
                                     const std::function<bool()>& is_there) const;

 private:
  ContainedFiles files_;
};

}  // namespace luthier
