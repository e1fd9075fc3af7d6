// Remarks: what people say about an experiment and its trials: a note each, and tags. Nothing is
// decided by them, so they are no part of the log. They lie in <experiment>/remarks.json
// (docs/notes.md), a file that is replaced as a whole: whoever reads it, and a process that is
// killed while it writes, leaves the one or the other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/error.h"
#include "luthier/trial.h"

namespace luthier {

inline constexpr std::size_t kLongestNote = 32 << 10;  // bytes
inline constexpr std::size_t kLongestTag = 40;         // characters
inline constexpr std::size_t kMostTags = 32;           // of an experiment, or of one trial
inline constexpr std::size_t kMostRemarks = 8 << 20;   // bytes of all that is said together

// Of an experiment or of one trial.
struct Remarks {
  std::string note = {};               // Markdown; empty: none
  std::vector<std::string> tags = {};  // in the order in which they were added
  std::int64_t revision = 0;           // how often the note was written
  std::string by = {};                 // who said any of it last, and when
  TimePoint time = 0;

  bool empty() const { return note.empty() && tags.empty(); }
  friend bool operator==(const Remarks&, const Remarks&) = default;
};

struct AllRemarks {
  Remarks experiment = {};
  std::map<TrialId, Remarks> trials = {};
  std::string problem = {};  // why they can't be read, a sentence; then there are none

  const Remarks& of(TrialId trial) const;  // -1: of the experiment
  bool any_tagged_trial() const;
  friend bool operator==(const AllRemarks&, const AllRemarks&) = default;
};

// The trials that a note or a tag is on, by number.
std::vector<TrialId> remarked_trials(const AllRemarks& all);

// What one may be: a letter, then letters, digits, '-', '_' and '.'. invalid_argument says so.
Result<> check_tag(std::string_view tag);

// The object that JSON has of them: note, tags, revision, by, time.
std::string to_json(const Remarks& remarks);
// All of it as the file has it, and back. Errors say what is wrong with the text.
std::string to_json(const AllRemarks& all);
Result<AllRemarks> parse_remarks(std::string_view text);

struct RemarkChange {
  TrialId trial{-1};                               // -1: the experiment
  std::optional<std::string> note = {};            // the new one; empty: none any more
  bool append = false;                             // behind the one there is, as a paragraph
  std::optional<std::int64_t> revision = {};       // which it replaces; a later one stays
  std::vector<std::string> add = {}, remove = {};  // tags
  std::string by = {};
};
// Changes them. invalid_argument: a tag or the note is not what it may be; already_exists: the note
// was written by somebody else meanwhile.
Result<> apply(const RemarkChange& change, TimePoint now, AllRemarks& all);

// ---- The file. Any thread, any process.
AllRemarks read_remarks(const std::filesystem::path& experiment);
struct RemarkAnswer {
  std::string sentence;
  Remarks remarks;
};
// Durable when it returns. Precondition: the experiment has the trial. Errors: those of apply;
// corruption: what is there can't be read; unavailable, io.
Result<RemarkAnswer> change_remarks(const std::filesystem::path& experiment,
                                    const RemarkChange& change);
// Whether a file of an experiment's directory is one of these.
bool is_remarks_file(std::string_view name);
// Copies them as they are, for an experiment that is made of another.
Result<> copy_remarks(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace luthier
