// LineReader: the final lines of one stream in, what they say out: objects, pairs, tables, numbers
// beside names; each with the context it stands in.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "executors/results/hearing.h"
#include "executors/results/lines/dull_lines.h"
#include "executors/results/lines/familiar_lines.h"
#include "executors/results/lines/metric_pattern.h"
#include "executors/results/lines/pairs.h"
#include "executors/results/lines/tables.h"
#include "executors/results/lines/unheard.h"
#include "executors/results/words/likeness.h"
#include "executors/results/words/mention.h"
#include "executors/results/words/words.h"

namespace luthier {

class LineReader {
 public:
  using OnHeard = std::function<void(const Heard& heard)>;

  // All of these outlive the reader. `pattern` may be absent.
  // `reading`: thorough takes every line apart.
  LineReader(const std::vector<WantedName>& wanted, const MetricPattern* pattern, Reading reading);

  void line(std::string_view text, const OnHeard& on_heard);
  void finish(const OnHeard& on_heard);

  // How many bytes of the lines in `bytes` need not come here: with or without them all that
  // follows is read alike. What came before ended a line.
  std::size_t skippable(std::string_view bytes) const;
  // Hears the lines at the beginning of `bytes` that are as lines before, whole ones in which no
  // bar can be drawn; how many bytes they are. What came before ended a line.
  std::size_t hear_familiar(std::string_view bytes, const OnHeard& on_heard);

  // From now on only lines with one of `needles` in them are read, tables only where `tables`, and
  // numbers beside names only where `neighbours`.
  void narrow(std::vector<std::string> needles, bool tables, bool neighbours);

 private:
  bool heeds_every_line() const;
  bool may_be_familiar() const;
  void say_again(const Heard& heard, const OnHeard& on_heard);
  bool familiar(std::string_view text, const OnHeard& on_heard);
  void learn(std::string_view text, const Heard& heard);
  void ordinary(std::string_view text, const OnHeard& on_heard);
  bool relevant(std::string_view text);
  bool labelled(std::string_view text, const OnHeard& on_heard);
  bool object(std::string_view text, const OnHeard& on_heard);
  bool begins_block(std::string_view text) const;
  void block_line(std::string_view text, const OnHeard& on_heard);
  void give_up_block(const OnHeard& on_heard);
  void read_pairs(std::string_view text, const OnHeard& on_heard);
  void add_neighbours(std::string_view text, std::vector<PlacedMention>& placed) const;
  std::optional<Heard> table_row(std::string_view text);
  bool asked_for(const Heard& heard) const;
  void note_section(std::string_view text);
  void place(std::string_view line, std::vector<PlacedMention>& placed, Heard& heard);
  void take_heading(Heard& heard) const;
  bool wanted_in(std::string_view text) const;
  bool curious(std::string_view text);

  const std::vector<WantedName>& wanted_;
  const MetricPattern* pattern_;
  const Reading reading_;
  FamiliarLines familiar_;
  DullLines dull_;
  Unheard unheard_;
  Tables tables_;
  int another_lines_ = 0;                // lines that a heading such as "Best iteration:" is about
  DataContext section_;                  // what a heading says about the lines below it
  std::optional<double> epoch_;          // the outer counter of a heading
  bool candidate_wanted_ = false;        // the line before has a wanted name in it
  std::string block_;                    // an object over several lines
  std::vector<std::size_t> block_ends_;  // of its lines
  int block_depth_ = 0;
  bool block_quoted_ = false;
  std::string label_;  // the line before, if it ends as a name before its value does
  bool replaying_ = false;
  int curiosity_ = 2000;  // lines without a wanted name that may be read all the same
  std::unordered_set<std::uint64_t> forms_;  // of these lines
  bool narrowed_ = false;
  std::vector<std::string> needles_;
  NameReader known_names_;
  bool with_tables_ = true;
  bool with_neighbours_ = true;
};

}  // namespace luthier
