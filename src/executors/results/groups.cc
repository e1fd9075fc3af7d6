#include "executors/results/groups.h"

#include <algorithm>
#include <utility>

#include "executors/results/words/amount.h"

namespace luthier {
namespace {

constexpr std::size_t kMostEntries = 300;  // in a group
constexpr std::size_t kLongestName = 128;

std::string key_of(const Mention& mention) {
  std::string key(1, static_cast<char>('a' + static_cast<int>(mention.form)));
  key += static_cast<char>('0' + static_cast<int>(mention.data.kind));
  return key + mention.name.substr(0, kLongestName);
}

}  // namespace

Groups::Groups(std::vector<Meaning> meanings,
               std::vector<WantedName> loose,
               std::vector<std::string> names)
    : meanings_(std::move(meanings)), loose_(std::move(loose)), names_(std::move(names)) {}

// Which meanings a name has, whatever stands around it.
const std::vector<std::size_t>& Groups::meanings_named(const std::string& name) {
  constexpr std::size_t kMostNames = 1000;
  if (named_.size() > kMostNames) {
    named_.clear();
  }
  if (const auto known = named_.find(name); known != named_.end()) {
    return known->second;
  }
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < meanings_.size(); ++i) {
    const bool varies = meanings_[i].name.find('#') != std::string::npos;
    if (name == meanings_[i].printed ||
        (varies && comparable_name(WantedName(meanings_[i].wanted), name) == meanings_[i].name)) {
      found.push_back(i);
    }
  }
  return named_.emplace(name, std::move(found)).first->second;
}

const Meaning* Groups::meaning_of(const Mention& mention, const Heard& heard) {
  for (const std::size_t i : meanings_named(mention.name)) {
    const Meaning& meaning = meanings_[i];
    if (meaning.form == mention.form && meaning.data == mention.data && !mention.of_another &&
        (!meaning.counted || heard.counted) && (!mention.final || meaning.final)) {
      return &meaning;
    }
  }
  return nullptr;
}

const std::string* Groups::loosely_wanted(const Mention& mention) {
  for (const auto& wanted : loose_) {
    const auto like = likeness(wanted, mention, known_names_.read(mention.name));
    if (like && *like <= Likeness::words && !mention.final) {
      return &wanted.name;
    }
  }
  return nullptr;
}

Groups::Plan Groups::plan_of(const Heard& heard) {
  Plan plan{.shape = heard.shape};
  for (const auto& mention : heard.mentions) {
    Place& place = plan.places.emplace_back();
    place.meaning = meaning_of(mention, heard);
    const std::string* loose = place.meaning == nullptr ? loosely_wanted(mention) : nullptr;
    place.wanted = place.meaning != nullptr || loose != nullptr;
    if (place.wanted) {
      place.name = loose != nullptr ? *loose : place.meaning->wanted;
      place.key = "=" + place.name;
      place.objective = std::ranges::find(objectives_, place.name) != objectives_.end();
    } else if (!mention.only_if_wanted && !mention.setting && mention.name.size() <= kLongestName) {
      place.name = mention.name;
      place.key = key_of(mention);
    }
    plan.taken += place.key.empty() ? 0 : 1;
  }
  plan.whole = is_whole(plan);
  return plan;
}

// Whether a line of this shape, with all its places, is a result as it is: no other line has to
// come, and nothing in it comes twice.
bool Groups::is_whole(const Plan& plan) const {
  const auto has = [&](const std::string& key) {
    return std::ranges::find(plan.places, key, &Place::key) != plan.places.end();
  };
  std::vector<std::string> keys;
  std::vector<std::string> names;
  for (const auto& place : plan.places) {
    if (!place.key.empty()) {
      keys.push_back(place.key);
      names.push_back(place.name);
    }
  }
  const auto once = [](std::vector<std::string>& texts) {
    std::ranges::sort(texts);
    return std::ranges::adjacent_find(texts) == texts.end();
  };
  return !names_.empty() && std::ranges::all_of(names_, has) && plan.taken < kMostEntries &&
         once(keys) && once(names) && std::ranges::any_of(plan.places, &Place::objective);
}

const Groups::Plan& Groups::plan_for(const Heard& heard) {
  if (heard.shape == 0) {
    return plan_ = plan_of(heard);
  }
  Plan& known = plans_[heard.shape % kShapesKept];
  if (known.shape != heard.shape) {
    known = plan_of(heard);
  }
  return known;
}

void Groups::take_fresh(const Heard& heard, const Plan& plan) {
  fresh_.clear();
  for (std::size_t i = 0; i < plan.places.size(); ++i) {
    const Place& place = plan.places[i];
    const Mention& mention = heard.mentions[i];
    const bool below_last = place.meaning != nullptr && place.meaning->once_an_epoch &&
                            heard.epoch == last_epoch_;  // a last line below the last epoch
    if (place.key.empty() || below_last || (!place.wanted && fresh_.size() >= kMostEntries)) {
      continue;
    }
    auto value = place.wanted ? number_of(mention.value) : std::optional(mention.value);
    if (!value) {
      continue;
    }
    if (place.meaning != nullptr && mention.unit != place.meaning->unit) {
      value = converted(*value, mention.unit, place.meaning->unit);
    }
    fresh_.push_back({&place, *std::move(value)});
  }
}

bool Groups::is_counter_name(const std::string& name) {
  const auto& words = known_names_.read(name).words;
  return !words.empty() && is_counter(words.back());
}

