#include "executors/results/words/words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace luthier {
namespace {

using namespace std::string_view_literals;

template <std::size_t n>
bool one_of(std::string_view word, const std::array<std::string_view, n>& words) {
  return std::ranges::find(words, word) != words.end();
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool separates(char c) {
  return std::string_view(" \t_-./:%()[]{}'\"#,|<>*=~!?;$&\\`").find(c) != std::string_view::npos;
}

DataKind kind_named_by(std::string_view word) {
  constexpr std::array kTrain = {"train"sv, "training"sv, "trn"sv, "tr"sv, "learn"sv, "trainset"sv};
  constexpr std::array kVal = {
      "val"sv, "valid"sv, "validation"sv, "validating"sv, "validate"sv, "valset"sv};
  constexpr std::array kEval = {
      "eval"sv, "evaluation"sv, "evaluating"sv, "evaluate"sv, "evalset"sv};
  constexpr std::array kDev = {"dev"sv, "development"sv, "devset"sv};
  constexpr std::array kTest = {"test"sv, "testing"sv, "tst"sv, "testset"sv, "holdout"sv};
  return one_of(word, kTrain)  ? DataKind::train
         : one_of(word, kVal)  ? DataKind::val
         : one_of(word, kEval) ? DataKind::eval
         : one_of(word, kDev)  ? DataKind::dev
         : one_of(word, kTest) ? DataKind::test
                               : DataKind::none;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  std::string word;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i < name.size() && !separates(name[i])) {
      word += name[i];
      continue;
    }
    // The s of valid_0's.
    if (!word.empty() && !(word == "s" && i >= 2 && name[i - 2] == '\'')) {
      words.push_back(lower_case(word));
    }
    word.clear();
  }
  return words;
}

DataContext data_named_by(std::string_view word) {
  std::string_view stem = word;
  while (!stem.empty() && is_digit(stem.back())) {
    stem.remove_suffix(1);
  }
  const DataKind kind = kind_named_by(stem);
  if (kind == DataKind::none) {
    return {};
  }
  return {kind, std::string(word.substr(stem.size()))};
}

bool is_filler(std::string_view word) {
  constexpr std::array kWords = {
      "avg"sv,      "average"sv,  "averaged"sv, "mean"sv,      "total"sv,    "overall"sv,
      "final"sv,    "current"sv,  "cur"sv,      "now"sv,       "epoch"sv,    "a"sv,
      "an"sv,       "the"sv,      "value"sv,    "values"sv,    "score"sv,    "of"sv,
      "is"sv,       "on"sv,       "in"sv,       "for"sv,       "over"sv,     "with"sv,
      "set"sv,      "dataset"sv,  "data"sv,     "images"sv,    "image"sv,    "samples"sv,
      "examples"sv, "split"sv,    "subset"sv,   "network"sv,   "model"sv,    "classifier"sv,
      "metric"sv,   "metrics"sv,  "result"sv,   "results"sv,   "global"sv,   "running"sv,
      "all"sv,      "pct"sv,      "percent"sv,  "function"sv,  "our"sv,      "this"sv,
      "measured"sv, "got"sv,      "summary"sv,  "estimated"sv, "computed"sv, "at"sv,
      "obtained"sv, "reported"sv, "reached"sv,  "was"sv,       "equals"sv,   "to"sv,
      "taken"sv,    "elapsed"sv,  "spent"sv,    "used"sv};
  return one_of(word, kWords);
}

bool is_preposition(std::string_view word) {
  constexpr std::array kWords = {"of"sv,
                                 "on"sv,
                                 "for"sv,
                                 "over"sv,
                                 "in"sv,
                                 "at"sv,
                                 "by"sv,
                                 "with"sv,
                                 "per"sv,
                                 "since"sv,
                                 "after"sv,
                                 "from"sv,
                                 "during"sv};
  return one_of(word, kWords);
}

bool is_of_another(std::string_view word) {
  constexpr std::array kWords = {
      "best"sv,      "previous"sv,  "prev"sv, "target"sv,   "min"sv,     "max"sv,      "minimum"sv,
      "maximum"sv,   "initial"sv,   "init"sv, "lowest"sv,   "highest"sv, "old"sv,      "baseline"sv,
      "threshold"sv, "tolerance"sv, "tol"sv,  "expected"sv, "last"sv,    "possible"sv, "default"sv};
  return one_of(word, kWords);
}

// What says how far from a number others may lie, and is never the number itself.
bool is_spread(std::string_view word) {
  constexpr std::array kWords = {"std"sv,
                                 "stdev"sv,
                                 "stddev"sv,
                                 "sd"sv,
                                 "deviation"sv,
                                 "variance"sv,
                                 "sem"sv,
                                 "interval"sv,
                                 "iqr"sv,
                                 "uncertainty"sv,
                                 "spread"sv,
                                 "margin"sv,
                                 "ci"sv,
                                 "confidence"sv,
                                 "standard"sv,
                                 "interquartile"sv};
  return one_of(word, kWords);
}

bool is_final(std::string_view word) {
  return word == "final" || word == "finally";
}

bool is_epoch_counter(std::string_view word) {
  constexpr std::array kWords = {
      "epoch"sv, "epochs"sv, "ep"sv, "round"sv, "generation"sv, "gen"sv, "episode"sv, "fold"sv};
  return one_of(word, kWords);
}

bool is_counter(std::string_view word) {
  constexpr std::array kWords = {"iter"sv,
                                 "iteration"sv,
                                 "iterations"sv,
                                 "step"sv,
                                 "steps"sv,
                                 "batch"sv,
                                 "it"sv,
                                 "update"sv,
                                 "trial"sv,
                                 "ngen"sv};
  return is_epoch_counter(word) || one_of(word, kWords);
}

namespace {

// Where a note in brackets at the end of a name begins: "Solving Time (sec)".
std::size_t note_begin(std::string_view name) {
  if (name.empty() || (name.back() != ')' && name.back() != ']')) {
    return name.size();
  }
  const auto open = name.rfind(name.back() == ')' ? '(' : '[');
  return open == std::string_view::npos || open == 0 ? name.size() : open;
}

}  // namespace

ReadName read_name(std::string_view name) {
  ReadName read;
  const std::size_t note = note_begin(name);
  for (auto& word : words_of(name.substr(0, note))) {
    read.joined += word;
    if (auto data = data_named_by(word); data.kind != DataKind::none) {
      read.data = std::move(data);
    } else if (read.data.kind != DataKind::none && read.data.label.empty() && read.words.empty() &&
               std::ranges::all_of(word, is_digit)) {
      read.data.label = word;
    } else {
      read.of_another = read.of_another || is_of_another(word) || is_spread(word);
      read.final = read.final || is_final(word);
      read.words.push_back(std::move(word));
    }
  }
  read.joined_with_note = read.joined;
  for (auto& word : words_of(name.substr(note))) {
    read.joined_with_note += word;
    read.noted = read.noted.empty() ? word : read.noted;
    read.note += word;
    if (auto data = data_named_by(word); data.kind != DataKind::none) {
      read.data = std::move(data);
    }
    read.of_another = read.of_another || word == "best" || word == "previous" || is_spread(word);
  }
  return read;
}

const ReadName& NameReader::read(const std::string& name) {
  constexpr std::size_t kMostNames = 1000;
  if (known_.size() > kMostNames) {
    known_.clear();
  }
  const auto known = known_.find(name);
  return known != known_.end() ? known->second
                               : known_.emplace(name, read_name(name)).first->second;
}

}  // namespace luthier
