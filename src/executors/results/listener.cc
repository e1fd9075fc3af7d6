#include "executors/results/listener.h"

#include <algorithm>

#include "executors/results/words/amount.h"

namespace luthier {
namespace {

constexpr std::size_t kMostCandidates = 64;     // of one wanted name
constexpr std::size_t kMostHeld = 4096;         // lines, once a candidate came
constexpr std::size_t kMostHeldBefore = 64;     // lines, until one does
constexpr std::int64_t kTimesInOneEpoch = 500;  // a name may come before it counts as repeated
constexpr std::int64_t kTimesInTraining = 50;   // ... while only training was heard of

std::size_t index(OutputStream stream) {
  return static_cast<std::size_t>(stream);
}

}  // namespace

Listener::Listener(const std::vector<WantedMetric>& metrics, const std::vector<WantedName>& names)
    : metrics_(metrics), names_(names) {
  for (auto& candidates : candidates_) {
    candidates.resize(names.size());
  }
}

void Listener::hear(OutputStream stream, const Heard& heard) {
  ++lines_;
  if (understood_) {
    if (auto& groups = groups_[index(stream)]) {
      groups->add(heard, results_);
    }
    return;
  }
  const bool repeated = note(stream, heard);
  hold(stream, heard);
  if (repeated || held_.size() >= kMostHeld) {
    decide(false);
  }
}

// Whether an objective has now repeated.
bool Listener::note(OutputStream stream, const Heard& heard) {
  bool repeated = false;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    for (const auto& mention : heard.mentions) {
      repeated = note_mention(i, stream, heard, mention) || repeated;
    }
  }
  return repeated;
}

bool Listener::note_mention(std::size_t wanted,
                            OutputStream stream,
                            const Heard& heard,
                            const Mention& mention) {
  const auto read = read_name(mention.name);
  const auto like = likeness(names_[wanted], mention, read);
  if (!like || !number_of(mention.value)) {
    return false;
  }
  Candidate now{.printed = mention.name,
                .name = place_name(wanted, mention, heard),
                .form = mention.form,
                .data = mention.data,
                .counted = heard.counted,
                .final = mention.final,
                .unit = mention.unit,
                .like = *like,
                .epoch = heard.epoch};
  auto& candidates = candidates_[index(stream)][wanted];
  auto known = std::ranges::find_if(
      candidates, [&](const Candidate& candidate) { return candidate.same_place(now); });
  if (known == candidates.end()) {
    if (candidates.size() >= kMostCandidates) {
      return false;
    }
    known = candidates.insert(candidates.end(), std::move(now));
  }
  any_candidate_ = any_candidate_ || metrics_[wanted].objective;
  ++known->times;
  if (heard.epoch_of_heading && (known->epochs == 0 || heard.epoch != known->latest_epoch)) {
    ++known->epochs;
    known->latest_epoch = heard.epoch;
  }
  known->latest = lines_;
  known->epoch_changed = known->epoch_changed || (heard.epoch && heard.epoch != known->epoch);
  return metrics_[wanted].objective && ready(*known);
}

// Words with digits count alike (comparable_name()), but not if they tell apart what stands in one
// line: "p50 latency 12 ms, p99 latency 41 ms".
std::string Listener::place_name(std::size_t wanted,
                                 const Mention& mention,
                                 const Heard& heard) const {
  const auto comparable = comparable_name(names_[wanted], mention.name);
  const bool apart = std::ranges::any_of(heard.mentions, [&](const Mention& other) {
    return other.name != mention.name && comparable_name(names_[wanted], other.name) == comparable;
  });
  return apart ? comparable_name(WantedName(mention.name), mention.name) : comparable;
}

bool Listener::ready(const Candidate& candidate) const {
  if (candidate.times < 2 || lines_ < next_try_) {
    return false;
  }
  if (candidate.epoch) {
    return candidate.epoch_changed || candidate.times > kTimesInOneEpoch;
  }
  return candidate.data.kind != DataKind::train || candidate.form == MentionForm::table ||
         candidate.times > kTimesInTraining;
}

