// CrashSweep: one experiment, killed at every event at one of the points where a controller can
// die, and resumed; what it exports must be what the uncrashed run exports, byte for byte.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "luthier/experiment_spec.h"
#include "support/simulated_run.h"

namespace luthier {

enum class Death : std::uint8_t {
  before_write,
  mid_transaction,  // in the middle of what SQLite writes for the commit, on a real file
  after_commit,
  after_acknowledge,
  after_effect,
};
inline constexpr Death kDeaths[] = {Death::before_write,
                                    Death::mid_transaction,
                                    Death::after_commit,
                                    Death::after_acknowledge,
                                    Death::after_effect};
std::string to_text(Death death);

struct SweepSubject {
  std::string name;
  PluginSpec scheduler;
  PluginSpec searcher;
};
void PrintTo(const SweepSubject& subject, std::ostream* out);
// Every kind of decision: stopping, pausing and promoting, brackets, cloning, models.
std::span<const SweepSubject> sweep_subjects();

struct SweepReport {
  std::int64_t events = 0;   // of the uncrashed run
  std::int64_t covered = 0;  // events at which a controller died
  std::int64_t crashes = 0;
  std::int64_t replayed = 0;  // decisions, choices and suggestions computed again
  std::string first_problem;  // a sentence; empty when every crash came out right
};

// A run of at least `events` events. With `again`, the controller that takes over dies too, at the
// same point of its first step.
SweepReport sweep_crashes(const SweepSubject& subject,
                          Death death,
                          std::int64_t events,
                          bool again = false);

// The same experiment over an executor that says everything several times and late; a sentence when
// its export is another than without.
std::string stutter_once(const SweepSubject& subject, std::uint64_t seed);

}  // namespace luthier
