// `note` and `tag`: what people say about an experiment or a trial, whether or not it runs.
#include "tuner/stored/remarks.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <string>

#include "base/failure.h"
#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/options/arguments.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "core/json_writer.h"
#include "tuner/machine/machine.h"
#include "tuner/stored/status.h"

namespace luthier::cli {
namespace {

constexpr std::array kNoteExamples = {
    std::string_view("luthier note digits                    # prints it"),
    std::string_view("luthier note digits 'the baseline of the paper'"),
    std::string_view("luthier note digits 3 --append 'diverged after a bad batch'"),
    std::string_view("luthier note digits 3 - < note.md")};
constexpr std::array kNoteOperands = {kExperiment,
                                      Operand{.name = "TRIAL", .required = false},
                                      Operand{.name = "TEXT", .required = false}};
constexpr std::array kNoteOptions = {
    Option{.name = "append", .meaning = "add TEXT as a paragraph, and keep what the note says"},
    Option{.name = "remove", .meaning = "remove the note"},
    kResults,
    kJson};

constexpr std::array kTagExamples = {
    std::string_view("luthier tag digits                     # prints them"),
    std::string_view("luthier tag digits baseline paper"),
    std::string_view("luthier tag digits 3 good --remove suspect")};
constexpr std::array kTagOperands = {kExperiment,
                                     Operand{.name = "TRIAL", .required = false},
                                     Operand{.name = "TAG", .required = false, .repeatable = true}};
constexpr std::array kTagOptions = {
    Option{.name = "remove", .argument = "TAG", .meaning = "remove this tag", .repeatable = true},
    kResults,
    kJson};

// What the operands name, and what is left of them.
struct About {
  std::filesystem::path directory;
  TrialId trial{-1};
  std::vector<std::string> words;
};

bool is_number(const std::string& word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
}

Result<About> about(const Arguments& arguments) {
  LUTHIER_TAKE(auto directory, find_experiment(arguments));
  About about{.directory = std::move(directory)};
  auto words = std::span(arguments.operands()).subspan(1);
  if (!words.empty() && is_number(words.front())) {
    LUTHIER_TAKE(const auto status, read_status(about.directory));
    LUTHIER_TAKE(about.trial, parse_trial(words.front()));
    LUTHIER_TRY(
        check_trial(about.directory.filename().string(), status.trial_count(), about.trial));
    words = words.subspan(1);
  }
  about.words.assign(words.begin(), words.end());
  return about;
}

std::string json_line(const About& about, TrialId trial, const Remarks& remarks) {
  std::string out;
  JsonWriter(out)
      .object()
      .field("schema", 1)
      .field("experiment", about.directory.filename().string())
      .field("trial", trial.value < 0 ? std::nullopt : std::optional(trial.value))
      .raw_field("remarks", to_json(remarks))
      .end();
  return out + "\n";
}

// Of the experiment and of each trial; of the trial alone where one is named.
std::string json_lines(const About& about, const AllRemarks& all) {
  std::string lines = json_line(about, about.trial, all.of(about.trial));
  if (about.trial.value < 0) {
    for (const TrialId trial : remarked_trials(all)) {
      lines += json_line(about, trial, all.of(trial));
    }
  }
  return lines;
}

int show(const Arguments& arguments, const About& about, const std::string& text) {
  const AllRemarks all = read_remarks(about.directory);
  if (!all.problem.empty()) {
    return fail({ErrorCode::corruption, all.problem});
  }
  return finish(arguments.has("json") ? json_lines(about, all) : text);
}

std::string note_text(const AllRemarks& all, TrialId trial) {
  const std::string& note = all.of(trial).note;
  return note.empty() ? "" : printable_lines(note) + "\n";
}

std::string tags_text(const AllRemarks& all, TrialId trial) {
  std::string text;
  for (const auto& tag : all.of(trial).tags) {
    text += printable(tag) + "\n";
  }
  return text;
}

// Which trials there is more on, where the experiment is asked about.
void say_trials(const Arguments& arguments, const About& about, const AllRemarks& all) {
  const auto trials = remarked_trials(all);
  if (about.trial.value >= 0 || trials.empty() || arguments.has("json")) {
    return;
  }
  std::string numbers;
  for (const TrialId trial : trials) {
    numbers += (numbers.empty() ? "" : ", ") + to_text(trial);
  }
  talk("trials with notes or tags: " + numbers);
}

int change(const Arguments& arguments, const About& about, RemarkChange change) {
  change.trial = about.trial;
  change.by = person();
  const auto answer = change_remarks(about.directory, change);
  if (!answer) {
    return fail(answer.error());
  }
  if (!arguments.has("json")) {
    talk(answer->sentence);
    return kSuccess;
  }
  return finish(json_line(about, about.trial, answer->remarks));
}

// An error: it can't be read, or holds nothing.
Result<std::string> standard_input() {
  std::string text(kLongestNote + 1, '\0');  // more is too long anyway
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  if (std::cin.bad() || std::ferror(stdin) != 0) {
    return Error{ErrorCode::io, "the note can't be read from standard input"};
  }
  if (trim(text).empty()) {
    return Error{ErrorCode::invalid_argument,
                 "standard input is empty; to remove the note, give --remove"};
  }
  return text;
}

int run_note(const Arguments& arguments) {
  const auto named = about(arguments);
  if (!named) {
    return fail(named.error());
  }
  const bool removes = arguments.has("remove");
  if (named->words.size() > 1) {
    return fail_usage(
        formatted("'{}' is not the number of a trial; put a note of several words in quotes",
                  named->words.front()));
  }
  if (removes && (!named->words.empty() || arguments.has("append"))) {
    return fail_usage("--remove takes no TEXT and no --append; drop them");
  }
  if (removes) {
    return change(arguments, *named, {.note = ""});
  }
  if (named->words.empty()) {
    const AllRemarks all = read_remarks(named->directory);
    say_trials(arguments, *named, all);
    return show(arguments, *named, note_text(all, named->trial));
  }
  std::string text = named->words.front();
  if (text.empty()) {
    return fail_usage("the note is empty; give a text, or --remove to remove the note");
  }
  if (text == "-") {
    auto read = standard_input();
    if (!read) {
      return fail(read.error());
    }
    text = *std::move(read);
  }
  return change(arguments, *named, {.note = std::move(text), .append = arguments.has("append")});
}

int run_tag(const Arguments& arguments) {
  const auto named = about(arguments);
  if (!named) {
    return fail(named.error());
  }
  const auto removed = arguments.all("remove");
  if (named->words.empty() && removed.empty()) {
    return show(arguments, *named, tags_text(read_remarks(named->directory), named->trial));
  }
  return change(arguments, *named, {.add = named->words, .remove = removed});
}

}  // namespace

extern const Command kNote, kTag;
const Command kNote = {
    .name = "note",
    .summary = "write a note on an experiment or on one of its trials, in Markdown, or print it",
    .examples = kNoteExamples,
    .operands = kNoteOperands,
    .options = kNoteOptions,
    .run = run_note};
const Command kTag = {.name = "tag",
                      .summary = "put tags on an experiment or on one of its trials, or print them",
                      .examples = kTagExamples,
                      .operands = kTagOperands,
                      .options = kTagOptions,
                      .run = run_tag};

}  // namespace luthier::cli
