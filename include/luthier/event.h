// Every fact and every decision of an experiment. The log is the experiment: live state is the fold
// of these events, and so is the state after a crash. docs/event_log.md gives the byte format; the
// enumerators' numbers are the format's tags and are never reused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "luthier/decision.h"
#include "luthier/trial.h"
#include "luthier/value.h"

namespace luthier {

// What an attempt took, its whole process tree together; zeros: not measured.
struct Measured {
  double wall_s = 0;
  double cpu_s = 0;
  std::int64_t max_rss_bytes = 0;
  friend bool operator==(const Measured&, const Measured&) = default;
};

// How an attempt ended, as its executor saw it.
enum class Outcome : std::uint8_t {
  returned,      // the training function returned, or the program exited with status 0
  paused,        // it saved (if it could) and left, as asked
  stopped,       // it left, as asked
  failed,        // an exception, a non-zero exit, a signal, too much memory
  timed_out,     // it ran longer than allowed and was ended
  lost,          // its executor or controller went away; not the trial's fault
  unrestorable,  // the checkpoint it was to go on from is damaged or gone; it never began
};
std::string_view to_text(Outcome outcome);

// 1. First event of every log. `spec` is the canonical JSON of ExperimentSpec.
struct ExperimentCreated {
  std::string spec;
  std::string luthier_version;
};
// 2. A controller took over the experiment: at its start and at every resume.
struct ControllerStarted {
  std::string host;
  std::int64_t pid = 0;
  std::int64_t jobs = 0;
};
// 3. A trial was added, `pending`. `seen`: the sequence the searcher had seen when it proposed.
struct TrialAdded {
  TrialId trial;
  Config config;
  std::string proposed_by;   // searcher's name, "points" or a person
  std::int64_t version = 0;  // of the searcher
  Sequence seen = 0;
  std::string reason;
  Resources resources;
};
// 4. No further suggestion will come.
struct SearchEnded {
  std::string reason;
};
// 5. The scheduler chose what to run (or which paused trial to end). `checkpoint` 0: the trial's
// own.
struct TrialChosen {
  Choice choice;
  std::string chosen_by;
  std::int64_t version = 0;
};
// 6. An attempt starts. `attempt` (1, 2, ...) is the epoch that fences late reports. A new
// `segment` begins when the trial starts over from nothing or from another trial's checkpoint.
struct AttemptStarted {
  TrialId trial;
  std::int64_t attempt = 0;
  std::int64_t segment = 0;
  CheckpointId checkpoint;          // 0: none
  std::int64_t base_iteration = 0;  // training iteration it goes on from
  std::string devices;              // e.g. "0,1": the gpus given
};
// 7. A result, first of its (segment, training_iteration).
struct ResultReported {
  TrialId trial;
  std::int64_t attempt = 0;
  std::int64_t training_iteration = 0;
  Metrics metrics;
};
// 8. A training_iteration of this segment was reported again; the stored decision was the answer.
struct ResultRepeated {
  TrialId trial;
  std::int64_t attempt = 0;
  std::int64_t training_iteration = 0;
};
// 9. The answer to a result. `decided_by`: a scheduler's name, "rule" (a stop rule), a person.
struct DecisionMade {
  TrialId trial;
  std::int64_t training_iteration = 0;
  Decision decision;
  std::string decided_by;
  std::int64_t version = 0;
};
// 10. A checkpoint is complete on disk: `directory` is relative to the experiment's directory.
struct CheckpointCommitted {
  CheckpointId checkpoint;
  TrialId trial;
  std::int64_t training_iteration = 0;
  std::string directory;
  std::int64_t bytes = 0;
};
// 11. A checkpoint is no longer needed; its directory may be deleted.
struct CheckpointRemoved {
  CheckpointId checkpoint;
};
// 12. An attempt is over. `message` is the reason in words, with the last lines of stderr if any.
struct AttemptEnded {
  TrialId trial;
  std::int64_t attempt = 0;
  Outcome outcome = Outcome::returned;
  std::string message;
  std::int64_t exit_status = 0;  // status, or 128 + signal; 0 when there is none
  Measured measured;
};
// 13. The trial is paused. `held`: by a person, so that only a person resumes it.
struct TrialPaused {
  TrialId trial;
  std::string reason;
  bool held = false;
};
// 14. The trial is pending again: a retry (not before `not_before`), a resume, a lost attempt.
struct TrialRequeued {
  TrialId trial;
  TimePoint not_before = 0;
  std::string reason;
  bool counts_as_failure = false;
};
// 15. The trial ended: completed, stopped or failed.
struct TrialEnded {
  TrialId trial;
  TrialState state = TrialState::completed;
  std::string reason;
};
// 16. A person asked for something. `trial` -1: the whole experiment.
struct ControlRequested {
  std::string request;
  TrialId trial{-1};
  std::string who;
  std::string id;
};
// 17. A timer or a budget ran out, e.g. "time_budget", "trial_timeout", "max_failures",
// "stop_rule", or what interrupts the experiment: "failing_early" (its first trials failed alike)
// and "no_program".
struct LimitReached {
  std::string limit;
  TrialId trial{-1};
  std::string reason;
};
// 18. New limits for a longer experiment (`extend`); values that did not change are repeated.
struct LimitsChanged {
  std::int64_t samples = 0;
  double time_budget_s = 0;
  std::string space = {};  // from here on, canonical JSON; empty: the same as before
};
// 19. The controller left. `finished`: nothing is left to do, else the experiment can be resumed.
struct ControllerStopped {
  bool finished = false;
  std::string reason;
};
// 20. Something a person should know, e.g. that a plugin answered differently on replay.
struct Note {
  std::string text;
};
// 21. What the metrics' names mean in the output of the experiment's programs: decided once, holds
// for every later attempt. `text` is an Understanding's (executors/results/hearing.h).
struct OutputUnderstood {
  std::string text;
};
// 30. The controller is still there, and nothing else has been logged for most of a second: what a
// crash can lose of the time that trials have used.
struct Heartbeat {};

using EventBody = std::variant<ExperimentCreated,
                               ControllerStarted,
                               TrialAdded,
                               SearchEnded,
                               TrialChosen,
                               AttemptStarted,
                               ResultReported,
                               ResultRepeated,
                               DecisionMade,
                               CheckpointCommitted,
                               CheckpointRemoved,
                               AttemptEnded,
                               TrialPaused,
                               TrialRequeued,
                               TrialEnded,
                               ControlRequested,
                               LimitReached,
                               LimitsChanged,
                               ControllerStopped,
                               Note,
                               OutputUnderstood,
                               Heartbeat>;

struct Event {
  Sequence sequence = 0;  // 1, 2, 3, ... without gaps
  TimePoint time = 0;
  EventBody body;
};

// The event's name in JSON and docs: "result_reported".
std::string_view kind_name(const EventBody& body);
// The trial an event is about, if it is about one.
std::optional<TrialId> trial_of(const EventBody& body);
// One JSON object with fixed key order: what `export --format jsonl` prints a line.
std::string to_json(const Event& event);

}  // namespace luthier