Groups::Entry* Groups::find(const std::string& key) {
  const auto found = std::ranges::find(group_, key, &Entry::key);
  return found == group_.end() ? nullptr : &*found;
}

// Whether one of the names is in the group already; a counter that still says the same does not
// count. `line`: where the group has it.
bool Groups::repeats(int& line) {
  for (const auto& [place, value] : fresh_) {
    const Entry* known = find(place->key);
    if (known != nullptr && !(known->value == value && is_counter_name(place->name))) {
      line = known->line;
      return true;
    }
  }
  return false;
}

void Groups::join() {
  for (auto& [place, value] : fresh_) {
    Entry entry{place->key, place->name, std::move(value), line_, place->objective};
    if (Entry* known = find(place->key); known != nullptr) {
      *known = std::move(entry);
    } else if (group_.size() < kMostEntries || place->objective) {
      group_.push_back(std::move(entry));
    }
  }
}

// The same line again, of a second log handler.
bool Groups::said_before(const Heard& heard) const {
  return heard.counted && heard.epoch && heard.epoch == last_line_epoch_ &&
         !heard.epoch_of_heading &&
         std::ranges::equal(fresh_, last_line_, [](const Fresh& a, const Said& b) {
           return a.value == b.value && a.place->key == b.key;
         });
}

void Groups::remember_line(std::uint64_t shape) {
  if (shape == 0 || shape != last_shape_ || last_line_.size() != fresh_.size()) {
    last_line_.clear();
    for (const auto& [place, value] : fresh_) {
      last_line_.push_back({place->key, value});
    }
  } else {
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
      last_line_[i].value = fresh_[i].value;
    }
  }
  last_shape_ = shape;
}

// The line is a group of its own.
void Groups::report_line(std::vector<Metrics>& out) {
  Metrics& metrics = out.emplace_back();
  metrics.reserve(fresh_.size());
  for (auto& [place, value] : fresh_) {
    metrics.append(place->name, std::move(value));
  }
  any_closed_ = true;
}

void Groups::add(const Heard& heard, std::vector<Metrics>& out) {
  const Plan& plan = plan_for(heard);
  take_fresh(heard, plan);
  if (!any_number() || said_before(heard)) {
    return;
  }
  const bool all = fresh_.size() == plan.taken;
  if (heard.counted && heard.epoch) {
    remember_line(all ? heard.shape : 0);
  }
  last_line_epoch_ = heard.epoch;
  if (std::ranges::any_of(fresh_, [](const Fresh& one) { return one.place->objective; })) {
    last_epoch_ = heard.epoch;
  }
  if (group_.empty() && plan.whole && all) {
    ++line_;
    report_line(out);
    return;
  }
  if (all && heard.shape != 0 && heard.shape == group_shape_ && takes_place()) {
    return;
  }
  const bool alone = all && group_.empty();
  gather(out);
  group_shape_ = alone && group_.size() == plan.taken ? heard.shape : 0;
}

// The line takes the place of the one that all of the group came from: without an objective that
// one is no result.
bool Groups::takes_place() {
  if (names_.empty() || has_objective() || group_.size() != fresh_.size()) {
    return false;
  }
  ++line_;
  for (std::size_t i = 0; i < fresh_.size(); ++i) {
    group_[i].value = std::move(fresh_[i].value);
    group_[i].line = line_;
  }
  return true;
}

// A line of texts alone is no part of a result.
bool Groups::any_number() const {
  return std::ranges::any_of(fresh_,
                             [](const Fresh& one) { return one.value.number().has_value(); });
}

// Puts the line into the group at hand, or begins one with it.
void Groups::gather(std::vector<Metrics>& out) {
  int line = 0;
  if (!group_.empty() && repeats(line)) {
    if (names_.empty() && has_objective()) {
      learn(any_closed_ ? 0 : line);
    } else if (has_objective()) {
      forget_missing();
    }
    close(out);
  }
  join();
  ++line_;
  if (complete()) {
    close(out);
  }
}

bool Groups::has_objective() const {
  return std::ranges::any_of(group_, &Entry::objective);
}

bool Groups::complete() const {
  return !names_.empty() && std::ranges::all_of(names_, [&](const std::string& name) {
    return std::ranges::find(group_, name, &Entry::key) != group_.end();
  });
}

// What came before the name that repeats, once at the beginning, belongs to no group.
void Groups::learn(int first_line) {
  std::erase_if(group_,
                [&](const Entry& entry) { return entry.line < first_line && !entry.objective; });
  for (const auto& entry : group_) {
    names_.push_back(entry.key);
  }
  names_changed();
}

// Names that did not come this time are not waited for any more.
void Groups::forget_missing() {
  std::erase_if(names_, [&](const std::string& name) {
    return !name.starts_with("=") && find(name) == nullptr;
  });
  names_changed();
}

void Groups::names_changed() {
  for (auto& plan : plans_) {
    plan.whole = is_whole(plan);
  }
}

void Groups::close(std::vector<Metrics>& out) {
  if (has_objective()) {
    Metrics metrics;
    metrics.reserve(group_.size());
    for (auto& entry : group_) {
      metrics.set(entry.name, std::move(entry.value));
    }
    out.push_back(std::move(metrics));
  }
  any_closed_ = true;
  group_.clear();
}

void Groups::finish(std::vector<Metrics>& out) {
  if (names_.empty() && has_objective()) {
    learn(0);
  }
  close(out);
}

}  // namespace luthier
