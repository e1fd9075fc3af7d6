// Likeness: how much the name of a mention is like the one that a user typed, and which of several
// names is meant. Exact spelling wins; then the same words; then a prefix, a unit or a context
// around them. Training and validation are never mixed up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executors/results/words/mention.h"

namespace luthier {

// A name that the user typed, taken apart.
struct WantedName {
  explicit WantedName(std::string_view name);

  std::string name;
  ReadName read;
  std::string base;  // its words without those that name data, without anything between them
  std::string last;  // the last word, in lower case: what a line has to contain
};

enum class Likeness : std::uint8_t {
  exact,
  words,     // case and separators differ
  context,   // the data are named another way: valid for val, or elsewhere in the line
  fillers,   // words around it that add nothing
  prefixed,  // words before it that may add something
};

// Nothing: the mention is another number.
std::optional<Likeness> likeness(const WantedName& wanted,
                                 const Mention& mention,
                                 const ReadName& read);

// One name that stands in a program's output and may be the wanted one.
struct Candidate {
  std::string printed;  // as printed
  std::string name;     // its words
  MentionForm form = MentionForm::pair;
  DataContext data = {};
  bool counted = false;  // a counter stands in its line
  bool final = false;
  std::string unit = {};
  Likeness like = Likeness::exact;
  std::int64_t times = 0;
  std::int64_t latest = 0;           // number of the line
  std::optional<double> epoch = {};  // the outer counter when it came first
  bool epoch_changed = false;
  std::optional<double> latest_epoch = {};
  std::int64_t epochs = 0;  // of headings, in which it came

  bool same_place(const Candidate& other) const;
};

// How the user would have to type it: a context of the line is put before the name.
std::string qualified_name(const Candidate& candidate);

struct NameChoice {
  const Candidate* chosen = nullptr;
  std::vector<const Candidate*> several = {};  // among which nothing says which is meant
};
NameChoice choose(const WantedName& wanted, const std::vector<Candidate>& candidates);

// The words of `printed`; those with digits that were not asked for may change from trial to trial
// and count alike.
std::string comparable_name(const WantedName& wanted, std::string_view printed);

}  // namespace luthier
