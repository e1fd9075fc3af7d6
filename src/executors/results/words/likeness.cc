#include "executors/results/words/likeness.h"

#include <algorithm>
#include <utility>

#include "base/format.h"

namespace luthier {
namespace {

bool has_digit(std::string_view word) {
  return std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool says_another(std::string_view word) {
  return is_of_another(word) || is_spread(word);
}

// Words that say that another number is meant, and were not asked for.
bool is_other_number(const WantedName& wanted, const ReadName& read) {
  const bool in_words =
      std::ranges::any_of(read.words, [](const std::string& word) { return says_another(word); });
  return read.of_another &&
         (!in_words || std::ranges::any_of(read.words, [&](const std::string& word) {
           return says_another(word) && !contains(wanted.read.words, word);
         }));
}

struct Run {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Where in `words` those of the wanted name stand, however they are parted.
std::optional<Run> run_of(std::string_view base, const std::vector<std::string>& words) {
  std::optional<Run> found;
  for (std::size_t begin = 0; begin < words.size(); ++begin) {
    std::size_t size = 0;
    for (std::size_t end = begin; end < words.size() && size < base.size(); ++end) {
      if (!base.substr(size).starts_with(words[end])) {
        break;
      }
      size += words[end].size();
      if (size == base.size()) {
        found = Run{begin, end + 1};
      }
    }
  }
  return found;
}

bool same_data(const DataContext& wanted, const DataContext& have) {
  return wanted.kind == have.kind && (wanted.label.empty() || wanted.label == have.label);
}

}  // namespace

WantedName::WantedName(std::string_view text) : name(text), read(read_name(text)) {
  for (const auto& word : read.words) {
    base += word;
  }
  const auto words = words_of(text);
  last = words.empty() ? lower_case(text) : words.back();
}

std::optional<Likeness> likeness(const WantedName& wanted,
                                 const Mention& mention,
                                 const ReadName& read) {
  if (mention.of_another || is_other_number(wanted, read)) {
    return std::nullopt;
  }
  if (mention.name == wanted.name) {
    return Likeness::exact;
  }
  const std::string& joined = wanted.read.joined_with_note;
  if (!joined.empty() && (read.joined_with_note == joined || read.joined == joined)) {
    return Likeness::words;
  }
  const DataContext& data = read.data.kind != DataKind::none ? read.data : mention.data;
  if (wanted.base.empty() ||
      (wanted.read.data.kind != DataKind::none && !same_data(wanted.read.data, data))) {
    return std::nullopt;
  }
  const auto run = run_of(wanted.base, read.words);
  if (!run) {
    const bool first_noted =
        !read.noted.empty() && (wanted.base == read.noted || wanted.base == read.note);
    return first_noted ? std::optional(Likeness::prefixed) : std::nullopt;
  }
  const auto filler = [](const std::string& word) { return is_filler(word); };
  const auto begin = read.words.begin();
  const auto first = begin + static_cast<std::ptrdiff_t>(run->begin);
  const auto after = begin + static_cast<std::ptrdiff_t>(run->end);
  const bool plain_behind = std::all_of(after, read.words.end(), filler);
  if (!plain_behind && !is_preposition(*after)) {
    return std::nullopt;
  }
  if (!plain_behind || !std::all_of(begin, first, filler)) {
    return Likeness::prefixed;
  }
  return run->end - run->begin == read.words.size() ? Likeness::context : Likeness::fillers;
}

bool Candidate::same_place(const Candidate& other) const {
  return name == other.name && form == other.form && data == other.data &&
         counted == other.counted && final == other.final;
}

std::string comparable_name(const WantedName& wanted, std::string_view printed) {
  std::string out;
  const auto asked = words_of(wanted.name);
  for (const auto& word : words_of(printed)) {
    out += out.empty() ? "" : " ";
    out += has_digit(word) && !contains(asked, word) &&
                   data_named_by(word).kind == DataKind::none &&
                   !std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; })
               ? "#"
               : word;
  }
  return out;
}

std::string qualified_name(const Candidate& candidate) {
  if (candidate.data.kind == DataKind::none ||
      read_name(candidate.printed).data.kind != DataKind::none) {
    return candidate.printed;
  }
  constexpr const char* kKinds[] = {"", "train", "val", "eval", "dev", "test"};
  return formatted("{}{} {}",
                   kKinds[static_cast<std::size_t>(candidate.data.kind)],
                   candidate.data.label,
                   candidate.printed);
}

namespace {

using Pool = std::vector<const Candidate*>;

template <typename Keep>
Pool only(const Pool& pool, Keep keep) {
  Pool out;
  std::ranges::copy_if(pool, std::back_inserter(out), keep);
  return out;
}

Pool most_alike(const Pool& pool) {
  Likeness best = Likeness::prefixed;
  for (const auto* one : pool) {
    best = std::min(best, one->like);
  }
  return only(pool, [&](const Candidate* one) { return one->like == best; });
}

bool is_validation(const Candidate* one) {
  return one->data.validation_like();
}
bool is_unlabelled(const Candidate* one) {
  return one->data.kind == DataKind::none;
}

// A name without data in it, of candidates in several contexts: the validation-like one beside
// others, unless the plain name itself is there.
Pool of_one_kind(const Pool& pool) {
  const auto exact = only(pool, [](const Candidate* one) { return one->like == Likeness::exact; });
  const auto validation = only(pool, is_validation);
  const auto plain = only(pool, is_unlabelled);
  if (!exact.empty()) {
    const auto validated = only(exact, is_validation);
    const auto unlabelled = only(exact, is_unlabelled);
    return !validated.empty() ? validated : !unlabelled.empty() ? unlabelled : exact;
  }
  if (std::ranges::any_of(plain,
                          [](const Candidate* one) { return one->like <= Likeness::words; })) {
    return plain;
  }
  return !validation.empty() ? validation : !plain.empty() ? plain : pool;
}

bool same_name(const Candidate* a, const Candidate* b) {
  return a->name == b->name && a->data == b->data;
}

// Of one name in several places: where it is counted, oftener, later.
const Candidate* best_place(const Pool& pool) {
  return *std::ranges::max_element(pool, [](const Candidate* a, const Candidate* b) {
    if ((a->times > 1) != (b->times > 1)) {
      return b->times > 1;
    }
    if (a->counted != b->counted) {
      return b->counted;
    }
    return a->form != b->form ? a->form > b->form : a->latest < b->latest;
  });
}

}  // namespace

NameChoice choose(const WantedName& wanted, const std::vector<Candidate>& candidates) {
  Pool pool;
  for (const auto& one : candidates) {
    pool.push_back(&one);
  }
  const auto running = only(pool, [](const Candidate* one) { return !one->final; });
  pool = running.empty() ? pool : running;
  if (wanted.read.data.kind == DataKind::none) {
    pool = of_one_kind(pool);
  }
  pool = most_alike(pool);
  if (pool.empty()) {
    return {};
  }
  const auto differs = [](const Pool& some) {
    return std::ranges::any_of(some,
                               [&](const Candidate* one) { return !same_name(one, some.front()); });
  };
  if (differs(pool)) {
    // What comes once beside one that repeats is a last line.
    const auto repeated = only(pool, [](const Candidate* one) { return one->times > 1; });
    if (repeated.empty() || differs(repeated)) {
      return {.several = pool};
    }
    pool = repeated;
  }
  return {.chosen = best_place(pool)};
}

}  // namespace luthier
