#include "executors/results/groups.h"

#include <algorithm>
#include <utility>

#include "executors/results/amount.h"

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

std::vector<Groups::Entry> Groups::entries_of(const Heard& heard) {
  std::vector<Entry> entries;
  for (const auto& mention : heard.mentions) {
    const Meaning* meaning = meaning_of(mention, heard);
    if (meaning != nullptr && meaning->once_an_epoch && heard.epoch == last_epoch_) {
      continue;  // a last line below the last epoch
    }
    const std::string* loose = meaning == nullptr ? loosely_wanted(mention) : nullptr;
    if (meaning == nullptr && loose == nullptr) {
      if (!mention.only_if_wanted && entries.size() < kMostEntries &&
          mention.name.size() <= kLongestName) {
        entries.push_back({key_of(mention), mention.name, mention.value, line_, false});
      }
      continue;
    }
    auto number = number_of(mention.value);
    if (!number) {
      continue;
    }
    const std::string& wanted = meaning != nullptr ? meaning->wanted : *loose;
    if (meaning != nullptr && mention.unit != meaning->unit) {
      number = converted(*number, mention.unit, meaning->unit);
    }
    entries.push_back({"=" + wanted,
                       wanted,
                       *std::move(number),
                       line_,
                       std::ranges::find(objectives_, wanted) != objectives_.end()});
  }
  return entries;
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
bool Groups::repeats(const std::vector<Entry>& entries, int& line) {
  for (const auto& entry : entries) {
    const Entry* known = find(entry.key);
    if (known != nullptr && !(known->value == entry.value && is_counter_name(entry.name))) {
      line = known->line;
      return true;
    }
  }
  return false;
}

void Groups::join(std::vector<Entry> entries) {
  for (auto& entry : entries) {
    if (Entry* known = find(entry.key); known != nullptr) {
      *known = std::move(entry);
    } else if (group_.size() < kMostEntries || entry.objective) {
      group_.push_back(std::move(entry));
    }
  }
}

// The same line again, of a second log handler.
bool Groups::said_before(const std::vector<Entry>& entries, const Heard& heard) const {
  return heard.counted && heard.epoch && heard.epoch == last_line_epoch_ &&
         !heard.epoch_of_heading &&
         std::ranges::equal(entries, last_line_, [](const Entry& a, const Entry& b) {
           return a.key == b.key && a.value == b.value;
         });
}

void Groups::add(const Heard& heard, std::vector<Metrics>& out) {
  auto entries = entries_of(heard);
  if (entries.empty() || said_before(entries, heard)) {
    return;
  }
  if (heard.counted && heard.epoch) {
    last_line_ = entries;
  }
  last_line_epoch_ = heard.epoch;
  if (std::ranges::any_of(entries, &Entry::objective)) {
    last_epoch_ = heard.epoch;
  }
  int line = 0;
  if (!group_.empty() && repeats(entries, line)) {
    if (names_.empty() && has_objective()) {
      learn(any_closed_ ? 0 : line);
    } else if (has_objective()) {
      forget_missing();
    }
    close(out);
  }
  join(std::move(entries));
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
}

// Names that did not come this time are not waited for any more.
void Groups::forget_missing() {
  std::erase_if(names_, [&](const std::string& name) {
    return !name.starts_with("=") && find(name) == nullptr;
  });
}

void Groups::close(std::vector<Metrics>& out) {
  if (has_objective()) {
    Metrics metrics;
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
