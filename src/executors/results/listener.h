// Listener: decides which of the numbers heard are meant, once, and until then holds back what was
// heard. Decided is at the first name that repeats, or when nothing more comes.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "executors/results/groups.h"
#include "executors/results/hearing.h"
#include "executors/results/understanding.h"
#include "executors/results/words/likeness.h"
#include "executors/results/words/mention.h"

namespace luthier {

class Listener {
 public:
  // `metrics` and `names` are the same, in the same order, and outlive the listener.
  Listener(const std::vector<WantedMetric>& metrics, const std::vector<WantedName>& names);

  void hear(OutputStream stream, const Heard& heard);
  void finish(OutputStream stream);
  void finish();
  void adopt(const Understood& understood);

  const std::optional<Understood>& understood() const { return understood_; }
  // Names among which nothing says which is meant.
  const std::vector<std::string>& ambiguous() const { return ambiguous_; }
  std::vector<Metrics> take();
  bool any_result() const { return any_result_ || !results_.empty(); }

 private:
  using Candidates = std::vector<Candidate>;
  struct Held {
    OutputStream stream;
    Heard heard;
  };

  bool note(OutputStream stream, const Heard& heard);
  bool note_mention(std::size_t wanted,
                    OutputStream stream,
                    const Heard& heard,
                    const Mention& mention);
  std::string place_name(std::size_t wanted, const Mention& mention, const Heard& heard) const;
  bool ready(const Candidate& candidate) const;
  void hold(OutputStream stream, const Heard& heard);
  void decide(bool at_end);
  std::optional<Meaning> meaning_of(std::size_t wanted, bool at_end);
  void release(std::vector<Meaning> meanings, const Understood& known);

  const std::vector<WantedMetric>& metrics_;
  const std::vector<WantedName>& names_;
  std::array<std::vector<Candidates>, 2> candidates_;  // of each stream, of each wanted name
  std::deque<Held> held_;
  bool any_candidate_ = false;
  std::int64_t lines_ = 0;
  std::int64_t next_try_ = 0;  // for names that could not be told apart
  std::optional<Understood> understood_;
  std::array<std::optional<Groups>, 2> groups_;
  std::array<bool, 2> ended_ = {false, false};
  std::vector<std::string> ambiguous_;
  std::vector<Metrics> results_;
  bool any_result_ = false;  // was taken
};

}  // namespace luthier
