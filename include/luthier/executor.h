// Executor: runs attempts of trials: in threads, processes, on Ray, or simulated. It implements
// this port, never sees the engine, and reports what happened as ExecutorEvents.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "luthier/clock.h"
#include "luthier/decision.h"
#include "luthier/error.h"
#include "luthier/event.h"

namespace luthier {

// An attempt's name: the attempt number is the epoch that fences late reports.
struct AttemptId {
  TrialId trial;
  std::int64_t attempt = 0;
  friend auto operator<=>(const AttemptId&, const AttemptId&) = default;
};

struct Capabilities {
  bool can_kill = false;  // a hung attempt can be ended
  bool can_limit_memory = false;
  bool can_checkpoint = false;  // attempts can save and restore (a program may still choose not to)
  bool can_reconfigure = false;         // a running attempt accepts another configuration
  bool can_survive_controller = false;  // attempts outlive the controller and are found again
  bool makes_trial_directory = false;   // by itself, and only when the trial asks for it
  bool is_simulated = false;            // time is virtual; checkpoints are names without files
};

// Everything an attempt needs. `restore_from` and `iteration` go together.
struct StartRequest {
  AttemptId id;
  Config config;
  // The trial's own, the same in every attempt. Of 31 bits, which generators of every language
  // take.
  std::uint64_t seed = 0;
  std::int64_t iteration = 0;             // training iteration to go on from; the next report is +1
  std::filesystem::path restore_from;     // checkpoint directory; empty: from nothing
  std::filesystem::path trial_directory;  // exists, mode 0700 (or: makes_trial_directory); empty
                                          // with --store memory
  Resources resources;
  std::string devices;  // "0,1": gpus given to the attempt
  std::optional<std::chrono::microseconds> timeout =
      {};  // of the attempt; the executor ends it then
  // What the experiment has decided about its programs' output (UnderstoodOutput); empty: not yet.
  std::string understanding = {};
};

// A result waits for reply(id, ...) with the same training_iteration.
struct Reported {
  AttemptId id;
  std::int64_t training_iteration = 0;
  Metrics metrics;
};
// A sealed checkpoint (synced, with its manifest, under its final name) waits to be committed.
struct CheckpointWritten {
  AttemptId id;
  std::int64_t training_iteration = 0;
  std::filesystem::path directory;
  std::int64_t bytes = 0;
};
// The attempt is over; nothing more will come from it.
struct Ended {
  AttemptId id;
  Outcome outcome = Outcome::returned;
  std::string message;  // a sentence; for failures with the last lines of stderr
  std::int64_t exit_status = 0;
  Measured measured = {};
};
// It was decided what the metrics' names mean in the output of programs; only the first one counts.
struct UnderstoodOutput {
  std::string text;
};
// Something a person should know; of an attempt, said once an experiment.
struct Remarked {
  enum class About : std::uint8_t {
    nothing_heard,  // it prints, and no metric was found so far
    late_output,    // its results came only as it ended: of interest where trials are stopped early
    whole_run,      // not about an attempt: `id` means nothing, and each is said
  };
  AttemptId id;
  About about = About::nothing_heard;
  std::string text;
};
// The executor can start nothing any more: the experiment is left, to be resumed later.
struct Unusable {
  std::string reason;
  bool no_program = false;  // what every trial runs is not there, or can't be started
};
using ExecutorEvent =
    std::variant<Reported, CheckpointWritten, Ended, Unusable, UnderstoodOutput, Remarked>;

class Executor {
 public:
  virtual ~Executor() = default;
  virtual Capabilities capabilities() const = 0;
  // What there is to hand out to trials; nothing: what this machine has.
  virtual std::optional<Resources> inventory() const { return std::nullopt; }
  // What a trial takes of it beside its own claim.
  virtual Resources beside_claim() const { return {.cpu = 0}; }

  // Starts an attempt; does not wait for it. An attempt that can't be started ends as `failed`.
  virtual void start(const StartRequest& request) = 0;
  // Answers the attempt's outstanding result. Unknown or ended attempts are ignored.
  virtual void reply(AttemptId id, const Reply& reply) = 0;
  // Asks an attempt to end as soon as it can (within the grace period, then it is killed, if that
  // is possible): `save` first if the trial can. It ends as `paused` if `pause`, else `stopped`.
  virtual void interrupt(AttemptId id, bool pause, bool save) = 0;

  // Waits until something happened, `until` has passed or wake() was called; returns what happened
  // so far, in order. Engine thread only.
  virtual std::vector<ExecutorEvent> next_events(TimePoint until) = 0;
  // Makes next_events return early. Any thread, async-signal-safe.
  virtual void wake() = 0;

  // Attempts of an earlier controller that are still alive here: only where
  // can_survive_controller; their unanswered results come again from next_events.
  virtual std::vector<AttemptId> survivors() { return {}; }
};

// Where executors put checkpoints; src/store implements it. Any thread.
class CheckpointArea {
 public:
  virtual ~CheckpointArea() = default;
  // A fresh temporary directory to write into.
  virtual Result<std::filesystem::path> begin(AttemptId id) = 0;
  // Syncs the files, writes the manifest (sizes, SHA-256), renames to the final name.
  struct Sealed {
    std::filesystem::path directory;
    std::int64_t bytes = 0;
  };
  virtual Result<Sealed> seal(AttemptId id,
                              std::int64_t training_iteration,
                              const std::filesystem::path& temporary) = 0;
  // Checks the manifest; an error names what is missing or differs.
  virtual Result<> verify(const std::filesystem::path& directory) const = 0;
  virtual void remove(const std::filesystem::path& directory) = 0;
};

}  // namespace luthier