void Listener::hold(OutputStream stream, const Heard& heard) {
  held_.push_back({stream, heard});
  while (held_.size() > (any_candidate_ ? kMostHeld : kMostHeldBefore)) {
    held_.pop_front();
  }
}

// stderr is heard only where stdout has nothing that is like the name.
std::optional<Meaning> Listener::meaning_of(std::size_t wanted, bool at_end) {
  const auto stream = candidates_[0][wanted].empty() ? OutputStream::error : OutputStream::output;
  const auto choice = choose(names_[wanted], candidates_[index(stream)][wanted]);
  if (choice.chosen == nullptr) {
    for (const auto* one : choice.several) {
      if (metrics_[wanted].objective) {
        ambiguous_.push_back(qualified_name(*one));
      }
    }
    return std::nullopt;
  }
  const auto& chosen = *choice.chosen;
  if (!at_end && metrics_[wanted].objective && !ready(chosen) && held_.size() < kMostHeld &&
      chosen.data.kind == DataKind::train) {
    return std::nullopt;
  }
  return Meaning{.wanted = names_[wanted].name,
                 .printed = chosen.printed,
                 .name = chosen.name,
                 .form = chosen.form,
                 .data = chosen.data,
                 .counted = chosen.counted,
                 .final = chosen.final,
                 .once_an_epoch = chosen.times > 1 && chosen.epochs == chosen.times,
                 .unit = chosen.unit,
                 .stream = stream};
}

void Listener::decide(bool at_end) {
  ambiguous_.clear();
  std::vector<Meaning> meanings;
  bool any_objective = false;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (auto meaning = meaning_of(i, at_end)) {
      any_objective = any_objective || metrics_[i].objective;
      meanings.push_back(*std::move(meaning));
    }
  }
  if (!any_objective || !ambiguous_.empty()) {
    next_try_ = lines_ * 2;
    return;
  }
  release(std::move(meanings), {});
}

void Listener::release(std::vector<Meaning> meanings, const Understood& known) {
  std::vector<WantedName> loose;
  std::vector<std::string> objectives;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (std::ranges::find(meanings, names_[i].name, &Meaning::wanted) == meanings.end()) {
      loose.push_back(names_[i]);
    }
    if (metrics_[i].objective) {
      objectives.push_back(names_[i].name);
    }
  }
  for (const auto stream : {OutputStream::output, OutputStream::error}) {
    std::vector<Meaning> here;
    std::ranges::copy_if(meanings, std::back_inserter(here), [&](const Meaning& meaning) {
      return meaning.stream == stream;
    });
    if (!here.empty()) {
      groups_[index(stream)].emplace(
          std::move(here),
          loose,
          stream == OutputStream::output ? known.output_group : known.error_group);
      groups_[index(stream)]->require(objectives);
    }
  }
  for (const auto& held : std::exchange(held_, {})) {
    if (auto& groups = groups_[index(held.stream)]) {
      groups->add(held.heard, results_);
    }
  }
  Understood understood{.meanings = std::move(meanings)};
  for (const auto stream : {OutputStream::output, OutputStream::error}) {
    auto& groups = groups_[index(stream)];
    if (groups && ended_[index(stream)]) {
      groups->finish(results_);
    }
    (stream == OutputStream::output ? understood.output_group : understood.error_group) =
        groups ? groups->names() : std::vector<std::string>();
  }
  understood_ = std::move(understood);
  candidates_ = {};
}

void Listener::adopt(const Understood& understood) {
  release(understood.meanings, understood);
  understood_ = understood;
}

void Listener::finish(OutputStream stream) {
  ended_[index(stream)] = true;
  if (!understood_ && ended_[0] && ended_[1]) {
    decide(true);
  } else if (auto& groups = groups_[index(stream)]) {
    groups->finish(results_);
  }
}

std::vector<Metrics> Listener::take() {
  any_result_ = any_result();
  return std::exchange(results_, {});
}

void Listener::finish() {
  finish(OutputStream::output);
  finish(OutputStream::error);
}

}  // namespace luthier
