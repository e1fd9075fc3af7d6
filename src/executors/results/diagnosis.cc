#include "executors/results/diagnosis.h"

#include <algorithm>
#include <cstdlib>

#include "executors/results/words/amount.h"
#include "executors/results/words/likeness.h"

namespace luthier {
namespace {

constexpr std::size_t kMostNames = 200;
constexpr std::size_t kMostPerLine = 40;
constexpr std::size_t kLongestName = 128;

Candidate as_candidate(const Mention& mention) {
  return {.printed = mention.name, .data = mention.data};
}

// Letters that two names share in order, as a share of the longer one.
double letters_shared(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1, 0);
  for (const char c : a) {
    std::size_t diagonal = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = c == b[j - 1] ? diagonal + 1 : std::max(above, row[j - 1]);
      diagonal = above;
    }
  }
  const auto longer = static_cast<double>(std::max<std::size_t>({a.size(), b.size(), 1}));
  return static_cast<double>(row[b.size()]) / longer;
}

void append_escaped(std::string& out, char c) {
  if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) {
    out += '\\';
  }
  out += c;
}

// The text between name and value, with blanks of any number.
std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ' || text[i] == '\t') {
      out += out.ends_with("\\s*") ? "" : "\\s*";
    } else {
      append_escaped(out, text[i]);
    }
  }
  return out;
}

}  // namespace

std::optional<std::size_t> SeenNames::place_of(OutputStream stream, const Mention& mention) {
  const auto known = std::ranges::find_if(names_, [&](const Name& name) {
    return name.printed == mention.name && name.data == mention.data && name.stream == stream &&
           name.form == mention.form;
  });
  if (known == names_.end() && names_.size() >= kMostNames) {
    return std::nullopt;
  }
  if (known == names_.end()) {
    names_.push_back({.name = qualified_name(as_candidate(mention)),
                      .printed = mention.name,
                      .stream = stream,
                      .form = mention.form,
                      .data = mention.data});
    return names_.size() - 1;
  }
  return static_cast<std::size_t>(known - names_.begin());
}

std::vector<SeenNames::Place> SeenNames::places_of(OutputStream stream, const Heard& heard) {
  std::vector<Place> places;
  for (std::size_t i = 0; i < heard.mentions.size() && places.size() < kMostPerLine; ++i) {
    const Mention& mention = heard.mentions[i];
    if (mention.value.number() && mention.name.size() <= kLongestName) {
      places.push_back({i, place_of(stream, mention)});
    }
  }
  return places;
}

void SeenNames::note(OutputStream stream, const Heard& heard) {
  constexpr std::int64_t kOften = 64;
  ++lines_;
  auto& known = places_[static_cast<std::size_t>(stream)][heard.shape % kShapesKept];
  if (heard.shape == 0 || known.shape != heard.shape) {
    known = {.shape = heard.shape, .names = places_of(stream, heard)};
  }
  for (const auto& place : known.names) {
    if (!place.name) {
      continue;
    }
    Name& name = names_[*place.name];
    ++name.times;
    name.latest = lines_;
    if (name.times <= kOften || name.times % kOften == 0) {
      name.line = heard.line;
      name.last = *heard.mentions[place.mention].value.number();
    }
  }
}

void SeenNames::remember(const Metrics& record) {
  Heard heard;
  for (const auto& [name, value] : record) {
    heard.mentions.push_back({.name = name, .value = value, .form = MentionForm::record});
  }
  note(OutputStream::output, heard);
}

double similarity(std::string_view a, std::string_view b) {
  const auto first = words_of(a);
  const auto second = words_of(b);
  double shared = 0;
  for (const auto& word : first) {
    double best = 0;
    for (const auto& other : second) {
      best = std::max(best, letters_shared(word, other));
    }
    shared += best;
  }
  const auto more = static_cast<double>(std::max<std::size_t>({first.size(), second.size(), 1}));
  return shared / more;
}

std::string pattern_for(std::string_view line, std::string_view name, double value) {
  const auto at = line.find(name);
  if (at == std::string_view::npos || name.empty()) {
    return {};
  }
  for (std::size_t number = at + name.size(); number < line.size(); ++number) {
    const auto amount = leading_amount(line.substr(number));
    if (amount && amount->value.number() == value) {
      return escaped(line.substr(at, number - at)) + "([-+0-9.eE]+)";
    }
  }
  return {};
}

}  // namespace luthier
