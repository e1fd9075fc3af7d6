// Experiment: ask and tell, for programs that keep their own loop. The same engine, log, searchers
// and schedulers; the caller is the executor and takes as many trials at a time as it likes.
//
//   auto experiment = luthier::Experiment::open(std::move(tuner));
//   while (auto trial = experiment->ask()) {
//     experiment->report(trial->id, {{"loss", f(trial->config)}});
//     experiment->tell(trial->id);
//   }
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "luthier/decision.h"
#include "luthier/error.h"
#include "luthier/tuner.h"

namespace luthier {

// A trial to be trained by the caller.
struct AskedTrial {
  TrialId id;
  Config config;
  std::uint64_t seed = 0;
  std::int64_t iteration = 0;                            // to go on from
  std::optional<std::filesystem::path> checkpoint = {};  // directory to restore from
};

class Experiment {
 public:
  // A new experiment with the tuner's options (its train function is not used), or, when one of
  // this name was interrupted, that one: trials that were out are asked again.
  static Result<Experiment> open(Tuner tuner);
  Experiment(Experiment&&) noexcept;
  Experiment& operator=(Experiment&&) noexcept;
  ~Experiment();  // leaves the experiment resumable unless it has finished

  // The next trial to train. Nothing: no trial can start now, because the experiment is over
  // (finished()) or waits for a report or an end of a trial that is out, or the log can't be
  // written (error()).
  std::optional<AskedTrial> ask();

  // One more training iteration of a trial that is out. The decision is `proceed`, `checkpoint`
  // (save, then go on), `pause` (save, then tell) or `stop` (tell).
  Result<DecisionKind> report(TrialId trial, const Metrics& metrics);
  // Commits a checkpoint of the last reported iteration: `saver` writes into an empty directory.
  Result<> save(TrialId trial, const TrialContext::Saver& saver);
  // The trial ended: it returned, or left as the last decision said.
  Result<> tell(TrialId trial);
  // It failed; it is asked again while there are retries.
  Result<> fail(TrialId trial, std::string message);

  bool finished() const;
  const std::string& error() const;  // why ask gave nothing although trials are left; usually empty
  // Ends the session: finished, or resumable when trials are left.
  Result<ExperimentSummary> close();

 private:
  struct Impl;
  explicit Experiment(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace luthier
